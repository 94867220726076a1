/* SPDX-License-Identifier: Apache-2.0 */
/* attempt: opens a login, and later reads it again with all facts for a decision. grant.c ends it. */
#include "signin/attempt.h"

#include "accounts/password_rules.h"
#include "base/inet.h"
#include "base/rand.h"
#include "keys/env.h"
#include "store/store_session.h"

static struct brought
brought_of(const struct login_row *l)
{
    return (struct brought){.hash = l->new_password_hash,
                            .verdict = l->new_password_verdict,
                            .strength = l->new_password_strength,
                            .length = l->new_password_length,
                            .context = l->new_password_context};
}

static bool
session_lives(const struct cx *cx, const struct session_row *s)
{
    return s->ended_at == 0 && s->idle_at > cx->now && s->expires_at > cx->now;
}

static enum errcode
session_ended(struct cx *cx, int64_t id, bool *ended_out)
{
    struct session_row s;
    enum errcode err = store_session_get(cx, id, &s);
    *ended_out = err != ERR_NONE || !session_lives(cx, &s);
    if (err != ERR_NOT_FOUND)
        return err;
    err_forget(cx);
    return ERR_NONE;
}

/* The password's properties are stored with the login until it ends; its length only up to what a policy
 * can require. */
static void
put_password(struct login_row *l, const struct account *a)
{
    if (!a->is_password_seen)
        return;
    const int64_t length = a->password.length;
    l->password_length = length < PASSWORD_LENGTH_MIN_ALONE ? length : PASSWORD_LENGTH_MIN_ALONE;
    l->password_strength = (int64_t)a->password.strength;
    l->password_known = a->password.is_well_known;
}

static void
take_password(const struct login_row *l, struct account *a)
{
    const struct password_facts facts = {.length = l->password_length,
                                         .strength = (enum password_strength)l->password_strength,
                                         .is_well_known = l->password_known};
    if (facts.length > 0)
        account_saw_password(a, &facts);
}

/* All facts except the push and the code. */
static enum errcode
facts_read(struct cx *cx, struct attempt *a)
{
    const struct login_row *l = &a->login;
    const struct brought brought = brought_of(l);
    take_password(l, &a->account);
    a->facts = (struct facts){
        .account = &a->account,
        .is_password_current = l->password_generation == a->account.t.password_generation,
        .challenge = CHALLENGE_cancelled,
        .is_password_expired = account_password_days(cx, &a->account) == 0,
        .brings_password = !str_eq(l->purpose, PURPOSE_SIGN_IN),
        .new_password = brought_judge(cx, &a->account, &brought),
        .is_change = str_eq(l->purpose, PURPOSE_CHANGE),
    };
    if (a->facts.is_change)
        return session_ended(cx, l->session_id, &a->facts.is_session_over);
    struct account_seats seats;
    enum errcode err = account_seats(cx, &a->account, &seats);
    a->facts.is_full = seats.is_full;
    return err;
}

enum errcode
attempt_open(struct cx *cx, const struct opening *o, struct attempt *a, struct str *token_out)
{
    static const struct brought none = {.hash = STR(""), .verdict = STR("")};
    const struct brought *b = o->brought != NULL ? o->brought : &none;
    struct str token = token_random(cx);
    char *nonce = arena_alloc(&cx->arena, TOKEN_BYTES);
    rand_bytes(nonce, TOKEN_BYTES);
    a->login = (struct login_row){
        .id = rand_id(),
        .token_digest = token_digest(token),
        .technician_id = a->account.t.id,
        .purpose = o->purpose,
        .state = STR_LIT("open"),
        .nonce = {nonce, TOKEN_BYTES},
        .source = str_is_null(cx->source) ? STR_LIT("") : cx->source,
        .network = str_is_null(cx->source) ? STR_LIT("") : inet_source(&cx->arena, cx->source),
        .console = text_of_stranger(cx, cx->console, TEXT_CONSOLE),
        .language = text_of_stranger(cx, o->language, TEXT_LANGUAGE),
        .password_generation = a->account.t.password_generation,
        .new_password_hash = b->hash,
        .new_password_verdict = b->verdict,
        .new_password_strength = b->strength,
        .new_password_length = b->length,
        .new_password_context = b->context,
        .session_id = o->session_id,
        .created_at = cx->now,
        .expires_at = cx->now + LOGIN_LIFE,
    };
    put_password(&a->login, &a->account);
    a->challenge.id = 0;
    a->is_repeat = false;
    if (token_out != NULL)
        *token_out = token;
    enum errcode err = store_login_insert(cx, &a->login);
    if (err == ERR_NONE)
        err = store_login_trim(cx, &a->login, LOGINS_OF_SOURCE, LOGINS_OF_ACCOUNT);
    return err != ERR_NONE ? err : facts_read(cx, a);
}

struct str
attempt_id(struct cx *cx, const struct attempt *a)
{
    return arena_printf(&cx->arena, "%lld", (long long)a->login.id);
}

/* An unknown token is a result, not an error. */
static enum errcode
not_found_is_none(struct cx *cx, enum errcode err)
{
    if (err != ERR_NOT_FOUND)
        return err;
    err_forget(cx);
    return ERR_NONE;
}

/* The push of the token, if it belongs to this login; otherwise a->push.id stays 0. */
static enum errcode
challenge_read(struct cx *cx, struct str token, struct attempt *a)
{
    struct challenge_row c = {0};
    if (str_is_empty(token))
        return ERR_NONE;
    const struct digest digest = token_digest(token);
    enum errcode err = store_challenge_by_token(cx, &digest, &c);
    if (err == ERR_NONE && c.login_id == a->login.id)
        a->challenge = c;
    return not_found_is_none(cx, err);
}

/* When no push is named: a refused one that the console has not asked about. It has ended this login:
 * neither another push nor a code can continue it. */
static enum errcode
refusal_read(struct cx *cx, int64_t login_id, enum challenge_state *challenge_out)
{
    struct challenge_row c;
    enum errcode err = store_challenge_refused_of(cx, login_id, &c);
    if (err == ERR_NONE)
        err = challenge_state_of(cx, &c, challenge_out);
    return not_found_is_none(cx, err);
}

/* Only the OK of a push is repeated, and only to a caller that names that very push. */
static enum errcode
repeat_read(struct cx *cx, enum challenge_state challenge, struct attempt *a)
{
    const struct login_row *l = &a->login;
    struct str source = str_is_null(cx->source) ? STR_LIT("") : cx->source;
    bool ended = false;
    if (!str_eq(l->result, STR_LIT("OK")) || challenge != CHALLENGE_used || cx->now < l->result_at ||
        cx->now >= l->result_at + OK_REPEATED || !str_eq(l->result_source, source))
        return ERR_NONE;
    enum errcode err = account_read(cx, l->technician_id, &a->account);
    if (err == ERR_NONE && l->result_session_id != 0)
        err = session_ended(cx, l->result_session_id, &ended);
    a->is_repeat = err == ERR_NONE && !ended && a->account.t.deleted_at == 0;
    if (a->is_repeat)
        cx->proofs |= CX_PROOF_LOGIN;
    return err;
}

enum errcode
attempt_read(struct cx *cx, struct str login_token, const struct str *challenge_token, struct attempt *a_out)
{
    *a_out = (struct attempt){.challenge.id = 0};
    enum challenge_state challenge = CHALLENGE_cancelled;
    if (str_is_empty(login_token))
        return ERR_NONE;
    const struct digest digest = token_digest(login_token);
    enum errcode err = store_login_by_token(cx, &digest, &a_out->login);
    if (err != ERR_NONE)
        return not_found_is_none(cx, err);
    if (challenge_token != NULL) {
        err = challenge_read(cx, *challenge_token, a_out);
        if (err == ERR_NONE && a_out->challenge.id != 0)
            err = challenge_state_of(cx, &a_out->challenge, &challenge);
        if (err != ERR_NONE || a_out->challenge.id == 0)
            return err;
    }
    if (!str_eq(a_out->login.state, STR_LIT("open")))
        return challenge_token != NULL ? repeat_read(cx, challenge, a_out) : ERR_NONE;
    if (cx->now >= a_out->login.expires_at ||
        (challenge_token != NULL && (challenge == CHALLENGE_cancelled || challenge == CHALLENGE_used)))
        return ERR_NONE;
    cx->proofs |= CX_PROOF_LOGIN;
    account_acts(cx, a_out->login.technician_id);
    err = challenge_token == NULL ? refusal_read(cx, a_out->login.id, &challenge) : ERR_NONE;
    if (err == ERR_NONE)
        err = account_read(cx, a_out->login.technician_id, &a_out->account);
    if (err == ERR_NONE)
        err = facts_read(cx, a_out);
    if (err != ERR_NONE)
        a_out->facts.account = NULL;
    a_out->facts.challenge = challenge;
    a_out->facts.is_challenge_over = cx->now >= a_out->challenge.expires_at;
    return err;
}
