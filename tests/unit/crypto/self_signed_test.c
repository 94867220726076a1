/* SPDX-License-Identifier: Apache-2.0 */
/* The certificate of a trial: for a name or an address, of the key that it was made for. */
#include "tests/unit/unit.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "crypto/self_signed.h"

static struct arena a;

static X509 *
make(const char *host, const struct p256_key *key)
{
    struct str pem = self_signed_make(&a, key, str_from_cstr(host), 30);
    assert_false(str_is_null(pem));
    BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
    X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    assert_non_null(cert);
    return cert;
}

static void
it_is_for_its_host_alone_and_of_its_key(void **state)
{
    (void)state;
    arena_init(&a);
    struct p256_key *key = p256_generate();
    X509 *named = make("laptop.local", key), *numbered = make("192.0.2.7", key);
    assert_int_equal(X509_check_host(named, "laptop.local", 0, 0, NULL), 1);
    assert_int_equal(X509_check_host(named, "other.local", 0, 0, NULL), 0);
    assert_int_equal(X509_check_ip_asc(numbered, "192.0.2.7", 0), 1);
    assert_int_equal(X509_verify(named, X509_get0_pubkey(named)), 1);
    assert_int_equal(X509_cmp_current_time(X509_get0_notBefore(named)), -1);
    assert_int_equal(X509_cmp_current_time(X509_get0_notAfter(named)), 1);
    unsigned char point[P256_POINT], got[P256_POINT];
    size_t n = 0;
    p256_point(key, point);
    assert_int_equal(EVP_PKEY_get_octet_string_param(X509_get0_pubkey(named), "pub", got, sizeof got, &n), 1);
    assert_memory_equal(got, point, sizeof point);
    X509_free(named);
    X509_free(numbered);
    p256_free(&key);
    arena_clear(&a);
}

static void
a_name_cannot_add_names(void **state)
{
    (void)state;
    arena_init(&a);
    struct p256_key *key = p256_generate();
    assert_true(str_is_null(self_signed_make(&a, key, STR_LIT("laptop.local,DNS:bank.example"), 30)));
    p256_free(&key);
    arena_clear(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_for_its_host_alone_and_of_its_key),
        cmocka_unit_test(a_name_cannot_add_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
