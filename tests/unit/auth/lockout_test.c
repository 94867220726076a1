/* lockout: the two budgets, their ends, and that unknown names count alike. */
#include "tests/unit/auth/fixture.h"

#include "auth/lockout.h"
#include "auth/technician.h"

static const struct str ann = STR("ann@acme.example"), nobody = STR("nobody@acme.example");

static struct lockout
miss(struct fixture *f, const struct policy *p, struct str key, struct str source)
{
    struct lockout l;
    assert_ok(db_begin(&f->cx));
    assert_ok(lockout_fail(&f->cx, p, key, source, &l));
    assert_ok(db_commit(&f->cx));
    return l;
}

static struct lockout
get(struct fixture *f, const struct policy *p, struct str key, struct str source)
{
    struct lockout l;
    assert_ok(lockout_get(&f->cx, p, key, source, &l));
    return l;
}

static struct str
source_of(struct fixture *f, int i)
{
    return arena_printf(&f->cx.arena, "192.0.2.%d", i);
}

static void
ten_failures_lock_for_half_an_hour(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    struct lockout l;
    policy_defaults(&p);
    for (int i = 1; i <= 10; i++) {
        l = miss(f, &p, ann, source_of(f, i));
        assert_int_equal(l.account_left, 10 - i);
        assert_int_equal(l.account_locked, i == 10);
        assert_int_equal(l.source_left, 4);
    }
    assert_int_equal(fixture_count_events(f, "account.locked"), 1);
    assert_true(l.locked_until == FIXTURE_NOW + 30 * CLOCK_MINUTE);
    assert_int_equal(lockout_attempts(&l, true), 0);
    assert_int_equal(lockout_attempts(&l, false), 0);
    fixture_later(f, 30 * CLOCK_MINUTE - 1);
    assert_true(get(f, &p, ann, STR_NULL).account_locked);
    fixture_later(f, 1);
    l = get(f, &p, ann, STR_NULL);
    assert_true(!l.account_locked && l.account_left == 10 && l.locked_until == 0);
    assert_int_equal(miss(f, &p, ann, STR_NULL).account_left, 9);
}

static void
an_unknown_name_locks_alike(void **state)
{
    struct fixture *f = *state;
    struct lockout l;
    for (int i = 1; i <= 10; i++)
        l = miss(f, NULL, nobody, source_of(f, i));
    assert_true(l.account_locked && l.locked_until == FIXTURE_NOW + 30 * CLOCK_MINUTE);
    assert_int_equal(fixture_count_events(f, "account.locked"), 0);
    assert_false(get(f, NULL, ann, STR_NULL).account_locked);
}

/* Whoever has one address of version 6 has 2^64 of them. */
static void
a_source_of_version_6_is_its_network(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    struct lockout l = {.source_left = 0};
    policy_defaults(&p);
    for (int i = 0; i < 5; i++)
        l = miss(f, &p, ann, arena_printf(&f->cx.arena, "2001:db8:0:1:%d::%d", i, i + 1));
    assert_true(l.source_refused && !l.account_locked);
    assert_true(get(f, &p, ann, STR_LIT("2001:db8:0:1::ffff")).source_refused);
    assert_false(get(f, &p, ann, STR_LIT("2001:db8:0:2::1")).source_refused);
    assert_false(get(f, &p, ann, STR_LIT("192.0.2.1")).source_refused);
}

static void
a_source_uses_its_own_budget_up(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    struct lockout l;
    struct str here = STR_LIT("192.0.2.1"), there = STR_LIT("192.0.2.2");
    policy_defaults(&p);
    for (int i = 0; i < 5; i++)
        l = miss(f, &p, ann, here);
    assert_true(l.source_refused && l.source_left == 0 && !l.account_locked && l.account_left == 5);
    assert_false(get(f, &p, ann, there).source_refused);
    assert_false(get(f, &p, nobody, here).source_refused);
    fixture_later(f, 15 * CLOCK_MINUTE - 1);
    assert_true(get(f, &p, ann, here).source_refused);
    fixture_later(f, 1);
    l = get(f, &p, ann, here);
    assert_true(!l.source_refused && l.source_left == 5 && l.account_left == 5);
}

static void
until_unlocked(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    policy_defaults(&p);
    p.lockout_failures = 3;
    p.lockout_time = 0;
    for (int i = 0; i < 3; i++)
        miss(f, &p, ann, STR_NULL);
    fixture_later(f, 1000 * CLOCK_DAY);
    assert_true(get(f, &p, ann, STR_NULL).locked_until == INT64_MAX);
    assert_ok(technician_unlock(&f->cx, f->ann));
    assert_false(get(f, &p, ann, STR_NULL).account_locked);
}

static void
a_success_clears_both(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    struct str here = STR_LIT("192.0.2.1");
    policy_defaults(&p);
    for (int i = 0; i < 3; i++)
        miss(f, &p, ann, here);
    assert_ok(db_begin(&f->cx));
    assert_ok(lockout_clear(&f->cx, ann, here));
    assert_ok(db_commit(&f->cx));
    struct lockout l = get(f, &p, ann, here);
    assert_true(l.account_left == 10 && l.source_left == 5);
}

static void
a_limit_that_was_lowered(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    policy_defaults(&p);
    for (int i = 1; i <= 7; i++)
        miss(f, &p, ann, source_of(f, i));
    p.lockout_failures = 5;
    struct lockout l = get(f, &p, ann, STR_NULL);
    assert_true(!l.account_locked && l.account_left == 1);
    assert_true(miss(f, &p, ann, STR_NULL).account_locked);
}

static void
told(void **state)
{
    struct lockout l = {.account_left = 1000, .stranger_left = 256, .source_left = 2};
    (void)state;
    assert_int_equal(lockout_attempts(&l, true), 255);
    assert_int_equal(lockout_attempts(&l, false), 255);
    l.account_left = 3;
    assert_int_equal(lockout_attempts(&l, true), 3);
    assert_int_equal(lockout_attempts(&l, false), 255);
    l.stranger_left = 10;
    assert_int_equal(lockout_attempts(&l, false), 10);
}

static void
nothing_tells_whose_rows_they_are(void **state)
{
    struct fixture *f = *state;
    struct db_rows *rows;
    miss(f, NULL, ann, STR_LIT("192.0.2.1"));
    assert_ok(db_query(&f->cx, &rows, "SELECT length(key) FROM lockout", ""));
    while (db_next(&f->cx, rows))
        assert_int_equal(db_int(rows, 0), 32);
    assert_ok(db_done(&f->cx, rows));
}

static void
old_rows_go(void **state)
{
    struct fixture *f = *state;
    bool more = true;
    struct policy p;
    policy_defaults(&p);
    p.lockout_failures = 3;
    p.lockout_time = 0;
    miss(f, NULL, nobody, STR_LIT("192.0.2.1"));
    for (int i = 0; i < 3; i++)
        miss(f, &p, ann, STR_NULL);
    fixture_later(f, 31 * CLOCK_DAY);
    miss(f, NULL, STR_LIT("new@acme.example"), STR_NULL);
    assert_ok(lockout_sweep(&f->cx, 1, &more));
    assert_true(more);
    assert_ok(lockout_sweep(&f->cx, 10, &more));
    assert_false(more);
    assert_int_equal(get(f, NULL, nobody, STR_NULL).account_left, 10);
    assert_int_equal(get(f, NULL, STR_LIT("new@acme.example"), STR_NULL).account_left, 9);
    assert_true(get(f, NULL, ann, STR_NULL).account_locked);
}

static bool
fail_twenty(struct cx *cx, void *arg)
{
    (void)arg;
    for (int i = 0; i < 20; i++) {
        struct lockout l;
        struct policy p;
        policy_defaults(&p);
        p.lockout_failures = 100;
        if (db_begin(cx) != ERR_NONE || lockout_fail(cx, &p, ann, STR_NULL, &l) != ERR_NONE ||
            db_commit(cx) != ERR_NONE)
            return false;
    }
    return true;
}

static void
no_failure_is_lost_in_a_race(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    policy_defaults(&p);
    p.lockout_failures = 100;
    assert_int_equal(fixture_race(f, fail_twenty, NULL), 2);
    assert_int_equal(get(f, &p, ann, STR_NULL).account_left, 60);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ten_failures_lock_for_half_an_hour, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(an_unknown_name_locks_alike, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_source_uses_its_own_budget_up, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_source_of_version_6_is_its_network, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(until_unlocked, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_success_clears_both, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_limit_that_was_lowered, fixture_set_up, fixture_tear_down),
        cmocka_unit_test(told),
        cmocka_unit_test_setup_teardown(nothing_tells_whose_rows_they_are, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(old_rows_go, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(no_failure_is_lost_in_a_race, fixture_set_up_file, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
