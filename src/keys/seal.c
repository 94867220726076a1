/* SPDX-License-Identifier: Apache-2.0 */
/* seal: see seal.h. */
#include "keys/seal.h"

#include "base/arena.h"
#include "base/codec.h"
#include "base/rand.h"
#include "crypto/aead.h"
#include "keys/env.h"

enum { OVERHEAD = AEAD_NONCE + AEAD_TAG };

/* For the row: its id is authenticated together with the sealed value. */
struct bound {
    unsigned char row[8];
    struct aead aead;
};

static void
bind_row(const struct cx *cx, const unsigned char *nonce, int64_t id, struct bound *b)
{
    ASSERT(cx->env->seal.n == AEAD_KEY_256);
    be64_put(b->row, (uint64_t)id);
    b->aead = (struct aead){.key = {(const char *)cx->env->seal.bytes, cx->env->seal.n},
                            .nonce = nonce,
                            .ad = {(const char *)b->row, sizeof b->row}};
}

struct str
seal_close(struct cx *cx, const struct secret *plain, int64_t id)
{
    struct bound b;
    size_t size = plain->n + OVERHEAD;
    unsigned char *out = arena_alloc(&cx->arena, size);
    rand_bytes(out, AEAD_NONCE);
    bind_row(cx, out, id, &b);
    aead_seal(&b.aead, (struct str){(const char *)plain->bytes, plain->n}, out + AEAD_NONCE);
    return (struct str){(const char *)out, size};
}

enum errcode
seal_open(struct cx *cx, struct str sealed, int64_t id, struct secret *plain_out)
{
    struct bound b;
    plain_out->n = 0;
    if (sealed.n < OVERHEAD || sealed.n - OVERHEAD > sizeof plain_out->bytes)
        return err_set(cx, ERR_CRYPTO, "a sealed value has a wrong length");
    bind_row(cx, (const unsigned char *)sealed.p, id, &b);
    if (!aead_open(&b.aead, str_sub(sealed, AEAD_NONCE, sealed.n), plain_out->bytes))
        return err_set(cx, ERR_CRYPTO, "a sealed value does not open: another key, or another row's");
    plain_out->n = sealed.n - OVERHEAD;
    return ERR_NONE;
}
