/* SPDX-License-Identifier: Apache-2.0 */
/* connection: requests over real sockets, one after another, whole and in pieces, fast and slow. */
#include "tests/unit/front/harness.h"
#include "front/turn.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEALTH "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"

static int
set_up(void **state)
{
    struct harness *h = harness_new("[limits]\nheader_time = 10s\nbody_time = 30s\nidle_time = 75s\n");
    listen_on(h);
    worker_add(h, 0, true);
    worker_add(h, 1, false);
    *state = h;
    return 0;
}

static size_t
open_connections(struct harness *h)
{
    return harness_counts(h).connections;
}

static void
a_check_goes_to_a_worker_and_back(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);

    client_send(
        c, check_request(h, "push", "User-Agent: console/1\r\nCookie: a=b; countersign_session=S-1\r\n"));
    struct worker *w = worker_take(h, 0);
    assert_int_equal(w->op->id, CT_OP_twoFactorCheckPushAuthStatus);
    assert_str(w->call.source, "127.0.0.1");
    assert_str(w->call.session, "S-1");
    assert_str(w->call.user_agent, "console/1");
    assert_false(w->call.is_secure);
    const struct twoFactorCheckPushAuthStatus_in *in = w->op_in;
    assert_str(in->sLoginToken, "login");
    assert_str(in->sPushToken, "push");
    worker_reply_check(h, 0, loginTwoFactorRet_OK);
    const char *answer = client_read(h, c);
    assert_starts(answer, "HTTP/1.1 200 OK\r\nCache-Control: private, max-age=0\r\n"
                          "Content-Type: text/xml; charset=utf-8\r\n");
    assert_has(answer, "Result>loginTwoFactorRet_OK<");
    assert_has_not(answer, "Connection: close");
    assert_has_not(answer, "Strict-Transport-Security");
    (void)close(c);
}

static void
a_connection_serves_many_requests(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);

    for (unsigned i = 0; i < 50; i++) {
        client_send(c, check_request(h, "push", ""));
        (void)worker_take(h, 0);
        worker_reply_check(h, 0, loginTwoFactorRet_TimeOut);
        assert_has(client_read(h, c), "loginTwoFactorRet_TimeOut");
    }
    assert_int_equal(open_connections(h), 1);
    (void)close(c);
    pump(h);
    assert_int_equal(open_connections(h), 0);
}

static void
pipelined_requests_are_answered_in_order(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);
    struct str all = arena_printf(&h->cx.arena, "%s%s%s%s", HEALTH, check_request(h, "one", ""), HEALTH,
                                  check_request(h, "two", ""));

    client_send(c, all.p);
    assert_has(client_read(h, c), "ok\n");
    const struct twoFactorCheckPushAuthStatus_in *in = worker_take(h, 0)->op_in;
    assert_str(in->sPushToken, "one");
    client_reads_nothing(h, c);
    worker_reply_check(h, 0, loginTwoFactorRet_OK);
    assert_has(client_read(h, c), "loginTwoFactorRet_OK");
    assert_has(client_read(h, c), "ok\n");
    in = worker_take(h, 0)->op_in;
    assert_str(in->sPushToken, "two");
    worker_reply_check(h, 0, loginTwoFactorRet_TimeOut);
    assert_has(client_read(h, c), "loginTwoFactorRet_TimeOut");
    (void)close(c);
}

static void
a_request_may_come_byte_by_byte(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);
    const char *request = check_request(h, "push", "");

    for (const char *p = request; *p != '\0'; p++) {
        char one[2] = {*p, '\0'};
        client_send(c, one);
        pump(h);
    }
    (void)worker_take(h, 0);
    worker_reply_check(h, 0, loginTwoFactorRet_OK);
    assert_has(client_read(h, c), "loginTwoFactorRet_OK");
    (void)close(c);
}

/* The same check with its body in two chunks. */
static void
a_chunked_request_is_put_together(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);
    struct str plain = str_from_cstr(check_request(h, "push", ""));
    struct str body = str_sub(plain, str_find_str(plain, STR_LIT("\r\n\r\n")) + 4, plain.n);
    struct str request =
        arena_printf(&h->cx.arena,
                     "POST " CT_PATH " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n10\r\n%.*s\r\n%zx\r\n%.*s\r\n0\r\n\r\n",
                     STR_ARG(str_sub(body, 0, 16)), body.n - 16, STR_ARG(str_sub(body, 16, body.n)));

    client_send(c, request.p);
    const struct twoFactorCheckPushAuthStatus_in *in = worker_take(h, 0)->op_in;
    assert_str(in->sPushToken, "push");
    worker_reply_check(h, 0, loginTwoFactorRet_OK);
    assert_has(client_read(h, c), "loginTwoFactorRet_OK");
    (void)close(c);
}

static void
a_client_that_waits_for_100_is_told_to_go_on(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);
    struct str request = str_from_cstr(check_request(h, "push", "Expect: 100-continue\r\n"));
    size_t head = str_find_str(request, STR_LIT("\r\n\r\n")) + 4;

    client_send_bytes(h, c, request.p, head);
    assert_starts(client_read_head(h, c), "HTTP/1.1 100 Continue\r\n\r\n");
    client_send(c, request.p + head);
    (void)worker_take(h, 0);
    worker_reply_check(h, 0, loginTwoFactorRet_OK);
    assert_has(client_read(h, c), "loginTwoFactorRet_OK");
    (void)close(c);
}

static void
http_1_0_closes_unless_asked(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);

    client_send(c, "GET /healthz HTTP/1.0\r\n\r\n");
    assert_has(client_read(h, c), "ok\n");
    client_reads_end(h, c);
    (void)close(c);
    c = client_connect(h);
    client_send(c, "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert_has(client_read(h, c), "ok\n");
    client_send(c, HEALTH);
    assert_has(client_read(h, c), "ok\n");
    (void)close(c);
}

static void
a_client_that_only_listens_any_more_is_answered(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);

    client_send(c, check_request(h, "push", ""));
    assert_int_equal(shutdown(c, SHUT_WR), 0);
    (void)worker_take(h, 0);
    pump(h);
    worker_reply_check(h, 0, loginTwoFactorRet_OK);
    assert_has(client_read(h, c), "loginTwoFactorRet_OK");
    client_reads_end(h, c);
    (void)close(c);
}

static void
what_is_no_http_is_refused_and_closed(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);

    client_send(c, "GET / HTTP/1.1\nHost: x\n\n" HEALTH);
    const char *answer = client_read(h, c);
    assert_starts(answer, "HTTP/1.1 400 Bad Request\r\n");
    assert_has(answer, "Connection: close");
    client_reads_end(h, c);
    (void)close(c);
    c = client_connect(h);
    client_send(c, "POST " CT_PATH " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n\r\n");
    assert_starts(client_read(h, c), "HTTP/1.1 411 Length Required\r\nContent-Type: text/html; "
                                     "charset=us-ascii\r\n");
    (void)close(c);
}

static void
a_slow_head_and_a_slow_body_time_out(void **state)
{
    struct harness *h = *state;
    int head = client_connect(h), body = client_connect(h);

    client_send(head, "GET /healthz HT");
    client_send(body, "POST " CT_PATH " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
    pump(h);
    pump(h);
    advance(h, 9 * CLOCK_S);
    client_send(head, "TP"); /* no more time for a byte more */
    client_reads_nothing(h, head);
    advance(h, 2 * CLOCK_S);
    assert_starts(client_read(h, head), "HTTP/1.1 408 Request Timeout\r\n");
    client_reads_end(h, head);
    client_reads_nothing(h, body);
    advance(h, 20 * CLOCK_S);
    assert_starts(client_read(h, body), "HTTP/1.1 408 Request Timeout\r\n");
    client_reads_end(h, body);
    (void)close(head);
    (void)close(body);
}

static void
an_idle_connection_is_closed_without_a_word(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);

    client_send(c, HEALTH);
    assert_has(client_read(h, c), "ok\n");
    advance(h, 70 * CLOCK_S);
    client_send(c, HEALTH);
    assert_has(client_read(h, c), "ok\n");
    advance(h, 70 * CLOCK_S);
    client_reads_nothing(h, c);
    advance(h, 6 * CLOCK_S);
    client_reads_end(h, c);
    assert_int_equal(open_connections(h), 0);
    (void)close(c);
}

/* Asks for many pages and reads none. How much the kernel takes before the front has to wait is not known:
 * asks again until it was dropped, which nothing but the write's time can do here. */
static void
a_slow_reader_is_dropped(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h), small = 4096;
    const char *ask = "GET " CT_PATH " HTTP/1.1\r\nHost: localhost\r\n\r\n";

    h->config.limits_idle_time = 24 * CLOCK_HOUR;
    assert_int_equal(setsockopt(c, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
    pump(h);
    pump(h);
    assert_int_equal(open_connections(h), 1);
    for (unsigned i = 0; open_connections(h) > 0; i++) {
        assert_true(i < 1000);
        for (unsigned k = 0; k < 1000; k++) {
            ssize_t n = send(c, ask, strlen(ask), MSG_DONTWAIT | MSG_NOSIGNAL);
            assert_true(n > 0 || errno == EAGAIN);
            pump(h);
        }
        advance(h, 31 * CLOCK_S);
    }
    (void)close(c);
}

static void
a_long_soap_body_is_a_fault_and_a_longer_one_is_refused(void **state)
{
    struct harness *h = *state;
    enum { LONG = 4194305 };
    int c = client_connect(h);
    char *filling = calloc(1, LONG);
    const char *head = "POST " CT_PATH " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n"
                       "SOAPAction: \"" CT_NAMESPACE "twoFactorCheckPushAuthStatus\"\r\nContent-Length: ";

    assert_non_null(filling);
    memset(filling, 'a', LONG);
    client_send(c, text_printf(h, "%s%d\r\n\r\n", head, LONG));
    client_send_bytes(h, c, filling, LONG);
    for (size_t i = 0; i < 2 * LONG / TURN_SLICE_BYTES && !client_has_answer(c); i++)
        advance(h, TURN_BULK_PACE);
    const char *answer = client_read(h, c);
    assert_starts(answer, "HTTP/1.1 500 Internal Server Error\r\n");
    assert_has(answer, "Maximum request length exceeded.");
    client_send(c, HEALTH);
    assert_has(client_read(h, c), "ok\n");
    client_send(c, text_printf(h, "%s30000001\r\n\r\n", head));
    assert_starts(client_read(h, c), "HTTP/1.1 413 ");
    client_reads_end(h, c);
    free(filling);
    (void)close(c);
}

static void
a_drain_answers_what_is_in_flight(void **state)
{
    struct harness *h = *state;
    int busy = client_connect(h), idle = client_connect(h);

    client_send(idle, HEALTH);
    assert_has(client_read(h, idle), "ok\n");
    client_send(busy, check_request(h, "push", ""));
    (void)worker_take(h, 0);
    front_drain(h->front, h->now + 10 * CLOCK_S, harness_drained, h);
    client_reads_end(h, idle);
    assert_false(h->is_drained);
    worker_reply_check(h, 0, loginTwoFactorRet_OK);
    const char *answer = client_read(h, busy);
    assert_has(answer, "loginTwoFactorRet_OK");
    assert_has(answer, "Connection: close");
    client_reads_end(h, busy);
    pump(h);
    assert_true(h->is_drained);
    (void)close(busy);
    (void)close(idle);
}

static void
a_drain_ends_at_its_deadline(void **state)
{
    struct harness *h = *state;
    int busy = client_connect(h);

    client_send(busy, check_request(h, "push", ""));
    (void)worker_take(h, 0);
    front_drain(h->front, h->now + 10 * CLOCK_S, harness_drained, h);
    advance(h, 9 * CLOCK_S);
    assert_false(h->is_drained);
    advance(h, CLOCK_S);
    assert_true(h->is_drained);
    client_reads_end(h, busy);
    (void)close(busy);
}

static void
a_drain_answers_what_waits_to_be_accepted(void **state)
{
    enum { MANY = 100 };
    struct harness *h = *state;
    int c[MANY];

    for (unsigned i = 0; i < MANY; i++) {
        c[i] = client_connect(h);
        client_send(c[i], HEALTH);
    }
    front_drain(h->front, h->now + 10 * CLOCK_S, harness_drained, h);
    for (unsigned i = 0; i < MANY; i++) {
        const char *answer = client_read(h, c[i]);
        assert_has(answer, "ok\n");
        assert_has(answer, "Connection: close");
        client_reads_end(h, c[i]);
        (void)close(c[i]);
    }
    pump(h);
    assert_true(h->is_drained);
}

static void
a_drain_answers_what_an_idle_connection_has_sent(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);

    client_send(c, HEALTH);
    assert_has(client_read(h, c), "ok\n");
    client_send(c, HEALTH);
    front_drain(h->front, h->now + 10 * CLOCK_S, harness_drained, h);
    assert_has(client_read(h, c), "ok\n");
    client_reads_end(h, c);
    (void)close(c);
}

static void
a_drain_leaves_a_new_client_the_time_for_its_first_request(void **state)
{
    struct harness *h = *state;
    int old = client_connect(h);

    pump(h);
    pump(h);
    advance(h, 10 * CLOCK_S);
    int asks = client_connect(h), silent = client_connect(h), late = client_connect(h);
    pump(h);
    advance(h, 4 * CLOCK_S);
    front_drain(h->front, h->now + CLOCK_MINUTE, harness_drained, h);
    client_reads_end(h, old);
    client_reads_nothing(h, silent);
    client_send(asks, HEALTH);
    assert_has(client_read(h, asks), "ok\n");
    client_reads_end(h, asks);
    client_send(late, "GET /healthz HT");
    client_reads_nothing(h, late);
    advance(h, 5 * CLOCK_S);
    client_send(late, "TP/1.1\r\nHost: localhost\r\n\r\n");
    assert_has(client_read(h, late), "ok\n");
    client_reads_end(h, late);
    client_reads_nothing(h, silent);
    assert_false(h->is_drained);
    advance(h, CLOCK_S);
    client_reads_end(h, silent);
    pump(h);
    assert_true(h->is_drained);
    for (int i = 0; i < 4; i++)
        (void)close((int[]){old, asks, silent, late}[i]);
}

static void
a_client_that_resets_takes_its_call_along(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);
    struct linger hard = {.l_onoff = 1, .l_linger = 0};

    client_send(c, check_request(h, "push", ""));
    (void)worker_take(h, 0);
    assert_int_equal(setsockopt(c, SOL_SOCKET, SO_LINGER, &hard, sizeof hard), 0);
    (void)close(c);
    pump(h);
    assert_int_equal(open_connections(h), 0);
    worker_reply_check(h, 0, loginTwoFactorRet_OK);
    c = client_connect(h);
    client_send(c, check_request(h, "push", ""));
    (void)worker_take(h, 0);
    worker_reply_check(h, 0, loginTwoFactorRet_TimeOut);
    assert_has(client_read(h, c), "loginTwoFactorRet_TimeOut");
    (void)close(c);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, harness_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_check_goes_to_a_worker_and_back),
        CASE(a_connection_serves_many_requests),
        CASE(pipelined_requests_are_answered_in_order),
        CASE(a_request_may_come_byte_by_byte),
        CASE(a_chunked_request_is_put_together),
        CASE(a_client_that_waits_for_100_is_told_to_go_on),
        CASE(http_1_0_closes_unless_asked),
        CASE(a_client_that_only_listens_any_more_is_answered),
        CASE(what_is_no_http_is_refused_and_closed),
        CASE(a_slow_head_and_a_slow_body_time_out),
        CASE(an_idle_connection_is_closed_without_a_word),
        CASE(a_slow_reader_is_dropped),
        CASE(a_long_soap_body_is_a_fault_and_a_longer_one_is_refused),
        CASE(a_drain_answers_what_is_in_flight),
        CASE(a_drain_ends_at_its_deadline),
        CASE(a_drain_answers_what_waits_to_be_accepted),
        CASE(a_drain_answers_what_an_idle_connection_has_sent),
        CASE(a_drain_leaves_a_new_client_the_time_for_its_first_request),
        CASE(a_client_that_resets_takes_its_call_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
