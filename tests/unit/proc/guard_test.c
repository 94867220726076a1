/* SPDX-License-Identifier: Apache-2.0 */
/* What is left to the supervisor, and to whatever it starts. Each probe runs in a process of its own. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log/log.h"
#include "proc/guard.h"

enum { REFUSED = 100, BROKEN = 99, NO_CAPABILITY = 101 };

static char folder[] = "/tmp/guard_test.XXXXXX";
static char inside[64], outside[64];

static int
make_folders(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(inside, sizeof inside, "%s/store", folder);
    (void)snprintf(outside, sizeof outside, "%s/other", folder);
    return mkdir(inside, 0700) != 0 || mkdir(outside, 0700) != 0 ? -1 : 0;
}

static int
remove_folders(void **state)
{
    (void)state;
    return rmdir(inside) != 0 || rmdir(outside) != 0 || rmdir(folder) != 0 ? -1 : 0;
}

static int
made(const char *dir)
{
    char file[128], other[128];
    (void)snprintf(file, sizeof file, "%s/file", dir);
    (void)snprintf(other, sizeof other, "%s/renamed", dir);
    int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EACCES ? REFUSED : BROKEN;
    bool ok = write(fd, "x", 1) == 1 && ftruncate(fd, 0) == 0 && close(fd) == 0 && rename(file, other) == 0;
    return ok && unlink(other) == 0 ? 0 : BROKEN;
}

static int
probe_inside(void)
{
    return made(inside);
}

static int
probe_outside(void)
{
    return made(outside);
}

static int
probe_read(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 ? 0 : REFUSED;
}

/* 127: it could not be started. */
static int
started(const char *program)
{
    int status = 0;
    pid_t pid = fork();
    char name[] = "probe", *argv[] = {name, NULL}, *env[] = {NULL};
    if (pid == 0) {
        (void)execve(program, argv, env);
        _exit(errno == EACCES ? REFUSED : BROKEN);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return BROKEN;
    return WIFEXITED(status) ? WEXITSTATUS(status) : BROKEN;
}

static int
probe_our_program(void)
{
    return started("/usr/bin/true");
}

static int
probe_another_program(void)
{
    return started("/usr/sbin/chpasswd");
}

static int
of_call(long done)
{
    return done == -1 && errno == EPERM ? REFUSED : 0;
}

static int
probe_mount(void)
{
    return of_call(mount("none", outside, "tmpfs", 0, NULL));
}

static int
probe_namespace(void)
{
    return of_call(syscall(SYS_unshare, 0));
}

static int
probe_key_ring(void)
{
    return of_call(syscall(SYS_keyctl, 0, 0, 0, 0, 0));
}

static int
probe_other_numbering(void)
{
#ifdef __x86_64__
    return of_call(syscall(0x40000000 | SYS_getpid));
#else
    return REFUSED;
#endif
}

static int
probe_daily_work(void)
{
    log_event(LOG_READY, "pid=%d", (int)getpid());
    return kill(getpid(), 0) == 0 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : BROKEN;
}

/* CAP_SYS_ADMIN and CAP_SYS_PTRACE are gone, also for what it starts; where they were not there, this shows
 * nothing. */
static int
probe_capabilities(void)
{
    return prctl(PR_CAPBSET_READ, 21, 0, 0, 0) == 0 && prctl(PR_CAPBSET_READ, 19, 0, 0, 0) == 0 ? REFUSED : 0;
}

static int
probe_deeds(void)
{
    bool was_root = geteuid() == 0;
    bool can = prctl(PR_CAPBSET_READ, 7, 0, 0, 0) == 1 && prctl(PR_CAPBSET_READ, 5, 0, 0, 0) == 1;
    return !was_root || can ? 0 : REFUSED;
}

static enum errcode
enter(struct cx *cx)
{
    const char *const writable[] = {inside, NULL}, *const programs[] = {"/usr/bin/true", "/nonexistent"};
    return guard_enter(cx, &(struct guard){writable, programs, ARRAY_LEN(writable), ARRAY_LEN(programs)});
}

static int
guarded(int (*probe)(void))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct cx cx;
        cx_init(&cx);
        log_init("probe", LOG_LEVEL_ERROR);
        if (enter(&cx) != ERR_NONE) {
            (void)dprintf(STDERR_FILENO, "%s\n", cx.detail);
            _exit(BROKEN);
        }
        _exit(probe());
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void
it_can_do_its_deeds_and_no_more(void **state)
{
    (void)state;
    const struct {
        const char *name;
        int (*probe)(void);
        int expected;
    } rows[] = {
        {"daily work", probe_daily_work, 0},
        {"a file of the store", probe_inside, 0},
        {"a file elsewhere", probe_outside, REFUSED},
        {"to read", probe_read, 0},
        {"our program", probe_our_program, 0},
        {"another program", probe_another_program, REFUSED},
        {"mount", probe_mount, REFUSED},
        {"namespace", probe_namespace, REFUSED},
        {"key ring", probe_key_ring, REFUSED},
        {"the other numbering", probe_other_numbering, REFUSED},
        {"capabilities", probe_capabilities, geteuid() == 0 ? REFUSED : 0},
        {"capabilities for its deeds", probe_deeds, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int got = guarded(rows[i].probe);
        if (got != rows[i].expected)
            fail_msg("%s: %d instead of %d", rows[i].name, got, rows[i].expected);
    }
}

/* The kernel allows 16 layers of Landlock. */
static int
probe_again(void)
{
    struct cx cx;
    cx_init(&cx);
    for (unsigned i = 0; i < 20; i++)
        if (enter(&cx) != ERR_NONE)
            return REFUSED;
    return 0;
}

static void
the_programs_that_follow_in_the_process_are_guarded_already(void **state)
{
    (void)state;
    assert_int_equal(guarded(probe_again), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_can_do_its_deeds_and_no_more),
        cmocka_unit_test(the_programs_that_follow_in_the_process_are_guarded_already),
    };
    return cmocka_run_group_tests(tests, make_folders, remove_folders);
}
