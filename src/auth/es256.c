/* es256: ECDSA on P-256 with SHA-256, as phones sign (device.h). */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "auth/device.h"

enum { COORDINATE_BYTES = 32, DER_MAX = 80 };

/* NULL unless the bytes are an uncompressed point on the curve; freed by EVP_PKEY_free. */
static EVP_PKEY *
key_of(struct str public_key)
{
    /* 4 only: the hybrid forms 6 and 7 would give one key two encodings, and so two fingerprints. */
    if (public_key.n != DEVICE_KEY_BYTES || public_key.p[0] != 4)
        return NULL;
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (ctx == NULL)
        err_no_memory();
    char curve[] = "prime256v1";
    unsigned char point[DEVICE_KEY_BYTES];
    for (size_t i = 0; i < sizeof point; i++)
        point[i] = (unsigned char)public_key.p[i];
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
        OSSL_PARAM_construct_end(),
    };
    if (EVP_PKEY_fromdata_init(ctx) != 1 || EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(ctx);
    if (key == NULL)
        return NULL;
    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    if (ctx == NULL)
        err_no_memory();
    if (EVP_PKEY_public_check(ctx) != 1) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    EVP_PKEY_CTX_free(ctx);
    return key;
}

/* r and s to the DER that OpenSSL reads; 0: not a signature. */
static size_t
der_of(struct str signature, unsigned char der[DER_MAX])
{
    if (signature.n != DEVICE_SIGNATURE_BYTES)
        return 0;
    const unsigned char *p = (const unsigned char *)signature.p;
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(p, COORDINATE_BYTES, NULL);
    BIGNUM *s = BN_bin2bn(p + COORDINATE_BYTES, COORDINATE_BYTES, NULL);
    if (sig == NULL || r == NULL || s == NULL)
        err_no_memory();
    ASSERT(ECDSA_SIG_set0(sig, r, s) == 1);
    unsigned char *end = der;
    int n = i2d_ECDSA_SIG(sig, NULL);
    ASSERT(n > 0 && n <= DER_MAX);
    n = i2d_ECDSA_SIG(sig, &end);
    ECDSA_SIG_free(sig);
    return (size_t)n;
}

enum errcode
es256_verify(struct cx *cx, struct str public_key, struct str message, struct str signature)
{
    unsigned char der[DER_MAX];
    size_t n = der_of(signature, der);
    EVP_PKEY *key = key_of(public_key);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    if (md == NULL)
        err_no_memory();
    bool right = n > 0 && key != NULL && EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, key) == 1 &&
                 EVP_DigestVerify(md, der, n, (const unsigned char *)message.p, message.n) == 1;
    EVP_MD_CTX_free(md);
    EVP_PKEY_free(key);
    return right ? ERR_NONE : err_set(cx, ERR_CRYPTO, "the signature does not verify");
}

enum errcode
es256_check_key(struct cx *cx, struct str public_key)
{
    EVP_PKEY *key = key_of(public_key);
    if (key == NULL)
        return err_set(cx, ERR_CRYPTO, "not an uncompressed point on P-256");
    EVP_PKEY_free(key);
    return ERR_NONE;
}
