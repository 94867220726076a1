/* SPDX-License-Identifier: Apache-2.0 */
/* grant: an OK needs its push and its login to be as they were read, up to the commit. */
#include "tests/unit/signin/world.h"

/* As if another process had changed the row first: an UPDATE of this table finds none. */
static void
somebody_was_first(struct world *w, const char *table)
{
    const char *sql = arena_printf(&w->kept,
                                   "CREATE TEMP TRIGGER first BEFORE UPDATE OF state ON %s "
                                   "BEGIN SELECT RAISE(IGNORE); END",
                                   table)
                          .p;
    assert_ok(db_exec(w->cx, NULL, sql, ""));
}

static void
nothing_is_granted(struct world *w)
{
    assert_int_equal(world_int(w, "SELECT count(*) FROM session WHERE technician_id = $1", w->technician), 0);
    assert_int_equal(fixture_count_events(w->f, "login.granted"), 0);
    assert_ok(db_exec(w->cx, NULL, "DROP TRIGGER first", ""));
    assert_int_equal(world_check(w), SIGNIN_OK);
}

static void
not_on_a_push_that_was_moved_meanwhile(void **state)
{
    struct world *w = *state;
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
    assert_int_equal(world_approve(w), ANSWER_OK);
    somebody_was_first(w, "challenge");
    assert_fails(w->cx, signin_check_challenge(w->cx, w->login, w->push, &w->answer, &w->wait), ERR_CONFLICT);
    nothing_is_granted(w);
}

static void
not_on_a_login_that_was_spent_meanwhile(void **state)
{
    struct world *w = *state;
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
    assert_int_equal(world_approve(w), ANSWER_OK);
    somebody_was_first(w, "login");
    assert_fails(w->cx, signin_check_challenge(w->cx, w->login, w->push, &w->answer, &w->wait), ERR_CONFLICT);
    nothing_is_granted(w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(not_on_a_push_that_was_moved_meanwhile),
        TEST(not_on_a_login_that_was_spent_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
