/* SPDX-License-Identifier: Apache-2.0 */
/* transport: the same requests within TLS. */
#include "tests/unit/front/harness.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

struct client {
    int fd;
    SSL_CTX *ctx;
    SSL *ssl;
};

/* A file in memory with what the BIO holds; frees the BIO. */
static int
file_of(BIO *bio)
{
    char *p;
    long n = BIO_get_mem_data(bio, &p);
    int fd = memfd_create("pem", MFD_CLOEXEC);
    assert_true(fd >= 0 && n > 0);
    assert_int_equal(write(fd, p, (size_t)n), n);
    BIO_free(bio);
    return fd;
}

static void
use_certificate(struct harness *h)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    BIO *cert_out = BIO_new(BIO_s_mem()), *key_out = BIO_new(BIO_s_mem());

    assert_int_equal(X509_set_version(cert, X509_VERSION_3), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(cert), 1), 1);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(cert), -60));
    assert_non_null(X509_time_adj_ex(X509_getm_notAfter(cert), 10, 0, NULL));
    assert_int_equal(X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                                                (const unsigned char *)"localhost", -1, -1, 0),
                     1);
    assert_int_equal(X509_set_issuer_name(cert, X509_get_subject_name(cert)), 1);
    assert_int_equal(X509_set_pubkey(cert, key), 1);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    assert_int_equal(PEM_write_bio_X509(cert_out, cert), 1);
    assert_int_equal(PEM_write_bio_PKCS8PrivateKey(key_out, key, NULL, NULL, 0, NULL, NULL), 1);
    int cert_fd = file_of(cert_out), key_fd = file_of(key_out);
    assert_int_equal(front_add_certificate(&h->cx, h->front,
                                           &(struct front_certificate){.is_first = true,
                                                                       .is_last = true,
                                                                       .name = "tls.certificate",
                                                                       .cert_fd = cert_fd,
                                                                       .key_fd = key_fd}),
                     ERR_NONE);
    (void)close(cert_fd);
    (void)close(key_fd);
    X509_free(cert);
    EVP_PKEY_free(key);
}

static int
set_up(void **state)
{
    struct harness *h = harness_new("");
    (void)signal(SIGPIPE, SIG_IGN);
    use_certificate(h);
    listen_on(h);
    worker_add(h, 0, true);
    *state = h;
    return 0;
}

static void
tls_open(struct harness *h, struct client *c)
{
    c->fd = client_connect(h);
    assert_int_equal(fcntl(c->fd, F_SETFL, O_NONBLOCK), 0);
    c->ctx = SSL_CTX_new(TLS_client_method());
    c->ssl = SSL_new(c->ctx);
    assert_int_equal(SSL_set_fd(c->ssl, c->fd), 1);
    for (unsigned i = 0; SSL_connect(c->ssl) != 1; i++) {
        assert_true(i < PUMPS_MAX);
        pump(h);
    }
}

static void
tls_close(struct client *c)
{
    SSL_free(c->ssl);
    SSL_CTX_free(c->ctx);
    (void)close(c->fd);
}

/* Reads until the text has `until` in it. */
static const char *
tls_read_until(struct harness *h, struct client *c, const char *until)
{
    enum { MOST = 65536 };
    char *text = arena_zalloc(&h->cx.arena, MOST);
    size_t n = 0;

    for (unsigned i = 0; strstr(text, until) == NULL; i++) {
        size_t got = 0;
        assert_true(i < PUMPS_MAX);
        pump(h);
        if (SSL_read_ex(c->ssl, text + n, MOST - 1 - n, &got) == 1)
            n += got;
    }
    return text;
}

static void
tls_send(struct client *c, const char *text)
{
    assert_int_equal(SSL_write(c->ssl, text, (int)strlen(text)), (int)strlen(text));
}

static void
a_check_within_tls_is_secure(void **state)
{
    struct harness *h = *state;
    struct call_reply reply = {.status = CALL_DONE, .set_session = STR("S")};
    struct twoFactorCheckPushAuthStatus_out out = {.result = loginTwoFactorRet_OK};
    struct client c;

    tls_open(h, &c);
    for (unsigned i = 0; i < 3; i++) {
        tls_send(&c, check_request(h, "push", ""));
        assert_true(worker_take(h, 0)->call.is_secure);
        worker_reply(h, 0, &reply, &out);
        const char *answer = tls_read_until(h, &c, "</soap:Envelope>");
        assert_has(answer, "; Secure\r\n");
        assert_has(answer, "Strict-Transport-Security: max-age=31536000\r\n");
    }
    tls_close(&c);
}

/* More in one record than one read takes: what OpenSSL holds makes no socket readable. */
static void
pipelined_requests_in_one_record_are_all_answered(void **state)
{
    struct harness *h = *state;
    struct client c;
    char all[12000] = "";
    const char *one =
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Filling: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n";
    size_t times = 100, length = strlen(one);

    assert_true(times * length < sizeof all);
    for (size_t i = 0; i < times; i++)
        memcpy(all + i * length, one, length + 1);
    tls_open(h, &c);
    tls_send(&c, all);
    for (size_t i = 0, seen = 0; seen < times; i++) {
        assert_true(i < PUMPS_MAX);
        const char *answers = tls_read_until(h, &c, "ok\n");
        for (const char *p = strstr(answers, "ok\n"); p != NULL; p = strstr(p + 1, "ok\n"))
            seen++;
    }
    tls_close(&c);
}

static void
a_new_certificate_is_for_new_connections(void **state)
{
    struct harness *h = *state;
    struct client before, after;

    tls_open(h, &before);
    use_certificate(h);
    tls_open(h, &after);
    X509 *one = SSL_get1_peer_certificate(before.ssl), *two = SSL_get1_peer_certificate(after.ssl);
    assert_int_not_equal(X509_cmp(one, two), 0);
    X509_free(one);
    X509_free(two);
    tls_send(&before, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_has(tls_read_until(h, &before, "ok\n"), "HTTP/1.1 200 OK");
    tls_close(&before);
    tls_close(&after);
}

static void
a_client_that_speaks_no_tls_is_closed(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h), silent = client_connect(h);

    client_send(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    for (unsigned i = 0; i < 50; i++)
        pump(h);
    assert_int_equal(harness_counts(h).connections, 1);
    advance(h, 11 * CLOCK_S); /* the handshake has the time of a head */
    client_reads_end(h, silent);
    (void)close(c);
    (void)close(silent);
}

static void
a_held_check_within_tls_is_forgotten_when_its_client_leaves(void **state)
{
    struct harness *h = *state;
    struct client c;

    tls_open(h, &c);
    tls_send(&c, check_request(h, "push", "Prefer: wait=20\r\n"));
    (void)worker_take(h, 0);
    worker_reply_poll(h, 0, topic_of(1), 60);
    assert_int_equal(harness_counts(h).parked, 1);
    assert_int_equal(SSL_shutdown(c.ssl), 0);
    tls_close(&c);
    for (unsigned i = 0; harness_counts(h).connections > 0; i++) {
        assert_true(i < PUMPS_MAX);
        pump(h);
    }
    assert_int_equal(harness_counts(h).parked, 0);
}

/* The first message of a handshake, to be sent again and again. */
static const char *
first_hello(struct harness *h, size_t *n_out)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    SSL *ssl = SSL_new(ctx);
    char *p;

    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    assert_int_equal(SSL_connect(ssl), -1);
    *n_out = (size_t)BIO_get_mem_data(SSL_get_wbio(ssl), &p);
    const char *hello = arena_str(&h->cx.arena, (struct str){p, *n_out}).p;
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    return hello;
}

static void
replayed_hellos_do_not_delay_a_handshake_of_another_source(void **state)
{
    enum { CROWD = 200 };
    struct harness *h = *state;
    int crowd[CROWD], other = client_connect_from(h, "127.0.0.2");
    unsigned answered = 0;
    size_t n = 0;
    const char *hello = first_hello(h, &n);

    for (size_t i = 0; i < CROWD; i++) {
        crowd[i] = client_connect(h);
        pump(h);
    }
    while (harness_counts(h).connections < CROWD + 1)
        pump(h);
    for (size_t i = 0; i < CROWD; i++)
        assert_int_equal(write(crowd[i], hello, n), n);
    pump(h);
    assert_int_equal(write(other, hello, n), n);
    pump(h);
    assert_true(client_has_answer(other));
    for (size_t i = 0; i < CROWD; i++)
        answered += client_has_answer(crowd[i]);
    assert_in_range(answered, 1, CROWD - 1);
    for (size_t i = 0; i < CROWD; i++)
        (void)close(crowd[i]);
    (void)close(other);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, harness_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_check_within_tls_is_secure),
        CASE(pipelined_requests_in_one_record_are_all_answered),
        CASE(a_new_certificate_is_for_new_connections),
        CASE(a_client_that_speaks_no_tls_is_closed),
        CASE(replayed_hellos_do_not_delay_a_handshake_of_another_source),
        CASE(a_held_check_within_tls_is_forgotten_when_its_client_leaves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
