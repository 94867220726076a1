/* SPDX-License-Identifier: Apache-2.0 */
/* operator_session: see operator_session.h. */
#include "accounts/operator_session.h"

#include "accounts/audit.h"
#include "accounts/operator_once.h"
#include "accounts/operator_right.h"
#include "accounts/passkey.h"
#include "base/codec.h"
#include "base/rand.h"
#include "db/db.h"
#include "keys/env.h"
#include "store/store_operator_request.h"
#include "text/text.h"

enum { TIME_BYTES = 8, NONCE_BYTES = 24, NONCE_CHARS = 32 };
#define KEPT CLOCK_DAY /* a session, so that its challenge opens no other */
#define SEEN_STEP CLOCK_MINUTE

static void
acts(struct cx *cx, const struct operator* o)
{
    cx->actor = arena_printf(&cx->arena, "operator:%.*s", STR_ARG(o->email));
    cx->door = STR_LIT("console");
}

static enum errcode
make_link(struct cx *cx, const struct operator* o, int64_t life, bool forget, struct str ticket)
{
    int64_t passkeys = 0, sessions = 0, tokens = 0;
    const struct digest digest = token_digest(ticket);
    const struct operator_link link = {o->id, cx->now, cx->now + life};
    if (o->state != OPERATOR_ACTIVE)
        return err_set(cx, ERR_POLICY, "%.*s is disabled", STR_ARG(o->email));
    enum errcode err = ERR_NONE;
    if (forget)
        err = store_operator_passkey_remove(cx, o->id, 0, &passkeys);
    if (err == ERR_NONE && forget)
        err = store_operator_session_end_all(cx, o->id, &sessions);
    if (err == ERR_NONE && forget) /* who has the passkey may have made one */
        err = store_operator_token_revoke_all(cx, o->id, &tokens);
    if (err == ERR_NONE)
        err = store_operator_link_put(cx, &link, &digest);
    if (err != ERR_NONE)
        return err;
    return audit_append(cx, (struct audit_of){0}, AUDIT_OPERATOR_LINK, "email", o->email, "expires",
                        clock_text(&cx->arena, link.expires_at), "forgot",
                        forget ? arena_printf(&cx->arena, "%lld", (long long)passkeys) : STR_NULL, "tokens",
                        forget ? arena_printf(&cx->arena, "%lld", (long long)tokens) : STR_NULL, NULL);
}

static enum errcode
check_link(struct cx *cx, int64_t life)
{
    if (life < CLOCK_S || life > OPERATOR_LINK_LIFE_MAX)
        return err_set(cx, ERR_USAGE, "an operator's link is valid for a second to 7 days");
    return passkey_check_site(cx);
}

static struct str
link_of(struct cx *cx, struct str ticket)
{
    return arena_printf(&cx->arena, "%.*s/console/admin/#%.*s", STR_ARG(cx->env->public_url),
                        STR_ARG(ticket));
}

enum errcode
operator_link_new(struct cx *cx, int64_t id, int64_t life, bool forget, struct str *link_out)
{
    struct operator o;
    *link_out = STR_NULL;
    enum errcode err = check_link(cx, life);
    if (err == ERR_NONE)
        err = operator_begin_change(cx, id, &o);
    if (err != ERR_NONE)
        return err;
    struct str ticket = token_random(cx);
    err = db_end(cx, make_link(cx, &o, life, forget, ticket));
    if (err == ERR_NONE)
        *link_out = link_of(cx, ticket);
    return err;
}

enum errcode
operator_invite(struct cx *cx, const struct operator_new *new, int64_t life, int64_t *id_out,
                struct str *link_out)
{
    struct operator o = {.id = 0};
    *id_out = 0;
    *link_out = STR_NULL;
    enum errcode err = check_link(cx, life);
    if (err == ERR_NONE)
        err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    struct str ticket = token_random(cx);
    err = operator_add_within(cx, new, &o);
    if (err == ERR_NONE)
        err = make_link(cx, &o, life, false, ticket);
    err = db_end(cx, err);
    if (err == ERR_NONE) {
        *id_out = o.id;
        *link_out = link_of(cx, ticket);
    }
    return err;
}

/* The operator of an open link. */
static enum errcode
holder_of(struct cx *cx, struct str ticket, struct operator* o_out)
{
    struct operator_link link;
    const struct digest digest = token_digest(ticket);
    enum errcode err = store_operator_link_get(cx, &digest, &link);
    if (err == ERR_NONE)
        err = operator_get(cx, link.operator_id, o_out);
    if (err == ERR_NONE && o_out->state != OPERATOR_ACTIVE)
        err = err_set(cx, ERR_NOT_FOUND, "the link's operator is disabled");
    if (err == ERR_NONE)
        cx->proofs |= CX_PROOF_LINK;
    return err;
}

/* Always the same for a ticket, which is spent once. */
static struct str
challenge_of(struct cx *cx, int64_t operator_id, struct str ticket)
{
    const struct digest digest = token_digest(ticket);
    return token_derive(cx, "operator-enrol", operator_id,
                        (struct str){(const char *)digest.bytes, sizeof digest.bytes});
}

enum errcode
operator_link_look(struct cx *cx, struct str ticket, struct operator_welcome *welcome_out)
{
    struct operator o;
    struct webauthn_site site = {STR_NULL, STR_NULL};
    enum errcode err = holder_of(cx, ticket, &o);
    if (err != ERR_NONE)
        return err;
    (void)webauthn_site_of(&cx->arena, cx->env->public_url, &site);
    *welcome_out = (struct operator_welcome){.email = o.email,
                                             .name = o.name,
                                             .challenge = challenge_of(cx, o.id, ticket),
                                             .relying_party = site.id,
                                             .user = token_derive(cx, "operator-user", o.id, STR_LIT(""))};
    return ERR_NONE;
}

static enum webauthn_fault
check_registration(struct cx *cx, struct str challenge, const struct passkey_registration *r,
                   struct webauthn_credential *made)
{
    const struct digest digest = token_digest(challenge);
    struct webauthn_asked asked = {.challenge = {(const char *)digest.bytes, sizeof digest.bytes}};
    bool verified = false;
    if (!webauthn_site_of(&cx->arena, cx->env->public_url, &asked.site))
        return WEBAUTHN_OFF;
    enum webauthn_fault fault = webauthn_register(&cx->arena, &asked, r, made, &verified);
    return fault == WEBAUTHN_NONE && !verified ? WEBAUTHN_USER_VERIFICATION : fault;
}

static enum errcode
add_passkey(struct cx *cx, const struct operator* o, struct str name, const struct webauthn_credential *made)
{
    struct operator_passkey *list = NULL, known;
    size_t n = 0;
    const struct operator_passkey p = {.id = rand_id(),
                                       .operator_id = o->id,
                                       .credential_id = made->id,
                                       .algorithm = made->algorithm,
                                       .public_key = made->public_key,
                                       .sign_count = made->sign_count,
                                       .backup_eligible = made->backup_eligible,
                                       .backed_up = made->backed_up,
                                       .name = name,
                                       .created_at = cx->now,
                                       .used_at = cx->now};
    enum errcode err = store_operator_passkey_list(cx, o->id, &list, &n);
    if (err == ERR_NONE && n >= OPERATOR_PASSKEYS_MAX)
        err = err_set(cx, ERR_LIMIT, "there are %d passkeys already", OPERATOR_PASSKEYS_MAX);
    if (err != ERR_NONE)
        return err;
    err = store_operator_passkey_find(cx, made->id, &known);
    if (err != ERR_NOT_FOUND)
        return err == ERR_NONE ? err_set(cx, ERR_PROTOCOL, "the passkey is known already") : err;
    err_forget(cx);
    return store_operator_passkey_insert(cx, &p);
}

static enum errcode
enrol(struct cx *cx, struct str ticket, struct str name, const struct passkey_registration *registration)
{
    struct operator o = {.id = 0};
    struct webauthn_credential made;
    bool was_open = false;
    enum errcode err = holder_of(cx, ticket, &o);
    if (err != ERR_NONE)
        return err;
    const enum webauthn_fault fault =
        check_registration(cx, challenge_of(cx, o.id, ticket), registration, &made);
    if (fault != WEBAUTHN_NONE)
        return err_set(cx, ERR_PROTOCOL, "the passkey is refused: %s", webauthn_fault_name(fault).p);
    acts(cx, &o);
    err = add_passkey(cx, &o, name, &made);
    if (err == ERR_NONE)
        err = store_operator_link_remove(cx, o.id, &was_open);
    return err != ERR_NONE ? err
                           : audit_append(cx, (struct audit_of){0}, AUDIT_OPERATOR_PASSKEY, "email", o.email,
                                          "name", name, NULL);
}

enum errcode
operator_enrol(struct cx *cx, struct str ticket, struct str name,
               const struct passkey_registration *registration)
{
    struct operator_welcome welcome;
    if (!text_is_printable(name, OPERATOR_PASSKEY_NAME_MAX))
        return err_set(cx, ERR_SYNTAX, "a passkey's name is 1 to %d bytes of printable text",
                       OPERATOR_PASSKEY_NAME_MAX);
    /* A stranger's ticket takes no lock. */
    enum errcode err = operator_link_look(cx, ticket, &welcome);
    if (err == ERR_NONE)
        err = db_begin(cx);
    return err != ERR_NONE ? err : db_end(cx, enrol(cx, ticket, name, registration));
}

static enum errcode
remove_passkey(struct cx *cx, const struct operator* o, int64_t passkey_id)
{
    int64_t n = 0, sessions = 0;
    enum errcode err = store_operator_passkey_remove(cx, o->id, passkey_id, &n);
    if (err == ERR_NONE && n == 0)
        err = err_set(cx, ERR_NOT_FOUND, "%.*s has no such passkey", STR_ARG(o->email));
    if (err == ERR_NONE)
        err = store_operator_session_end_all(cx, o->id, &sessions);
    return err != ERR_NONE ? err
                           : audit_append(cx, (struct audit_of){0}, AUDIT_OPERATOR_PASSKEY_REMOVED, "email",
                                          o->email, NULL);
}

enum errcode
operator_passkey_remove(struct cx *cx, int64_t operator_id, int64_t passkey_id)
{
    struct operator o;
    enum errcode err = operator_begin_change(cx, operator_id, &o);
    if (err == ERR_NONE && passkey_id == 0)
        return db_end(cx, err_set(cx, ERR_NOT_FOUND, "there is no such passkey"));
    return err != ERR_NONE ? err : db_end(cx, remove_passkey(cx, &o, passkey_id));
}

/* The time and random bytes in the clear, and the MAC. */
static struct str
challenge_with(struct cx *cx, const unsigned char *nonce)
{
    struct str mac = token_derive(cx, "operator-sign-in", 0, (struct str){(const char *)nonce, NONCE_BYTES});
    struct str clear = codec_base64url(&cx->arena, nonce, NONCE_BYTES);
    return arena_printf(&cx->arena, "%.*s%.*s", STR_ARG(clear), STR_ARG(mac));
}

struct str
operator_challenge(struct cx *cx, struct webauthn_site *site_out)
{
    unsigned char nonce[NONCE_BYTES];
    *site_out = (struct webauthn_site){STR_NULL, STR_NULL};
    (void)webauthn_site_of(&cx->arena, cx->env->public_url, site_out);
    be64_put(nonce, (uint64_t)cx->now);
    rand_bytes(nonce + TIME_BYTES, sizeof nonce - TIME_BYTES);
    return challenge_with(cx, nonce);
}

/* One from the future was made before the clock was set back: it is not valid either. */
static bool
is_good_challenge(struct cx *cx, struct str challenge)
{
    unsigned char nonce[NONCE_BYTES];
    size_t n = 0;
    if (challenge.n <= NONCE_CHARS ||
        codec_base64url_read(str_sub(challenge, 0, NONCE_CHARS), nonce, sizeof nonce, &n) != ERR_NONE ||
        n != sizeof nonce)
        return false;
    const uint64_t made = be64_get(nonce);
    return made <= (uint64_t)(cx->now + 2 * CLOCK_SKEW_MOST) &&
           made > (uint64_t)(cx->now - OPERATOR_CHALLENGE_LIFE) &&
           secret_equal_str(challenge_with(cx, nonce), challenge);
}

static enum errcode
refuse(struct cx *cx, const char *why)
{
    err_forget(cx);
    return err_set(cx, ERR_DENIED, "an operator's sign-in is refused: %s", why);
}

/* The passkey as it is now, its operator, and whether both may sign in. */
static enum errcode
read_passkey(struct cx *cx, const struct operator_sign_in *in, struct operator_passkey *p, struct operator* o)
{
    if (!is_good_challenge(cx, in->challenge))
        return refuse(cx, "the challenge is made up or too old");
    enum errcode err = store_operator_passkey_find(cx, in->credential_id, p);
    if (err == ERR_NOT_FOUND)
        return refuse(cx, "the passkey is unknown");
    if (err == ERR_NONE)
        err = operator_get(cx, p->operator_id, o);
    return err == ERR_NONE && o->state != OPERATOR_ACTIVE ? refuse(cx, "the operator is disabled") : err;
}

/* Changes the counter in *p. */
static enum errcode
verify(struct cx *cx, const struct operator_sign_in *in, struct operator_passkey *p)
{
    const struct digest digest = token_digest(in->challenge);
    struct webauthn_asked asked = {.challenge = {(const char *)digest.bytes, sizeof digest.bytes}};
    const struct webauthn_credential known = {.id = p->credential_id,
                                              .algorithm = (enum webauthn_algorithm)p->algorithm,
                                              .public_key = p->public_key,
                                              .sign_count = p->sign_count,
                                              .backup_eligible = p->backup_eligible,
                                              .backed_up = p->backed_up};
    struct webauthn_credential next;
    bool verified = false;
    if (!webauthn_site_of(&cx->arena, cx->env->public_url, &asked.site))
        return refuse(cx, "this server cannot have passkeys");
    enum webauthn_fault fault = webauthn_assert(&cx->arena, &asked, &known, &in->assertion, &next, &verified);
    if (fault == WEBAUTHN_NONE && !verified)
        fault = WEBAUTHN_USER_VERIFICATION;
    if (fault != WEBAUTHN_NONE)
        return refuse(cx, webauthn_fault_name(fault).p);
    p->sign_count = next.sign_count;
    p->backed_up = next.backed_up;
    return ERR_NONE;
}

static enum errcode
open_session(struct cx *cx, const struct operator_sign_in *in, struct str token)
{
    struct operator_passkey p = {.id = 0};
    struct operator o = {.id = 0};
    bool changed = false;
    const struct digest digest = token_digest(token), challenge = token_digest(in->challenge);
    enum errcode err = read_passkey(cx, in, &p, &o);
    const int64_t before = err == ERR_NONE ? p.sign_count : 0;
    if (err == ERR_NONE)
        err = verify(cx, in, &p);
    if (err == ERR_NONE)
        err = store_operator_passkey_use(cx, &p, before, &changed);
    if (err == ERR_NONE && !changed)
        err = refuse(cx, webauthn_fault_name(WEBAUTHN_COUNTER).p);
    if (err != ERR_NONE)
        return err;
    const struct operator_session s = {.id = rand_id(),
                                       .operator_id = o.id,
                                       .source = str_is_null(cx->source) ? STR_LIT("") : cx->source,
                                       .console = str_is_null(cx->console) ? STR_LIT("") : cx->console,
                                       .created_at = cx->now,
                                       .idle_at = cx->now + OPERATOR_IDLE,
                                       .expires_at = cx->now + OPERATOR_LIFE};
    err = store_operator_session_insert(cx, &s, &digest, &challenge);
    if (err == ERR_CONFLICT)
        return refuse(cx, "the challenge was used already");
    acts(cx, &o);
    return err != ERR_NONE ? err
                           : audit_append(cx, (struct audit_of){0}, AUDIT_OPERATOR_SIGNED_IN, "email",
                                          o.email, "passkey", p.name, NULL);
}

enum errcode
operator_sign_in(struct cx *cx, const struct operator_sign_in *in, struct str *token_out)
{
    struct operator_passkey p;
    struct operator o;
    *token_out = STR_NULL;
    /* A stranger takes no lock, and is not verified within one. */
    enum errcode err = read_passkey(cx, in, &p, &o);
    if (err == ERR_NONE)
        err = verify(cx, in, &p);
    if (err == ERR_NONE)
        err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    struct str token = token_random(cx);
    err = db_end(cx, open_session(cx, in, token));
    if (err == ERR_NONE)
        *token_out = token;
    return err;
}

static enum errcode
end_session(struct cx *cx)
{
    bool was_live = false;
    enum errcode err = store_operator_session_end(cx, cx->right->session_id, &was_live);
    return err != ERR_NONE || !was_live
               ? err
               : audit_append(cx, (struct audit_of){0}, AUDIT_OPERATOR_SIGNED_OUT, NULL);
}

enum errcode
operator_sign_out(struct cx *cx)
{
    enum errcode err = db_begin(cx);
    return err != ERR_NONE ? err : db_end(cx, end_session(cx));
}

enum errcode
operator_seen(struct cx *cx)
{
    const struct operator_right *r = cx->right;
    const int64_t idle_at = cx->now + OPERATOR_IDLE;
    if (r->token_id != 0 ? cx->now - r->token_seen < SEEN_STEP : idle_at - r->idle_at < SEEN_STEP)
        return ERR_NONE;
    enum errcode err = db_begin_note(cx);
    if (err != ERR_NONE)
        return err;
    return db_end(cx, r->token_id != 0 ? store_operator_token_seen(cx, r->token_id)
                                       : store_operator_session_seen(cx, r->session_id, idle_at));
}

static enum errcode
sweep(struct cx *cx, int64_t limit, bool *more_out)
{
    static const struct {
        enum errcode (*of)(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out);
        int64_t kept;
    } sweeps[] = {{store_operator_link_sweep, KEPT},
                  {store_operator_session_sweep, KEPT},
                  {store_operator_token_sweep, KEPT},
                  {store_operator_request_sweep, OPERATOR_ONCE_LIFE}};
    enum errcode err = ERR_NONE;
    for (size_t i = 0; i < ARRAY_LEN(sweeps) && err == ERR_NONE; i++) {
        int64_t n = 0;
        err = sweeps[i].of(cx, cx->now - sweeps[i].kept, limit, &n);
        *more_out = *more_out || n == limit;
    }
    return err;
}

enum errcode
operator_sweep(struct cx *cx, int64_t limit, bool *more_out)
{
    *more_out = false;
    enum errcode err = db_begin(cx);
    return err != ERR_NONE ? err : db_end(cx, sweep(cx, limit, more_out));
}
