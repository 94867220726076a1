/* exchange: who is held without having said so, and whom news of anything wake. */
#include "tests/unit/front/harness.h"

#include <unistd.h>

#include "front/exchange.h"

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
tear_down(void **state)
{
    harness_free(*state);
    return 0;
}

static struct front_counts
counts(struct harness *h)
{
    struct front_counts c;
    front_counts(h->front, &c);
    return c;
}

static int
hold_one(struct harness *h, const char *headers)
{
    int c = client_connect(h);
    client_send(c, check_request(h, "push", headers));
    (void)worker_take(h, 0);
    worker_reply_poll(h, 0, topic_of(1), 60);
    client_reads_nothing(h, c);
    assert_int_equal(counts(h).parked, 1);
    return c;
}

/* The clock stands still: no tick comes to the rescue. */
static void
news_of_anything_wake_all(void **state)
{
    struct harness *h = *state;
    int c = hold_one(h, "Prefer: wait=20\r\n");

    worker_wake(h, 0, topic_of(2));
    assert_int_equal(counts(h).parked, 1);
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
        .status = CALL_WAIT, .topic = topic_of(1), .wait_until = clock_now() + CLOCK_MINUTE, .hold = seconds};
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
        assert_int_equal(counts(h).parked, 1);
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

static void
prefer_is_read_as_rfc_7240_says(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        int seconds; /* -1: says nothing */
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
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned wait = 0;
        assert_int_equal(exchange_prefer_wait(cases[i].text, &wait), cases[i].seconds >= 0);
        assert_int_equal(wait, cases[i].seconds > 0 ? cases[i].seconds : 0);
    }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(news_of_anything_wake_all),
        CASE(a_company_may_hold_who_does_not_ask),
        cmocka_unit_test(prefer_is_read_as_rfc_7240_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
