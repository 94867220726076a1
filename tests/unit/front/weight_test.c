/* SPDX-License-Identifier: Apache-2.0 */
/* weight: large bodies are counted, and once none has been there for a while the heap is trimmed. */
#include "tests/unit/unit.h"

#include "front/weight.h"

static struct loop *loop;

static void
stop(struct loop_timer *t)
{
    (void)t;
    loop_stop(loop);
}

static void
advance(int64_t microseconds)
{
    struct loop_timer end;
    clock_fix(clock_now() + microseconds);
    loop_timer_init(&end, stop);
    loop_timer_set(loop, &end, clock_mono());
    assert_int_equal(loop_run(loop), ERR_NONE);
}

static void
memory_is_given_back_after_a_rest(void **state)
{
    struct weight w;

    (void)state;
    clock_fix(CLOCK_HOUR);
    loop = loop_new();
    weight_init(&w, loop);
    weight_change(&w, 0, 0);
    assert_int_equal(w.rest.at, 0);
    weight_change(&w, 0, 100000);
    weight_change(&w, 0, 50000);
    weight_change(&w, 100000, 0);
    assert_int_equal(w.held, 50000);
    assert_int_equal(w.rest.at, 0);
    weight_change(&w, 50000, 0);
    assert_int_equal(w.rest.at, clock_mono() + WEIGHT_REST);
    /* Another one begins a new rest when it goes. */
    advance(WEIGHT_REST / 2);
    weight_change(&w, 0, 70000);
    weight_change(&w, 70000, 0);
    advance(WEIGHT_REST / 2);
    assert_true(w.rest.at > clock_mono());
    advance(WEIGHT_REST / 2);
    assert_int_equal(w.rest.at, 0);
    weight_clear(&w);
    loop_free(&loop);
    clock_fix(0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_given_back_after_a_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
