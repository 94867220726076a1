/* SPDX-License-Identifier: Apache-2.0 */
/* exchange: checks held without asking for it, what news wake, and equal checks, of
 * which one asks for all. */
#include "tests/unit/front/harness.h"

#include <sys/socket.h>
#include <unistd.h>

#include "front/caller.h"

static int
set_up(void **state)
{
    struct harness *h = harness_new("[limits]\nwait_time = 50s\n");
    listen_on(h);
    worker_add(h, 0, true);
    *state = h;
    return 0;
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

/* The clock stands still: no tick comes to the rescue. */
static void
news_of_anything_wake_all(void **state)
{
    struct harness *h = *state;
    int c = hold_one(h, "Prefer: wait=20\r\n");

    worker_wake(h, 0, topic_of(2));
    assert_int_equal(harness_counts(h).parked, 1);
    worker_wake_all(h, 0);
    (void)worker_take(h, 0);
    worker_reply_check(h, 0, loginTwoFactorRet_UserNotActiveForThisRole);
    assert_has(client_read(h, c), "UserNotActiveForThisRole");
    (void)close(c);
}

static void
poll_with_hold(struct harness *h, uint32_t seconds)
{
    const struct call_reply reply = {
        .status = CALL_WAIT, .topic = topic_of(1), .wait_for = CLOCK_MINUTE, .hold = seconds};
    const struct twoFactorCheckPushAuthStatus_out out = {.result = loginTwoFactorRet_Poll};
    worker_reply(h, 0, &reply, &out);
}

static void
a_company_may_hold_who_does_not_ask(void **state)
{
    struct harness *h = *state;
    for (unsigned round = 0; round < 2; round++) {
        int c = client_connect(h);
        client_send(c, check_request(h, "push", ""));
        (void)worker_take(h, 0);
        poll_with_hold(h, 1);
        client_reads_nothing(h, c);
        assert_int_equal(harness_counts(h).parked, 1);
        advance(h, CLOCK_S);
        (void)worker_take(h, 0);
        poll_with_hold(h, 1);
        const char *answer = client_read(h, c);
        assert_has(answer, "loginTwoFactorRet_Poll");
        assert_null(strstr(answer, "Preference-Applied"));
        (void)close(c);
    }
    int c = client_connect(h);
    client_send(c, check_request(h, "push", "Prefer: wait=0\r\n"));
    (void)worker_take(h, 0);
    poll_with_hold(h, 1);
    assert_has(client_read(h, c), "loginTwoFactorRet_Poll");
    (void)close(c);
}

/* A body that is too long to be looked for before it is decoded. */
static void
a_long_check_is_held_as_a_short_one_is(void **state)
{
    struct harness *h = *state;
    const char *long_one = text_printf(h, "%020000d", 0);
    int c[2];

    for (size_t i = 0; i < 2; i++) {
        c[i] = client_connect(h);
        client_send(c[i], check_request(h, long_one, "Prefer: wait=20\r\n"));
        if (i == 0) {
            (void)worker_take(h, 0);
            worker_reply_poll(h, 0, topic_of(1), 60);
        }
        client_reads_nothing(h, c[i]);
        assert_int_equal(harness_counts(h).parked, i + 1);
    }
    assert_int_equal(harness_counts(h).calls, 1);
    worker_wake(h, 0, topic_of(1));
    (void)worker_take(h, 0);
    worker_reply_check(h, 0, loginTwoFactorRet_OK);
    for (size_t i = 0; i < 2; i++) {
        assert_has(client_read(h, c[i]), "loginTwoFactorRet_OK");
        (void)close(c[i]);
    }
}

static void
prefer_is_read_as_rfc_7240_says(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        int seconds; /* -1: not given */
    } cases[] = {
        {STR_NULL, -1},
        {STR(""), -1},
        {STR("wait=10"), 10},
        {STR("wait=0"), 0},
        {STR(" Wait = \"7\" ; foo=1"), 7},
        {STR("respond-async, wait=5, wait=9"), 5},
        {STR("wait"), -1},
        {STR("wait=-1"), -1},
        {STR("wait=99999999999999999999"), -1},
        {STR("await=3"), -1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        unsigned wait = 0;
        assert_int_equal(caller_prefer_wait(cases[i].text, &wait), cases[i].seconds >= 0);
        assert_int_equal(wait, cases[i].seconds > 0 ? cases[i].seconds : 0);
    }
}

enum { SAME = 3 };

/* The first one asks; the others are held because the watch list knows. */
static void
hold_same(struct harness *h, int clients[], size_t n, const char *headers)
{
    clients[0] = hold_one(h, headers);
    for (size_t i = 1; i < n; i++) {
        clients[i] = client_connect(h);
        client_send(clients[i], check_request(h, "push", headers));
        pump(h);
    }
    worker_has_none(h, 0);
    assert_int_equal(harness_counts(h).parked, n);
}

static void
close_clients(const int clients[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        (void)close(clients[i]);
}

static void
one_asks_for_all_that_asked_the_same(void **state)
{
    struct harness *h = *state;
    int clients[SAME], other = client_connect(h);

    hold_same(h, clients, SAME, "Prefer: wait=20\r\n");
    /* Another question, of the same topic. */
    client_send(other, check_request(h, "other", "Prefer: wait=9\r\n"));
    (void)worker_take(h, 0);
    worker_reply_poll(h, 0, topic_of(1), 60);
    client_reads_nothing(h, other);

    worker_wake(h, 0, topic_of(1));
    for (size_t call = 0; call < 2; call++) {
        const struct worker *w = worker_take(h, 0);
        const struct twoFactorCheckPushAuthStatus_in *in = w->op_in;
        worker_reply_check(h, 0,
                           str_eq(in->sPushToken, STR_LIT("push")) ? loginTwoFactorRet_TwoFactorRejected
                                                                   : loginTwoFactorRet_TimeOut);
    }
    for (size_t i = 0; i < SAME; i++) {
        const char *answer = client_read(h, clients[i]);
        assert_has(answer, "loginTwoFactorRet_TwoFactorRejected");
        assert_has(answer, "Preference-Applied: wait=20");
    }
    const char *answer = client_read(h, other);
    assert_has(answer, "loginTwoFactorRet_TimeOut");
    assert_has(answer, "Preference-Applied: wait=9");
    worker_has_none(h, 0);
    assert_int_equal(harness_counts(h).parked, 0);
    /* Nothing of it was kept: a worker answers the next check. */
    client_send(clients[0], check_request(h, "push", "Prefer: wait=20\r\n"));
    (void)worker_take(h, 0);
    worker_reply_check(h, 0, loginTwoFactorRet_InvalidToken);
    assert_has(client_read(h, clients[0]), "loginTwoFactorRet_InvalidToken");
    close_clients(clients, SAME);
    (void)close(other);
}

/* The cookie of an OK goes to each, as if the worker had answered each. */
static void
all_are_given_the_session(void **state)
{
    struct harness *h = *state;
    int clients[SAME];
    const struct call_reply reply = {.status = CALL_DONE, .set_session = STR_LIT("S")};
    const struct twoFactorCheckPushAuthStatus_out out = {.result = loginTwoFactorRet_OK};

    hold_same(h, clients, SAME, "Prefer: wait=20\r\n");
    worker_wake(h, 0, topic_of(1));
    (void)worker_take(h, 0);
    worker_reply(h, 0, &reply, &out);
    for (size_t i = 0; i < SAME; i++) {
        const char *answer = client_read(h, clients[i]);
        assert_has(answer, "loginTwoFactorRet_OK");
        assert_has(answer, "Set-Cookie: ");
    }
    close_clients(clients, SAME);
}

/* Another caller asks for itself. */
static void
another_caller_asks_for_itself(void **state)
{
    struct harness *h = *state;
    static const char *const callers[SAME] = {"Prefer: wait=20\r\n",
                                              "Prefer: wait=20\r\nUser-Agent: another\r\n",
                                              "Prefer: wait=20\r\nCookie: countersign_session=x\r\n"};
    int clients[SAME];

    for (size_t i = 0; i < SAME; i++) {
        clients[i] = client_connect(h);
        client_send(clients[i], check_request(h, "push", callers[i]));
        (void)worker_take(h, 0);
        worker_reply_poll(h, 0, topic_of(1), 60);
    }
    worker_wake(h, 0, topic_of(1));
    for (size_t i = 0; i < SAME; i++) {
        (void)worker_take(h, 0);
        worker_reply_check(h, 0, loginTwoFactorRet_TimeOut);
    }
    for (size_t i = 0; i < SAME; i++)
        assert_has(client_read(h, clients[i]), "loginTwoFactorRet_TimeOut");
    close_clients(clients, SAME);
}

static void
who_waits_on_is_held_as_long_as_it_said(void **state)
{
    struct harness *h = *state;
    int clients[SAME], brief = client_connect(h);

    hold_same(h, clients, SAME, "Prefer: wait=20\r\n");
    client_send(brief, check_request(h, "push", "Prefer: wait=2\r\n"));
    client_reads_nothing(h, brief);
    assert_int_equal(harness_counts(h).parked, SAME + 1);
    /* The tick: one call, and all are held again. */
    advance(h, CLOCK_S);
    (void)worker_take(h, 0);
    worker_reply_poll(h, 0, topic_of(1), 60);
    worker_has_none(h, 0);
    assert_int_equal(harness_counts(h).parked, SAME + 1);
    /* The next one: the brief one's time is over. */
    advance(h, CLOCK_S);
    (void)worker_take(h, 0);
    worker_reply_poll(h, 0, topic_of(1), 60);
    (void)worker_take(h, 0);
    worker_reply_poll(h, 0, topic_of(1), 60);
    assert_has(client_read(h, brief), "loginTwoFactorRet_Poll");
    assert_int_equal(harness_counts(h).parked, SAME);
    client_reads_nothing(h, clients[SAME - 1]);
    close_clients(clients, SAME);
    (void)close(brief);
}

/* Their time is over in the moment of the tick: one call, and its answer is for all of them. */
static void
whose_time_is_over_together_ask_once(void **state)
{
    struct harness *h = *state;
    int clients[SAME];

    hold_same(h, clients, SAME, "Prefer: wait=1\r\n");
    advance(h, CLOCK_S);
    (void)worker_take(h, 0);
    worker_reply_poll(h, 0, topic_of(1), 60);
    for (size_t i = 0; i < SAME; i++) {
        const char *answer = client_read(h, clients[i]);
        assert_has(answer, "loginTwoFactorRet_Poll");
        assert_has(answer, "Preference-Applied: wait=1");
    }
    worker_has_none(h, 0);
    assert_int_equal(harness_counts(h).parked, 0);
    close_clients(clients, SAME);
}

/* A reset, so that it is seen while a worker is asked: a mere end of what it sends may be a client that
 * waits. */
static void
client_breaks_off(int fd)
{
    const struct linger at_once = {.l_onoff = 1};
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    (void)close(fd);
}

static void
another_one_leads_when_the_leader_leaves(void **state)
{
    struct harness *h = *state;
    int clients[SAME];

    hold_same(h, clients, SAME, "Prefer: wait=20\r\n");
    worker_wake(h, 0, topic_of(1));
    (void)worker_take(h, 0);
    client_breaks_off(clients[0]);
    client_reads_nothing(h, clients[1]);
    /* A call is not withdrawn, and its answer goes to no client. */
    worker_reply_check(h, 0, loginTwoFactorRet_TwoFactorRejected);
    (void)worker_take(h, 0);
    client_breaks_off(clients[1]);
    client_reads_nothing(h, clients[2]);
    worker_reply_check(h, 0, loginTwoFactorRet_TwoFactorRejected);
    (void)worker_take(h, 0);
    worker_reply_check(h, 0, loginTwoFactorRet_TimeOut);
    assert_has(client_read(h, clients[2]), "loginTwoFactorRet_TimeOut");
    worker_has_none(h, 0);
    (void)close(clients[2]);
}

static void
a_follower_may_leave(void **state)
{
    struct harness *h = *state;
    int clients[SAME];

    hold_same(h, clients, SAME, "Prefer: wait=20\r\n");
    worker_wake(h, 0, topic_of(1));
    (void)worker_take(h, 0);
    close_clients(clients + 1, SAME - 1);
    client_reads_nothing(h, clients[0]);
    assert_int_equal(harness_counts(h).parked, 0);
    worker_reply_check(h, 0, loginTwoFactorRet_TimeOut);
    assert_has(client_read(h, clients[0]), "loginTwoFactorRet_TimeOut");
    assert_int_equal(harness_counts(h).connections, 1);
    (void)close(clients[0]);
}

/* A call that is lost costs one request, not all that wait for it. */
static void
a_lost_call_is_one_callers(void **state)
{
    struct harness *h = *state;
    int clients[SAME];

    hold_same(h, clients, SAME, "Prefer: wait=20\r\n");
    worker_wake(h, 0, topic_of(1));
    (void)worker_take(h, 0);
    worker_kill(h, 0);
    assert_has(client_read(h, clients[0]), "loginTwoFactorRet_UnknownError");
    worker_add(h, 0, true);
    (void)worker_take(h, 0);
    worker_reply_check(h, 0, loginTwoFactorRet_TimeOut);
    for (size_t i = 1; i < SAME; i++)
        assert_has(client_read(h, clients[i]), "loginTwoFactorRet_TimeOut");
    close_clients(clients, SAME);
}

/* An answer overtaken by a wake-up is outdated for all of them. */
static void
an_answer_from_before_a_wake_up_is_nobodys(void **state)
{
    struct harness *h = *state;
    int clients[SAME];

    hold_same(h, clients, SAME, "Prefer: wait=20\r\n");
    worker_wake(h, 0, topic_of(1));
    (void)worker_take(h, 0);
    worker_wake(h, 0, topic_of(1));
    worker_reply_poll(h, 0, topic_of(1), 60);
    (void)worker_take(h, 0);
    worker_reply_check(h, 0, loginTwoFactorRet_TimeOut);
    for (size_t i = 0; i < SAME; i++)
        assert_has(client_read(h, clients[i]), "loginTwoFactorRet_TimeOut");
    worker_has_none(h, 0);
    close_clients(clients, SAME);
}

/* One call answers this many; then others have their turn, and another call follows. */
static void
a_crowd_is_told_in_groups(void **state)
{
    enum { CROWD = 300 };
    struct harness *h = *state;
    int clients[CROWD];

    hold_same(h, clients, CROWD, "Prefer: wait=20\r\n");
    worker_wake(h, 0, topic_of(1));
    for (size_t call = 0; call < 2; call++) {
        (void)worker_take(h, 0);
        worker_reply_check(h, 0, loginTwoFactorRet_TimeOut);
    }
    for (size_t i = 0; i < CROWD; i++)
        assert_has(client_read(h, clients[i]), "loginTwoFactorRet_TimeOut");
    worker_has_none(h, 0);
    close_clients(clients, CROWD);
}

/* The end of the server: one call, and what it says is for all of them. */
static void
a_drain_answers_all(void **state)
{
    struct harness *h = *state;
    int clients[SAME];

    hold_same(h, clients, SAME, "Prefer: wait=20\r\n");
    front_drain(h->front, h->now + CLOCK_MINUTE, harness_drained, h);
    (void)worker_take(h, 0);
    worker_reply_poll(h, 0, topic_of(1), 60);
    for (size_t i = 0; i < SAME; i++) {
        assert_has(client_read(h, clients[i]), "loginTwoFactorRet_Poll");
        client_reads_end(h, clients[i]);
    }
    pump(h);
    assert_true(h->is_drained);
    close_clients(clients, SAME);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, harness_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(news_of_anything_wake_all),
        CASE(a_company_may_hold_who_does_not_ask),
        CASE(a_long_check_is_held_as_a_short_one_is),
        CASE(one_asks_for_all_that_asked_the_same),
        CASE(all_are_given_the_session),
        CASE(another_caller_asks_for_itself),
        CASE(who_waits_on_is_held_as_long_as_it_said),
        CASE(whose_time_is_over_together_ask_once),
        CASE(another_one_leads_when_the_leader_leaves),
        CASE(a_follower_may_leave),
        CASE(a_lost_call_is_one_callers),
        CASE(an_answer_from_before_a_wake_up_is_nobodys),
        CASE(a_crowd_is_told_in_groups),
        CASE(a_drain_answers_all),
        cmocka_unit_test(prefer_is_read_as_rfc_7240_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
