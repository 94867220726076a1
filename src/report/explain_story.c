/* SPDX-License-Identifier: Apache-2.0 */
/* explain_story: one sign-in from its right password to the end of its session. The audit log is the
 * thread; the rows of the login's pushes and deliveries, which are kept for a day, say what is not audited:
 * that a phone fetched a push, and how its notifications went. */
#include "report/explain_condition.h"
#include "base/clock.h"
#include "base/endpoint.h"
#include "db/db.h"
#include "store/store_explain.h"
#include "store/store_session.h"

#define SAY(...) arena_printf(&cx->arena, __VA_ARGS__)

enum { PAGE = 256, PUSHES = 32, PAGES = 400 };

struct telling {
    struct cx *cx;
    struct explain_story *story;
    int64_t technician_id, login_id;
    struct str pushes[PUSHES]; /* the opaque ids that belong to this login */
    size_t pushes_n;
    struct str session; /* null: none yet */
    int64_t begun_at;
    bool is_session_over;
};

static void
add_step(struct explain_story *story, struct explain_step step)
{
    story->is_cut = story->is_cut || story->n == EXPLAIN_STEPS;
    if (story->n == EXPLAIN_STEPS)
        return;
    size_t at = story->n++;
    for (; at > 0 && story->steps[at - 1].at > step.at; at--)
        story->steps[at] = story->steps[at - 1];
    story->steps[at] = step;
}

static const char *
kind_of(enum audit_event event)
{
    switch ((int)event) {
    case AUDIT_LOGIN_BEGUN:
        return "begun";
    case AUDIT_LOGIN_GRANTED:
    case AUDIT_LOGIN_REFUSED:
        return "console";
    case AUDIT_PUSH_SENT:
    case AUDIT_PUSH_HELD:
    case AUDIT_PUSH_EXPIRED:
    case AUDIT_PUSH_FAILED:
    case AUDIT_PUSH_CANCELLED:
        return "push";
    case AUDIT_PUSH_APPROVED:
    case AUDIT_PUSH_REJECTED:
    case AUDIT_PUSH_REPORTED:
    case AUDIT_PUSH_WRONG_NUMBER:
    case AUDIT_PUSH_BAD_SIGNATURE:
        return "phone";
    case AUDIT_SESSION_ENDED:
    case AUDIT_SESSION_REDEEMED:
        return "session";
    default:
        return "account";
    }
}

static bool
is_push_of(const struct telling *t, struct str public_id)
{
    for (size_t i = 0; i < t->pushes_n; i++)
        if (str_eq(t->pushes[i], public_id))
            return true;
    return false;
}

/* Whether the event belongs to the login: it names it, one of its pushes, or its session. */
static bool
belongs(struct cx *part, struct telling *t, const struct audit_row *row)
{
    struct str login = audit_detail(part, row, "login"), push = audit_detail(part, row, "challenge");
    struct str session = audit_detail(part, row, "session");
    int64_t id = 0;
    const bool is_named = str_to_i64(login, 1, INT64_MAX, &id) == ERR_NONE && id == t->login_id;
    if (is_named && !str_is_null(push) && t->pushes_n < PUSHES && !is_push_of(t, push))
        t->pushes[t->pushes_n++] = arena_str(&t->cx->arena, push);
    if (is_named && !str_is_null(session))
        t->session = arena_str(&t->cx->arena, session);
    const bool is_of_session = !str_is_null(session) && str_eq(session, t->session);
    if (is_of_session && audit_event_read(row->event) == AUDIT_SESSION_ENDED)
        t->is_session_over = true;
    return is_named || (!str_is_null(push) && is_push_of(t, push)) || is_of_session;
}

static void
tell_event(struct cx *cx, struct telling *t, const struct audit_row *row)
{
    const enum audit_event event = audit_event_read(row->event);
    if (event == AUDIT_EVENT_COUNT_)
        return;
    struct str text = str_from_cstr(audit_event_doc(event));
    if (row->source.n > 0)
        text = SAY("%.*s, from %.*s", STR_ARG(text), STR_ARG(row->source));
    add_step(t->story, (struct explain_step){row->at, kind_of(event), text, explain_detail(cx, row)});
}

/* One page; *over_out: nothing that belongs to the login comes after it. */
static enum errcode
tell_page(struct cx *part, struct telling *t, struct audit_span *span, bool *over_out)
{
    struct audit_row *rows = NULL;
    size_t n = 0;
    enum errcode err = store_audit_of(part, span, &rows, &n);
    for (size_t i = 0; err == ERR_NONE && i < n; i++) {
        if (t->begun_at == 0)
            t->begun_at = rows[i].at;
        span->after = (struct audit_place){rows[i].at, rows[i].id};
        if (belongs(part, t, &rows[i]))
            tell_event(t->cx, t, &rows[i]);
    }
    const bool has_ended = str_is_null(t->session) && n > 0 && rows[n - 1].at > t->begun_at + CLOCK_HOUR;
    *over_out = n < PAGE || t->is_session_over || has_ended;
    return err;
}

/* In pages, whose memory is released with each. */
static enum errcode
tell_events(struct cx *cx, struct telling *t, const struct audit_place *first)
{
    struct audit_span span = {
        .after = {first->at, first->id - 1}, .limit = PAGE, .technician = t->technician_id};
    struct cx part = *cx;
    bool is_over = false;
    enum errcode err = ERR_NONE;
    arena_init(&part.arena);
    for (int page = 0; page < PAGES && !is_over && err == ERR_NONE; page++) {
        err = tell_page(&part, t, &span, &is_over);
        arena_reset(&part.arena);
    }
    arena_clear(&part.arena);
    return err == ERR_NONE ? ERR_NONE : err_set(cx, err, "the audit log cannot be read");
}

/* The host of the push service stands for its class; the rest of the address is a capability. */
static struct str
delivery_text(struct cx *cx, const struct explain_delivery *d)
{
    struct endpoint e;
    struct str to = d->transport;
    if (endpoint_read(d->endpoint, &e))
        to = SAY("%.*s by %.*s", STR_ARG(to), STR_ARG(e.host));
    if (d->device_id != 0)
        to = SAY("%.*s to %.*s", STR_ARG(to), STR_ARG(explain_device(cx, d->device_id)));
    return SAY("notification: %.*s: %.*s", STR_ARG(to), STR_ARG(d->state));
}

static enum errcode
tell_deliveries(struct cx *cx, struct telling *t, const struct explain_push *push)
{
    struct explain_delivery *rows = NULL;
    size_t n = 0;
    enum errcode err = store_explain_deliveries(cx, push->id, EXPLAIN_STEPS, &rows, &n);
    for (size_t i = 0; err == ERR_NONE && i < n; i++)
        add_step(t->story, (struct explain_step){rows[i].created_at, "delivery", delivery_text(cx, &rows[i]),
                                                 SAY("attempts=%lld challenge=%.*s",
                                                     (long long)rows[i].attempts, STR_ARG(push->public_id))});
    return err;
}

/* After the events, which come first where the times are equal. */
static enum errcode
tell_pushes(struct cx *cx, struct telling *t, const struct explain_push *pushes, size_t n)
{
    enum errcode err = ERR_NONE;
    for (size_t i = 0; err == ERR_NONE && i < n; i++) {
        if (pushes[i].seen_at != 0)
            add_step(t->story,
                     (struct explain_step){pushes[i].seen_at, "phone", STR_LIT("a phone fetched the push"),
                                           SAY("challenge=%.*s", STR_ARG(pushes[i].public_id))});
        err = tell_deliveries(cx, t, &pushes[i]);
    }
    return err;
}

static struct str
id_text(struct cx *cx, int64_t id)
{
    return id != 0 ? SAY("%lld", (long long)id) : STR_NULL;
}

/* A session that ended with others is not named by an event of its own. */
static enum errcode
tell_session(struct cx *cx, struct telling *t)
{
    struct session_row s;
    int64_t id = 0;
    if (t->is_session_over || str_to_i64(t->session, 1, INT64_MAX, &id) != ERR_NONE)
        return ERR_NONE;
    enum errcode err = store_session_get(cx, id, &s);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        return ERR_NONE;
    }
    if (err != ERR_NONE)
        return err;
    const bool is_over = s.ended_at != 0;
    add_step(t->story, (struct explain_step){is_over ? s.ended_at : s.seen_at, "session",
                                             is_over ? STR_LIT("the session ended")
                                                     : STR_LIT("the session was last heard of"),
                                             SAY("session=%.*s%s%.*s", STR_ARG(t->session),
                                                 is_over ? " reason=" : "", STR_ARG(s.end_reason))});
    return ERR_NONE;
}

static enum errcode
tell_end(struct cx *cx, struct telling *t, const struct login_row *l)
{
    if (l->id == 0 || !str_eq(l->state, STR_LIT("open")))
        return ERR_NONE;
    const bool is_over = cx->now >= l->expires_at;
    add_step(t->story,
             (struct explain_step){is_over ? l->expires_at : cx->now, "console",
                                   is_over ? STR_LIT("abandoned: the console never asked for its end")
                                           : STR_LIT("waits for the second factor"),
                                   STR_NULL});
    return ERR_NONE;
}

/* It may be in an archive. */
static enum errcode
is_unknown(struct cx *cx, struct str login)
{
    struct audit_archived gone;
    enum errcode err = audit_archived(cx, &gone);
    if (err != ERR_NONE)
        return err;
    if (gone.last == 0)
        return err_set(cx, ERR_NOT_FOUND, "the account has no sign-in %.*s", STR_ARG(login));
    return err_set(cx, ERR_NOT_FOUND,
                   "the account has no sign-in %.*s since %.*s: the events up to %lld are in archives",
                   STR_ARG(login), STR_ARG(clock_text(&cx->arena, gone.before)), (long long)gone.last);
}

enum errcode
explain_story(struct cx *cx, const struct explain_question *q, struct explain_story *story_out)
{
    struct telling t = {
        .cx = cx, .story = story_out, .technician_id = q->technician_id, .login_id = q->login_id};
    struct login_row l = {.id = 0};
    struct explain_push *pushes = NULL;
    size_t n = 0;
    struct audit_place first = {.at = 0};
    *story_out = (struct explain_story){.login = id_text(cx, q->login_id)};
    enum errcode err = store_login_get(cx, t.login_id, &l);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        err = ERR_NONE;
    }
    if (l.technician_id != t.technician_id)
        l.id = 0;
    if (err == ERR_NONE)
        err = store_audit_first_of(cx, t.technician_id, t.story->login, &first);
    if (err == ERR_NONE && first.at == 0)
        return is_unknown(cx, t.story->login);
    t.session = l.id != 0 ? id_text(cx, l.result_session_id) : STR_NULL;
    if (err == ERR_NONE && l.id != 0)
        err = store_explain_pushes(cx, l.id, PUSHES, &pushes, &n);
    for (size_t i = 0; i < n; i++) /* events of an earlier version do not name the login */
        t.pushes[t.pushes_n++] = pushes[i].public_id;
    if (err == ERR_NONE)
        err = tell_events(cx, &t, &first);
    if (err == ERR_NONE)
        err = tell_pushes(cx, &t, pushes, n);
    if (err == ERR_NONE)
        err = tell_session(cx, &t);
    return err != ERR_NONE ? err : tell_end(cx, &t, &l);
}
