/* SPDX-License-Identifier: Apache-2.0 */
/* operator_once: see operator_once.h. */
#include "accounts/operator_once.h"

#include "base/arena.h"
#include "base/rand.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "keys/env.h"
#include "store/store_operator_request.h"

enum { OVERHEAD = AEAD_NONCE + AEAD_TAG };

enum errcode
operator_once_read(struct cx *cx, struct str text, struct operator_once *once)
{
    if (str_is_null(text))
        return ERR_NONE;
    const bool is_quoted = text.n >= 2 && text.p[0] == '"' && text.p[text.n - 1] == '"';
    struct str key = is_quoted ? str_sub(text, 1, text.n - 2) : text;
    bool is_good = key.n > 0 && key.n <= OPERATOR_ONCE_KEY_MAX;
    for (size_t i = 0; i < key.n && is_good; i++)
        is_good = key.p[i] > ' ' && key.p[i] < 0x7f && key.p[i] != '"' && key.p[i] != '\\';
    once->key = key;
    return is_good
               ? ERR_NONE
               : err_set(
                     cx, ERR_SYNTAX,
                     "Idempotency-Key is 1 to %d visible characters, without quotes and backslashes within",
                     OPERATOR_ONCE_KEY_MAX);
}

static struct operator_request
row_of(struct cx *cx, const struct operator_once *once, int64_t holder_id)
{
    return (struct operator_request){.id = once->id,
                                     .holder_id = holder_id,
                                     .key_digest = env_lookup(cx, STR_LIT("idempotency-key"), once->key),
                                     .request_digest = once->request,
                                     .created_at = cx->now};
}

enum errcode
operator_once_look(struct cx *cx, struct operator_once *once, int64_t holder_id, bool *is_done_out)
{
    struct operator_request before;
    *is_done_out = false;
    if (str_is_null(once->key))
        return ERR_NONE;
    const struct operator_request of = row_of(cx, once, holder_id);
    enum errcode err = store_operator_request_get(cx, &of, cx->now - OPERATOR_ONCE_LIFE, &before);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        return ERR_NONE;
    }
    if (err != ERR_NONE)
        return err;
    if (!secret_equal(before.request_digest.bytes, once->request.bytes, sizeof once->request.bytes))
        return err_set(cx, ERR_EXISTS, "the Idempotency-Key was used with another request");
    *is_done_out = true;
    once->answer = before.answer;
    once->id = before.id;
    return ERR_NONE;
}

/* The key of the answer's seal, and what is authenticated with it. */
struct sealing {
    struct digest key;
    unsigned char id[8];
    struct aead aead;
};

static void
prepare(const struct cx *cx, const struct operator_once *once, const unsigned char *nonce, struct sealing *s)
{
    const struct str seal = {(const char *)cx->env->seal.bytes, cx->env->seal.n};
    hkdf_sha256(once->key, seal, STR_LIT("countersign operator answer"), s->key.bytes, sizeof s->key.bytes);
    for (size_t i = 0; i < sizeof s->id; i++)
        s->id[i] = (unsigned char)((uint64_t)once->id >> (8 * (sizeof s->id - 1 - i)));
    s->aead = (struct aead){.key = {(const char *)s->key.bytes, sizeof s->key.bytes},
                            .nonce = nonce,
                            .ad = {(const char *)s->id, sizeof s->id}};
}

static struct str
seal(struct cx *cx, const struct operator_once *once, struct str answer)
{
    struct sealing s;
    unsigned char *sealed = arena_alloc(&cx->arena, answer.n + OVERHEAD);
    rand_bytes(sealed, AEAD_NONCE);
    prepare(cx, once, sealed, &s);
    aead_seal(&s.aead, answer, sealed + AEAD_NONCE);
    secret_wipe(&s, sizeof s);
    return (struct str){(const char *)sealed, answer.n + OVERHEAD};
}

enum errcode
operator_once_keep(struct cx *cx, const struct operator_once *once, int64_t holder_id, struct str answer)
{
    int64_t n = 0;
    struct operator_request row = row_of(cx, once, holder_id);
    enum errcode err = store_operator_request_count(cx, holder_id, cx->now - OPERATOR_ONCE_LIFE, &n);
    if (err == ERR_NONE && n >= OPERATOR_ONCE_MAX)
        err =
            err_set(cx, ERR_LIMIT, "%d Idempotency-Keys were used within a day: send the request without one",
                    OPERATOR_ONCE_MAX);
    row.answer = seal(cx, once, answer);
    return err != ERR_NONE ? err : store_operator_request_put(cx, &row);
}

enum errcode
operator_once_open(struct cx *cx, const struct operator_once *once, struct str *answer_out)
{
    struct sealing s;
    const struct str sealed = once->answer;
    if (sealed.n < OVERHEAD)
        return err_set(cx, ERR_CRYPTO, "the answer that was kept has a wrong length");
    unsigned char *plain = arena_alloc(&cx->arena, sealed.n);
    prepare(cx, once, (const unsigned char *)sealed.p, &s);
    const bool is_good = aead_open(&s.aead, str_sub(sealed, AEAD_NONCE, sealed.n), plain);
    secret_wipe(&s, sizeof s);
    if (!is_good)
        return err_set(cx, ERR_CRYPTO, "the answer that was kept does not open");
    *answer_out = (struct str){(const char *)plain, sealed.n - OVERHEAD};
    return ERR_NONE;
}
