/* SPDX-License-Identifier: Apache-2.0 */
/* aead: see aead.h. */
#include "crypto/aead.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/err.h"
#include "base/secret.h"

static EVP_CIPHER_CTX *
begin(const struct aead *a, int encrypt)
{
    int n = 0;
    const EVP_CIPHER *cipher = a->key.n == AEAD_KEY_256 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    if (ctx == NULL)
        err_no_memory();
    ASSERT(a->key.n == AEAD_KEY_256 || a->key.n == AEAD_KEY_128);
    ASSERT(EVP_CipherInit_ex(ctx, cipher, NULL, (const unsigned char *)a->key.p, a->nonce, encrypt) == 1);
    if (a->ad.n > 0)
        ASSERT(EVP_CipherUpdate(ctx, NULL, &n, (const unsigned char *)a->ad.p, (int)a->ad.n) == 1);
    return ctx;
}

void
aead_seal(const struct aead *a, struct str plain, unsigned char *out)
{
    int n = 0, last = 0;
    EVP_CIPHER_CTX *ctx = begin(a, 1);
    ASSERT(EVP_CipherUpdate(ctx, out, &n, (const unsigned char *)plain.p, (int)plain.n) == 1);
    ASSERT(EVP_CipherFinal_ex(ctx, out + n, &last) == 1 && (size_t)(n + last) == plain.n);
    ASSERT(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, AEAD_TAG, out + plain.n) == 1);
    EVP_CIPHER_CTX_free(ctx);
}

bool
aead_open(const struct aead *a, struct str sealed, unsigned char *out)
{
    int n = 0, last = 0;
    unsigned char tag[AEAD_TAG];
    if (sealed.n < AEAD_TAG)
        return false;
    size_t size = sealed.n - AEAD_TAG;
    memcpy(tag, sealed.p + size, AEAD_TAG);
    EVP_CIPHER_CTX *ctx = begin(a, 0);
    ASSERT(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, AEAD_TAG, tag) == 1);
    bool right = EVP_CipherUpdate(ctx, out, &n, (const unsigned char *)sealed.p, (int)size) == 1 &&
                 EVP_CipherFinal_ex(ctx, out + n, &last) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (!right)
        secret_wipe(out, size);
    return right;
}
