/* When a worker keeps house. */
#include "tests/unit/unit.h"

#include "proc/pace.h"

static void
who_is_idle_keeps_house_at_once(void **state)
{
    (void)state;
    struct pace p = {0};
    pace_kept(&p, CLOCK_HOUR, false);
    assert_true(pace_is_due(&p, CLOCK_HOUR, true));
    assert_int_equal(pace_patience(&p), 1000);
    pace_kept(&p, CLOCK_HOUR, true);
    assert_int_equal(pace_patience(&p), 5);
}

/* Calls without end: the next call is always there already. */
static void
calls_without_end_do_not_keep_it_from_it(void **state)
{
    (void)state;
    struct pace p = {0};
    assert_true(pace_is_due(&p, CLOCK_HOUR, false));
    pace_kept(&p, CLOCK_HOUR, false);
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
    pace_kept(&p, CLOCK_HOUR, true);
    for (int64_t now = CLOCK_HOUR; now < CLOCK_HOUR + CLOCK_S; now += CLOCK_MS)
        if (pace_is_due(&p, now, false)) {
            times++;
            pace_kept(&p, now, true);
        }
    assert_int_equal(times, 49);
    pace_kept(&p, CLOCK_HOUR, false);
    assert_false(pace_is_due(&p, CLOCK_HOUR + PACE_MORE_BUSY, false));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_idle_keeps_house_at_once),
        cmocka_unit_test(calls_without_end_do_not_keep_it_from_it),
        cmocka_unit_test(what_is_left_to_do_is_done_soon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
