/* SPDX-License-Identifier: Apache-2.0 */
/* hash: see hash.h. */
#include "crypto/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/err.h"

struct digest
sha256(struct str message)
{
    struct digest digest;
    ASSERT(EVP_Digest(message.p, message.n, digest.bytes, NULL, EVP_sha256(), NULL) == 1);
    return digest;
}

static void
hmac(const EVP_MD *md, struct str key, struct str message, unsigned char *out)
{
    /* OpenSSL would take a null key for "the key of the previous call". */
    const void *k = key.n > 0 ? key.p : "";
    ASSERT(HMAC(md, k, (int)key.n, (const unsigned char *)message.p, message.n, out, NULL) != NULL);
}

struct digest
hmac_sha256(struct str key, struct str message)
{
    struct digest mac;
    hmac(EVP_sha256(), key, message, mac.bytes);
    return mac;
}

void
hmac_sha1(struct str key, struct str message, unsigned char mac_out[SHA1_BYTES])
{
    hmac(EVP_sha1(), key, message, mac_out);
}

void
hkdf_sha256(struct str salt, struct str key, struct str info, unsigned char *out, size_t n)
{
    struct digest prk = hmac_sha256(salt, key), block;
    unsigned char message[DIGEST_BYTES + HKDF_INFO_MAX + 1];
    size_t before = 0; /* bytes of the previous block: none before the first */
    ASSERT(n <= HKDF_MAX && info.n <= HKDF_INFO_MAX);
    for (size_t done = 0, i = 1; done < n; done += DIGEST_BYTES, i++) {
        memcpy(message + before, info.p, info.n);
        message[before + info.n] = (unsigned char)i;
        block = hmac_sha256((struct str){(const char *)prk.bytes, sizeof prk.bytes},
                            (struct str){(const char *)message, before + info.n + 1});
        memcpy(out + done, block.bytes, n - done < DIGEST_BYTES ? n - done : DIGEST_BYTES);
        memcpy(message, block.bytes, DIGEST_BYTES);
        before = DIGEST_BYTES;
    }
    secret_wipe(&prk, sizeof prk);
    secret_wipe(&block, sizeof block);
    secret_wipe(message, sizeof message);
}
