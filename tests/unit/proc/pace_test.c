/* SPDX-License-Identifier: Apache-2.0 */
/* When a worker does its housekeeping. */
#include "tests/unit/unit.h"

#include "proc/pace.h"

static void
who_is_idle_keeps_house_at_once(void **state)
{
    (void)state;
    struct pace p = {0};
    pace_kept(&p, CLOCK_HOUR, CLOCK_HOUR, false);
    assert_true(pace_is_due(&p, CLOCK_HOUR, true));
    assert_int_equal(pace_patience(&p), 1000);
    pace_kept(&p, CLOCK_HOUR, CLOCK_HOUR, true);
    assert_int_equal(pace_patience(&p), 5);
}

/* Calls without end: the next call is always there already. */
static void
calls_without_end_do_not_keep_it_from_it(void **state)
{
    (void)state;
    struct pace p = {0};
    assert_true(pace_is_due(&p, CLOCK_HOUR, false));
    pace_kept(&p, CLOCK_HOUR, CLOCK_HOUR, false);
    assert_false(pace_is_due(&p, CLOCK_HOUR + PACE_TICK - 1, false));
    assert_true(pace_is_due(&p, CLOCK_HOUR + PACE_TICK, false));
}

/* 64 rows each time: thousands a second, where sign-ins leave some hundreds. */
static void
what_is_left_to_do_is_done_soon(void **state)
{
    (void)state;
    struct pace p = {0};
    unsigned times = 0;
    pace_kept(&p, CLOCK_HOUR, CLOCK_HOUR, true);
    for (int64_t now = CLOCK_HOUR; now < CLOCK_HOUR + CLOCK_S; now += CLOCK_MS)
        if (pace_is_due(&p, now, false)) {
            times++;
            pace_kept(&p, now, now, true);
        }
    assert_int_equal(times, 49);
    pace_kept(&p, CLOCK_HOUR, CLOCK_HOUR, false);
    assert_false(pace_is_due(&p, CLOCK_HOUR + PACE_MORE_BUSY, false));
}

/* A worker that is never idle, and whose batches take so long: calls of a millisecond, and a batch whenever
 * one is due. Answers how much of so many seconds the batches took, and how many there were. */
static int64_t
taken(int64_t seconds, int64_t batch, int64_t *n_out)
{
    struct pace p = {0};
    int64_t sum = 0, now = CLOCK_HOUR, end = now + seconds * CLOCK_S;
    pace_kept(&p, now - batch, now, true);
    for (*n_out = 0; now < end; now += CLOCK_MS) {
        if (!pace_is_due(&p, now, false))
            continue;
        pace_kept(&p, now, now + batch, true);
        now += batch;
        sum += batch;
        ++*n_out;
    }
    return sum;
}

static void
calls_have_most_of_the_time(void **state)
{
    (void)state;
    int64_t n = 0;
    for (int64_t ms = 1; ms < 330; ms++)
        assert_true(taken(100, ms * CLOCK_MS, &n) <= 100 * CLOCK_S / 4 + ms * CLOCK_MS);
    /* A thousand rows a second. */
    for (int64_t ms = 1; ms <= 15; ms++) {
        (void)taken(10, ms * CLOCK_MS, &n);
        assert_true(n * 64 >= 10 * 1000);
    }
    (void)taken(10, 4 * CLOCK_S, &n);
    assert_int_equal(n, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_idle_keeps_house_at_once),
        cmocka_unit_test(calls_without_end_do_not_keep_it_from_it),
        cmocka_unit_test(what_is_left_to_do_is_done_soon),
        cmocka_unit_test(calls_have_most_of_the_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
