/* SPDX-License-Identifier: Apache-2.0 */
/* tls: which of several certificates a client gets, and where its tickets are accepted. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "base/rand.h"
#include "http/tls.h"
#include "base/tickets.h"

/* serial: what a test recognizes it by. */
struct made {
    struct str cert, key;
};

static struct cx cx;

static struct str
text_of(BIO *bio)
{
    char *p;
    long n = BIO_get_mem_data(bio, &p);
    assert_true(n > 0);
    struct str text = arena_str(&cx.arena, (struct str){p, (size_t)n});
    BIO_free(bio);
    return text;
}

static struct made
make(long serial, bool is_rsa, const char *names)
{
    EVP_PKEY *key = is_rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
    X509 *x = X509_new();
    X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
    BIO *cert = BIO_new(BIO_s_mem()), *secret = BIO_new(BIO_s_mem());
    assert_int_equal(X509_set_version(x, X509_VERSION_3), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x), serial), 1);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x), -60));
    assert_non_null(X509_time_adj_ex(X509_getm_notAfter(x), 10, 0, NULL));
    assert_int_equal(X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                                                (const unsigned char *)"an \"issuer\"", -1, -1, 0),
                     1);
    assert_int_equal(X509_set_issuer_name(x, X509_get_subject_name(x)), 1);
    assert_int_equal(X509_add_ext(x, ext, -1), 1);
    assert_int_equal(X509_set_pubkey(x, key), 1);
    assert_true(X509_sign(x, key, EVP_sha256()) > 0);
    assert_int_equal(PEM_write_bio_X509(cert, x), 1);
    assert_int_equal(PEM_write_bio_PKCS8PrivateKey(secret, key, NULL, NULL, 0, NULL, NULL), 1);
    X509_EXTENSION_free(ext);
    X509_free(x);
    EVP_PKEY_free(key);
    return (struct made){text_of(cert), text_of(secret)};
}

enum { EC_A = 1, RSA_A, EC_B, RSA_STAR, N_MADE = RSA_STAR };
static struct made made[N_MADE + 1];

static struct tls_context *
context(const int serials[], size_t n)
{
    struct tls_context *ctx;
    assert_int_equal(tls_context_begin(&cx, &ctx), ERR_NONE);
    for (size_t i = 0; i < n; i++)
        if (tls_context_add(&cx, ctx, "tls.certificate", made[serials[i]].cert, made[serials[i]].key) !=
            ERR_NONE)
            fail_msg("%s", cx.detail);
    assert_int_equal(tls_context_end(&cx, ctx), ERR_NONE);
    return ctx;
}

static int
set_up(void **state)
{
    (void)state;
    cx_init(&cx);
    made[EC_A] = make(EC_A, false, "DNS:a.example,DNS:www.a.example,IP:192.0.2.1");
    made[RSA_A] = make(RSA_A, true, "DNS:a.example");
    made[EC_B] = make(EC_B, false, "DNS:b.example");
    made[RSA_STAR] = make(RSA_STAR, true, "DNS:*.star.example");
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    cx_clear(&cx);
    return 0;
}

/* What a client asks for. */
struct ask {
    const char *name, *algorithms;
    int version;
    SSL_SESSION *ticket;
};

struct got {
    long serial; /* 0: the handshake failed */
    bool is_resumed;
    SSL_SESSION *ticket;
};

static SSL_SESSION *newest;

static int
keep_ticket(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl;
    SSL_SESSION_free(newest);
    newest = session;
    return 1;
}

static bool
shake(SSL *client, struct tls_conn *server)
{
    bool is_done = false, is_served = false;
    for (int i = 0; i < 50 && !(is_done && is_served); i++) {
        is_done = is_done || SSL_do_handshake(client) == 1;
        enum tls_result result = is_served ? TLS_OK : tls_handshake(server);
        is_served = result == TLS_OK;
        if (result == TLS_FAILED)
            return false;
    }
    return is_done && is_served;
}

static struct got
connect_to(struct tls_context *ctx, const struct ask *ask)
{
    struct got got = {.serial = 0};
    int fd[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd), 0);
    SSL_CTX *client_ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_session_cache_mode(client_ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(client_ctx, keep_ticket);
    SSL *client = SSL_new(client_ctx);
    assert_int_equal(SSL_set_fd(client, fd[1]), 1);
    SSL_set_connect_state(client);
    if (ask->name != NULL)
        assert_int_equal(SSL_set_tlsext_host_name(client, arena_cstr(&cx.arena, str_from_cstr(ask->name))),
                         1);
    if (ask->algorithms != NULL)
        assert_int_equal(SSL_set1_sigalgs_list(client, arena_cstr(&cx.arena, str_from_cstr(ask->algorithms))),
                         1);
    if (ask->version != 0)
        assert_int_equal(SSL_set_max_proto_version(client, ask->version), 1);
    if (ask->ticket != NULL)
        assert_int_equal(SSL_set_session(client, ask->ticket), 1);
    struct tls_conn *server = tls_conn_new(ctx, fd[0]);
    newest = NULL;
    if (shake(client, server)) {
        X509 *cert = SSL_get1_peer_certificate(client);
        size_t n;
        got.serial = ASN1_INTEGER_get(X509_get0_serialNumber(cert));
        got.is_resumed = SSL_session_reused(client) == 1;
        X509_free(cert);
        assert_int_equal(tls_write(server, "x", 1, &n), TLS_OK);
        assert_int_equal(SSL_read(client, (char[1]){0}, 1), 1); /* takes the ticket of TLS 1.3, too */
        (void)SSL_shutdown(client);
        if (newest == NULL) /* resumed with TLS 1.2 */
            newest = SSL_get1_session(client);
    }
    got.ticket = newest;
    tls_conn_free(&server);
    SSL_free(client);
    SSL_CTX_free(client_ctx);
    (void)close(fd[0]);
    (void)close(fd[1]);
    return got;
}

static long
serial_for(struct tls_context *ctx, const char *name, const char *algorithms, int version)
{
    struct got got =
        connect_to(ctx, &(struct ask){.name = name, .algorithms = algorithms, .version = version});
    SSL_SESSION_free(got.ticket);
    return got.serial;
}

static void
the_name_chooses_and_an_unknown_one_gets_the_first(void **state)
{
    (void)state;
    struct tls_context *ctx = context((const int[]){EC_A, RSA_A, EC_B, RSA_STAR}, 4);
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
        assert_int_equal(serial_for(ctx, "a.example", NULL, versions[i]), EC_A);
        assert_int_equal(serial_for(ctx, "B.example", NULL, versions[i]), EC_B);
        assert_int_equal(serial_for(ctx, "x.star.example", NULL, versions[i]), RSA_STAR);
        assert_int_equal(serial_for(ctx, "other.example", NULL, versions[i]), EC_A);
        assert_int_equal(serial_for(ctx, "a.x.star.example", NULL, versions[i]), EC_A);
        assert_int_equal(serial_for(ctx, NULL, NULL, versions[i]), EC_A);
    }
    tls_context_free(&ctx);
}

static void
a_client_without_ecdsa_gets_rsa_where_there_is_both(void **state)
{
    (void)state;
    static const char rsa[] = "RSA-PSS+SHA256:RSA+SHA256";
    struct tls_context *ctx = context((const int[]){EC_A, RSA_A, EC_B}, 3);
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
        assert_int_equal(serial_for(ctx, "a.example", rsa, versions[i]), RSA_A);
        assert_int_equal(serial_for(ctx, NULL, rsa, versions[i]), RSA_A);
        assert_int_equal(serial_for(ctx, "b.example", rsa, versions[i]), 0); /* never one of another name */
    }
    tls_context_free(&ctx);
}

/* Resumption would otherwise keep a certificate alive after its removal, and skip the choice. */
static void
a_ticket_is_for_the_same_choice_among_the_same_certificates(void **state)
{
    (void)state;
    struct tls_context *ctx = context((const int[]){EC_A, EC_B}, 2), *other = context((const int[]){EC_A}, 1);
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
        struct got first = connect_to(ctx, &(struct ask){.name = "a.example", .version = versions[i]});
        assert_non_null(first.ticket);
        struct ask again = {.name = "a.example", .version = versions[i], .ticket = first.ticket};
        struct got same = connect_to(ctx, &again);
        assert_true(same.is_resumed);
        again.name = "b.example";
        struct got elsewhere = connect_to(ctx, &again);
        assert_false(elsewhere.is_resumed);
        assert_int_equal(elsewhere.serial, EC_B);
        again.name = "a.example";
        struct got later = connect_to(other, &again);
        assert_false(later.is_resumed);
        assert_int_equal(later.serial, EC_A);
        SSL_SESSION_free(first.ticket);
        SSL_SESSION_free(same.ticket);
        SSL_SESSION_free(elsewhere.ticket);
        SSL_SESSION_free(later.ticket);
    }
    tls_context_free(&ctx);
    tls_context_free(&other);
}

/* A ticket of `from` for a name, used at `to` for another. */
static bool
is_resumed(struct tls_context *from, const char *name, struct tls_context *to, const char *other, int version)
{
    struct got first = connect_to(from, &(struct ask){.name = name, .version = version});
    assert_non_null(first.ticket);
    struct got again =
        connect_to(to, &(struct ask){.name = other, .version = version, .ticket = first.ticket});
    assert_true(again.serial != 0);
    SSL_SESSION_free(first.ticket);
    SSL_SESSION_free(again.ticket);
    return again.is_resumed;
}

static const int both[] = {TLS1_2_VERSION, TLS1_3_VERSION};

static void
a_ticket_is_for_the_name_that_it_was_given_for(void **state)
{
    (void)state;
    struct tls_context *ctx = context((const int[]){EC_A, EC_B}, 2);
    for (size_t i = 0; i < ARRAY_LEN(both); i++) {
        assert_true(is_resumed(ctx, "a.example", ctx, "A.Example", both[i]));
        assert_false(is_resumed(ctx, "a.example", ctx, "www.a.example", both[i]));
        assert_false(is_resumed(ctx, "a.example", ctx, NULL, both[i]));
        assert_false(is_resumed(ctx, NULL, ctx, "a.example", both[i]));
        assert_false(is_resumed(ctx, "unknown.example", ctx, "other.example", both[i]));
        assert_true(is_resumed(ctx, NULL, ctx, NULL, both[i]));
    }
    tls_context_free(&ctx);
}

static struct tls_tickets
some_keys(void)
{
    struct tls_tickets t;
    rand_bytes(&t, sizeof t);
    return t;
}

/* As two fronts, or one before and after a reload. */
static void
contexts_with_the_same_keys_take_each_others_tickets(void **state)
{
    (void)state;
    struct tls_tickets keys = some_keys(), others = some_keys();
    struct tls_context *one = context((const int[]){EC_A}, 1), *two = context((const int[]){EC_A}, 1),
                       *three = context((const int[]){EC_A}, 1), *other = context((const int[]){EC_B}, 1);
    tls_context_use_tickets(one, &keys);
    tls_context_use_tickets(two, &keys);
    tls_context_use_tickets(three, &others);
    tls_context_use_tickets(other, &keys);
    for (size_t i = 0; i < ARRAY_LEN(both); i++) {
        assert_true(is_resumed(one, "a.example", two, "a.example", both[i]));
        assert_false(is_resumed(one, "a.example", two, "www.a.example", both[i]));
        assert_false(is_resumed(one, "a.example", three, "a.example", both[i]));
        assert_false(is_resumed(one, "a.example", other, "a.example", both[i]));
    }
    tls_context_free(&one);
    tls_context_free(&two);
    tls_context_free(&three);
    tls_context_free(&other);
}

static void
a_key_opens_tickets_for_one_change_after_it_has_sealed_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(both); i++) {
        struct tls_tickets keys = some_keys(), more = some_keys();
        struct tls_context *ctx = context((const int[]){EC_A}, 1);
        struct ask ask = {.name = "a.example", .version = both[i]};
        tls_context_use_tickets(ctx, &keys);
        struct got first = connect_to(ctx, &ask);
        ask.ticket = first.ticket;
        keys = (struct tls_tickets){{more.keys[0], keys.keys[0]}};
        struct got second = connect_to(ctx, &ask);
        assert_true(second.is_resumed);
        keys = (struct tls_tickets){{more.keys[1], keys.keys[0]}};
        struct got third = connect_to(ctx, &ask);
        assert_false(third.is_resumed);
        ask.ticket = second.ticket; /* renewed under the second key */
        struct got fourth = connect_to(ctx, &ask);
        assert_true(fourth.is_resumed);
        SSL_SESSION_free(first.ticket);
        SSL_SESSION_free(second.ticket);
        SSL_SESSION_free(third.ticket);
        SSL_SESSION_free(fourth.ticket);
        tls_context_free(&ctx);
    }
}

static void
a_session_ends_with_the_validity_of_its_certificate(void **state)
{
    (void)state;
    struct tls_context *ctx = context((const int[]){EC_A}, 1);
    const int64_t end = tls_context_certificate(ctx, 0)->not_after;
    for (size_t i = 0; i < ARRAY_LEN(both); i++) {
        clock_fix(end);
        struct got first = connect_to(ctx, &(struct ask){.name = "a.example", .version = both[i]});
        struct ask ask = {.name = "a.example", .version = both[i], .ticket = first.ticket};
        struct got in_time = connect_to(ctx, &ask);
        assert_true(in_time.is_resumed);
        clock_fix(end + CLOCK_S);
        struct got late = connect_to(ctx, &ask);
        assert_false(late.is_resumed);
        SSL_SESSION_free(first.ticket);
        SSL_SESSION_free(in_time.ticket);
        SSL_SESSION_free(late.ticket);
    }
    clock_fix(0);
    tls_context_free(&ctx);
}

static void
a_certificate_says_what_it_is(void **state)
{
    (void)state;
    struct tls_context *ctx = context((const int[]){EC_A, RSA_STAR}, 2);
    assert_int_equal(tls_context_count(ctx), 2);
    const struct tls_certificate *a = tls_context_certificate(ctx, 0), *b = tls_context_certificate(ctx, 1);
    assert_string_equal(a->names, "a.example, www.a.example");
    assert_string_equal(a->key, "ECDSA 256");
    assert_string_equal(a->issuer, "an ?issuer?");
    assert_string_equal(b->names, "*.star.example");
    assert_string_equal(b->key, "RSA 2048");
    assert_true(tls_context_is_for(ctx, "a.example"));
    assert_true(tls_context_is_for(ctx, "x.star.example"));
    assert_true(tls_context_is_for(ctx, "192.0.2.1"));
    assert_false(tls_context_is_for(ctx, "192.0.2.2"));
    assert_false(tls_context_is_for(ctx, "b.example"));
    tls_context_free(&ctx);
}

static void
their_number_is_bounded(void **state)
{
    (void)state;
    struct tls_context *ctx;
    assert_int_equal(tls_context_begin(&cx, &ctx), ERR_NONE);
    for (int i = 0; i < TLS_CERTIFICATES_MAX; i++)
        assert_int_equal(tls_context_add(&cx, ctx, "n", made[EC_A].cert, made[EC_A].key), ERR_NONE);
    assert_int_equal(tls_context_add(&cx, ctx, "n", made[EC_A].cert, made[EC_A].key), ERR_LIMIT);
    err_forget(&cx);
    tls_context_free(&ctx);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_name_chooses_and_an_unknown_one_gets_the_first),
        cmocka_unit_test(a_client_without_ecdsa_gets_rsa_where_there_is_both),
        cmocka_unit_test(a_ticket_is_for_the_same_choice_among_the_same_certificates),
        cmocka_unit_test(a_ticket_is_for_the_name_that_it_was_given_for),
        cmocka_unit_test(contexts_with_the_same_keys_take_each_others_tickets),
        cmocka_unit_test(a_key_opens_tickets_for_one_change_after_it_has_sealed_them),
        cmocka_unit_test(a_session_ends_with_the_validity_of_its_certificate),
        cmocka_unit_test(a_certificate_says_what_it_is),
        cmocka_unit_test(their_number_is_bounded),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
