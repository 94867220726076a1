/* SPDX-License-Identifier: Apache-2.0 */
/* self_signed: see the header. */
#include "crypto/self_signed.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/inet.h"
#include "base/rand.h"
#include "base/secret.h"

enum { DAY = 24 * 60 * 60, SERIAL = 16, COMMON_NAME_MAX = 64 /* RFC 5280, appendix A.1 */ };

static EVP_PKEY *
open_key(const struct p256_key *key)
{
    struct arena a;
    arena_init(&a);
    struct str pem = p256_write_pem(&a, key);
    BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
    EVP_PKEY *pkey = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    arena_clear(&a);
    return pkey;
}

static bool
add_extension(X509 *cert, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    bool done = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return done;
}

static bool
set_serial(X509 *cert)
{
    unsigned char bytes[SERIAL];
    rand_bytes(bytes, sizeof bytes);
    bytes[0] &= 0x7f; /* positive */
    BIGNUM *n = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool done = n != NULL && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert)) != NULL;
    BN_free(n);
    return done;
}

/* Chrome and Apple refuse a server's certificate that lives for more than 825 days or lacks serverAuth. */
static bool
fill(X509 *cert, EVP_PKEY *pkey, struct arena *a, struct str host, int days)
{
    struct inet_addr addr;
    bool is_numeric = inet_parse(host, &addr) == ERR_NONE;
    struct str alternative = arena_printf(a, "%s:%.*s", is_numeric ? "IP" : "DNS", STR_ARG(host));
    struct str common = host.n <= COMMON_NAME_MAX ? host : STR_LIT("countersign trial");
    X509_NAME *name = X509_get_subject_name(cert);
    return X509_set_version(cert, X509_VERSION_3) == 1 && set_serial(cert) &&
           X509_gmtime_adj(X509_getm_notBefore(cert), -DAY) != NULL &&
           X509_gmtime_adj(X509_getm_notAfter(cert), (long)days * DAY) != NULL &&
           X509_set_pubkey(cert, pkey) == 1 &&
           X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, (const unsigned char *)common.p,
                                      (int)common.n, -1, 0) == 1 &&
           X509_set_issuer_name(cert, name) == 1 &&
           add_extension(cert, NID_subject_alt_name, alternative.p) &&
           add_extension(cert, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(cert, NID_ext_key_usage, "serverAuth") && X509_sign(cert, pkey, EVP_sha256()) != 0;
}

struct str
self_signed_make(struct arena *a, const struct p256_key *key, struct str host, int days)
{
    struct str pem = STR_NULL;
    EVP_PKEY *pkey = open_key(key);
    X509 *cert = X509_new();
    BIO *out = BIO_new(BIO_s_mem());
    char *text = NULL;
    if (pkey == NULL || cert == NULL || out == NULL)
        err_no_memory();
    if (str_find(host, ',') == host.n && fill(cert, pkey, a, host, days) &&
        PEM_write_bio_X509(out, cert) == 1) {
        long n = BIO_get_mem_data(out, &text);
        pem = arena_str(a, (struct str){text, (size_t)n});
    }
    BIO_free(out);
    X509_free(cert);
    EVP_PKEY_free(pkey);
    return pem;
}
