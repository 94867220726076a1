/* SPDX-License-Identifier: Apache-2.0 */
/* argon2id: see argon2id.h. */
#include "accounts/argon2id.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdbool.h>

#include "base/clock.h"
#include "base/codec.h"
#include "base/secret.h"
#include "metrics/metrics.h"

#define HEAD "$argon2id$v=19$m=%" PRIu32 ",t=%" PRIu32 ",p=1$"

_Static_assert(ARGON2ID_SALT == crypto_pwhash_argon2id_SALTBYTES, "the library takes salts of one length");
_Static_assert(ARGON2ID_KIB_LEAST * 1024 == crypto_pwhash_argon2id_MEMLIMIT_MIN, "RFC 9106, section 3.1");

enum errcode
argon2id_run(struct cx *cx, struct str input, struct argon2id *hash)
{
    ASSERT(hash->cost.kib >= ARGON2ID_KIB_LEAST && hash->cost.passes > 0);
    const int64_t began = clock_mono();
    /* The first time it chooses the code for this processor. */
    if (sodium_init() < 0)
        return err_set(cx, ERR_CRYPTO, "sodium_init");
    errno = 0;
    if (crypto_pwhash_argon2id(hash->tag, sizeof hash->tag, input.p, input.n, hash->salt, hash->cost.passes,
                               (size_t)hash->cost.kib * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0) {
        if (errno == ENOMEM)
            err_no_memory();
        return err_set(cx, ERR_CRYPTO, "argon2id");
    }
    metrics_observe(METRIC_HASH, 0, clock_mono() - began);
    return ERR_NONE;
}

/* Base64 without padding, as this format has it. */
static struct str
unpadded(struct arena *a, const unsigned char *bytes, size_t n)
{
    struct str text = codec_base64(a, bytes, n);
    while (text.n > 0 && text.p[text.n - 1] == '=')
        text.n--;
    return text;
}

struct str
argon2id_text(struct arena *a, const struct argon2id *hash)
{
    struct str salt = unpadded(a, hash->salt, sizeof hash->salt);
    struct str tag = unpadded(a, hash->tag, sizeof hash->tag);
    return arena_printf(a, HEAD "%.*s$%.*s", hash->cost.kib, hash->cost.passes, STR_ARG(salt), STR_ARG(tag));
}

static bool
read_number(struct str text, struct str name, uint32_t least, uint32_t most, uint32_t *n_out)
{
    uint64_t n;
    if (!str_starts(text, name) || str_to_u64(str_sub(text, name.n, text.n), most, &n) != ERR_NONE)
        return false;
    *n_out = (uint32_t)n;
    return n >= least;
}

static bool
read_bytes(struct arena *a, struct str text, unsigned char *out, size_t n)
{
    size_t got = 0;
    struct str padded = arena_printf(a, "%.*s%.*s", STR_ARG(text), (int)((4 - text.n % 4) % 4), "===");
    return text.n == (n * 4 + 2) / 3 && codec_base64_read(padded, out, n, &got) == ERR_NONE && got == n;
}

enum errcode
argon2id_read(struct cx *cx, struct str text, struct argon2id *hash_out)
{
    struct str rest = text, before = str_cut(&rest, '$'), name = str_cut(&rest, '$');
    struct str version = str_cut(&rest, '$'), cost = str_cut(&rest, '$'), salt = str_cut(&rest, '$');
    struct str kib = str_cut(&cost, ','), passes = str_cut(&cost, ',');
    *hash_out = (struct argon2id){.cost = {0, 0}};
    const bool ours = str_is_empty(before) && str_eq(name, STR_LIT("argon2id")) &&
                      str_eq(version, STR_LIT("v=19")) && str_eq(cost, STR_LIT("p=1"));
    if (ours && read_number(kib, STR_LIT("m="), ARGON2ID_KIB_LEAST, ARGON2ID_KIB_MOST, &hash_out->cost.kib) &&
        read_number(passes, STR_LIT("t="), 1, ARGON2ID_PASSES_MOST, &hash_out->cost.passes) &&
        read_bytes(&cx->arena, salt, hash_out->salt, ARGON2ID_SALT) &&
        read_bytes(&cx->arena, rest, hash_out->tag, ARGON2ID_TAG))
        return ERR_NONE;
    return err_set(cx, ERR_STORE, "a stored password hash is not usable");
}
