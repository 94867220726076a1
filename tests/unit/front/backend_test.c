/* SPDX-License-Identifier: Apache-2.0 */
/* backend: whose call is next, which is turned away, and what happens if its client left. */
#include "tests/unit/front/harness.h"
#include "front/turn.h"

#include <sys/socket.h>
#include <unistd.h>

enum { AHEAD = 16 * 1024 };

static int
set_up(void **state)
{
    struct harness *h = harness_new("[limits]\nqueue = 6\nqueue_per_source = 4\ncall_time = 30s\n");
    listen_on(h);
    worker_add(h, 0, true);
    worker_add(h, 1, false);
    *state = h;
    return 0;
}

/* A connection from there that sent a login, and waits. */
static int
login(struct harness *h, const char *source, const char *email)
{
    int c = client_connect_from(h, source);
    client_send(c, login_request(h, email));
    for (unsigned i = 0; i < 4; i++)
        pump(h);
    return c;
}

/* Worker 1 gets this account's login, and answers it. */
static void
answer_login(struct harness *h, const char *email)
{
    struct call_reply reply = {.status = CALL_DONE};
    struct loginTechnicianFromStandalone_v7_2_out out = {.result = login_v2_InvalidPassword};
    const struct loginTechnicianFromStandalone_v7_2_in *in = worker_take(h, 1)->op_in;

    assert_str(in->sEmail, email);
    worker_reply(h, 1, &reply, &out);
}

static void
is_told_to_come_back(struct harness *h, int c)
{
    const char *answer = client_read(h, c);
    assert_starts(answer, "HTTP/1.1 503 Service Unavailable\r\n");
    assert_has(answer, "Retry-After: 1\r\n");
}

static size_t
queued(const struct harness *h)
{
    return harness_counts(h).queued;
}

static void
sources_are_served_in_turn(void **state)
{
    struct harness *h = *state;
    const int c[] = {login(h, "127.0.0.1", "a1"), login(h, "127.0.0.1", "a2"), login(h, "127.0.0.1", "a3"),
                     login(h, "127.0.0.1", "a4"), login(h, "127.0.0.2", "b1"), login(h, "127.1.0.1", "c1")};

    answer_login(h, "a1");
    answer_login(h, "a2");
    answer_login(h, "c1");
    answer_login(h, "b1");
    answer_login(h, "a3");
    answer_login(h, "a4");
    for (size_t i = 0; i < 6; i++) {
        assert_has(client_read(h, c[i]), "login_v2_InvalidPassword");
        (void)close(c[i]);
    }
}

static void
a_source_has_so_many_slow_calls_in_line(void **state)
{
    struct harness *h = *state;
    int c[6];

    for (size_t i = 0; i < 6; i++)
        c[i] = login(h, "127.0.0.1", "a");
    is_told_to_come_back(h, c[5]);
    assert_int_equal(queued(h), 4);
    int other = login(h, "127.0.0.2", "b");
    assert_int_equal(queued(h), 5);
    for (size_t i = 0; i < 6; i++)
        (void)close(c[i]);
    (void)close(other);
}

static void
who_has_most_gives_way_in_a_full_queue(void **state)
{
    struct harness *h = *state;
    int a[5], b[2];

    for (size_t i = 0; i < 5; i++)
        a[i] = login(h, "127.0.0.1", "a");
    for (size_t i = 0; i < 2; i++)
        b[i] = login(h, "127.0.0.2", "b");
    assert_int_equal(queued(h), 6);
    int c = login(h, "127.0.0.3", "c");
    assert_int_equal(queued(h), 6);
    is_told_to_come_back(h, a[4]);
    client_send(a[4], login_request(h, "a"));
    is_told_to_come_back(h, a[4]);
    assert_int_equal(queued(h), 6);
    client_reads_nothing(h, a[3]);
    client_reads_nothing(h, b[1]);
    client_reads_nothing(h, c);
    for (size_t i = 0; i < 5; i++)
        (void)close(a[i]);
    for (size_t i = 0; i < 2; i++)
        (void)close(b[i]);
    (void)close(c);
}

static void
one_that_is_to_be_turned_away_may_leave_first(void **state)
{
    struct harness *h = *state;
    int a[5], b[2];

    for (size_t i = 0; i < 5; i++)
        a[i] = login(h, "127.0.0.1", "a");
    for (size_t i = 0; i < 2; i++)
        b[i] = login(h, "127.0.0.2", "b");
    int c = client_connect_from(h, "127.0.0.3");
    client_send(c, login_request(h, "c"));
    (void)close(a[4]);
    for (unsigned i = 0; i < 8; i++)
        pump(h);
    assert_true(queued(h) >= 5);
    for (size_t i = 0; i < 4; i++)
        (void)close(a[i]);
    for (size_t i = 0; i < 2; i++)
        (void)close(b[i]);
    (void)close(c);
}

static void
a_login_whose_client_left_costs_no_worker(void **state)
{
    struct harness *h = *state;
    int first = login(h, "127.0.0.1", "first");

    for (size_t i = 0; i < 4; i++)
        (void)close(login(h, "127.0.0.1", "gone"));
    while (queued(h) > 0)
        pump(h);
    int last = login(h, "127.0.0.1", "last");
    answer_login(h, "first");
    answer_login(h, "last");
    worker_has_none(h, 1);
    (void)close(first);
    (void)close(last);
}

/* With as much behind its request as the front reads ahead, and more. */
static void
one_that_left_behind_much_else_costs_none_either(void **state)
{
    struct harness *h = *state;
    int first = login(h, "127.0.0.1", "first"), gone = login(h, "127.0.0.1", "gone");
    static char waste[4 * AHEAD];

    client_send_bytes(h, gone, waste, sizeof waste);
    for (unsigned i = 0; i < 4; i++)
        pump(h);
    assert_int_equal(queued(h), 1);
    assert_int_equal(shutdown(gone, SHUT_WR), 0);
    while (queued(h) > 0)
        pump(h);
    answer_login(h, "first");
    worker_has_none(h, 1);
    (void)close(first);
    (void)close(gone);
}

/* Calls that wait weigh what their bodies did: the bound is one for both. */
static void
heavy_calls_that_wait_have_a_bound(void **state)
{
    enum { HEAVY = 3 * 1024 * 1024, CALLS = 32 };
    struct harness *h = harness_new("[limits]\ntext_size = 8M\n");
    char *email = malloc(HEAVY + 1);
    size_t peak = 0;
    int c[CALLS];

    (void)state;
    assert_non_null(email);
    memset(email, 'a', HEAVY);
    email[HEAVY] = '\0';
    listen_on(h);
    worker_add(h, 1, false);
    const char *request = login_request(h, email);
    for (size_t i = 0; i < CALLS; i++) {
        c[i] = client_connect(h);
        client_send_bytes(h, c[i], request, strlen(request));
        for (unsigned n = 0; n < PUMPS_MAX && harness_counts(h).calls <= i && !client_has_answer(c[i]); n++)
            advance(h, TURN_BULK_PACE);
        peak = harness_counts(h).bodies > peak ? harness_counts(h).bodies : peak;
    }
    is_told_to_come_back(h, c[CALLS - 1]);
    assert_true(peak > 32 * 1024 * 1024);
    assert_true(peak <= 72 * 1024 * 1024);
    for (size_t i = 0; i < CALLS; i++)
        (void)close(c[i]);
    worker_kill(h, 1);
    for (unsigned i = 0; i < PUMPS_MAX && harness_counts(h).connections > 0; i++)
        pump(h);
    assert_int_equal(harness_counts(h).bodies, 0);
    free(email);
    harness_free(h);
}

/* One worker for both kinds. */
static void
kinds_take_turns_at_a_worker_that_may_have_both(void **state)
{
    struct harness *h = harness_new("");
    const char *check;
    int login_1, login_2, check_1, check_2;

    (void)state;
    listen_on(h);
    worker_add(h, 1, false);
    login_1 = login(h, "127.0.0.1", "a");
    login_2 = login(h, "127.0.0.1", "b");
    check = check_request(h, "push", "");
    check_1 = client_connect(h);
    client_send(check_1, check);
    check_2 = client_connect(h);
    client_send(check_2, check);
    while (queued(h) < 3)
        pump(h);
    answer_login(h, "a");
    assert_int_equal(worker_take(h, 1)->op->lane, CT_LANE_FAST);
    worker_reply_check(h, 1, loginTwoFactorRet_OK);
    answer_login(h, "b");
    assert_int_equal(worker_take(h, 1)->op->lane, CT_LANE_FAST);
    worker_reply_check(h, 1, loginTwoFactorRet_OK);
    (void)close(login_1);
    (void)close(login_2);
    (void)close(check_1);
    (void)close(check_2);
    harness_free(h);
}

#define BACKEND_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, harness_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BACKEND_TEST(sources_are_served_in_turn),
        BACKEND_TEST(a_source_has_so_many_slow_calls_in_line),
        BACKEND_TEST(who_has_most_gives_way_in_a_full_queue),
        BACKEND_TEST(one_that_is_to_be_turned_away_may_leave_first),
        BACKEND_TEST(a_login_whose_client_left_costs_no_worker),
        BACKEND_TEST(one_that_left_behind_much_else_costs_none_either),
        cmocka_unit_test(heavy_calls_that_wait_have_a_bound),
        cmocka_unit_test(kinds_take_turns_at_a_worker_that_may_have_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
