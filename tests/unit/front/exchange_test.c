/* SPDX-License-Identifier: Apache-2.0 */
/* exchange: workers that die, dawdle and are too few; checks that wait. */
#include "tests/unit/front/harness.h"

#include <unistd.h>

#include "front/exchange.h"

static int
set_up(void **state)
{
    struct harness *h = harness_new("[limits]\nqueue = 2\ncall_time = 30s\nwait_time = 50s\n");
    listen_on(h);
    worker_add(h, 0, true);
    *state = h;
    return 0;
}

static void
a_dead_worker_costs_one_unknown_error(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);

    client_send(c, check_request(h, "push", ""));
    (void)worker_take(h, 0);
    worker_kill(h, 0);
    const char *answer = client_read(h, c);
    assert_starts(answer, "HTTP/1.1 200 OK\r\n");
    assert_has(answer, "Result>loginTwoFactorRet_UnknownError<");
    assert_has(answer, "<iAttemptRemaining>0</iAttemptRemaining>");
    assert_has_not(answer, "sUrl");
    client_send(c, check_request(h, "push", ""));
    client_reads_nothing(h, c);
    worker_add(h, 0, true);
    (void)worker_take(h, 0);
    worker_reply_check(h, 0, loginTwoFactorRet_OK);
    assert_has(client_read(h, c), "loginTwoFactorRet_OK");
    (void)close(c);
}

static void
an_array_of_an_unknown_error_is_left_out(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);

    worker_add(h, 1, false);
    client_send(c, login_request(h, "a"));
    (void)worker_take(h, 1);
    worker_kill(h, 1);
    const char *answer = client_read(h, c);
    assert_has(answer, "Result>login_v2_UnknownError<");
    assert_has_not(answer, "oTwoFactorAuthenticationMethods");
    (void)close(c);
}

static void
a_replaced_worker_owes_nothing(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);

    client_send(c, check_request(h, "push", ""));
    (void)worker_take(h, 0);
    worker_add(h, 0, true);
    assert_has(client_read(h, c), "loginTwoFactorRet_UnknownError");
    (void)close(c);
}

static void
a_worker_that_talks_nonsense_is_let_go(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);

    client_send(c, check_request(h, "push", ""));
    struct worker *w = worker_take(h, 0);
    w->frame.id++;
    worker_reply_check(h, 0, loginTwoFactorRet_OK);
    assert_has(client_read(h, c), "loginTwoFactorRet_UnknownError");
    assert_int_equal(harness_counts(h).workers, 0);
    (void)close(c);
}

static void
slow_calls_never_reach_a_fast_worker(void **state)
{
    struct harness *h = *state;
    int slow = client_connect(h), fast = client_connect(h);

    client_send(slow, login_request(h, "a"));
    worker_has_none(h, 0);
    client_send(fast, check_request(h, "push", ""));
    (void)worker_take(h, 0);
    worker_reply_check(h, 0, loginTwoFactorRet_OK);
    assert_has(client_read(h, fast), "loginTwoFactorRet_OK");
    worker_add(h, 1, false);
    assert_int_equal(worker_take(h, 1)->op->id, CT_OP_loginTechnicianFromStandalone_v7_2);
    (void)close(slow);
    (void)close(fast);
}

static void
a_full_queue_says_come_back(void **state)
{
    struct harness *h = *state;
    int c[4];

    for (unsigned i = 0; i < 4; i++) {
        c[i] = client_connect(h);
        client_send(c[i], check_request(h, i == 0 ? "a" : "b", ""));
        pump(h);
        pump(h);
    }
    const char *answer = client_read(h, c[3]);
    assert_starts(answer, "HTTP/1.1 503 Service Unavailable\r\n");
    assert_has(answer, "Retry-After: 1\r\n");
    assert_int_equal(harness_counts(h).queued, 2);
    /* A flood of one lane leaves the other its queue. */
    client_send(c[3], login_request(h, "a"));
    client_reads_nothing(h, c[3]);
    for (unsigned i = 0; i < 3; i++) {
        (void)worker_take(h, 0);
        worker_reply_check(h, 0, loginTwoFactorRet_TimeOut);
        assert_has(client_read(h, c[i]), "loginTwoFactorRet_TimeOut");
    }
    for (unsigned i = 0; i < 4; i++)
        (void)close(c[i]);
}

static void
a_call_that_takes_too_long_is_answered_and_its_reply_dropped(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);

    client_send(c, check_request(h, "push", ""));
    (void)worker_take(h, 0);
    advance(h, 29 * CLOCK_S);
    client_reads_nothing(h, c);
    advance(h, 2 * CLOCK_S);
    assert_has(client_read(h, c), "loginTwoFactorRet_UnknownError");
    client_send(c, check_request(h, "next", ""));
    pump(h);
    worker_reply_check(h, 0, loginTwoFactorRet_OK);
    const struct twoFactorCheckPushAuthStatus_in *in = worker_take(h, 0)->op_in;
    assert_str(in->sPushToken, "next");
    worker_reply_check(h, 0, loginTwoFactorRet_Poll);
    assert_has(client_read(h, c), "loginTwoFactorRet_Poll");
    (void)close(c);
}

static void
a_session_comes_and_goes_as_a_cookie(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);
    struct twoFactorCheckPushAuthStatus_out out = {.result = loginTwoFactorRet_OK};
    struct call_reply reply = {.status = CALL_DONE, .set_session = STR("S-2")};

    client_send(c, check_request(h, "push", ""));
    (void)worker_take(h, 0);
    worker_reply(h, 0, &reply, &out);
    assert_has(client_read(h, c),
               "Set-Cookie: countersign_session=S-2; Path=/; HttpOnly; SameSite=Strict\r\n");
    reply.set_session = (struct str)STR("");
    client_send(c, check_request(h, "push", ""));
    (void)worker_take(h, 0);
    worker_reply(h, 0, &reply, &out);
    assert_has(client_read(h, c), "Set-Cookie: countersign_session=; Max-Age=0; Path=/; ");
    (void)close(c);
}

static void
an_exception_is_a_fault(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);
    struct call_reply reply = {.status = CALL_FAULT, .fault = STR("boom")};

    client_send(c, check_request(h, "push", ""));
    (void)worker_take(h, 0);
    worker_reply(h, 0, &reply, NULL);
    const char *answer = client_read(h, c);
    assert_starts(answer, "HTTP/1.1 500 Internal Server Error\r\nCache-Control: private\r\n");
    assert_has(answer, "Server was unable to process request. ---&gt; boom");
    (void)close(c);
}

/* What the front answers by itself in between leaves no trace in a worker's answer. */
static void
a_fault_in_between_changes_no_answer(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h), other = client_connect(h);

    client_send(c, check_request(h, "push", ""));
    (void)worker_take(h, 0);
    client_send(other, "POST " CT_PATH " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n"
                       "SOAPAction: x\r\nContent-Length: 0\r\n\r\n");
    assert_has(client_read(h, other), "did not recognize");
    worker_reply_check(h, 0, loginTwoFactorRet_OK);
    const char *answer = client_read(h, c);
    assert_has(answer, "\r\n\r\n<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope ");
    assert_has_not(answer, "did not recognize");
    (void)close(c);
    (void)close(other);
}

static void
first_poll(struct harness *h, int c, struct topic topic, int64_t seconds)
{
    client_send(c, check_request(h, "push", ""));
    (void)worker_take(h, 0);
    worker_reply_poll(h, 0, topic, seconds);
    assert_has(client_read(h, c), "loginTwoFactorRet_Poll");
}

static void
a_pending_check_is_answered_without_a_worker(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h), other = client_connect(h);

    first_poll(h, c, topic_of(1), 60);
    for (unsigned i = 0; i < 10; i++) {
        client_send(c, check_request(h, "push", ""));
        const char *answer = client_read(h, c);
        assert_starts(answer, "HTTP/1.1 200 OK\r\nCache-Control: private, max-age=0\r\n"
                              "Content-Type: text/xml; charset=utf-8\r\n");
        assert_has(answer, "loginTwoFactorRet_Poll");
    }
    assert_int_equal(harness_counts(h).calls, 1);
    assert_int_equal(harness_counts(h).watch_hits, 10);
    /* Another push, another session: another check. */
    client_send(other, check_request(h, "push2", ""));
    (void)worker_take(h, 0);
    worker_reply_check(h, 0, loginTwoFactorRet_InvalidToken);
    assert_has(client_read(h, other), "loginTwoFactorRet_InvalidToken");
    client_send(other, check_request(h, "push", "Cookie: countersign_session=x\r\n"));
    (void)worker_take(h, 0);
    worker_reply_check(h, 0, loginTwoFactorRet_InvalidToken);
    assert_has(client_read(h, other), "loginTwoFactorRet_InvalidToken");
    (void)close(c);
    (void)close(other);
}

static void
asks_a_worker_again(struct harness *h, int c)
{
    client_send(c, check_request(h, "push", ""));
    (void)worker_take(h, 0);
    worker_reply_check(h, 0, loginTwoFactorRet_OK);
    assert_has(client_read(h, c), "loginTwoFactorRet_OK");
}

static void
a_wake_up_ends_the_watching(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);

    first_poll(h, c, topic_of(1), 60);
    worker_wake(h, 0, topic_of(2));
    client_send(c, check_request(h, "push", ""));
    assert_has(client_read(h, c), "loginTwoFactorRet_Poll");
    worker_wake(h, 0, topic_of(1));
    assert_int_equal(harness_counts(h).watched, 0);
    asks_a_worker_again(h, c);
    (void)close(c);
}

static void
a_tick_ends_the_watching(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);

    first_poll(h, c, topic_of(1), 60);
    advance(h, CLOCK_S - 1);
    client_send(c, check_request(h, "push", ""));
    assert_has(client_read(h, c), "loginTwoFactorRet_Poll");
    advance(h, 1);
    assert_int_equal(harness_counts(h).watched, 0);
    asks_a_worker_again(h, c);
    (void)close(c);
}

static void
the_end_of_the_push_ends_the_watching(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);
    struct twoFactorCheckPushAuthStatus_out out = {.result = loginTwoFactorRet_Poll};
    struct call_reply reply = {.status = CALL_WAIT, .topic = topic_of(1), .wait_for = CLOCK_S / 2};

    client_send(c, check_request(h, "push", ""));
    (void)worker_take(h, 0);
    worker_reply(h, 0, &reply, &out);
    assert_has(client_read(h, c), "loginTwoFactorRet_Poll");
    advance(h, CLOCK_S / 2);
    asks_a_worker_again(h, c);
    (void)close(c);
}

static void
only_poll_is_repeated(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);
    struct twoFactorCheckPushAuthStatus_out out = {.result = loginTwoFactorRet_OK};
    struct call_reply reply = {.status = CALL_WAIT, .topic = topic_of(1), .wait_for = 60 * CLOCK_S};

    client_send(c, check_request(h, "push", ""));
    (void)worker_take(h, 0);
    worker_reply(h, 0, &reply, &out);
    assert_has(client_read(h, c), "loginTwoFactorRet_OK");
    assert_int_equal(harness_counts(h).watched, 0);
    (void)close(c);
}

static void
a_reply_that_a_wake_up_overtook_is_not_kept(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);

    worker_add(h, 1, true);
    client_send(c, check_request(h, "push", ""));
    (void)worker_take(h, 0);
    worker_wake(h, 1, topic_of(1));
    worker_reply_poll(h, 0, topic_of(1), 60);
    assert_has(client_read(h, c), "loginTwoFactorRet_Poll");
    assert_int_equal(harness_counts(h).watched, 0);
    (void)close(c);
}

static int
hold_one(struct harness *h, const char *headers)
{
    int c = client_connect(h);
    client_send(c, check_request(h, "push", headers));
    (void)worker_take(h, 0);
    worker_reply_poll(h, 0, topic_of(1), 60);
    client_reads_nothing(h, c);
    assert_int_equal(harness_counts(h).parked, 1);
    return c;
}

static void
a_held_check_is_answered_at_the_wake_up(void **state)
{
    struct harness *h = *state;
    int c = hold_one(h, "Prefer: respond-async, wait=20\r\n");

    worker_wake(h, 0, topic_of(1));
    const struct twoFactorCheckPushAuthStatus_in *in = worker_take(h, 0)->op_in;
    assert_str(in->sPushToken, "push");
    worker_reply_check(h, 0, loginTwoFactorRet_OK);
    const char *answer = client_read(h, c);
    assert_has(answer, "loginTwoFactorRet_OK");
    assert_has(answer, "Preference-Applied: wait=20\r\n");
    assert_int_equal(harness_counts(h).parked, 0);
    client_send(c, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_has(client_read(h, c), "ok\n");
    (void)close(c);
}

static void
a_held_check_asks_again_each_tick_and_at_its_end(void **state)
{
    struct harness *h = *state;
    int c = hold_one(h, "Prefer: wait=3\r\n");

    for (unsigned i = 0; i < 2; i++) {
        advance(h, CLOCK_S);
        (void)worker_take(h, 0);
        worker_reply_poll(h, 0, topic_of(1), 60);
        client_reads_nothing(h, c);
    }
    advance(h, CLOCK_S);
    (void)worker_take(h, 0);
    worker_reply_poll(h, 0, topic_of(1), 60);
    const char *answer = client_read(h, c);
    assert_has(answer, "loginTwoFactorRet_Poll");
    assert_has(answer, "Preference-Applied: wait=3\r\n");
    (void)close(c);
}

static void
a_wait_is_no_longer_than_allowed(void **state)
{
    struct harness *h = *state;
    int c = hold_one(h, "Prefer: wait=1000\r\n");

    worker_wake(h, 0, topic_of(1));
    (void)worker_take(h, 0);
    worker_reply_check(h, 0, loginTwoFactorRet_TwoFactorRejected);
    assert_has(client_read(h, c), "Preference-Applied: wait=50\r\n");
    (void)close(c);
}

static void
a_held_check_whose_reply_was_overtaken_asks_at_once(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);

    worker_add(h, 1, true);
    client_send(c, check_request(h, "push", "Prefer: wait=20\r\n"));
    (void)worker_take(h, 0);
    worker_wake(h, 1, topic_of(1));
    worker_reply_poll(h, 0, topic_of(1), 60);
    (void)worker_take(h, 0);
    worker_reply_check(h, 0, loginTwoFactorRet_OK);
    assert_has(client_read(h, c), "loginTwoFactorRet_OK");
    (void)close(c);
}

static void
a_held_client_that_leaves_is_forgotten_at_once(void **state)
{
    struct harness *h = *state;
    int c = hold_one(h, "Prefer: wait=20\r\n");

    (void)close(c);
    for (unsigned i = 0; i < PUMPS_MAX && harness_counts(h).connections > 0; i++)
        pump(h);
    assert_int_equal(harness_counts(h).connections, 0);
    assert_int_equal(harness_counts(h).parked, 0);
    worker_wake(h, 0, topic_of(1));
    worker_has_none(h, 0);
}

static void
a_drain_lets_held_checks_go(void **state)
{
    struct harness *h = *state;
    int c = hold_one(h, "Prefer: wait=20\r\n");

    front_drain(h->front, h->now + 10 * CLOCK_S, harness_drained, h);
    (void)worker_take(h, 0);
    worker_reply_poll(h, 0, topic_of(1), 60);
    const char *answer = client_read(h, c);
    assert_has(answer, "loginTwoFactorRet_Poll");
    assert_has(answer, "Connection: close\r\n");
    client_reads_end(h, c);
    pump(h);
    assert_true(h->is_drained);
    (void)close(c);
}

static void
many_held_checks_ask_no_faster_than_the_queue_takes(void **state)
{
    struct harness *h = *state;
    enum { MANY = 8 };
    int c[MANY];

    for (unsigned i = 0; i < MANY; i++) {
        char push[2] = {(char)('a' + i), '\0'};
        c[i] = client_connect(h);
        client_send(c[i], check_request(h, push, "Prefer: wait=20\r\n"));
        (void)worker_take(h, 0);
        worker_reply_poll(h, 0, topic_of((unsigned char)i), 60);
    }
    assert_int_equal(harness_counts(h).parked, MANY);
    for (unsigned i = 0; i < MANY; i++) {
        advance(h, i == 0 ? CLOCK_S : CLOCK_S / 50);
        (void)worker_take(h, 0);
        worker_reply_check(h, 0, loginTwoFactorRet_TimeOut);
    }
    for (unsigned i = 0; i < MANY; i++) {
        assert_has(client_read(h, c[i]), "loginTwoFactorRet_TimeOut");
        (void)close(c[i]);
    }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, harness_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_dead_worker_costs_one_unknown_error),
        CASE(an_array_of_an_unknown_error_is_left_out),
        CASE(a_replaced_worker_owes_nothing),
        CASE(a_worker_that_talks_nonsense_is_let_go),
        CASE(slow_calls_never_reach_a_fast_worker),
        CASE(a_full_queue_says_come_back),
        CASE(a_call_that_takes_too_long_is_answered_and_its_reply_dropped),
        CASE(a_session_comes_and_goes_as_a_cookie),
        CASE(an_exception_is_a_fault),
        CASE(a_fault_in_between_changes_no_answer),
        CASE(a_pending_check_is_answered_without_a_worker),
        CASE(a_wake_up_ends_the_watching),
        CASE(a_tick_ends_the_watching),
        CASE(the_end_of_the_push_ends_the_watching),
        CASE(only_poll_is_repeated),
        CASE(a_reply_that_a_wake_up_overtook_is_not_kept),
        CASE(a_held_check_is_answered_at_the_wake_up),
        CASE(a_held_check_asks_again_each_tick_and_at_its_end),
        CASE(a_wait_is_no_longer_than_allowed),
        CASE(a_held_check_whose_reply_was_overtaken_asks_at_once),
        CASE(a_held_client_that_leaves_is_forgotten_at_once),
        CASE(a_drain_lets_held_checks_go),
        CASE(many_held_checks_ask_no_faster_than_the_queue_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
