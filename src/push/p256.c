/* p256: see p256.h. */
#include "push/p256.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>

#include "base/err.h"

enum { DER_MAX = 80 };

/* NULL when it is no key. scalar NULL: the public one alone. */
static EVP_PKEY *
build(const void *point, size_t n, const BIGNUM *scalar)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (b == NULL || ctx == NULL)
        err_no_memory();
    ASSERT(OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1);
    ASSERT(OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, point, n) == 1);
    if (scalar != NULL)
        ASSERT(OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_PRIV_KEY, scalar) == 1);
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(b);
    if (params == NULL)
        err_no_memory();
    int selection = scalar != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
    if (EVP_PKEY_fromdata_init(ctx) != 1 || EVP_PKEY_fromdata(ctx, &key, selection, params) != 1)
        key = NULL;
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(b);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static bool
is_on_curve(EVP_PKEY *key)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    if (ctx == NULL)
        err_no_memory();
    bool right = EVP_PKEY_public_check(ctx) == 1;
    EVP_PKEY_CTX_free(ctx);
    return right;
}

EVP_PKEY *
p256_public(struct str point)
{
    if (point.n != P256_POINT || point.p[0] != POINT_CONVERSION_UNCOMPRESSED)
        return NULL;
    EVP_PKEY *key = build(point.p, point.n, NULL);
    if (key != NULL && !is_on_curve(key)) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    return key;
}

EVP_PKEY *
p256_pair(const struct secret *scalar, const unsigned char point[P256_POINT])
{
    ASSERT(scalar->n == P256_SCALAR);
    BIGNUM *d = BN_secure_new();
    if (d == NULL || BN_bin2bn(scalar->bytes, P256_SCALAR, d) == NULL)
        err_no_memory();
    EVP_PKEY *key = build(point, P256_POINT, d);
    ASSERT(key != NULL);
    BN_clear_free(d);
    return key;
}

EVP_PKEY *
p256_generate(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    ASSERT(key != NULL);
    return key;
}

void
p256_point(EVP_PKEY *key, unsigned char point_out[P256_POINT])
{
    size_t n = 0;
    ASSERT(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point_out, P256_POINT, &n) == 1);
    ASSERT(n == P256_POINT);
}

void
p256_agree(EVP_PKEY *ours, EVP_PKEY *theirs, unsigned char shared_out[P256_SCALAR])
{
    size_t n = P256_SCALAR;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, ours, NULL);
    if (ctx == NULL)
        err_no_memory();
    ASSERT(EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, theirs) == 1);
    ASSERT(EVP_PKEY_derive(ctx, shared_out, &n) == 1 && n == P256_SCALAR);
    EVP_PKEY_CTX_free(ctx);
}

void
p256_sign(EVP_PKEY *key, struct str message, unsigned char signature_out[P256_SIGNATURE])
{
    unsigned char der[DER_MAX];
    size_t n = sizeof(der);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    if (md == NULL)
        err_no_memory();
    ASSERT(EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key) == 1);
    ASSERT(EVP_DigestSign(md, der, &n, (const unsigned char *)message.p, message.n) == 1);
    EVP_MD_CTX_free(md);
    const unsigned char *at = der;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)n);
    ASSERT(sig != NULL);
    ASSERT(BN_bn2binpad(ECDSA_SIG_get0_r(sig), signature_out, P256_SCALAR) == P256_SCALAR);
    ASSERT(BN_bn2binpad(ECDSA_SIG_get0_s(sig), signature_out + P256_SCALAR, P256_SCALAR) == P256_SCALAR);
    ECDSA_SIG_free(sig);
}
