/* SPDX-License-Identifier: Apache-2.0 */
/* report: how the end of a child is worded. */
#include "tests/unit/unit.h"

#include <signal.h>

#include "proc/report.h"

static void
an_ending_is_told_in_words(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    assert_str(report_ending(&a, 0), "exit status 0");
    assert_str(report_ending(&a, 3 << 8), "exit status 3");
    assert_str(report_ending(&a, SIGKILL), "signal KILL");
    assert_str(report_ending(&a, SIGSYS), "signal SYS, a system call that its sandbox forbids");
    arena_clear(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_ending_is_told_in_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
