/* SPDX-License-Identifier: Apache-2.0 */
/* os: replacements of calls that only one C library has. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"

static void
signals_have_the_names_of_the_manual(void **state)
{
    (void)state;
    assert_string_equal(os_signal_name(SIGKILL), "KILL");
    assert_string_equal(os_signal_name(SIGSYS), "SYS");
    assert_string_equal(os_signal_name(SIGSEGV), "SEGV");
    assert_string_equal(os_signal_name(0), "?");
    assert_string_equal(os_signal_name(-1), "?");
    assert_string_equal(os_signal_name(SIGRTMIN), "?");
}

static void
descriptors_are_closed_from_a_number_on(void **state)
{
    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int low = fcntl(STDERR_FILENO, F_DUPFD, 100), high = fcntl(STDERR_FILENO, F_DUPFD, 200);
        bool done = os_close_from(high) || errno == ENOSYS;
        _exit(done && fcntl(low, F_GETFD) >= 0 ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void
a_new_name_takes_nothing_away(void **state)
{
    (void)state;
    char folder[] = "/tmp/os_test.XXXXXX", from[64], to[64];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(from, sizeof from, "%s/from", folder);
    (void)snprintf(to, sizeof to, "%s/to", folder);
    assert_int_equal(close(open(from, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)), 0);
    assert_int_equal(os_rename_new(from, to), 0);
    assert_int_equal(close(open(from, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)), 0);
    assert_int_equal(os_rename_new(from, to), -1);
    assert_int_equal(errno, EEXIST);
    assert_int_equal(unlink(from), 0);
    assert_int_equal(unlink(to), 0);
    assert_int_equal(rmdir(folder), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_have_the_names_of_the_manual),
        cmocka_unit_test(descriptors_are_closed_from_a_number_on),
        cmocka_unit_test(a_new_name_takes_nothing_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
