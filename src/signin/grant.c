/* SPDX-License-Identifier: Apache-2.0 */
/* grant: the end of an attempt: the session with its seat, cookie and ticket; or a final refusal. All of
 * it within the transaction that decided. */
#include "accounts/challenge_pace.h"
#include "accounts/revoke.h"
#include "accounts/session.h"
#include "accounts/tally.h"
#include "base/rand.h"
#include "keys/env.h"
#include "signin/attempt.h"
#include "store/store_session.h"

#define TICKET_LIFE CLOCK_MINUTE

static struct str
console_url(struct cx *cx, const struct policy *p, struct str ticket)
{
    struct str console = p->console_url;
    if (str_is_empty(console))
        return arena_printf(&cx->arena, "%.*s/console/#ticket=%.*s", STR_ARG(cx->env->public_url),
                            STR_ARG(ticket));
    bool has_query = str_find(console, '?') < console.n;
    return arena_printf(&cx->arena, "%.*s%cticket=%.*s", STR_ARG(console), has_query ? '&' : '?',
                        STR_ARG(ticket));
}

struct signin_outcome
outcome_for_stranger(enum signin_result result)
{
    return (struct signin_outcome){.result = result, .password_days = -1};
}

enum errcode
attempt_tell(struct cx *cx, const struct attempt *a, int64_t session, enum signin_result result,
             struct signin_outcome *outcome_out)
{
    *outcome_out = outcome_for_stranger(result);
    if (a->facts.account == NULL)
        return ERR_NONE;
    outcome_out->url = account_url(cx, &a->account, result);
    return account_tell(cx, &a->account, session != 0 ? session : a->login.session_id, outcome_out);
}

/* The cookie and the ticket are derived from the login's row alone, so that the same OK can be repeated. */
static void
tell_session(struct cx *cx, const struct attempt *a, struct signin_outcome *outcome)
{
    struct str ticket = token_derive(cx, "ticket", a->login.id, a->login.nonce);
    outcome->session = token_derive(cx, "session", a->login.id, a->login.nonce);
    outcome->url = console_url(cx, &a->account.p, ticket);
}

static enum errcode
end_oldest(struct cx *cx, const struct account *a)
{
    const struct session_choice company = {.company_id = a->c.id};
    int64_t live = 0;
    struct session_row *rows = NULL;
    size_t n = 0;
    if (a->p.seats == 0)
        return ERR_NONE;
    enum errcode err = store_session_count(cx, &company, cx->now, &live);
    if (err != ERR_NONE || live < a->p.seats)
        return err;
    err = store_session_list(cx, &company, cx->now, live - a->p.seats + 1, &rows, &n);
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        bool ended = false;
        err = store_session_end(cx, rows[i].id, cx->now, STR_LIT("seat"), &ended);
        if (err == ERR_NONE)
            err = audit_append(cx, (struct audit_of){a->c.id, rows[i].technician_id}, AUDIT_SESSION_ENDED,
                               "session", arena_printf(&cx->arena, "%lld", (long long)rows[i].id), "reason",
                               STR_LIT("seat"), NULL);
    }
    return err;
}

static enum errcode
open_session(struct cx *cx, const struct attempt *a, const char *method, int64_t *id_out)
{
    const struct policy *p = &a->account.p;
    struct str ticket = token_derive(cx, "ticket", a->login.id, a->login.nonce);
    struct str cookie = token_derive(cx, "session", a->login.id, a->login.nonce);
    const int64_t expires = cx->now + p->session_life, idle = cx->now + p->session_idle;
    const struct session_row s = {
        .id = rand_id(),
        .company_id = a->account.c.id,
        .technician_id = a->account.t.id,
        .login_id = a->login.id,
        .token_digest = token_digest(cookie),
        .ticket_digest = token_digest(ticket),
        .ticket_expires_at = cx->now + TICKET_LIFE,
        .has_second_factor = !str_eq(str_from_cstr(method), STR_LIT("password")),
        .source = str_is_null(cx->source) ? STR_LIT("") : cx->source,
        .console = a->login.console,
        .created_at = cx->now,
        .seen_at = cx->now,
        .idle_at = idle < expires ? idle : expires,
        .expires_at = expires,
    };
    *id_out = s.id;
    enum errcode err = end_oldest(cx, &a->account);
    return err != ERR_NONE ? err : store_session_insert(cx, &s);
}

/* The effects of an OK. *session_out: the new session, 0 for a password change. */
static enum errcode
grant(struct cx *cx, const struct attempt *a, const char *method, int64_t *session_out)
{
    const struct account *acc = &a->account;
    const struct lockout_name name = {&acc->t, &acc->p, acc->t.email_key};
    enum errcode err = ERR_NONE;
    *session_out = 0;
    if (a->facts.brings_password) {
        err = password_store(cx, &acc->p, &acc->t, a->login.new_password_hash, false);
        if (err == ERR_NONE)
            err = revoke_account(cx, acc->t.id, a->login.session_id, "password-changed");
        if (err == ERR_NONE)
            err =
                audit_append(cx, account_of(acc), AUDIT_PASSWORD_CHANGED, "purpose", a->login.purpose, NULL);
    }
    if (err == ERR_NONE)
        err = lockout_clear(cx, &name, cx->source);
    if (err == ERR_NONE)
        err = tally_clear(cx, acc->t.id);
    if (err == ERR_NONE && !a->facts.is_change)
        err = open_session(cx, a, method, session_out);
    return err;
}

/* Ends one push: cancelled if it was pending, otherwise used. */
static enum errcode
settle_challenge(struct cx *cx, const struct attempt *a, const struct challenge_row *c,
                 enum signin_result result)
{
    struct challenge_move move = {.id = c->id, .event = CHALLENGE_EVENT_use};
    bool won = false;
    enum errcode err = challenge_state_of(cx, c, &move.from);
    if (err == ERR_NONE && move.from == CHALLENGE_pending && result == SIGNIN_TimeOut) {
        err = challenge_expire(cx, c);
        move.from = CHALLENGE_expired;
    } else if (move.from == CHALLENGE_pending) {
        move.event = CHALLENGE_EVENT_cancel;
    }
    if (err == ERR_NONE)
        err = challenge_move(cx, &move, &won);
    if (err == ERR_NONE && !won)
        return err_set(cx, ERR_CONFLICT, "challenge %lld was moved meanwhile", (long long)c->id);
    if (err != ERR_NONE || move.event != CHALLENGE_EVENT_cancel)
        return err;
    return audit_append(cx, account_of(&a->account), AUDIT_PUSH_CANCELLED, "challenge", c->public_id,
                        "reason", result == SIGNIN_OK ? STR_LIT("code") : STR_LIT("login-ended"), NULL);
}

/* The push that was asked about, and one that a code made unnecessary, or that was sent since. */
static enum errcode
settle(struct cx *cx, const struct attempt *a, enum signin_result result)
{
    struct challenge_row open;
    enum errcode err = a->challenge.id != 0 ? settle_challenge(cx, a, &a->challenge, result) : ERR_NONE;
    if (err == ERR_NONE)
        err = store_challenge_open_of(cx, a->login.id, &open);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        return ERR_NONE;
    }
    return err != ERR_NONE ? err : settle_challenge(cx, a, &open, result);
}

static enum errcode
record(struct cx *cx, const struct attempt *a, const struct login_end *end, const char *method)
{
    const bool is_ok = str_eq(end->result, STR_LIT("OK"));
    struct str session =
        end->session_id != 0 ? arena_printf(&cx->arena, "%lld", (long long)end->session_id) : STR_NULL;
    return audit_append(cx, account_of(&a->account), is_ok ? AUDIT_LOGIN_GRANTED : AUDIT_LOGIN_REFUSED_INSIDE,
                        "login", attempt_id(cx, a), "purpose", a->login.purpose, "method",
                        str_from_cstr(method), "result", end->result, "console", a->login.console, "session",
                        session, NULL);
}

enum errcode
attempt_end(struct cx *cx, struct attempt *a, enum signin_result result, const char *method,
            struct signin_outcome *outcome_out)
{
    bool won = false;
    int64_t session = 0;
    ASSERT(a->facts.account != NULL && result != SIGNIN_Poll && result != SIGNIN_InvalidToken);
    /* The pushes first: what the grant withdraws are those of other logins. */
    enum errcode err = settle(cx, a, result);
    if (err == ERR_NONE && result == SIGNIN_OK)
        err = grant(cx, a, method, &session);
    /* Also for an approval that is refused in the end: the person is present, and should be able to try
     * again. */
    if (err == ERR_NONE && (result == SIGNIN_OK || a->facts.challenge == CHALLENGE_approved))
        err = challenge_pace_count(cx, &a->account.t, CHALLENGE_PACE_APPROVED);
    const struct login_end end = {.id = a->login.id,
                                  .at = cx->now,
                                  .result = str_from_cstr(signin_result_name(result)),
                                  .source = str_is_null(cx->source) ? STR_LIT("") : cx->source,
                                  .session_id = session};
    if (err == ERR_NONE)
        err = store_login_spend(cx, &end, &won);
    if (err == ERR_NONE && !won)
        err = err_set(cx, ERR_CONFLICT, "login %lld was spent meanwhile", (long long)a->login.id);
    if (err == ERR_NONE)
        err = record(cx, a, &end, method);
    /* A grant changes the outputs: no failures are left, and the password may be new. */
    if (err == ERR_NONE && result == SIGNIN_OK)
        err = account_read(cx, a->account.t.id, &a->account);
    if (err == ERR_NONE)
        err = attempt_tell(cx, a, session, result, outcome_out);
    if (err == ERR_NONE && session != 0)
        tell_session(cx, a, outcome_out);
    return err;
}

enum errcode
attempt_repeat(struct cx *cx, const struct attempt *a, struct signin_outcome *outcome_out)
{
    ASSERT(a->is_repeat);
    *outcome_out = outcome_for_stranger(SIGNIN_OK);
    if (a->login.result_session_id != 0)
        tell_session(cx, a, outcome_out);
    int64_t own = a->login.result_session_id != 0 ? a->login.result_session_id : a->login.session_id;
    return account_tell(cx, &a->account, own, outcome_out);
}
