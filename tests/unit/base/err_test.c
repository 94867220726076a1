/* SPDX-License-Identifier: Apache-2.0 */
/* err: every code has its name and its text, and a bug ends the process. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"

static void
all_named(void **state)
{
    (void)state;
    for (int i = 0; i < ERR_COUNT_; i++) {
        assert_non_null(err_name((enum errcode)i));
        assert_non_null(err_text((enum errcode)i));
        for (int k = 0; k < i; k++)
            assert_string_not_equal(err_name((enum errcode)i), err_name((enum errcode)k));
    }
    assert_string_equal(err_name(ERR_STORE_FULL), "STORE_FULL");
    assert_string_equal(err_text(ERR_BUSY), "too busy");
}

/* Runs one of the two ways to die in a child; returns what it said on standard error. */
static size_t
die(void (*how)(void), char *said, size_t cap)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)signal(SIGABRT, SIG_DFL);
        (void)dup2(ends[1], STDERR_FILENO);
        how();
    }
    (void)close(ends[1]);
    size_t n = 0;
    for (ssize_t got = 0; n < cap && (got = read(ends[0], said + n, cap - n)) > 0;)
        n += (size_t)got;
    (void)close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    return n;
}

static void
bug(void)
{
    ASSERT(1 + 1 == 3);
}

static void
ends_the_process(void **state)
{
    (void)state;
    char said[500];
    size_t n = die(bug, said, sizeof said);
    assert_true(str_ends((struct str){said, n}, STR_LIT(": 1 + 1 == 3\n")));
    n = die(err_no_memory, said, sizeof said);
    assert_true(str_eq((struct str){said, n}, STR_LIT("out of memory\n")));
}

static void
zeroed_memory(void **state)
{
    (void)state;
    unsigned char *p = err_zalloc(3, 5);
    for (size_t i = 0; i < 15; i++)
        assert_int_equal(p[i], 0);
    free(p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_named), cmocka_unit_test(ends_the_process),
                                       cmocka_unit_test(zeroed_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
