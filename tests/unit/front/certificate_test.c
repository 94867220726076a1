/* SPDX-License-Identifier: Apache-2.0 */
/* certificate: the warnings by remaining time and by name. */
#include "tests/unit/unit.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "front/certificate.h"

enum { DAYS = 100, LINES_MAX = 4096 };

struct made {
    struct cx cx;
    struct tls_context *tls;
    int64_t end; /* of the certificate */
};

static struct str
text_of(struct arena *a, BIO *bio)
{
    char *p;
    long n = BIO_get_mem_data(bio, &p);
    assert_true(n > 0);
    struct str text = arena_str(a, (struct str){p, (size_t)n});
    BIO_free(bio);
    return text;
}

/* For sign-in.example, 192.0.2.1 and 2001:db8::1, from a minute ago on. */
static int
set_up(void **state)
{
    struct made *m = calloc(1, sizeof *m);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name,
                                                "DNS:sign-in.example,IP:192.0.2.1,IP:2001:db8::1");
    BIO *cert = BIO_new(BIO_s_mem()), *secret = BIO_new(BIO_s_mem());

    assert_non_null(m);
    cx_init(&m->cx);
    assert_int_equal(X509_set_version(x, X509_VERSION_3), 1);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x), -60));
    assert_non_null(X509_time_adj_ex(X509_getm_notAfter(x), DAYS, 0, NULL));
    assert_int_equal(X509_add_ext(x, names, -1), 1);
    assert_int_equal(X509_set_pubkey(x, key), 1);
    assert_true(X509_sign(x, key, EVP_sha256()) > 0);
    assert_int_equal(PEM_write_bio_X509(cert, x), 1);
    assert_int_equal(PEM_write_bio_PKCS8PrivateKey(secret, key, NULL, NULL, 0, NULL, NULL), 1);
    struct str cert_pem = text_of(&m->cx.arena, cert), key_pem = text_of(&m->cx.arena, secret);
    assert_int_equal(tls_context_new(&m->cx, cert_pem, key_pem, &m->tls), ERR_NONE);
    m->end = tls_context_certificate(m->tls, 0)->not_after;
    X509_EXTENSION_free(names);
    X509_free(x);
    EVP_PKEY_free(key);
    *state = m;
    return 0;
}

static int
tear_down(void **state)
{
    struct made *m = *state;
    tls_context_free(&m->tls);
    cx_clear(&m->cx);
    free(m);
    return 0;
}

static void
assert_said(struct made *m, const char *url, int64_t now, const char *said)
{
    struct buf lines;
    buf_init(&lines, LINES_MAX);
    certificate_describe(m->tls, str_from_cstr(url), now, &lines);
    struct str got = buf_view(&lines);
    bool is_right = said[0] == '\0' ? got.n == 0 : str_find_str(got, str_from_cstr(said)) < got.n;
    if (!is_right)
        fail_msg("for %s: %.*s, not %s", url, STR_ARG(got), said);
    buf_clear(&lines);
}

static void
stages(void **state)
{
    (void)state;
    assert_int_equal(certificate_stage(21 * CLOCK_DAY + 1), CERTIFICATE_GOOD);
    assert_int_equal(certificate_stage(21 * CLOCK_DAY), CERTIFICATE_THREE_WEEKS);
    assert_int_equal(certificate_stage(7 * CLOCK_DAY + 1), CERTIFICATE_THREE_WEEKS);
    assert_int_equal(certificate_stage(7 * CLOCK_DAY), CERTIFICATE_WEEK);
    assert_int_equal(certificate_stage(CLOCK_DAY + 1), CERTIFICATE_WEEK);
    assert_int_equal(certificate_stage(CLOCK_DAY), CERTIFICATE_DAY);
    assert_int_equal(certificate_stage(1), CERTIFICATE_DAY);
    assert_int_equal(certificate_stage(0), CERTIFICATE_ENDED);
    assert_int_equal(certificate_stage(INT64_MIN / 2), CERTIFICATE_ENDED);
}

static void
its_time(void **state)
{
    struct made *m = *state;
    assert_said(m, "", m->end - 22 * CLOCK_DAY, "");
    assert_said(m, "", m->end - 21 * CLOCK_DAY, "tls.certificate: ends in 21 days, at ");
    assert_said(m, "", m->end - CLOCK_DAY, "tls.certificate: ends in 1 day, at ");
    assert_said(m, "", m->end - 1, "tls.certificate: ends in 0 days, at ");
    assert_said(m, "", m->end, "tls.certificate: ended at ");
    int64_t begin = tls_context_certificate(m->tls, 0)->not_before;
    assert_said(m, "", begin, "");
    assert_said(m, "", begin - 1, "tls.certificate: is not valid yet: clients refuse it\n");
}

static void
its_name(void **state)
{
    struct made *m = *state;
    int64_t now = m->end - 50 * CLOCK_DAY;
    static const char *const right[] = {"",
                                        "https://sign-in.example",
                                        "https://sign-in.example:8443",
                                        "https://SIGN-IN.example",
                                        "https://192.0.2.1",
                                        "https://192.0.2.1:1",
                                        "https://[2001:db8::1]",
                                        "https://[2001:db8::1]:8443"};
    for (size_t i = 0; i < ARRAY_LEN(right); i++)
        assert_said(m, right[i], now, "");
    static const char *const wrong[][2] = {{"https://other.example", "is not for other.example, "},
                                           {"https://a.sign-in.example:1", "is not for a.sign-in.example, "},
                                           {"https://192.0.2.2", "is not for 192.0.2.2, "},
                                           {"https://[2001:db8::2]:1", "is not for 2001:db8::2, "}};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_said(m, wrong[i][0], now, wrong[i][1]);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(stages), CASE(its_time), CASE(its_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
