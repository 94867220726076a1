/* SPDX-License-Identifier: Apache-2.0 */
/* tls: against an OpenSSL client at the other end of a socket pair, both driven by turns. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/clock.h"
#include "http/tls.h"

enum { DAYS = 10, BIG = 3 * 1024 * 1024 };

/* Two certificates with their keys, as PEM. */
struct pems {
    char *cert[2], *key[2], *locked_key;
};

static struct pems pems;

/* The text in a memory BIO as a C string on the heap; frees the BIO. */
static char *
take_text(BIO *bio)
{
    char *p, *text;
    long n = BIO_get_mem_data(bio, &p);

    assert_true(n > 0);
    text = strndup(p, (size_t)n);
    BIO_free(bio);
    return text;
}

static void
make_pair(size_t i)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    BIO *cert_out = BIO_new(BIO_s_mem()), *key_out = BIO_new(BIO_s_mem());

    assert_int_equal(X509_set_version(cert, X509_VERSION_3), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(cert), (long)i + 1), 1);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(cert), -60));
    assert_non_null(X509_time_adj_ex(X509_getm_notAfter(cert), DAYS, 0, NULL));
    assert_int_equal(X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                                                (const unsigned char *)(i == 0 ? "one" : "two"), -1, -1, 0),
                     1);
    assert_int_equal(X509_set_issuer_name(cert, X509_get_subject_name(cert)), 1);
    assert_int_equal(X509_set_pubkey(cert, key), 1);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    assert_int_equal(PEM_write_bio_X509(cert_out, cert), 1);
    assert_int_equal(PEM_write_bio_PKCS8PrivateKey(key_out, key, NULL, NULL, 0, NULL, NULL), 1);
    pems.cert[i] = take_text(cert_out);
    pems.key[i] = take_text(key_out);
    if (i == 0) {
        BIO *locked = BIO_new(BIO_s_mem());

        assert_int_equal(PEM_write_bio_PKCS8PrivateKey(locked, key, EVP_aes_128_cbc(), "pass", 4, NULL, NULL),
                         1);
        pems.locked_key = take_text(locked);
    }
    X509_free(cert);
    EVP_PKEY_free(key);
}

static int
make_pems(void **state)
{
    (void)state;
    make_pair(0);
    make_pair(1);
    return 0;
}

static int
free_pems(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        free(pems.cert[i]);
        free(pems.key[i]);
    }
    free(pems.locked_key);
    return 0;
}

static struct tls_context *
context(size_t i)
{
    struct tls_context *ctx;
    struct cx cx;

    cx_init(&cx);
    if (tls_context_new(&cx, str_from_cstr(pems.cert[i]), str_from_cstr(pems.key[i]), &ctx) != ERR_NONE)
        fail_msg("%s", cx.detail);
    cx_clear(&cx);
    return ctx;
}

/* A connection under test and the client that talks to it. */
struct pair {
    SSL_CTX *client_ctx;
    SSL *client;
    struct tls_conn *server;
    int fd[2];
};

static void
pair_open(struct pair *p, struct tls_context *ctx)
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, p->fd), 0);
    p->client_ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(p->client_ctx, 0);
    p->client = SSL_new(p->client_ctx);
    assert_int_equal(SSL_set_fd(p->client, p->fd[1]), 1);
    SSL_set_connect_state(p->client);
    p->server = tls_conn_new(ctx, p->fd[0]);
    assert_non_null(p->server);
}

static void
pair_close(struct pair *p)
{
    tls_conn_free(&p->server);
    SSL_free(p->client);
    SSL_CTX_free(p->client_ctx);
    close(p->fd[0]);
    if (p->fd[1] >= 0)
        close(p->fd[1]);
    ERR_clear_error();
}

/* Both sides by turns, until the server's is decided. */
static enum tls_result
shake_hands(struct pair *p)
{
    for (int i = 0; i < 20; i++) {
        enum tls_result result;

        (void)SSL_do_handshake(p->client);
        result = tls_handshake(p->server);
        if (result != TLS_WANT_READ && result != TLS_WANT_WRITE) {
            (void)SSL_do_handshake(p->client);
            return result;
        }
    }
    fail_msg("the handshake does not end");
    return TLS_FAILED;
}

static void
pair_speaks(struct pair *p)
{
    char text[16];
    size_t n;

    assert_int_equal(SSL_write(p->client, "question", 8), 8);
    assert_int_equal(tls_read(p->server, text, 5, &n), TLS_OK);
    assert_int_equal(n, 5);
    assert_true(tls_has_pending(p->server));
    assert_int_equal(tls_read(p->server, text + 5, sizeof text - 5, &n), TLS_OK);
    assert_int_equal(n, 3);
    assert_memory_equal(text, "question", 8);
    assert_false(tls_has_pending(p->server));
    assert_int_equal(tls_read(p->server, text, sizeof text, &n), TLS_WANT_READ);
    assert_int_equal(n, 0);
    assert_int_equal(tls_write(p->server, "answer", 6, &n), TLS_OK);
    assert_int_equal(n, 6);
    assert_int_equal(SSL_read(p->client, text, sizeof text), 6);
    assert_memory_equal(text, "answer", 6);
}

static void
speaks_both_versions(void **state)
{
    static const struct {
        int version;
        const char *name;
    } rows[] = {{TLS1_3_VERSION, "TLSv1.3"}, {TLS1_2_VERSION, "TLSv1.2"}};
    struct tls_context *ctx = context(0);

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct pair p;

        pair_open(&p, ctx);
        SSL_set_max_proto_version(p.client, rows[i].version);
        assert_int_equal(shake_hands(&p), TLS_OK);
        assert_string_equal(tls_version(p.server), rows[i].name);
        pair_speaks(&p);
        assert_int_equal(tls_shutdown(p.server), TLS_OK);
        assert_int_equal(SSL_read(p.client, (char[1]){0}, 1), 0);
        assert_int_equal(SSL_get_shutdown(p.client) & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN);
        pair_close(&p);
    }
    tls_context_free(&ctx);
    assert_null(ctx);
    tls_context_free(&ctx);
}

static void
refuses_what_is_weak(void **state)
{
    struct tls_context *ctx = context(0);
    struct pair p;

    (void)state;
    pair_open(&p, ctx);
    SSL_set_min_proto_version(p.client, TLS1_1_VERSION);
    SSL_set_max_proto_version(p.client, TLS1_1_VERSION);
    assert_int_equal(shake_hands(&p), TLS_FAILED);
    assert_string_equal(tls_error_text(p.server), "unsupported protocol");
    assert_int_equal(tls_shutdown(p.server), TLS_OK);
    pair_close(&p);

    pair_open(&p, ctx);
    SSL_set_max_proto_version(p.client, TLS1_2_VERSION);
    assert_int_equal(SSL_set_cipher_list(p.client, "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA"), 1);
    assert_int_equal(shake_hands(&p), TLS_FAILED);
    assert_string_equal(tls_error_text(p.server), "no shared cipher");
    pair_close(&p);
    tls_context_free(&ctx);
}

static void
refuses_plain_http(void **state)
{
    struct tls_context *ctx = context(0);
    struct pair p;

    (void)state;
    pair_open(&p, ctx);
    assert_string_equal(tls_error_text(p.server), "");
    assert_int_equal(write(p.fd[1], "GET / HTTP/1.1\r\n\r\n", 18), 18);
    assert_int_equal(tls_handshake(p.server), TLS_FAILED);
    assert_string_equal(tls_error_text(p.server), "http request");
    pair_close(&p);
    tls_context_free(&ctx);
}

static void
agrees_on_http_1_1(void **state)
{
    static const unsigned char both[] = "\x02h2\x08http/1.1", h2[] = "\x02h2";
    struct tls_context *ctx = context(0);
    const unsigned char *chosen;
    unsigned n;
    struct pair p;

    (void)state;
    pair_open(&p, ctx);
    assert_int_equal(SSL_set_alpn_protos(p.client, both, sizeof both - 1), 0);
    assert_int_equal(shake_hands(&p), TLS_OK);
    SSL_get0_alpn_selected(p.client, &chosen, &n);
    assert_int_equal(n, 8);
    assert_memory_equal(chosen, "http/1.1", 8);
    pair_close(&p);

    pair_open(&p, ctx);
    assert_int_equal(SSL_set_alpn_protos(p.client, h2, sizeof h2 - 1), 0);
    assert_int_equal(shake_hands(&p), TLS_FAILED);
    pair_close(&p);
    tls_context_free(&ctx);
}

static void
outlives_its_context(void **state)
{
    struct tls_context *old = context(0), *new = context(1);
    struct pair p, q;
    X509 *cert;

    (void)state;
    pair_open(&p, old);
    assert_int_equal(shake_hands(&p), TLS_OK);
    tls_context_free(&old);
    pair_open(&q, new);
    assert_int_equal(shake_hands(&q), TLS_OK);
    pair_speaks(&p);
    pair_speaks(&q);
    cert = SSL_get1_peer_certificate(q.client);
    assert_int_equal(ASN1_INTEGER_get(X509_get_serialNumber(cert)), 2);
    X509_free(cert);
    pair_close(&p);
    pair_close(&q);
    tls_context_free(&new);
}

/* Writes until the socket is full, reads by turns, and goes on from another address. */
static void
writes_what_does_not_fit(void **state)
{
    struct tls_context *ctx = context(0);
    char *bytes = malloc(BIG), *again = malloc(BIG), *got = malloc(BIG);
    size_t sent = 0, seen = 0;
    bool was_full = false;
    struct pair p;

    (void)state;
    for (size_t i = 0; i < BIG; i++)
        bytes[i] = again[i] = (char)(i * 7 >> 3);
    pair_open(&p, ctx);
    assert_int_equal(shake_hands(&p), TLS_OK);
    while (seen < BIG) {
        size_t n;

        if (sent < BIG) {
            enum tls_result result = tls_write(p.server, (was_full ? again : bytes) + sent, BIG - sent, &n);

            assert_true(result == TLS_OK || result == TLS_WANT_WRITE);
            was_full |= result == TLS_WANT_WRITE;
            sent += n;
            if (result == TLS_OK)
                continue;
        }
        if (SSL_read_ex(p.client, got + seen, BIG - seen, &n) == 1)
            seen += n;
    }
    assert_true(was_full);
    assert_memory_equal(got, bytes, BIG);
    pair_close(&p);
    tls_context_free(&ctx);
    free(bytes);
    free(again);
    free(got);
}

static void
sees_the_end(void **state)
{
    struct tls_context *ctx = context(0);
    struct pair p;
    char byte;
    size_t n;

    (void)state;
    pair_open(&p, ctx);
    assert_int_equal(shake_hands(&p), TLS_OK);
    (void)SSL_shutdown(p.client);
    assert_int_equal(tls_read(p.server, &byte, 1, &n), TLS_CLOSED);
    assert_int_equal(tls_shutdown(p.server), TLS_OK);
    pair_close(&p);

    pair_open(&p, ctx);
    assert_int_equal(shake_hands(&p), TLS_OK);
    close(p.fd[1]);
    p.fd[1] = -1;
    assert_int_equal(tls_write(p.server, "x", 1, &n), TLS_CLOSED);
    assert_int_equal(tls_shutdown(p.server), TLS_OK);
    pair_close(&p);

    pair_open(&p, ctx);
    assert_int_equal(tls_handshake(p.server), TLS_WANT_READ);
    assert_int_equal(tls_shutdown(p.server), TLS_OK);
    close(p.fd[1]);
    p.fd[1] = -1;
    assert_int_equal(tls_handshake(p.server), TLS_CLOSED);
    pair_close(&p);
    tls_context_free(&ctx);
}

static void
refuses_bad_files(void **state)
{
    const struct {
        const char *cert, *key, *detail;
    } rows[] = {
        {pems.cert[0], pems.key[1], "private key"},
        {pems.cert[0], "", "private key"},
        {pems.cert[0], pems.cert[0], "private key"},
        {pems.cert[0], pems.locked_key, "private key"},
        {"", pems.key[0], "certificate"},
        {"nonsense", pems.key[0], "certificate"},
        {pems.key[0], pems.key[0], "certificate"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct tls_context *ctx;
        struct cx cx;

        cx_init(&cx);
        assert_int_equal(tls_context_new(&cx, str_from_cstr(rows[i].cert), str_from_cstr(rows[i].key), &ctx),
                         ERR_CONFIG);
        assert_null(ctx);
        assert_memory_equal(cx.detail, rows[i].detail, strlen(rows[i].detail));
        cx_clear(&cx);
    }
}

static int
file_with(const char *text)
{
    int fd = memfd_create("tls_test", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    return fd;
}

/* As a front does it. */
static enum errcode
read_pair(struct cx *cx, int cert, int key, struct tls_context **out)
{
    enum errcode err = tls_context_begin(cx, out);
    if (err == ERR_NONE)
        err = tls_context_add_fds(cx, *out, "tls.certificate", cert, key);
    if (err == ERR_NONE)
        err = tls_context_end(cx, *out);
    if (err != ERR_NONE)
        tls_context_free(out);
    return err;
}

static void
reads_files(void **state)
{
    int cert = file_with(pems.cert[0]), key = file_with(pems.key[0]);
    struct tls_context *ctx;
    struct cx cx;

    (void)state;
    cx_init(&cx);
    for (int i = 0; i < 2; i++) { /* the position in the file does not matter, nor move */
        assert_int_equal(read_pair(&cx, cert, key, &ctx), ERR_NONE);
        assert_true(tls_context_certificate(ctx, 0)->not_after > clock_now() + (DAYS - 1) * CLOCK_DAY);
        assert_true(tls_context_certificate(ctx, 0)->not_after <= clock_now() + DAYS * CLOCK_DAY);
        tls_context_free(&ctx);
    }
    assert_int_equal(ftruncate(key, 1024 * 1024 + 1), 0);
    assert_int_equal(read_pair(&cx, cert, key, &ctx), ERR_LIMIT);
    assert_null(ctx);
    err_forget(&cx);
    close(key);
    assert_int_equal(read_pair(&cx, cert, -1, &ctx), ERR_IO);
    cx_clear(&cx);
    close(cert);
}

static void
sends_the_chain(void **state)
{
    struct tls_context *ctx;
    struct cx cx;
    struct pair p;
    struct str chain;

    (void)state;
    cx_init(&cx);
    chain = arena_printf(&cx.arena, "%s%s", pems.cert[0], pems.cert[1]);
    assert_int_equal(tls_context_new(&cx, chain, str_from_cstr(pems.key[0]), &ctx), ERR_NONE);
    pair_open(&p, ctx);
    assert_int_equal(shake_hands(&p), TLS_OK);
    assert_int_equal(sk_X509_num(SSL_get_peer_cert_chain(p.client)), 2);
    pair_close(&p);
    tls_context_free(&ctx);
    chain = STR_NULL;
    for (int i = 0; i < 20; i++)
        chain = arena_printf(&cx.arena, "%.*s%s", STR_ARG(chain), pems.cert[0]);
    assert_int_equal(tls_context_new(&cx, chain, str_from_cstr(pems.key[0]), &ctx), ERR_CONFIG);
    err_forget(&cx);
    chain = arena_printf(&cx.arena, "%s-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                         pems.cert[0]);
    assert_int_equal(tls_context_new(&cx, chain, str_from_cstr(pems.key[0]), &ctx), ERR_CONFIG);
    cx_clear(&cx);
}

/* At the head of a file, and where two files were joined: OpenSSL would pass over that certificate. */
static void
refuses_a_byte_order_mark(void **state)
{
    (void)state;
    struct cx cx;
    struct tls_context *ctx = NULL;

    cx_init(&cx);
    struct str cert = str_from_cstr(pems.cert[0]), key = str_from_cstr(pems.key[0]);
    struct str marked = arena_printf(&cx.arena, "\xef\xbb\xbf%s", pems.cert[0]);
    struct str joined = arena_printf(&cx.arena, "%s\xef\xbb\xbf%s", pems.cert[0], pems.cert[1]);
    struct str marked_key = arena_printf(&cx.arena, "\xef\xbb\xbf%s", pems.key[0]);
    const struct {
        struct str cert, key;
        const char *words;
    } cases[] = {{marked, key, "certificate: a byte order mark"},
                 {joined, key, "certificate: a byte order mark"},
                 {cert, marked_key, "private key: a byte order mark"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(tls_context_new(&cx, cases[i].cert, cases[i].key, &ctx), ERR_CONFIG);
        assert_non_null(strstr(cx.detail, cases[i].words));
        err_forget(&cx);
    }
    cx_clear(&cx);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speaks_both_versions),
        cmocka_unit_test(refuses_what_is_weak),
        cmocka_unit_test(refuses_plain_http),
        cmocka_unit_test(agrees_on_http_1_1),
        cmocka_unit_test(outlives_its_context),
        cmocka_unit_test(writes_what_does_not_fit),
        cmocka_unit_test(sees_the_end),
        cmocka_unit_test(refuses_bad_files),
        cmocka_unit_test(reads_files),
        cmocka_unit_test(sends_the_chain),
        cmocka_unit_test(refuses_a_byte_order_mark),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, make_pems, free_pems);
}
