/* SPDX-License-Identifier: Apache-2.0 */
/* authenticator: see authenticator.h. */
#include "tests/unit/webauthn/authenticator.h"

#include <openssl/bn.h>
#include <openssl/ec.h>

#include "base/buf.h"
#include "base/codec.h"
#include "base/rand.h"
#include "base/secret.h"
#include "crypto/hash.h"

enum { ID_BYTES = 32, AT = 0x40, MAX = 4096 };

void
authenticator_init(struct authenticator *a)
{
    char *id = malloc(ID_BYTES);
    assert_non_null(id);
    rand_bytes(id, ID_BYTES);
    *a = (struct authenticator){.id = {id, ID_BYTES},
                                .flags = 0x1d,
                                .rp_id = "sign-in.example",
                                .origin = "https://sign-in.example",
                                .more = ",\"crossOrigin\":false"};
    phone_init(&a->key);
}

void
authenticator_clear(struct authenticator *a)
{
    phone_clear(&a->key);
    free((void *)(uintptr_t)a->id.p);
}

static struct str
client_data(struct fixture *f, const struct authenticator *a, const char *type, struct str statement)
{
    const struct digest digest = sha256(statement);
    struct str challenge = codec_base64url(&f->cx.arena, digest.bytes, sizeof digest.bytes);
    return arena_printf(&f->cx.arena, "{\"type\":\"%s\",\"challenge\":\"%.*s\",\"origin\":\"%s\"%s}",
                        a->type != NULL ? a->type : type, STR_ARG(challenge), a->origin, a->more);
}

static void
add_head(struct buf *b, const struct authenticator *a, unsigned flags)
{
    unsigned char count[4];
    const struct digest digest = sha256(str_from_cstr(a->rp_id));
    buf_add(b, digest.bytes, sizeof digest.bytes);
    buf_add_byte(b, (unsigned char)flags);
    be32_put(count, a->count);
    buf_add(b, count, sizeof count);
}

static void
add_attested(struct buf *b, const struct authenticator *a)
{
    static const unsigned char aaguid[16], head[] = {0xa5, 1, 2, 3, 0x26, 0x20, 1};
    const unsigned char *point = a->key.public_key + 1;
    unsigned char length[2];
    buf_add(b, aaguid, sizeof aaguid);
    be16_put(length, (uint16_t)a->id.n);
    buf_add(b, length, sizeof length);
    buf_add_str(b, a->id);
    buf_add(b, head, sizeof head);
    buf_add(b, "\x21\x58\x20", 3);
    buf_add(b, point, 32);
    buf_add(b, "\x22\x58\x20", 3);
    buf_add(b, point + 32, 32);
}

struct passkey_registration
authenticator_register(struct fixture *f, const struct authenticator *a, struct str statement)
{
    struct buf data, object;
    buf_init(&data, MAX);
    buf_init(&object, MAX);
    add_head(&data, a, a->flags | AT);
    add_attested(&data, a);
    buf_add_str(&data, a->behind);
    buf_add_cstr(&object, "\xa3\x63"
                          "fmt\x64none\x67"
                          "attStmt\xa0\x68"
                          "authData\x58");
    assert_in_range(buf_view(&data).n, 24, 255);
    buf_add_byte(&object, (unsigned char)buf_view(&data).n);
    buf_add_str(&object, buf_view(&data));
    struct passkey_registration made = {arena_str(&f->cx.arena, buf_view(&object)),
                                        client_data(f, a, "webauthn.create", statement)};
    buf_clear(&data);
    buf_clear(&object);
    return made;
}

static struct str
sign_der(struct fixture *f, const struct authenticator *a, struct str message)
{
    enum { DER_MAX = 80, HALF = P256_SIGNATURE / 2 };
    unsigned char raw[P256_SIGNATURE], *der = arena_alloc(&f->cx.arena, DER_MAX), *end = der;
    ECDSA_SIG *sig = ECDSA_SIG_new();
    p256_sign(a->key.key, message, raw);
    assert_int_equal(ECDSA_SIG_set0(sig, BN_bin2bn(raw, HALF, NULL), BN_bin2bn(raw + HALF, HALF, NULL)), 1);
    int n = i2d_ECDSA_SIG(sig, &end);
    ECDSA_SIG_free(sig);
    return (struct str){(const char *)der, (size_t)n};
}

struct passkey_assertion
authenticator_assert(struct fixture *f, const struct authenticator *a, struct str statement)
{
    struct passkey_assertion made = {.client_data = client_data(f, a, "webauthn.get", statement)};
    const struct digest digest = sha256(made.client_data);
    struct buf signed_bytes;
    buf_init(&signed_bytes, MAX);
    add_head(&signed_bytes, a, a->flags);
    buf_add_str(&signed_bytes, a->behind);
    made.authenticator_data = arena_str(&f->cx.arena, buf_view(&signed_bytes));
    buf_add(&signed_bytes, digest.bytes, sizeof digest.bytes);
    made.signature = sign_der(f, a, buf_view(&signed_bytes));
    buf_clear(&signed_bytes);
    return made;
}
