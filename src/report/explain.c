/* SPDX-License-Identifier: Apache-2.0 */
/* explain: what was read, and what would happen now. */
#include "report/explain.h"

#include "report/explain_condition.h"
#include "accounts/challenge_pace.h"
#include "accounts/device.h"
#include "accounts/passkey.h"
#include "base/clock.h"
#include "base/inet.h"
#include "db/db.h"
#include "keys/env.h"
#include "store/store_challenge.h"
#include "store/store_explain.h"
#include "store/store_session.h"

static bool
is_attempt(const struct audit_row *row)
{
    return str_eq(row->event, str_from_cstr(audit_event_name(AUDIT_LOGIN_BEGUN))) ||
           str_eq(row->event, str_from_cstr(audit_event_name(AUDIT_LOGIN_GRANTED))) ||
           str_eq(row->event, str_from_cstr(audit_event_name(AUDIT_LOGIN_REFUSED)));
}

/* The address that conditions are evaluated for. */
static enum errcode
choose_source(struct cx *cx, const struct explain_question *q, const struct explaining *e)
{
    struct explanation *x = e->x;
    struct inet_addr addr;
    x->from = STR_NULL;
    x->from_is = "none";
    if (!str_is_null(q->from)) {
        if (inet_parse(q->from, &addr) != ERR_NONE)
            return err_set(cx, ERR_SYNTAX, "'%.*s' is not an address", STR_ARG(q->from));
        x->from = inet_format(&cx->arena, &addr);
        x->from_is = "given";
    }
    for (size_t i = 0; i < e->events_n && str_is_null(x->from); i++)
        if (is_attempt(&e->events[i]) && !str_is_empty(e->events[i].source)) {
            x->from = e->events[i].source;
            x->from_is = "the last attempt";
        }
    cx->source = x->from;
    return ERR_NONE;
}

/* Where a passkey is required, a phone without one cannot approve. */
static enum errcode
read_phones(struct cx *cx, struct explaining *e)
{
    const struct account *a = &e->x->account;
    const bool asks = passkey_policy_here(cx, &a->p, NULL) == PASSKEY_POLICY_REQUIRED;
    struct device *phones = NULL;
    size_t n = 0;
    enum errcode err = device_list(cx, a->t.id, false, &phones, &n);
    for (size_t i = 0; i < n; i++) {
        const bool is_active = phones[i].state == DEVICE_ACTIVE;
        e->disabled_n += is_active ? 0 : 1;
        e->able_n += is_active && (!asks || phones[i].has_passkey) ? 1 : 0;
    }
    return err;
}

static enum errcode
read_account(struct cx *cx, const struct explain_question *q, struct explaining *e)
{
    struct lockout_source *refused = NULL;
    struct account *a = &e->x->account;
    struct policy_row *policies = NULL;
    struct audit_row *events = NULL;
    enum errcode err = store_audit_newest(cx, q->technician_id, EXPLAIN_EVENTS, &events, &e->events_n);
    e->events = events;
    if (err == ERR_NONE)
        err = choose_source(cx, q, e);
    if (err == ERR_NONE)
        err = account_read(cx, q->technician_id, a);
    if (err == ERR_NONE)
        err = account_methods(cx, a, &e->x->methods);
    if (err == ERR_NONE)
        err = account_seats(cx, a, &e->seats);
    if (err == ERR_NONE)
        err = policy_list(cx, a->c.id, &policies, &e->policies_n);
    e->policies = policies;
    if (err == ERR_NONE)
        err = lockout_sources(cx, a->t.email_key, &refused, &e->refused_n);
    e->refused = refused;
    if (err == ERR_NONE)
        err = read_phones(cx, e);
    if (err == ERR_NONE && a->p.address_rules)
        err = address_judge(cx, a->c.id, a->t.id, e->x->from, &e->address);
    return err;
}

/* The push that a check of this login would be about. */
static enum errcode
read_push(struct cx *cx, struct explaining *e)
{
    struct explain_push *pushes = NULL;
    size_t n = 0;
    enum errcode err = store_explain_pushes(cx, e->login->id, EXPLAIN_STEPS, &pushes, &n);
    e->facts.challenge = CHALLENGE_cancelled;
    if (err != ERR_NONE || n == 0)
        return err;
    if (!challenge_state_read(pushes[n - 1].state, &e->facts.challenge))
        return err_set(cx, ERR_STORE, "challenge %lld: no such state", (long long)pushes[n - 1].id);
    e->facts.is_challenge_over = cx->now >= pushes[n - 1].expires_at;
    return ERR_NONE;
}

/* Of a password change: the session that asked for it. */
static enum errcode
read_session(struct cx *cx, int64_t id, struct explaining *e)
{
    struct session_row s = {.id = 0};
    enum errcode err = store_session_get(cx, id, &s);
    e->facts.is_session_over = err != ERR_NONE || s.ended_at != 0 || s.idle_at <= cx->now;
    if (err != ERR_NOT_FOUND)
        return err;
    err_forget(cx);
    return ERR_NONE;
}

/* The row of the login is removed a day after its time; its story is still in the audit log then. */
static enum errcode
read_login(struct cx *cx, const struct explain_question *q, struct explaining *e, struct login_row *row)
{
    enum errcode err = q->login_id != 0 ? store_login_get(cx, q->login_id, row) : ERR_NOT_FOUND;
    if (err == ERR_NOT_FOUND || (err == ERR_NONE && row->technician_id != q->technician_id)) {
        err_forget(cx);
        return ERR_NONE;
    }
    if (err != ERR_NONE)
        return err;
    e->login = row;
    e->is_login_over = !str_eq(row->state, STR_LIT("open")) || cx->now >= row->expires_at;
    e->facts.is_password_current = row->password_generation == e->x->account.t.password_generation;
    e->facts.brings_password =
        !str_is_empty(row->new_password_hash) || !str_is_empty(row->new_password_verdict);
    e->facts.is_change = row->session_id != 0;
    err = e->facts.is_change ? read_session(cx, row->session_id, e) : ERR_NONE;
    return err != ERR_NONE ? err : read_push(cx, e);
}

static void
answer(struct explaining *e, struct explain_answer a)
{
    ASSERT(e->x->answers_n < EXPLAIN_ANSWERS);
    e->x->answers[e->x->answers_n++] = a;
}

/* By the table of conditions. False: another answer than OK. */
static bool
by_decision(struct explaining *e, enum explain_operation operation, enum decide_at at)
{
    const struct condition *first = decide_first(&e->fresh, at);
    if (first == NULL)
        return true;
    const struct explain_line *line = &e->x->lines[first - conditions];
    answer(e, (struct explain_answer){.operation = operation,
                                      .result = first->result,
                                      .why = str_from_cstr(first->why),
                                      .mend = line->mend});
    return false;
}

/* 0: it is not refused. */
static int64_t
refused_until(const struct explaining *e, struct str source)
{
    for (size_t i = 0; i < e->refused_n; i++)
        if (str_eq(e->refused[i].source, source))
            return e->refused[i].until;
    return 0;
}

/* The password is not verified at all, or cannot be right. */
static enum errcode
by_lock(struct cx *cx, struct explaining *e, bool *is_answered_out)
{
    const struct account *a = &e->x->account;
    struct lockout_shown shown;
    const bool is_shut = a->l.account_locked || a->l.source_refused;
    *is_answered_out = is_shut || a->t.password_hash.n == 0;
    enum errcode err = lockout_look_shown(cx, a->t.email_key, e->x->from, &shown);
    if (err != ERR_NONE || !*is_answered_out)
        return err;
    const bool is_shown = (a->l.account_locked && a->l.source_is_known) || shown.is_locked;
    struct explain_answer said = {.operation = EXPLAIN_LOGIN,
                                  .result = is_shown ? SIGNIN_UserLockedOut : SIGNIN_InvalidPassword};
    if (a->l.account_locked) {
        said.why = STR_LIT("failures locked the account: the password is not looked at");
        said.until = a->l.locked_until;
    } else if (a->l.source_refused) {
        said.why = STR_LIT("this address has used up its failures: the password is not looked at");
        said.until = refused_until(e, inet_source(&cx->arena, e->x->from));
    } else {
        said.why = STR_LIT("the account has no password: none is right");
    }
    said.mend = explain_command(cx, e, is_shut ? "technician unlock" : "technician reset");
    answer(e, said);
    return ERR_NONE;
}

/* The push, as far as one would be sent. */
static enum errcode
by_push(struct cx *cx, struct explaining *e)
{
    static const struct {
        const char *reason, *why, *verb;
    } holds[] = {
        {"pending", "another push is pending", NULL},
        {"rest", "pushes rest after too many that were not answered or were refused", "technician unlock"},
        {"pace", "a push was sent just now: one every 30 seconds", NULL},
        {"no-device", "no phone is active", "enrol"},
    };
    struct challenge_hold h;
    enum errcode err = challenge_pace_hold(cx, &e->x->account.t, e->x->from, &h);
    struct explain_answer said = {.operation = EXPLAIN_SEND, .result = SIGNIN_OK};
    for (size_t i = 0; h.reason != NULL && i < ARRAY_LEN(holds); i++)
        if (str_eq(str_from_cstr(h.reason), str_from_cstr(holds[i].reason))) {
            said.result = SIGNIN_TwoFactorError;
            said.why = str_from_cstr(holds[i].why);
            said.until = h.until;
            said.mend = holds[i].verb != NULL ? explain_command(cx, e, holds[i].verb) : STR_NULL;
        }
    const bool has_none = h.reason != NULL && str_eq(str_from_cstr(h.reason), STR_LIT("no-device"));
    if (has_none && e->disabled_n > 0) {
        said.why = STR_LIT("every phone is disabled");
        said.mend = arena_printf(&cx->arena, "%.*s; countersign device enable DEVICE",
                                 STR_ARG(explain_devices(cx, e)));
    }
    answer(e, said);
    return err;
}

/* What a check comes to once the phone has answered. */
static void
by_check(struct cx *cx, struct explaining *e)
{
    if (e->able_n == 0 && e->x->answers[e->x->answers_n - 1].result == SIGNIN_OK)
        answer(e, (struct explain_answer){.operation = EXPLAIN_CHECK,
                                          .result = SIGNIN_TimeOut,
                                          .why = STR_LIT("the company requires a passkey, and no phone of "
                                                         "the account has one: none can approve"),
                                          .mend = explain_command(cx, e, "enrol")});
    else if (by_decision(e, EXPLAIN_CHECK, AT_CHECK))
        answer(e, (struct explain_answer){.operation = EXPLAIN_CHECK, .result = SIGNIN_OK});
}

static enum errcode
foresee(struct cx *cx, struct explaining *e)
{
    const struct account *a = &e->x->account;
    const bool needs_factor = a->p.second_factor == SECOND_FACTOR_REQUIRED;
    bool is_answered = false;
    enum errcode err = by_lock(cx, e, &is_answered);
    if (err != ERR_NONE || is_answered || !by_decision(e, EXPLAIN_LOGIN, AT_LOGIN))
        return err;
    if (!needs_factor) {
        if (by_decision(e, EXPLAIN_LOGIN, AT_ALONE))
            answer(e, (struct explain_answer){.operation = EXPLAIN_LOGIN, .result = SIGNIN_OK});
        return ERR_NONE;
    }
    if (account_may_enrol_itself(a)) {
        answer(e, (struct explain_answer){.operation = EXPLAIN_LOGIN,
                                          .result = SIGNIN_OkTwoFactorSetupRequired,
                                          .why = STR_LIT("the account never had a second factor: the console "
                                                         "opens a link that enrols a phone"),
                                          .mend = explain_command(cx, e, "enrol")});
        return ERR_NONE;
    }
    answer(e, (struct explain_answer){.operation = EXPLAIN_LOGIN,
                                      .result = SIGNIN_OkTwoFactorAuthenticationRequired});
    err = by_push(cx, e);
    if (err == ERR_NONE)
        by_check(cx, e);
    return err;
}

static void
budget(struct explaining *e, struct explain_budget b)
{
    if (e->x->budgets_n < EXPLAIN_BUDGETS)
        e->x->budgets[e->x->budgets_n++] = b;
}

/* Failures: of the account, of this address, and of the addresses that are refused. */
static void
count_failures(struct cx *cx, struct explaining *e)
{
    const struct account *a = &e->x->account;
    budget(e, (struct explain_budget){
                  .name = "failures of the account",
                  .used = a->p.lockout_failures - a->l.account_left,
                  .limit = a->p.lockout_failures,
                  .until = a->l.locked_until,
                  .set = explain_policy(e, "lockout_failures"),
                  .mend = a->l.account_locked ? explain_command(cx, e, "technician unlock") : STR_NULL});
    if (!str_is_null(e->x->from))
        budget(e, (struct explain_budget){
                      .name = "failures from this address",
                      .used = a->l.source_limit - a->l.source_left,
                      .limit = a->l.source_limit,
                      .detail = inet_source(&cx->arena, e->x->from),
                      .set = {.where = "configuration", .key = STR_LIT("privacy.source_failures")}});
    for (size_t i = 0; i < e->refused_n; i++)
        budget(e, (struct explain_budget){
                      .name = "refused address",
                      .limit = -1,
                      .until = e->refused[i].until,
                      .detail = e->refused[i].source,
                      .set = {.where = "configuration", .key = STR_LIT("privacy.source_failures")},
                      .mend = explain_command(cx, e, "technician unlock")});
}

static struct str
mend_of(const struct explaining *e, enum signin_result result)
{
    struct str mend = STR_NULL;
    for (size_t i = 0; i < e->x->lines_n; i++)
        if (e->x->lines[i].condition->result == result)
            mend = e->x->lines[i].mend;
    return mend;
}

static enum errcode
count_budgets(struct cx *cx, struct explaining *e)
{
    const struct account *a = &e->x->account;
    int64_t open = 0;
    const bool rests = challenge_pace_rests(cx, &a->t);
    const int64_t free_at = challenge_pace_free_at(cx, &a->t);
    const struct explain_set fixed = {.where = "fixed"};
    enum errcode err = store_explain_open_logins(cx, a->t.id, &open);
    budget(e, (struct explain_budget){.name = "pushes not answered in a row",
                                      .used = a->t.push_unanswered,
                                      .limit = CHALLENGE_UNANSWERED_MAX,
                                      .set = fixed});
    budget(e, (struct explain_budget){.name = "pushes refused in a row",
                                      .used = a->t.push_refused,
                                      .limit = CHALLENGE_REFUSED_MAX,
                                      .set = fixed});
    if (free_at > cx->now)
        budget(e, (struct explain_budget){.name = rests ? "pushes rest" : "pace of pushes",
                                          .used = 1,
                                          .limit = 1,
                                          .until = free_at,
                                          .set = fixed,
                                          .mend = rests ? explain_command(cx, e, "technician unlock")
                                                        : STR_NULL});
    budget(e, (struct explain_budget){.name = "seats of the company",
                                      .used = e->seats.taken,
                                      .limit = a->p.seats != 0 ? a->p.seats : -1,
                                      .set = explain_policy(e, "seats"),
                                      .mend = mend_of(e, SIGNIN_ConcurrentLimitExceeded)});
    budget(e, (struct explain_budget){.name = "sign-ins that wait", .used = open, .limit = -1, .set = fixed});

    return err;
}

static enum errcode
explain_within(struct cx *cx, const struct explain_question *q, struct explaining *e, struct login_row *login)
{
    struct explanation *x = e->x;
    enum errcode err = read_account(cx, q, e);
    if (err != ERR_NONE)
        return err;
    e->fresh = (struct facts){.account = &x->account,
                              .is_password_current = true,
                              .challenge = CHALLENGE_approved,
                              .is_password_expired = account_password_days(cx, &x->account) == 0,
                              .is_full = e->seats.is_full};
    e->facts = e->fresh;
    err = read_login(cx, q, e, login);
    if (err != ERR_NONE)
        return err;
    explain_conditions(cx, e);
    err = foresee(cx, e);
    if (err != ERR_NONE)
        return err;
    count_failures(cx, e);
    err = count_budgets(cx, e);
    if (err == ERR_NONE)
        explain_events(cx, e);
    return err;
}

enum errcode
explain_account(struct cx *cx, const struct explain_question *q, struct explain_story *story_out,
                struct explanation *x_out)
{
    const struct str source = cx->source;
    struct explaining e = {.x = x_out};
    struct login_row login;
    *x_out = (struct explanation){.lines_n = 0};
    enum errcode err = db_begin_read(cx);
    if (err != ERR_NONE)
        return err;
    err = explain_within(cx, q, &e, &login);
    if (err == ERR_NONE && story_out != NULL)
        err = explain_story(cx, q, story_out);
    cx->source = source;
    db_rollback(cx);
    return err;
}
