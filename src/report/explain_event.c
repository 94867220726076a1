/* SPDX-License-Identifier: Apache-2.0 */
/* explain_event: what the account's newest events say: what was refused, and which sign-ins there were. */
#include <jansson.h>
#include <string.h>

#include "accounts/challenge_pace.h"
#include "accounts/device.h"
#include "report/explain_condition.h"
#include "base/clock.h"

#define SAY(...) arena_printf(&cx->arena, __VA_ARGS__)
#define ABANDONED_AFTER (10 * CLOCK_MINUTE) /* how long a login may wait for its second factor */

/* The members that are shown. Statements, signatures and names of files of a console are not among them. */
static const char *const shown[] = {"reason",  "event",  "until",     "seconds", "source", "method",
                                    "purpose", "result", "by",        "counter", "device", "turned_away",
                                    "count",   "times",  "challenge", "session"};

struct str
explain_device(struct cx *cx, int64_t id)
{
    struct device d;
    if (device_get(cx, id, &d) == ERR_NONE)
        return SAY("%.*s (%lld)", STR_ARG(d.name), (long long)id);
    err_forget(cx);
    return SAY("%lld", (long long)id);
}

struct str
explain_detail(struct cx *cx, const struct audit_row *row)
{
    json_t *detail = json_loadb(row->detail.p != NULL ? row->detail.p : "", row->detail.n, 0, NULL);
    struct str text = STR_NULL;
    for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
        const json_t *value = json_object_get(detail, shown[i]);
        if (!json_is_string(value) || json_string_length(value) == 0)
            continue;
        struct str word = {json_string_value(value), json_string_length(value)};
        int64_t id = 0;
        if (str_eq(str_from_cstr(shown[i]), STR_LIT("device")) &&
            str_to_i64(word, 1, INT64_MAX, &id) == ERR_NONE)
            word = explain_device(cx, id);
        text = SAY("%.*s%s%s=%.*s", STR_ARG(text), str_is_null(text) ? "" : " ", shown[i], STR_ARG(word));
    }
    json_decref(detail);
    return text;
}

#define LIST_DEVICES "device list"

/* Events that are a refusal, and what helps while it lasts; verb NULL: nothing does. */
static const struct kind {
    enum audit_event event;
    const char *verb;
} kinds[] = {
    {AUDIT_LOGIN_REFUSED, NULL},
    {AUDIT_CODE_REFUSED, "code recovery"},
    {AUDIT_ACCOUNT_LOCKED, "technician unlock"},
    {AUDIT_SOURCE_REFUSED, "technician unlock"},
    {AUDIT_PUSH_HELD, NULL},
    {AUDIT_PUSH_RESTS, "technician unlock"},
    {AUDIT_PUSH_REJECTED, NULL},
    {AUDIT_PUSH_REPORTED, "technician reset"},
    {AUDIT_PUSH_WRONG_NUMBER, NULL},
    {AUDIT_PUSH_BAD_SIGNATURE, LIST_DEVICES},
    {AUDIT_PUSH_EXPIRED, NULL},
    {AUDIT_PUSH_FAILED, LIST_DEVICES},
    {AUDIT_PASSKEY_REFUSED, LIST_DEVICES},
    {AUDIT_DEVICE_REFUSED, LIST_DEVICES},
    {AUDIT_SELF_REFUSED, NULL},
    {AUDIT_PASSWORD_CHANGE_REFUSED, NULL},
    {AUDIT_COUNTING, NULL},
    {AUDIT_COUNTED, NULL},
};

static const struct kind *
kind_of(const struct audit_row *row)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_eq(row->event, str_from_cstr(audit_event_name(kinds[i].event))))
            return &kinds[i];
    return NULL;
}

/* The first condition with this result; one that still holds is preferred. NULL: none has it. */
static const struct explain_line *
line_of(const struct explaining *e, struct str result)
{
    const struct explain_line *found = NULL;
    for (size_t i = 0; i < e->x->lines_n; i++) {
        const struct explain_line *line = &e->x->lines[i];
        if (!str_eq(result, str_from_cstr(signin_result_name(line->condition->result))))
            continue;
        if (found == NULL || (found->holds != EXPLAIN_YES && line->holds == EXPLAIN_YES))
            found = line;
    }
    return found;
}

/* A sign-in: the first factor's cause is in the event, the others' is a condition. */
static void
say_why(struct cx *cx, const struct explaining *e, const struct audit_row *row, struct explain_refusal *r)
{
    struct str reason = audit_detail(cx, row, "reason");
    const struct explain_line *line = line_of(e, r->result);
    if (str_eq(reason, STR_LIT("wrong password"))) {
        r->why = STR_LIT("the password was wrong");
        if (e->x->account.t.password_set_at <= row->at)
            r->mend = explain_command(cx, e, "technician reset");
    } else if (str_eq(reason, STR_LIT("not looked at"))) {
        r->why = STR_LIT(
            "the password was not looked at: it was changed, or failures locked the account, meanwhile");
    } else if (line != NULL) {
        r->why = str_from_cstr(line->condition->why);
        r->mend = line->mend;
    }
}

/* Whether what helps against it has been done, or its time is over. */
static bool
is_over(struct cx *cx, const struct explaining *e, const struct audit_row *row, enum audit_event event)
{
    const struct account *a = &e->x->account;
    struct str source = audit_detail(cx, row, "source");
    bool stands = false;
    switch ((int)event) {
    case AUDIT_ACCOUNT_LOCKED:
        return !account_is_locked(a);
    case AUDIT_SOURCE_REFUSED:
        for (size_t i = 0; i < e->refused_n; i++)
            stands = stands || str_eq(e->refused[i].source, source);
        return !stands;
    case AUDIT_PUSH_RESTS:
        return !challenge_pace_rests(cx, &a->t);
    case AUDIT_PUSH_REPORTED:
        return a->t.password_set_at > row->at;
    default:
        return false;
    }
}

static void
add_refusal(struct cx *cx, struct explaining *e, const struct kind *kind, const struct audit_row *row)
{
    struct explain_refusal r = {.seq = row->seq,
                                .at = row->at,
                                .event = row->event,
                                .source = row->source,
                                .why = str_from_cstr(audit_event_doc(kind->event)),
                                .detail = explain_detail(cx, row),
                                .login = audit_detail(cx, row, "login"),
                                .result = audit_detail(cx, row, "result")};
    if (kind->verb != NULL)
        r.mend = strcmp(kind->verb, LIST_DEVICES) == 0 ? explain_devices(cx, e)
                                                       : explain_command(cx, e, kind->verb);
    if (kind->event == AUDIT_LOGIN_REFUSED)
        say_why(cx, e, row, &r);
    if (is_over(cx, e, row, kind->event))
        r.mend = STR_NULL;
    e->x->refusals[e->x->refusals_n++] = r;
}

static struct explain_signin *
signin_of(struct explanation *x, struct str login)
{
    for (size_t i = 0; i < x->signins_n; i++)
        if (str_eq(x->signins[i].login, login))
            return &x->signins[i];
    return NULL;
}

/* Newest first: the end of a sign-in comes before its beginning. */
static void
add_signin(struct cx *cx, struct explaining *e, const struct audit_row *row)
{
    const bool is_begun = str_eq(row->event, str_from_cstr(audit_event_name(AUDIT_LOGIN_BEGUN)));
    struct str login = audit_detail(cx, row, "login");
    struct explain_signin *known = str_is_null(login) ? NULL : signin_of(e->x, login);
    if (known != NULL && is_begun)
        known->at = row->at;
    if (str_is_null(login) || known != NULL || e->x->signins_n == EXPLAIN_SIGNINS)
        return;
    const char *end = cx->now < row->at + ABANDONED_AFTER ? "waits" : "abandoned";
    e->x->signins[e->x->signins_n++] =
        (struct explain_signin){.login = login,
                                .at = row->at,
                                .source = row->source,
                                .result = is_begun ? str_from_cstr(end) : audit_detail(cx, row, "result")};
}

void
explain_events(struct cx *cx, struct explaining *e)
{
    for (size_t i = 0; i < e->events_n; i++) {
        const struct audit_row *row = &e->events[i];
        const enum audit_event event = audit_event_read(row->event);
        const struct kind *kind = kind_of(row);
        if (kind != NULL && e->x->refusals_n < EXPLAIN_REFUSALS)
            add_refusal(cx, e, kind, row);
        if (event == AUDIT_LOGIN_BEGUN || event == AUDIT_LOGIN_GRANTED || event == AUDIT_LOGIN_REFUSED)
            add_signin(cx, e, row);
    }
}
