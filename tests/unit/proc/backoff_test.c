/* SPDX-License-Identifier: Apache-2.0 */
/* How long a child waits before it is started again. */
#include "tests/unit/unit.h"

#include "proc/backoff.h"

static void
at_once_then_doubling_to_a_bound(void **state)
{
    (void)state;
    static const int64_t wanted_ms[] = {0, 100, 200, 400, 800, 1600, 3200, 6400, 10000, 10000};
    struct backoff b = {0};
    int64_t now = CLOCK_HOUR;
    for (size_t i = 0; i < ARRAY_LEN(wanted_ms); i++) {
        backoff_started(&b, now);
        now += CLOCK_S;
        assert_int_equal(backoff_ended(&b, now), wanted_ms[i] * CLOCK_MS);
    }
}

static void
a_minute_of_life_is_a_fresh_start(void **state)
{
    (void)state;
    struct backoff b = {0};
    int64_t now = CLOCK_HOUR;
    for (int i = 0; i < 5; i++) {
        backoff_started(&b, now);
        (void)backoff_ended(&b, now);
    }
    backoff_started(&b, now);
    assert_int_equal(backoff_ended(&b, now + CLOCK_MINUTE), 0);
    backoff_started(&b, now);
    assert_int_equal(backoff_ended(&b, now + CLOCK_MINUTE - 1), BACKOFF_FIRST);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_once_then_doubling_to_a_bound),
        cmocka_unit_test(a_minute_of_life_is_a_fresh_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
