/* SPDX-License-Identifier: Apache-2.0 */
/* challenge_pace: how often a phone rings, whatever the consoles do. */
#include "accounts/technician_change.h"
#include "signin/challenge_answer.h"
#include "tests/unit/signin/world.h"

static void
a_push_every_30_seconds(void **state)
{
    struct world *w = *state;
    world_wait(w);
    assert_int_equal(handset_answer(w, &w->phone, DECISION_REJECT, NULL), ANSWER_OK);
    assert_int_equal(world_check(w), SIGNIN_TwoFactorRejected);
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    world_later(w, 10 * CLOCK_S);
    assert_int_equal(world_send(w), SIGNIN_TwoFactorError);
    assert_int_equal(w->sent.expires_in, 20);
    world_later(w, 20 * CLOCK_S);
    assert_int_equal(world_send(w), SIGNIN_OK);
}

static int64_t
pending(struct world *w)
{
    return world_int(w, "SELECT COUNT(*) FROM challenge WHERE technician_id = $1 AND state = 'pending'",
                     w->technician);
}

static void
begun_again_3_seconds_later(void **state)
{
    struct world *w = *state;
    world_wait(w);
    world_later(w, 3 * CLOCK_S);
    world_wait(w); /* replaces the first */
    assert_int_equal(pending(w), 1);
    world_later(w, 3 * CLOCK_S);
    struct str login = w->login, push = w->push;
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(world_send(w), SIGNIN_TwoFactorError);
        assert_int_equal(w->sent.expires_in, 27);
    }
    assert_int_equal(pending(w), 1); /* the wait cancels nothing */
    assert_int_equal(fixture_count_events(w->f, "push.held"), 1);
    w->login = login;
    w->push = push;
    assert_int_equal(world_check(w), SIGNIN_Poll);
}

static void
no_wait_after_an_approval(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 4; i++)
        world_sign_in(w);
    assert_int_equal(fixture_count_events(w->f, "push.sent"), 4);
    assert_int_equal(fixture_count_events(w->f, "push.held"), 0);
}

/* With the password alone: five pushes in an hour, never more than two in half a minute, and the last one
 * cannot be taken off the phone. */
static void
begun_and_abandoned_without_end(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 100; i++) {
        world_later(w, i < 50 ? CLOCK_S : 40 * CLOCK_S);
        assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
        (void)world_send(w);
        assert_in_range(pending(w), i == 0, 1);
        if (i == 29)
            assert_int_equal(fixture_count_events(w->f, "push.sent"), 2);
    }
    assert_int_equal(fixture_count_events(w->f, "push.sent"), 5);
    assert_int_equal(fixture_count_events(w->f, "push.rests"), 1);
}

static void
cancelled_and_sent_again(void **state)
{
    struct world *w = *state;
    enum signin_result r;
    for (int i = 0; i < 2; i++) {
        world_wait(w);
        assert_ok(signin_cancel_challenge(w->cx, w->login, w->push, &r));
        assert_int_equal(r, SIGNIN_OK);
    }
    assert_int_equal(world_send(w), SIGNIN_TwoFactorError);
    assert_int_equal(w->sent.expires_in, 30);
    assert_ok(technician_unlock(w->cx, w->technician));
    assert_int_equal(world_send(w), SIGNIN_OK);
}

/* The login's own push, the fifth without an answer, is found overdue when another is asked for. */
static void
the_fifth_that_is_overdue_begins_the_rest(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 5; i++) {
        world_wait(w);
        world_later(w, 2 * CLOCK_MINUTE);
    }
    assert_int_equal(world_send(w), SIGNIN_TwoFactorError);
    assert_int_equal(w->sent.expires_in, 3600);
    assert_int_equal(fixture_count_events(w->f, "push.sent"), 5);
    assert_int_equal(fixture_count_events(w->f, "push.rests"), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_push_every_30_seconds, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(begun_again_3_seconds_later, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(no_wait_after_an_approval, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(begun_and_abandoned_without_end, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(cancelled_and_sent_again, world_set_up, world_tear_down),
        cmocka_unit_test_setup_teardown(the_fifth_that_is_overdue_begins_the_rest, world_set_up,
                                        world_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
