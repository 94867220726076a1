/* SPDX-License-Identifier: Apache-2.0 */
/* lockout: the two budgets, their ends, and that a stranger sees neither accounts nor sign-ins. */
#include "tests/unit/accounts/fixture.h"

#include "accounts/audit.h"
#include "accounts/lockout.h"
#include "accounts/technician.h"
#include "accounts/technician_change.h"

static const struct str ann = STR("ann@acme.example"), nobody = STR("nobody@acme.example");

/* p NULL: a name that is not an account's. */
static struct lockout
miss(struct fixture *f, const struct policy *p, struct str key, struct str source)
{
    struct lockout l;
    const struct technician t = {.id = f->ann};
    const struct lockout_name name = {p != NULL ? &t : NULL, p, key};
    assert_ok(db_begin(&f->cx));
    assert_ok(lockout_fail(&f->cx, &name, source, &l));
    assert_ok(db_commit(&f->cx));
    return l;
}

static void
succeed(struct fixture *f, const struct policy *p, struct str source)
{
    const struct technician t = {.id = f->ann};
    const struct lockout_name name = {&t, p, ann};
    assert_ok(db_begin(&f->cx));
    assert_ok(lockout_clear(&f->cx, &name, source));
    assert_ok(db_commit(&f->cx));
}

static struct lockout
get(struct fixture *f, const struct policy *p, struct str key, struct str source)
{
    struct lockout l;
    assert_ok(lockout_get(&f->cx, p, key, source, &l));
    return l;
}

static int64_t
rows(struct fixture *f)
{
    return fixture_int(f, "SELECT count(*) FROM lockout");
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
    assert_int_equal(lockout_attempts(&l), 0);
    fixture_later(f, 30 * CLOCK_MINUTE - 1);
    assert_true(get(f, &p, ann, STR_NULL).account_locked);
    fixture_later(f, 1);
    l = get(f, &p, ann, STR_NULL);
    assert_true(!l.account_locked && l.account_left == 10 && l.locked_until == 0);
    assert_int_equal(miss(f, &p, ann, STR_NULL).account_left, 9);
}

/* The same attempts, with the account's own sign-ins in between. */
static void
a_stranger_is_shown_the_same(void **state)
{
    struct fixture *f = *state;
    struct policy strict;
    policy_defaults(&strict);
    strict.lockout_failures = 3;
    strict.lockout_time = 0;
    for (int i = 0; i < 40; i++) {
        struct str source = source_of(f, 1 + i / 6);
        const struct lockout known = miss(f, &strict, ann, source), unknown = miss(f, NULL, nobody, source);
        assert_int_equal(known.shown.attempts_left, unknown.shown.attempts_left);
        assert_int_equal(known.shown.is_counted, unknown.shown.is_counted);
        assert_int_equal(known.shown.is_locked, unknown.shown.is_locked);
        if (i % 7 == 0)
            succeed(f, &strict, STR_LIT("192.0.2.200"));
        if (i % 11 == 0)
            assert_ok(technician_unlock(&f->cx, f->ann));
        fixture_later(f, i * CLOCK_MINUTE);
    }
}

static void
an_unknown_name_is_shown_locked(void **state)
{
    struct fixture *f = *state;
    struct lockout l = {.account_locked = false};
    for (int i = 1; i <= 10; i++) {
        l = miss(f, NULL, nobody, source_of(f, i));
        assert_true(l.shown.is_counted && !l.shown.is_locked && !l.account_locked);
        assert_int_equal(l.shown.attempts_left, i < 10 ? 4 : 0);
    }
    l = miss(f, NULL, nobody, source_of(f, 11));
    assert_true(l.shown.is_locked && l.shown.attempts_left == 0);
    assert_int_equal(fixture_count_events(f, "account.locked"), 0);
    assert_false(get(f, NULL, ann, STR_NULL).account_locked);
    fixture_later(f, 30 * CLOCK_MINUTE);
    l = miss(f, NULL, nobody, source_of(f, 11));
    assert_true(!l.shown.is_locked && l.shown.attempts_left == 4);
}

static void
a_sign_in_takes_its_own_failures_back(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    policy_defaults(&p);
    for (int i = 0; i < 30; i++) {
        assert_int_equal(miss(f, &p, ann, STR_LIT("192.0.2.1")).shown.attempts_left, 4);
        succeed(f, &p, STR_LIT("192.0.2.1"));
    }
    assert_false(miss(f, &p, ann, STR_LIT("192.0.2.2")).shown.is_locked);
}

/* Names without end from one address, and from many. */
static void
strangers_take_a_fixed_number_of_rows(void **state)
{
    struct fixture *f = *state;
    int64_t counted = 0;
    for (int i = 0; i < 2000; i++)
        counted += miss(f, NULL, arena_printf(&f->cx.arena, "n%d@acme.example", i), STR_LIT("192.0.2.1"))
                       .shown.is_counted;
    assert_int_equal(counted, 64 * 5);
    assert_true(rows(f) <= 64 + counted);
    assert_int_equal(fixture_count_events(f, "source.refused"), 0);
}

/* A client with one address of version 6 has 2^64 of them. */
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
        assert_false(miss(f, &p, ann, here).source_is_known);
    succeed(f, &p, here);
    struct lockout l = get(f, &p, ann, here);
    assert_true(l.account_left == 10 && l.source_left == 5 && l.source_is_known);
    assert_false(get(f, &p, ann, STR_LIT("192.0.2.2")).source_is_known);
    fixture_later(f, 30 * CLOCK_DAY);
    assert_false(get(f, &p, ann, here).source_is_known);
}

/* However much time passes between its attempts. */
static void
one_source_locks_nothing(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    struct lockout l = {.account_left = 0};
    policy_defaults(&p);
    for (int i = 0; i < 50; i++) {
        l = miss(f, &p, ann, STR_LIT("192.0.2.1"));
        if (l.source_refused)
            fixture_later(f, 4 * CLOCK_HOUR);
    }
    assert_int_equal(l.account_left, 5);
    for (int i = 2; i < 6; i++)
        assert_false(miss(f, &p, ann, source_of(f, i)).account_locked);
    assert_true(miss(f, &p, ann, source_of(f, 6)).account_locked);
    fixture_later(f, 30 * CLOCK_MINUTE); /* counted from 0 again, and so is what the source adds */
    for (int i = 0; i < 5; i++)
        l = miss(f, &p, ann, STR_LIT("192.0.2.1"));
    assert_int_equal(l.account_left, 5);
}

/* For any limit that its company sets, the source's is below it. */
static void
one_source_locks_nothing_by_a_small_limit(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    policy_defaults(&p);
    for (int limit = 3; limit <= 6; limit++) {
        struct lockout l = {.account_left = 0};
        p.lockout_failures = limit;
        for (int i = 0; i < 2 * limit; i++)
            l = miss(f, &p, ann, source_of(f, limit));
        assert_true(l.source_refused && !l.account_locked && l.account_left >= 1);
        assert_true(miss(f, &p, ann, source_of(f, 100)).account_locked);
        assert_ok(technician_unlock(&f->cx, f->ann));
    }
}

/* 4,000 names, each from a source of its own: of 65,536 and 262,144 counters some are shared, with
 * any key. */
static void
strangers_share_counters(void **state)
{
    enum { MANY = 4000 };
    struct fixture *f = *state;
    for (int i = 0; i < MANY; i++)
        miss(f, NULL, arena_printf(&f->cx.arena, "n%d@acme.example", i),
             arena_printf(&f->cx.arena, "198.51.%d.%d", i / 250, i % 250 + 1));
    struct db_rows *found;
    assert_ok(db_query(&f->cx, &found, "SELECT sum(key = account), sum(key <> account) FROM lockout", ""));
    assert_true(db_next(&f->cx, found));
    assert_in_range(db_int(found, 0), MANY - 500, MANY - 1);
    assert_in_range(db_int(found, 1), MANY - 500, MANY - 1);
    assert_ok(db_done(&f->cx, found));
}

/* A source's failures before the lock end with it: its sign-in removes none of the later ones. */
static void
a_sign_in_takes_no_others_failures_back(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    policy_defaults(&p);
    for (int i = 0; i < 3; i++)
        miss(f, &p, ann, source_of(f, 1));
    for (int i = 2; i < 9; i++)
        miss(f, &p, ann, source_of(f, i));
    assert_true(miss(f, &p, ann, source_of(f, 20)).shown.is_locked);
    fixture_later(f, 30 * CLOCK_MINUTE);
    for (int i = 30; i < 39; i++)
        miss(f, &p, ann, source_of(f, i));
    succeed(f, &p, source_of(f, 1));
    assert_false(miss(f, &p, ann, source_of(f, 40)).shown.is_locked);
    assert_true(miss(f, &p, ann, source_of(f, 41)).shown.is_locked);
}

/* For 30 days, also after housekeeping. */
static void
failures_and_known_sources_are_remembered(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    bool more = true;
    policy_defaults(&p);
    succeed(f, &p, source_of(f, 1));
    for (int i = 0; i < 3; i++)
        miss(f, &p, ann, source_of(f, 2));
    fixture_later(f, 30 * CLOCK_DAY - 1);
    assert_ok(lockout_sweep(&f->cx, 10, &more));
    assert_true(get(f, &p, ann, source_of(f, 1)).source_is_known);
    assert_int_equal(get(f, &p, ann, source_of(f, 2)).account_left, 7);
    assert_int_equal(get(f, &p, ann, source_of(f, 2)).source_left, 2);
    fixture_later(f, 2);
    assert_ok(lockout_sweep(&f->cx, 10, &more));
    assert_int_equal(rows(f), 0);
}

static void
a_refusal_doubles(void **state)
{
    static const int64_t quarters[] = {1, 2, 4, 8, 16, 16};
    struct fixture *f = *state;
    struct policy p;
    struct str here = STR_LIT("192.0.2.1");
    policy_defaults(&p);
    for (size_t i = 0; i < ARRAY_LEN(quarters); i++) {
        for (int k = 0; k < 5; k++)
            miss(f, &p, ann, here);
        fixture_later(f, quarters[i] * 15 * CLOCK_MINUTE - 1);
        assert_true(get(f, &p, ann, here).source_refused);
        fixture_later(f, 1);
        assert_false(get(f, &p, ann, here).source_refused);
    }
    succeed(f, &p, here);
    for (int k = 0; k < 5; k++)
        miss(f, &p, ann, here);
    fixture_later(f, 15 * CLOCK_MINUTE);
    assert_false(get(f, &p, ann, here).source_refused);
}

/* Its end is found by the next attempt or by housekeeping, and written once. */
static void
a_refusal_is_two_events(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    struct str here = STR_LIT("192.0.2.1");
    bool more = true;
    policy_defaults(&p);
    for (int round = 1; round <= 2; round++) {
        for (int i = 0; i < 105; i++)
            miss(f, &p, ann, here);
        assert_int_equal(fixture_count_events(f, "source.refused"), round);
        assert_str(fixture_told(f, "source.refused", "source"), "192.0.2.1");
        fixture_later(f, CLOCK_HOUR);
        if (round == 1)
            assert_ok(lockout_sweep(&f->cx, 10, &more));
        else
            miss(f, &p, ann, here);
        assert_ok(lockout_sweep(&f->cx, 10, &more));
        assert_false(more);
        assert_int_equal(fixture_count_events(f, "source.refusal-ended"), round);
        assert_str(fixture_told(f, "source.refusal-ended", "turned_away"), "100");
        assert_str(fixture_told(f, "source.refusal-ended", "by"), "time");
    }
    assert_int_equal(fixture_count_events(f, "account.locked"), 0);
}

static void
a_lock_is_two_events(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    bool more = true;
    policy_defaults(&p);
    for (int i = 0; i < 17; i++)
        miss(f, &p, ann, source_of(f, 1 + i));
    assert_ok(lockout_sweep(&f->cx, 10, &more));
    assert_int_equal(fixture_count_events(f, "account.lock-ended"), 0);
    fixture_later(f, 30 * CLOCK_MINUTE);
    assert_ok(lockout_sweep(&f->cx, 10, &more));
    assert_int_equal(fixture_count_events(f, "account.locked"), 1);
    assert_int_equal(fixture_count_events(f, "account.lock-ended"), 1);
    assert_str(fixture_told(f, "account.lock-ended", "turned_away"), "7");
    assert_int_equal(get(f, &p, ann, STR_NULL).account_left, 10);
}

/* A wrong number on the phone counts against where the sign-in came from, while it is under way. */
static void
a_sign_in_ends_its_source_s_refusal(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    struct str here = STR_LIT("192.0.2.1");
    policy_defaults(&p);
    for (int i = 0; i < 6; i++)
        miss(f, &p, ann, here);
    succeed(f, &p, here);
    assert_str(fixture_told(f, "source.refusal-ended", "by"), "sign-in");
    assert_str(fixture_told(f, "source.refusal-ended", "turned_away"), "1");
    assert_false(get(f, &p, ann, here).source_refused);
}

static void
the_help_desk_ends_all(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    policy_defaults(&p);
    p.lockout_failures = 11;
    miss(f, &p, ann, source_of(f, 3)); /* is not refused, and not named below */
    for (int source = 1; source <= 2; source++)
        for (int i = 0; i < 8; i++)
            miss(f, &p, ann, source_of(f, source));
    assert_true(get(f, &p, ann, STR_NULL).account_locked);
    assert_ok(technician_unlock(&f->cx, f->ann));
    assert_str(fixture_told(f, "account.unlocked", "heard_again"), "192.0.2.1 192.0.2.2");
    assert_str(fixture_told(f, "account.unlocked", "turned_away"), "6");
    assert_false(get(f, &p, ann, STR_NULL).account_locked);
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
a_byte_is_told(void **state)
{
    struct lockout l = {.account_left = 1000};
    (void)state;
    assert_int_equal(lockout_attempts(&l), 255);
    l.account_left = 3;
    assert_int_equal(lockout_attempts(&l), 3);
}

static void
nothing_tells_whose_rows_they_are(void **state)
{
    struct fixture *f = *state;
    struct db_rows *found;
    miss(f, NULL, ann, STR_LIT("192.0.2.1"));
    assert_ok(db_query(&f->cx, &found, "SELECT length(key), length(source) FROM lockout", ""));
    while (db_next(&f->cx, found))
        assert_true(db_int(found, 0) == 32 && db_int(found, 1) == 0);
    assert_ok(db_done(&f->cx, found));
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
    assert_int_equal(rows(f), 4);
    fixture_later(f, 31 * CLOCK_DAY);
    miss(f, NULL, STR_LIT("new@acme.example"), STR_NULL);
    assert_ok(lockout_sweep(&f->cx, 1, &more));
    assert_true(more);
    assert_ok(lockout_sweep(&f->cx, 10, &more));
    assert_false(more);
    assert_int_equal(rows(f), 2);
    assert_true(get(f, &p, ann, STR_NULL).account_locked);
}

static bool
fail_twenty(struct cx *cx, void *arg)
{
    (void)arg;
    for (int i = 0; i < 20; i++) {
        struct lockout l;
        struct policy p;
        struct technician t;
        const struct lockout_name name = {&t, &p, ann};
        policy_defaults(&p);
        p.lockout_failures = 100;
        if (db_begin(cx) != ERR_NONE || technician_find(cx, ann, &t) != ERR_NONE ||
            lockout_fail(cx, &name, STR_NULL, &l) != ERR_NONE || db_commit(cx) != ERR_NONE)
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ten_failures_lock_for_half_an_hour),
        TEST(an_unknown_name_is_shown_locked),
        TEST(a_stranger_is_shown_the_same),
        TEST(a_sign_in_takes_its_own_failures_back),
        TEST(strangers_take_a_fixed_number_of_rows),
        TEST(a_source_uses_its_own_budget_up),
        TEST(a_source_of_version_6_is_its_network),
        TEST(one_source_locks_nothing),
        TEST(one_source_locks_nothing_by_a_small_limit),
        TEST(strangers_share_counters),
        TEST(a_sign_in_takes_no_others_failures_back),
        TEST(failures_and_known_sources_are_remembered),
        TEST(a_refusal_doubles),
        TEST(a_refusal_is_two_events),
        TEST(a_lock_is_two_events),
        TEST(a_sign_in_ends_its_source_s_refusal),
        TEST(the_help_desk_ends_all),
        TEST(until_unlocked),
        TEST(a_success_clears_both),
        TEST(a_limit_that_was_lowered),
        TEST(nothing_tells_whose_rows_they_are),
        TEST(old_rows_go),
        cmocka_unit_test(a_byte_is_told),
        cmocka_unit_test_setup_teardown(no_failure_is_lost_in_a_race, fixture_set_up_file, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
