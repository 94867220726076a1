/* SPDX-License-Identifier: Apache-2.0 */
/* cx: the first error stays, and a new request begins clean. */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "base/cx.h"

static void
first_error_stays(void **state)
{
    (void)state;
    struct cx cx;
    cx_init(&cx);
    assert_int_equal(err_set(&cx, ERR_LIMIT, "at %d", 5), ERR_LIMIT);
    assert_int_equal(err_set(&cx, ERR_IO, "later"), ERR_IO);
    assert_int_equal(cx.err, ERR_LIMIT);
    assert_string_equal(cx.detail, "at 5");
    err_forget(&cx);
    assert_int_equal(cx.err, ERR_NONE);
    assert_string_equal(cx.detail, "");
    assert_int_equal(err_set(&cx, ERR_IO, "%600s", "long"), ERR_IO);
    assert_int_equal(strlen(cx.detail), CX_DETAIL - 1);
    cx_clear(&cx);
}

static void
begins_clean(void **state)
{
    (void)state;
    struct cx cx;
    cx_init(&cx);
    cx.db = (struct db *)(uintptr_t)1;
    cx.actor = arena_str(&cx.arena, STR_LIT("operator:root"));
    cx.source = STR_LIT("192.0.2.1");
    assert_int_equal(err_set(&cx, ERR_IO, "x"), ERR_IO);
    clock_fix(77);
    cx_begin(&cx);
    clock_fix(0);
    assert_int_equal(cx.now, 77);
    assert_int_equal(cx.err, ERR_NONE);
    assert_true(str_is_null(cx.actor) && str_is_null(cx.source));
    assert_non_null(cx.db);
    assert_int_equal(cx.arena.used, 0);
    cx_clear(&cx);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(first_error_stays), cmocka_unit_test(begins_clean)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
