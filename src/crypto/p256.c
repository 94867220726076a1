/* SPDX-License-Identifier: Apache-2.0 */
/* p256: see p256.h. An OpenSSL failure here is a bug or exhausted memory, except for keys and signatures
 * from outside. */
#include "crypto/p256.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum { DER_MAX = 80 };

struct p256_key {
    EVP_PKEY *pkey;
};

/* Takes ownership of the key; NULL for NULL. */
static struct p256_key *
wrap(EVP_PKEY *pkey)
{
    struct p256_key *key = pkey != NULL ? malloc(sizeof *key) : NULL;
    if (pkey != NULL && key == NULL)
        err_no_memory();
    if (key != NULL)
        key->pkey = pkey;
    return key;
}

void
p256_free(struct p256_key **key)
{
    if (*key == NULL)
        return;
    EVP_PKEY_free((*key)->pkey);
    free(*key);
    *key = NULL;
}

/* NULL for an invalid key. scalar NULL: only the public key. */
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
    if (params == NULL || EVP_PKEY_fromdata_init(ctx) != 1)
        err_no_memory();
    int selection = scalar != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
    if (EVP_PKEY_fromdata(ctx, &key, selection, params) != 1)
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

struct p256_key *
p256_public(struct str point)
{
    if (point.n != P256_POINT || point.p[0] != POINT_CONVERSION_UNCOMPRESSED)
        return NULL;
    EVP_PKEY *key = build(point.p, point.n, NULL);
    if (key != NULL && !is_on_curve(key)) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    return wrap(key);
}

struct p256_key *
p256_pair(const struct secret *scalar, const unsigned char point[P256_POINT])
{
    ASSERT(scalar->n == P256_SCALAR);
    BIGNUM *d = BN_secure_new();
    if (d == NULL || BN_bin2bn(scalar->bytes, P256_SCALAR, d) == NULL)
        err_no_memory();
    EVP_PKEY *key = build(point, P256_POINT, d);
    ASSERT(key != NULL);
    BN_clear_free(d);
    return wrap(key);
}

struct p256_key *
p256_generate(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    ASSERT(key != NULL);
    return wrap(key);
}

void
p256_derive(const unsigned char wide[P256_WIDE], struct secret *scalar_out,
            unsigned char point_out[P256_POINT])
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    EC_POINT *point = group != NULL ? EC_POINT_new(group) : NULL;
    BN_CTX *ctx = BN_CTX_secure_new();
    BIGNUM *d = BN_bin2bn(wide, P256_WIDE, NULL), *most = BN_new();
    if (point == NULL || ctx == NULL || d == NULL || most == NULL)
        err_no_memory();
    /* 1 to the order minus 1. */
    BN_set_flags(d, BN_FLG_CONSTTIME);
    ASSERT(BN_sub(most, EC_GROUP_get0_order(group), BN_value_one()) == 1);
    ASSERT(BN_mod(d, d, most, ctx) == 1 && BN_add(d, d, BN_value_one()) == 1);
    ASSERT(EC_POINT_mul(group, point, d, NULL, NULL, ctx) == 1);
    ASSERT(BN_bn2binpad(d, scalar_out->bytes, P256_SCALAR) == P256_SCALAR);
    scalar_out->n = P256_SCALAR;
    ASSERT(EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, point_out, P256_POINT, ctx) ==
           P256_POINT);
    BN_clear_free(d);
    BN_free(most);
    BN_CTX_free(ctx);
    EC_POINT_free(point);
    EC_GROUP_free(group);
}

struct str
p256_write_pem(struct arena *a, const struct p256_key *key)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    char *data = NULL;
    if (bio == NULL || PEM_write_bio_PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) != 1)
        err_no_memory();
    long n = BIO_get_mem_data(bio, &data);
    struct str pem = arena_str(a, (struct str){data, (size_t)n});
    BIO_free(bio);
    return pem;
}

/* A key file has no passphrase; without this, OpenSSL would prompt on the terminal. */
static int
no_passphrase(char *out, int size, int is_writing, void *arg)
{
    (void)out, (void)size, (void)is_writing, (void)arg;
    return -1;
}

struct p256_key *
p256_read_pem(struct str pem)
{
    char group[32];
    BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
    if (bio == NULL)
        err_no_memory();
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    BIO_free(bio);
    if (key != NULL &&
        (EVP_PKEY_get_group_name(key, group, sizeof group, NULL) != 1 || strcmp(group, "prime256v1") != 0)) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    return wrap(key);
}

void
p256_point(const struct p256_key *key, unsigned char point_out[P256_POINT])
{
    unsigned char *point = NULL;
    size_t n = EVP_PKEY_get1_encoded_public_key(key->pkey, &point);
    ASSERT(n == P256_POINT);
    memcpy(point_out, point, P256_POINT);
    OPENSSL_free(point);
}

void
p256_agree(const struct p256_key *ours, const struct p256_key *theirs, unsigned char shared_out[P256_SCALAR])
{
    size_t n = P256_SCALAR;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, ours->pkey, NULL);
    if (ctx == NULL)
        err_no_memory();
    ASSERT(EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, theirs->pkey) == 1);
    ASSERT(EVP_PKEY_derive(ctx, shared_out, &n) == 1 && n == P256_SCALAR);
    EVP_PKEY_CTX_free(ctx);
}

void
p256_sign(const struct p256_key *key, struct str message, unsigned char signature_out[P256_SIGNATURE])
{
    unsigned char der[DER_MAX];
    size_t n = sizeof der;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    if (md == NULL)
        err_no_memory();
    ASSERT(EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key->pkey) == 1);
    ASSERT(EVP_DigestSign(md, der, &n, (const unsigned char *)message.p, message.n) == 1);
    EVP_MD_CTX_free(md);
    const unsigned char *at = der;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)n);
    ASSERT(sig != NULL);
    ASSERT(BN_bn2binpad(ECDSA_SIG_get0_r(sig), signature_out, P256_SCALAR) == P256_SCALAR);
    ASSERT(BN_bn2binpad(ECDSA_SIG_get0_s(sig), signature_out + P256_SCALAR, P256_SCALAR) == P256_SCALAR);
    ECDSA_SIG_free(sig);
}

/* r and s as DER, for OpenSSL; 0: not a valid signature. */
static size_t
der_of(struct str signature, unsigned char der[DER_MAX])
{
    if (signature.n != P256_SIGNATURE)
        return 0;
    const unsigned char *p = (const unsigned char *)signature.p;
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(p, P256_SCALAR, NULL);
    BIGNUM *s = BN_bin2bn(p + P256_SCALAR, P256_SCALAR, NULL);
    if (sig == NULL || r == NULL || s == NULL)
        err_no_memory();
    ASSERT(ECDSA_SIG_set0(sig, r, s) == 1);
    unsigned char *end = der;
    int n = i2d_ECDSA_SIG(sig, NULL);
    ASSERT(n > 0 && n <= DER_MAX);
    ASSERT(i2d_ECDSA_SIG(sig, &end) == n);
    ECDSA_SIG_free(sig);
    return (size_t)n;
}

bool
p256_verify(const struct p256_key *key, struct str message, struct str signature)
{
    unsigned char der[DER_MAX];
    size_t n = der_of(signature, der);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    if (md == NULL || EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, key->pkey) != 1)
        err_no_memory();
    bool right = n > 0 && EVP_DigestVerify(md, der, n, (const unsigned char *)message.p, message.n) == 1;
    EVP_MD_CTX_free(md);
    return right;
}

enum errcode
es256_verify(struct cx *cx, struct str public_key, struct str message, struct str signature)
{
    struct p256_key *key = p256_public(public_key);
    bool right = key != NULL && p256_verify(key, message, signature);
    p256_free(&key);
    return right ? ERR_NONE : err_set(cx, ERR_CRYPTO, "the signature does not verify");
}

enum errcode
es256_check_key(struct cx *cx, struct str public_key)
{
    struct p256_key *key = p256_public(public_key);
    if (key == NULL)
        return err_set(cx, ERR_CRYPTO, "not an uncompressed point on P-256");
    p256_free(&key);
    return ERR_NONE;
}
