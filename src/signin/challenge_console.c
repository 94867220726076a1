/* SPDX-License-Identifier: Apache-2.0 */
/* challenge_console: a console's operations on a push: send it, ask for its outcome, cancel it. */
#include "accounts/challenge_pace.h"

#include "base/codec.h"
#include "base/rand.h"
#include "db/db.h"
#include "keys/env.h"
#include "signin/attempt.h"
#include "store/store_outbox.h"
#include "store/store_subscription.h"

enum { CHALLENGE_TRIES = 3, PUBLIC_ID_BYTES = 16, POLL_SECONDS = 2 };

static int32_t
seconds_until(const struct cx *cx, int64_t t)
{
    return t <= cx->now ? 0 : (int32_t)((t - cx->now + CLOCK_S - 1) / CLOCK_S);
}

static struct challenge_sent
refused(enum signin_result result, int32_t seconds)
{
    return (struct challenge_sent){.result = result, .expires_in = seconds, .poll_interval = POLL_SECONDS};
}

static struct challenge_sent
sent(struct cx *cx, const struct challenge_row *c)
{
    return (struct challenge_sent){.result = SIGNIN_OK,
                                   .token = token_derive(cx, TOKEN_OF_CHALLENGE, c->id, c->nonce),
                                   .number = token_number(cx, c->id, c->nonce, c->number_digits),
                                   .expires_in = seconds_until(cx, c->expires_at),
                                   .poll_interval = POLL_SECONDS};
}

static enum errcode
post(struct cx *cx, const struct challenge_row *c, struct str transport, int64_t device_id)
{
    const struct outbox_row row = {.id = rand_id(),
                                   .challenge_id = c->id,
                                   .device_id = device_id,
                                   .transport = transport,
                                   .next_at = cx->now,
                                   .created_at = cx->now,
                                   .expires_at = c->expires_at};
    return store_outbox_insert(cx, &row);
}

static enum errcode
notify(struct cx *cx, const struct challenge_row *c)
{
    int64_t *devices = NULL;
    size_t n = 0;
    enum errcode err = ERR_NONE;
    if (cx->env->has_webhook)
        err = post(cx, c, STR_LIT("webhook"), 0);
    if (err == ERR_NONE && cx->env->has_web_push)
        err = store_subscription_devices(cx, c->technician_id, &devices, &n);
    for (size_t i = 0; err == ERR_NONE && i < n; i++)
        err = post(cx, c, STR_LIT("web-push"), devices[i]);
    return err;
}

static enum errcode
create(struct cx *cx, const struct attempt *a, struct challenge_sent *sent_out)
{
    unsigned char public_id[PUBLIC_ID_BYTES];
    char *nonce = arena_alloc(&cx->arena, TOKEN_BYTES);
    const int64_t over = cx->now + a->account.p.push_lifetime;
    rand_word(public_id, sizeof public_id);
    rand_bytes(nonce, TOKEN_BYTES);
    struct challenge_row c = {.id = rand_id(),
                              .login_id = a->login.id,
                              .technician_id = a->account.t.id,
                              .public_id = codec_base64url(&cx->arena, public_id, sizeof public_id),
                              .nonce = {nonce, TOKEN_BYTES},
                              .number_required = a->account.p.push_number,
                              .number_digits = a->account.p.push_digits,
                              .tries_left = CHALLENGE_TRIES,
                              .created_at = cx->now,
                              .expires_at = over < a->login.expires_at ? over : a->login.expires_at};
    *sent_out = sent(cx, &c);
    c.token_digest = token_digest(sent_out->token);
    enum errcode err = store_challenge_insert(cx, &c);
    if (err == ERR_NONE)
        err = challenge_pace_count(cx, &a->account.t, CHALLENGE_PACE_SENT);
    if (err == ERR_NONE)
        err = notify(cx, &c);
    if (err == ERR_NONE)
        err = audit_append(cx, account_of(&a->account), AUDIT_PUSH_SENT, "challenge", c.public_id, "login",
                           attempt_id(cx, a), "purpose", a->login.purpose, NULL);
    return err;
}

/* Cancelling before an answer counts as unanswered: otherwise an attacker with the password could ring the
 * phone and cancel the push again and again, and the channel would never rest. */
static enum errcode
take_back(struct cx *cx, const struct challenge_row *c, const char *reason)
{
    struct challenge_move move = {.id = c->id, .event = CHALLENGE_EVENT_cancel};
    struct technician t;
    bool won = false;
    enum errcode err = challenge_state_of(cx, c, &move.from);
    if (err == ERR_NONE)
        err = challenge_move(cx, &move, &won);
    if (err != ERR_NONE || !won)
        return err != ERR_NONE ? err : err_set(cx, ERR_CONFLICT, "challenge moved meanwhile");
    if ((err = technician_get(cx, c->technician_id, &t)) != ERR_NONE)
        return err;
    if (move.from == CHALLENGE_pending)
        err = challenge_pace_count(cx, &t, CHALLENGE_PACE_UNANSWERED);
    if (err == ERR_NONE)
        err = audit_append(cx, (struct audit_of){t.company_id, t.id}, AUDIT_PUSH_CANCELLED, "challenge",
                           c->public_id, "reason", str_from_cstr(reason), NULL);
    return err;
}

/* The push of this login that is pending, or approved and not asked for yet; id 0: none. */
static enum errcode
open_of(struct cx *cx, const struct attempt *a, struct challenge_row *open_out)
{
    *open_out = (struct challenge_row){.id = 0};
    enum errcode err = store_challenge_open_of(cx, a->login.id, open_out);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        return ERR_NONE;
    }
    if (err != ERR_NONE || open_out->expires_at > cx->now || !str_eq(open_out->state, STR_LIT("pending")))
        return err;
    err = challenge_expire(cx, open_out);
    open_out->id = 0;
    return err;
}

/* The pending push to be replaced is cancelled only when the new one is sent: a wait costs nothing. */
static enum errcode
replace(struct cx *cx, struct attempt *a, struct challenge_sent *sent_out)
{
    struct challenge_row *rows = NULL;
    size_t n = 0;
    enum errcode err =
        store_challenge_list(cx, a->account.t.id, STR_LIT("pending"), CHALLENGE_LISTED, &rows, &n);
    for (size_t i = 0; i < n && err == ERR_NONE; i++)
        err = take_back(cx, &rows[i], "replaced");
    if (err == ERR_NONE) /* the counters changed */
        err = technician_get(cx, a->account.t.id, &a->account.t);
    return err != ERR_NONE ? err : create(cx, a, sent_out);
}

/* Within the open transaction: ends the pushes whose time is over, and reads what that changed. */
static enum errcode
end_overdue(struct cx *cx, struct attempt *a)
{
    struct challenge_row *rows = NULL;
    size_t n = 0;
    enum errcode err =
        store_challenge_list(cx, a->account.t.id, STR_LIT("pending"), CHALLENGE_LISTED, &rows, &n);
    for (size_t i = 0; i < n && err == ERR_NONE; i++)
        if (rows[i].expires_at <= cx->now)
            err = challenge_expire(cx, &rows[i]);
    return err != ERR_NONE ? err : technician_get(cx, a->account.t.id, &a->account.t);
}

/* Audited once per login: a console that asks again and again must not fill the log. */
static enum errcode
tell_hold(struct cx *cx, const struct attempt *a, const struct challenge_hold *h,
          struct challenge_sent *sent_out)
{
    bool first = false;
    *sent_out = refused(SIGNIN_TwoFactorError, seconds_until(cx, h->until));
    enum errcode err = store_login_hold_challenge(cx, a->login.id, &first);
    if (err != ERR_NONE || !first)
        return err;
    return audit_append(cx, account_of(&a->account), AUDIT_PUSH_HELD, "reason", str_from_cstr(h->reason),
                        "seconds", arena_printf(&cx->arena, "%d", (int)sent_out->expires_in), "login",
                        attempt_id(cx, a), NULL);
}

static enum errcode
send_within(struct cx *cx, struct str login_token, struct challenge_sent *sent_out)
{
    struct attempt a;
    struct challenge_row open;
    struct challenge_hold h = {.reason = NULL};
    enum errcode err = attempt_read(cx, login_token, NULL, &a);
    if (err != ERR_NONE)
        return err;
    enum signin_result result = decide(&a.facts, AT_SEND);
    *sent_out = refused(result, 0);
    if (result != SIGNIN_OK)
        return ERR_NONE;
    if ((err = open_of(cx, &a, &open)) != ERR_NONE)
        return err;
    if (open.id != 0) {
        *sent_out = sent(cx, &open);
        return ERR_NONE;
    }
    err = end_overdue(cx, &a);
    if (err == ERR_NONE)
        err = challenge_pace_hold(cx, &a.account.t, a.login.source, &h);
    if (err != ERR_NONE)
        return err;
    return h.reason != NULL ? tell_hold(cx, &a, &h, sent_out) : replace(cx, &a, sent_out);
}

enum errcode
signin_send_challenge(struct cx *cx, struct str login_token, struct challenge_sent *sent_out)
{
    *sent_out = refused(SIGNIN_UnknownError, 0);
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = send_within(cx, login_token, sent_out);
    return db_end(cx, err);
}

struct tokens {
    struct str login, challenge;
};

/* Within a transaction of either kind. *for_good_out: the answer ends the attempt, which requires a
 * transaction that writes. */
static enum errcode
look(struct cx *cx, const struct tokens *tokens, struct attempt *a, enum signin_result *result_out,
     bool *for_good_out)
{
    *for_good_out = false;
    *result_out = SIGNIN_UnknownError;
    enum errcode err = attempt_read(cx, tokens->login, &tokens->challenge, a);
    if (err != ERR_NONE)
        return err;
    *result_out = a->is_repeat ? SIGNIN_OK : decide(&a->facts, AT_CHECK);
    *for_good_out = !a->is_repeat && *result_out != SIGNIN_InvalidToken && *result_out != SIGNIN_Poll;
    return ERR_NONE;
}

static enum errcode
tell(struct cx *cx, const struct attempt *a, enum signin_result result, struct signin_outcome *outcome_out,
     struct check_wait *wait_out)
{
    if (a->is_repeat)
        return attempt_repeat(cx, a, outcome_out);
    if (result == SIGNIN_Poll)
        *wait_out = (struct check_wait){.technician_id = a->challenge.technician_id,
                                        .until = a->challenge.expires_at,
                                        .hold = a->account.p.check_hold};
    return attempt_tell(cx, a, 0, result, outcome_out);
}

/* Reads again and ends the attempt, unless another process was first. */
static enum errcode
check_for_good(struct cx *cx, const struct tokens *tokens, struct signin_outcome *outcome_out,
               struct check_wait *wait_out)
{
    struct attempt a;
    enum signin_result result;
    bool for_good = false;
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = look(cx, tokens, &a, &result, &for_good);
    if (err == ERR_NONE)
        err = for_good ? attempt_end(cx, &a, result, "push", outcome_out)
                       : tell(cx, &a, result, outcome_out, wait_out);
    return db_end(cx, err);
}

enum errcode
signin_check_challenge(struct cx *cx, struct str login_token, struct str challenge_token,
                       struct signin_outcome *outcome_out, struct check_wait *wait_out)
{
    const struct tokens tokens = {login_token, challenge_token};
    struct attempt a;
    enum signin_result result;
    bool for_good = false;
    *outcome_out = outcome_for_stranger(SIGNIN_UnknownError);
    *wait_out = (struct check_wait){0};
    enum errcode err = db_begin_read(cx);
    if (err != ERR_NONE)
        return err;
    err = look(cx, &tokens, &a, &result, &for_good);
    if (err == ERR_NONE && !for_good)
        err = tell(cx, &a, result, outcome_out, wait_out);
    db_rollback(cx);
    return err == ERR_NONE && for_good ? check_for_good(cx, &tokens, outcome_out, wait_out) : err;
}

static enum errcode
cancel_within(struct cx *cx, const struct tokens *tokens, enum signin_result *result_out)
{
    struct attempt a;
    *result_out = SIGNIN_InvalidToken;
    enum errcode err = attempt_read(cx, tokens->login, &tokens->challenge, &a);
    if (err != ERR_NONE || a.facts.account == NULL ||
        (a.facts.challenge != CHALLENGE_pending && a.facts.challenge != CHALLENGE_approved))
        return err;
    *result_out = SIGNIN_OK;
    return take_back(cx, &a.challenge, "console");
}

enum errcode
signin_cancel_challenge(struct cx *cx, struct str login_token, struct str challenge_token,
                        enum signin_result *result_out)
{
    const struct tokens tokens = {login_token, challenge_token};
    *result_out = SIGNIN_UnknownError;
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = cancel_within(cx, &tokens, result_out);
    return db_end(cx, err);
}
