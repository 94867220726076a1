/* SPDX-License-Identifier: Apache-2.0 */
/* os: what other systems and C libraries lack does what its header promises. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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

static void
a_file_in_memory_is_closed_to_every_change(void **state)
{
    (void)state;
    int open_to_writers = os_memory_file("test"), closed = os_memory_file("test");
    assert_true(open_to_writers >= 0 && closed >= 0);
    assert_int_equal(write(open_to_writers, "ab", 2), 2);
    assert_int_equal(write(closed, "ab", 2), 2);
    assert_false(os_memory_is_sealed(closed));
    assert_true(os_memory_seal(open_to_writers, true) && os_memory_seal(closed, false));
    assert_false(os_memory_is_sealed(open_to_writers));
    assert_true(os_memory_is_sealed(closed));
    assert_int_equal(pwrite(open_to_writers, "c", 1, 0), 1);
    assert_int_equal(pwrite(closed, "c", 1, 0), -1);
    assert_int_equal(ftruncate(open_to_writers, 1), -1);
    assert_int_equal(ftruncate(closed, 1), -1);
    assert_int_equal(close(open_to_writers), 0);
    assert_int_equal(close(closed), 0);
}

static void
a_copy_is_whole_or_fails(void **state)
{
    (void)state;
    char got[4] = "";
    int from = os_memory_file("test"), to = os_memory_file("test");
    assert_int_equal(write(from, "abc", 3), 3);
    assert_true(os_copy(from, to, 3));
    assert_int_equal(pread(to, got, sizeof got, 0), 3);
    assert_string_equal(got, "abc");
    assert_false(os_copy(from, to, 4));
    assert_int_equal(close(from), 0);
    assert_int_equal(close(to), 0);
}

static void
a_set_reports_what_is_waited_for(void **state)
{
    (void)state;
    int pair[2], whose = 0, set = os_set_new();
    struct os_event events[OS_EVENTS_MAX];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_true(os_set_add(set, pair[0], OS_READ | OS_HANGUP, &whose));
    assert_int_equal(os_set_wait(set, events, 0), 0);
    assert_int_equal(write(pair[1], "x", 1), 1);
    assert_int_equal(os_set_wait(set, events, -1), 1);
    assert_ptr_equal(events[0].whose, &whose);
    assert_int_equal(events[0].what, OS_READ);
    assert_int_equal(shutdown(pair[1], SHUT_WR), 0);
    assert_int_equal(os_set_wait(set, events, -1), 1);
    assert_int_equal(events[0].what, OS_READ | OS_HANGUP);
    assert_true(os_set_change(set, pair[0], 0, &whose));
    assert_int_equal(close(pair[1]), 0);
    (void)os_set_wait(set, events, 0); /* the hang-up once at most */
    assert_int_equal(os_set_wait(set, events, 0), 0);
    assert_true(os_set_remove(set, pair[0]));
    assert_false(os_set_remove(set, pair[0]));
    assert_int_equal(close(pair[0]), 0);
    assert_int_equal(close(set), 0);
}

static void
signals_are_taken_one_by_one(void **state)
{
    (void)state;
    sigset_t set, before;
    assert_int_equal(sigemptyset(&set), 0);
    assert_int_equal(sigaddset(&set, SIGUSR1), 0);
    assert_int_equal(sigprocmask(SIG_BLOCK, &set, &before), 0);
    int fd = os_signals_open(-1, &set);
    assert_true(fd >= 0);
    assert_int_equal(os_signals_take(fd), 0);
    assert_int_equal(raise(SIGUSR1), 0);
    assert_int_equal(os_signals_take(fd), SIGUSR1);
    assert_int_equal(os_signals_take(fd), 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
}

static void
a_process_is_ended_by_its_descriptor(void **state)
{
    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        for (;;)
            (void)pause();
    }
    int fd = os_process_open(pid), status = 0;
    assert_true(fd >= 0 && os_process_kill(fd));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_false(os_process_kill(fd));
    assert_int_equal(close(fd), 0);
}

static void
a_process_has_the_name_that_it_gave_itself(void **state)
{
    (void)state;
    char name[32];
    os_name_process("one of ours");
    assert_true(os_process_name(getpid(), name, sizeof name));
    assert_string_equal(name, "one of ours");
    assert_false(os_process_name(-1, name, sizeof name));
    assert_int_equal(errno, ENOENT);
}

static void
a_program_knows_its_own_path_and_its_processors(void **state)
{
    (void)state;
    char path[4096], shorter[4];
    assert_true(os_program_path(path, sizeof path));
    assert_non_null(strstr(path, "os_test"));
    assert_false(os_program_path(shorter, sizeof shorter));
    assert_true(os_processors() >= 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_have_the_names_of_the_manual),
        cmocka_unit_test(descriptors_are_closed_from_a_number_on),
        cmocka_unit_test(a_new_name_takes_nothing_away),
        cmocka_unit_test(a_file_in_memory_is_closed_to_every_change),
        cmocka_unit_test(a_copy_is_whole_or_fails),
        cmocka_unit_test(a_set_reports_what_is_waited_for),
        cmocka_unit_test(signals_are_taken_one_by_one),
        cmocka_unit_test(a_process_is_ended_by_its_descriptor),
        cmocka_unit_test(a_process_has_the_name_that_it_gave_itself),
        cmocka_unit_test(a_program_knows_its_own_path_and_its_processors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
