/* SPDX-License-Identifier: Apache-2.0 */
/* ed25519: see ed25519.h. With a seed an OpenSSL failure is a bug or exhausted memory. */
#include "crypto/ed25519.h"

#include <openssl/evp.h>

#include "base/err.h"

static EVP_PKEY *
key_of(const struct secret *seed)
{
    ASSERT(seed->n == ED25519_SEED);
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed->bytes, seed->n);
    if (key == NULL)
        err_no_memory();
    return key;
}

static EVP_MD_CTX *
new_context(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx == NULL)
        err_no_memory();
    return ctx;
}

void
ed25519_public(const struct secret *seed, unsigned char public_out[ED25519_PUBLIC])
{
    EVP_PKEY *key = key_of(seed);
    size_t n = ED25519_PUBLIC;
    ASSERT(EVP_PKEY_get_raw_public_key(key, public_out, &n) == 1 && n == ED25519_PUBLIC);
    EVP_PKEY_free(key);
}

void
ed25519_sign(const struct secret *seed, struct str message, unsigned char signature_out[ED25519_SIGNATURE])
{
    EVP_PKEY *key = key_of(seed);
    EVP_MD_CTX *ctx = new_context();
    size_t n = ED25519_SIGNATURE;
    ASSERT(EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1);
    ASSERT(EVP_DigestSign(ctx, signature_out, &n, (const unsigned char *)message.p, message.n) == 1);
    ASSERT(n == ED25519_SIGNATURE);
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
}

bool
ed25519_verify(const unsigned char public_key[ED25519_PUBLIC], struct str message,
               const unsigned char signature[ED25519_SIGNATURE])
{
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, ED25519_PUBLIC);
    if (key == NULL)
        return false;
    EVP_MD_CTX *ctx = new_context();
    bool is_right =
        EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
        EVP_DigestVerify(ctx, signature, ED25519_SIGNATURE, (const unsigned char *)message.p, message.n) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    return is_right;
}
