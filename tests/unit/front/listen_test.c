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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
