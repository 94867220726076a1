/* SPDX-License-Identifier: Apache-2.0 */
/* ece: see ece.h. */
#include "delivery/ece.h"

#include <string.h>

#include "base/codec.h"
#include "base/err.h"
#include "base/secret.h"
#include "crypto/hash.h"

enum { LAST_RECORD = 2 };

/* Followed by a NUL, which is part of it (sections 2.2 and 2.3). */
static const struct str key_info = {"Content-Encoding: aes128gcm", sizeof "Content-Encoding: aes128gcm"};
static const struct str nonce_info = {"Content-Encoding: nonce", sizeof "Content-Encoding: nonce"};

struct str
ece_encrypt(struct arena *a, const struct ece *e, struct str text, size_t padded)
{
    ASSERT(text.n < padded && padded <= ECE_RECORD - ECE_TAG && e->keyid.n <= ECE_KEYID_MAX);
    size_t head = ECE_HEADER + e->keyid.n;
    unsigned char key[AEAD_KEY_128], nonce[AEAD_NONCE];
    unsigned char *out = arena_zalloc(a, head + padded + ECE_TAG);
    const struct str salt = {(const char *)e->salt, ECE_SALT};
    memcpy(out, e->salt, ECE_SALT);
    be32_put(out + ECE_SALT, ECE_RECORD);
    out[ECE_SALT + 4] = (unsigned char)e->keyid.n;
    if (e->keyid.n > 0)
        memcpy(out + ECE_HEADER, e->keyid.p, e->keyid.n);
    memcpy(out + head, text.p, text.n);
    out[head + text.n] = LAST_RECORD;
    hkdf_sha256(salt, e->key, key_info, key, sizeof key);
    hkdf_sha256(salt, e->key, nonce_info, nonce, sizeof nonce); /* unchanged for record 0 */
    const struct aead aead = {.key = {(const char *)key, sizeof key}, .nonce = nonce};
    aead_seal(&aead, (struct str){(const char *)out + head, padded}, out + head);
    secret_wipe(key, sizeof key);
    return (struct str){(const char *)out, head + padded + ECE_TAG};
}
