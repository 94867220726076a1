/* SPDX-License-Identifier: Apache-2.0 */
/* listen: who is let in. */
#include "tests/unit/front/harness.h"

#include <unistd.h>

#include "front/parts.h"

#define HEALTH "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"

/* Clients that were turned away and are waited for. */
static size_t
kept(const struct harness *h)
{
    size_t n = 0;
    for (size_t i = 0; i < AWAY_MOST; i++)
        n += h->front->away.clients[i].watch.fd >= 0;
    return n;
}

static void
is_turned_away(struct harness *h)
{
    int c = client_connect(h);
    const char *answer = client_read(h, c);
    assert_starts(answer, "HTTP/1.1 503 Service Unavailable\r\n");
    assert_has(answer, "Retry-After: 1\r\n");
    client_reads_end(h, c);
    (void)close(c);
}

static void
is_let_in(struct harness *h, int c)
{
    client_send(c, HEALTH);
    assert_starts(client_read(h, c), "HTTP/1.1 ");
}

/* The answer arrives although a request was sent and is not read; then the client is waited for, but not for
 * long, and only so many are. */
static void
who_is_turned_away_gets_the_answer(void **state)
{
    enum { MANY = AWAY_MOST + 1 };
    struct harness *h = harness_new("[limits]\nconnections_per_source = 1\n");
    int in, c[MANY];

    (void)state;
    listen_on(h);
    in = client_connect(h);
    is_let_in(h, in);
    for (unsigned i = 0; i < MANY; i++) {
        c[i] = client_connect(h);
        client_send(c[i], HEALTH);
        pump(h);
        client_send(c[i], HEALTH);
        pump(h);
        assert_starts(client_read(h, c[i]), "HTTP/1.1 503 Service Unavailable\r\n");
        client_reads_end(h, c[i]);
    }
    assert_int_equal(kept(h), AWAY_MOST);
    (void)close(c[MANY - 1]);
    while (kept(h) == AWAY_MOST)
        pump(h);
    advance(h, AWAY_TIME);
    assert_int_equal(kept(h), 0);
    for (unsigned i = 0; i < MANY - 1; i++)
        (void)close(c[i]);
    (void)close(in);
    harness_free(h);
}

/* What it goes on to send is not dropped without end. */
static void
who_is_turned_away_is_read_so_far(void **state)
{
    static const char much[AWAY_BYTES] = {0};
    struct harness *h = harness_new("[limits]\nconnections_per_source = 1\n");
    int in, c;

    (void)state;
    listen_on(h);
    in = client_connect(h);
    is_let_in(h, in);
    c = client_connect(h);
    while (kept(h) == 0)
        pump(h);
    client_send_bytes(h, c, much, sizeof much);
    while (kept(h) > 0)
        pump(h);
    (void)close(c);
    (void)close(in);
    harness_free(h);
}

static void
one_source_has_so_many_connections(void **state)
{
    struct harness *h = harness_new("[limits]\nconnections_per_source = 3\n");
    int c[3];

    (void)state;
    listen_on(h);
    for (unsigned i = 0; i < 3; i++) {
        c[i] = client_connect(h);
        is_let_in(h, c[i]);
    }
    is_turned_away(h);
    assert_int_equal(harness_counts(h).connections, 3);
    assert_int_equal(harness_counts(h).refused, 1);
    (void)close(c[0]);
    pump(h);
    c[0] = client_connect(h);
    is_let_in(h, c[0]);
    for (unsigned i = 0; i < 3; i++)
        (void)close(c[i]);
    harness_free(h);
}

static void
a_trusted_proxy_is_exempt(void **state)
{
    struct harness *h =
        harness_new("[server]\ntrusted_proxies = 127.0.0.1\n[limits]\nconnections_per_source = 1\n");
    int c[3];

    (void)state;
    listen_on(h);
    for (unsigned i = 0; i < 3; i++) {
        c[i] = client_connect(h);
        is_let_in(h, c[i]);
    }
    for (unsigned i = 0; i < 3; i++)
        (void)close(c[i]);
    harness_free(h);
}

static void
who_does_nothing_gives_way_when_the_front_is_full(void **state)
{
    struct harness *h = harness_new("[limits]\nconnections = 16\nidle_time = 75s\nheader_time = 60s\n");
    int crowd[15], honest, late;

    (void)state;
    listen_on(h);
    honest = client_connect_from(h, "127.0.0.2");
    is_let_in(h, honest);
    for (unsigned i = 0; i < 15; i++) {
        crowd[i] = client_connect(h);
        is_let_in(h, crowd[i]);
    }
    late = client_connect_from(h, "127.0.0.3");
    is_let_in(h, late);
    assert_int_equal(harness_counts(h).connections, 16);
    client_reads_end(h, crowd[0]);
    is_let_in(h, honest);
    for (unsigned i = 0; i < 15; i++)
        (void)close(crowd[i]);
    (void)close(honest);
    (void)close(late);
    harness_free(h);
}

static void
a_full_front_whose_connections_all_wait_turns_away(void **state)
{
    struct harness *h = harness_new("[limits]\nconnections = 16\n");
    int c[16];

    (void)state;
    listen_on(h);
    worker_add(h, 0, true);
    for (unsigned i = 0; i < 16; i++) {
        c[i] = client_connect(h);
        client_send(c[i], check_request(h, "push", ""));
    }
    while (harness_counts(h).calls < 16)
        pump(h);
    is_turned_away(h);
    for (unsigned i = 0; i < 16; i++)
        (void)close(c[i]);
    harness_free(h);
}

static void
who_never_speaks_has_the_time_of_a_head(void **state)
{
    struct harness *h = harness_new("[limits]\nheader_time = 10s\nidle_time = 75s\n");

    (void)state;
    listen_on(h);
    int silent = client_connect(h), slow = client_connect(h);
    client_reads_nothing(h, silent);
    advance(h, 6 * CLOCK_S);
    client_send(slow, "GET / HTTP/1.1\r\n");
    client_reads_nothing(h, slow);
    advance(h, 5 * CLOCK_S);
    client_reads_end(h, silent);
    assert_starts(client_read(h, slow), "HTTP/1.1 408 ");
    (void)close(silent);
    (void)close(slow);
    harness_free(h);
}

static void
a_proxy_tells_who_asks_and_how(void **state)
{
    struct harness *h = harness_new("[server]\ntrusted_proxies = 127.0.0.1\n");
    struct call_reply reply = {.status = CALL_DONE, .set_session = STR("S")};
    struct twoFactorCheckPushAuthStatus_out out = {.result = loginTwoFactorRet_OK};

    (void)state;
    listen_on(h);
    worker_add(h, 0, true);
    int c = client_connect(h);
    client_send(
        c, check_request(h, "push", "X-Forwarded-For: 1.1.1.1, 192.0.2.7\r\nX-Forwarded-Proto: https\r\n"));
    struct worker *w = worker_take(h, 0);
    assert_str(w->call.source, "192.0.2.7");
    assert_true(w->call.is_secure);
    worker_reply(h, 0, &reply, &out);
    const char *answer = client_read(h, c);
    assert_has(answer, "SameSite=Strict; Secure\r\n");
    assert_has(answer, "Strict-Transport-Security: max-age=31536000\r\n");
    (void)close(c);
    harness_free(h);
}

#define PROXY_CONFIG "[server]\ntrusted_proxies = 127.0.0.1\n[limits]\nconnections_per_source = 2\n"
#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
/* From 192.0.2.N. */
#define CALLER(n) SIGNATURE "\x21\x11\0\x0c\xc0\0\x02" n "\x7f\0\0\x01\x12\x67\x01\xbb"

#define SEND(h, c, text) client_send_bytes(h, c, text, STR_LIT(text).n)

static void
a_proxy_s_header_names_the_caller(void **state)
{
    struct harness *h = harness_new(PROXY_CONFIG);
    static const char header[] = CALLER("\x07");

    (void)state;
    listen_on_with(h, FRONT_LISTENER_PROXY);
    worker_add(h, 0, true);
    int c = client_connect(h);
    for (size_t i = 0; i < sizeof header - 1; i++) {
        client_send_bytes(h, c, header + i, 1);
        pump(h);
    }
    client_send(c, check_request(h, "push", "X-Forwarded-For: 6.6.6.6\r\n"));
    assert_str(worker_take(h, 0)->call.source, "192.0.2.7");
    worker_reply_check(h, 0, loginTwoFactorRet_OK);
    assert_starts(client_read(h, c), "HTTP/1.1 200 ");
    client_send(c, check_request(h, "push", ""));
    assert_str(worker_take(h, 0)->call.source, "192.0.2.7");
    (void)close(c);
    harness_free(h);
}

/* The proxy's own request, such as a check of whether we are alive. */
static void
a_header_without_a_caller_leaves_the_proxy(void **state)
{
    struct harness *h = harness_new(PROXY_CONFIG);

    (void)state;
    listen_on_with(h, FRONT_LISTENER_PROXY);
    worker_add(h, 0, true);
    int c = client_connect(h);
    SEND(h, c, SIGNATURE "\x20\0\0\0");
    client_send(c, check_request(h, "push", ""));
    assert_str(worker_take(h, 0)->call.source, "127.0.0.1");
    (void)close(c);
    harness_free(h);
}

static void
each_caller_behind_a_proxy_has_so_many_connections(void **state)
{
    struct harness *h = harness_new(PROXY_CONFIG);
    int c[4];

    (void)state;
    listen_on_with(h, FRONT_LISTENER_PROXY);
    for (unsigned i = 0; i < 4; i++) {
        c[i] = client_connect(h);
        if (i < 3)
            SEND(h, c[i], CALLER("\x07"));
        else
            SEND(h, c[i], CALLER("\x08"));
        if (i != 2)
            is_let_in(h, c[i]);
        else
            client_reads_end(h, c[i]);
    }
    assert_int_equal(harness_counts(h).connections, 3);
    (void)close(c[0]);
    pump(h);
    (void)close(c[2]);
    c[2] = client_connect(h);
    SEND(h, c[2], CALLER("\x07"));
    is_let_in(h, c[2]);
    for (unsigned i = 1; i < 4; i++)
        (void)close(c[i]);
    harness_free(h);
}

static void
only_a_listed_proxy_with_a_header_is_served_where_one_is_due(void **state)
{
    struct harness *h = harness_new(PROXY_CONFIG "header_time = 10s\n");

    (void)state;
    listen_on_with(h, FRONT_LISTENER_PROXY);
    int stranger = client_connect_from(h, "127.0.0.2");
    client_reads_end(h, stranger);
    int plain = client_connect(h);
    client_send(plain, HEALTH);
    client_reads_end(h, plain);
    int old = client_connect(h);
    client_send(old, "PROXY TCP4 192.0.2.1 127.0.0.1 4711 443\r\n");
    client_reads_end(h, old);
    int silent = client_connect(h);
    SEND(h, silent, SIGNATURE "\x21");
    client_reads_nothing(h, silent);
    advance(h, 11 * CLOCK_S);
    client_reads_end(h, silent);
    assert_int_equal(harness_counts(h).connections, 0);
    assert_int_equal(harness_counts(h).requests, 0);
    (void)close(stranger);
    (void)close(plain);
    (void)close(old);
    (void)close(silent);
    harness_free(h);
}

static void
a_header_where_none_is_due_is_no_request(void **state)
{
    struct harness *h = harness_new(PROXY_CONFIG);

    (void)state;
    listen_on(h);
    int c = client_connect(h);
    SEND(h, c, CALLER("\x07") "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_starts(client_read(h, c), "HTTP/1.1 400 ");
    client_reads_end(h, c);
    (void)close(c);
    harness_free(h);
}

/* A socket of the file system: its peer has no address. */
static void
at_a_socket_a_call_names_its_caller(void **state)
{
    struct harness *h = harness_new("[server]\npublic_url = https://a.example\n");

    (void)state;
    listen_on_with(h, FRONT_LISTENER_UNIX);
    worker_add(h, 0, true);
    int c = client_connect(h);
    is_let_in(h, c);
    client_send(c, check_request(h, "push", "Forwarded: for=192.0.2.7;proto=https\r\n"));
    assert_str(worker_take(h, 0)->call.source, "192.0.2.7");
    worker_reply_check(h, 0, loginTwoFactorRet_OK);
    assert_starts(client_read(h, c), "HTTP/1.1 200 ");
    client_send(c, check_request(h, "push", "X-Forwarded-For: unknown\r\n"));
    assert_starts(client_read(h, c), "HTTP/1.1 400 ");
    client_reads_end(h, c);
    worker_has_none(h, 0);
    (void)close(c);
    harness_free(h);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_turned_away_gets_the_answer),
        cmocka_unit_test(who_is_turned_away_is_read_so_far),
        cmocka_unit_test(one_source_has_so_many_connections),
        cmocka_unit_test(a_trusted_proxy_is_exempt),
        cmocka_unit_test(who_does_nothing_gives_way_when_the_front_is_full),
        cmocka_unit_test(a_full_front_whose_connections_all_wait_turns_away),
        cmocka_unit_test(who_never_speaks_has_the_time_of_a_head),
        cmocka_unit_test(a_proxy_tells_who_asks_and_how),
        cmocka_unit_test(a_proxy_s_header_names_the_caller),
        cmocka_unit_test(a_header_without_a_caller_leaves_the_proxy),
        cmocka_unit_test(each_caller_behind_a_proxy_has_so_many_connections),
        cmocka_unit_test(only_a_listed_proxy_with_a_header_is_served_where_one_is_due),
        cmocka_unit_test(a_header_where_none_is_due_is_no_request),
        cmocka_unit_test(at_a_socket_a_call_names_its_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
