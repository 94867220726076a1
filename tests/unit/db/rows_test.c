/* SPDX-License-Identifier: Apache-2.0 */
/* rows: an array that grows keeps what is in it. */
#include "tests/unit/unit.h"

#include "base/cx.h"
#include "db/rows.h"

static void
grows(void **state)
{
    struct cx cx;
    int64_t *items = NULL;
    (void)state;
    cx_init(&cx);
    for (size_t n = 0; n < 1000; n++) {
        items = rows_grow(&cx, items, n, sizeof *items);
        items[n] = (int64_t)n;
    }
    for (size_t n = 0; n < 1000; n++)
        assert_int_equal(items[n], n);
    cx_clear(&cx);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(grows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
