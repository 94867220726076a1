/* SPDX-License-Identifier: Apache-2.0 */
/* What a confined process can still do. Each probe runs in a process of its own, which confines itself
 * first. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/os.h"
#include "base/rand.h"
#include "base/sanitized.h"
#include "log/log.h"
#include "proc/confine.h"

enum { DESCRIPTORS = 64, REFUSED = 100 };

static char folder[] = "/tmp/confine_test.XXXXXX";
static char inside[64], outside[64], library[80];

static int
make_folders(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(inside, sizeof inside, "%s/store", folder);
    (void)snprintf(outside, sizeof outside, "%s/other", folder);
    if (mkdir(inside, 0700) != 0 || mkdir(outside, 0700) != 0)
        return -1;
    (void)snprintf(library, sizeof library, "%s/library", inside);
    int fd = open(library, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return fd < 0 || ftruncate(fd, 4096) != 0 || close(fd) != 0 ? -1 : 0;
}

static int
remove_folders(void **state)
{
    (void)state;
    char file[128];
    for (int i = 0; i < 2; i++) {
        (void)snprintf(file, sizeof file, "%s/file", i == 0 ? inside : outside);
        (void)unlink(file);
    }
    (void)unlink(library);
    return rmdir(inside) != 0 || rmdir(outside) != 0 || rmdir(folder) != 0 ? -1 : 0;
}

/* 0: it worked; REFUSED: the kernel said no; a signal ends the process before. */
static int
made(const char *dir)
{
    char file[128];
    (void)snprintf(file, sizeof file, "%s/file", dir);
    int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return REFUSED;
    bool ok = write(fd, "x", 1) == 1 && fsync(fd) == 0 && ftruncate(fd, 0) == 0 && close(fd) == 0;
    return ok && unlink(file) == 0 ? 0 : REFUSED;
}

static int
probe_file_inside(void)
{
    return made(inside);
}

static int
probe_file_outside(void)
{
    return made(outside);
}

static int
probe_read_passwd(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 ? 0 : REFUSED;
}

static int
probe_socket(void)
{
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0 ? 0 : REFUSED;
}

static int
probe_packet_socket(void)
{
    return socket(AF_PACKET, SOCK_DGRAM, 0) >= 0 ? 0 : REFUSED;
}

/* As the resolver does, to know how long an answer is. */
static int
probe_resolver(void)
{
    int n = 0;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return fd >= 0 && ioctl(fd, FIONREAD, &n) == 0 && n == 0 ? 0 : REFUSED;
}

static int
probe_bind(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return bind(fd, (const struct sockaddr *)&at, sizeof at) == 0 ? 0 : REFUSED;
}

static int
probe_exec(void)
{
    char *argv[] = {NULL}, *env[] = {NULL};
    return execve("/bin/true", argv, env) == 0 ? 0 : REFUSED;
}

static int
probe_fork(void)
{
    long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(0);
    return pid > 0 ? 0 : REFUSED;
}

static int
probe_code(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p != MAP_FAILED ? 0 : REFUSED;
}

static int
probe_signal(void)
{
    return syscall(SYS_tgkill, getppid(), getppid(), 0) == 0 ? 0 : REFUSED;
}

static int
probe_ptrace(void)
{
    return syscall(SYS_process_vm_writev, 1, NULL, 0, NULL, 0, 0) == 0 ? 0 : REFUSED;
}

static int
probe_privileges(void)
{
    return setuid(0) == 0 ? 0 : REFUSED;
}

static int
probe_more_descriptors(void)
{
    struct rlimit files = {0, 0};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return 1;
    return files.rlim_max > DESCRIPTORS ? 0 : REFUSED;
}

/* What every process of ours does all the time. */
static int
probe_daily_work(void)
{
    struct arena a;
    arena_init(&a);
    unsigned char random[32];
    rand_bytes(random, sizeof random);
    struct str date = clock_text(&a, clock_now());
    memset(arena_alloc(&a, 3 << 20), 1, 3 << 20);
    log_event(LOG_READY, "date=%.*s mono=%d", STR_ARG(date), clock_mono() > 0);
    arena_clear(&a);
    return date.n == 20 ? 0 : 1;
}

static int
probe_abort(void)
{
    (void)signal(SIGABRT, SIG_DFL);
    abort();
}

/* What fcntl, ioctl and the options of a socket allow is tried on no descriptor: the filter is first. */
static int
on_none(long done)
{
    return done == -1 && errno == EBADF ? 0 : REFUSED;
}

static struct raw {
    long call, a1, a2, a3;
} raw;

static int
probe_raw(void)
{
    return on_none(syscall(raw.call, -1, raw.a1, raw.a2, raw.a3, 0));
}

/* As the loader maps a library's code; the folder's own file stands for one. */
static int
probe_library(void)
{
    int fd = open(library, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) != MAP_FAILED;
    return ok ? 0 : REFUSED;
}

/* A file that is there already, which Landlock would have written to. */
static int
probe_write(void)
{
    int fd = open(library, O_WRONLY | O_CLOEXEC);
    return fd >= 0 && write(fd, "x", 1) == 1 ? 0 : REFUSED;
}

static int
probe_append_to(void)
{
    return open(library, O_RDWR | O_APPEND | O_CLOEXEC) >= 0 ? 0 : REFUSED;
}

static int
probe_empty(void)
{
    return open(library, O_RDONLY | O_TRUNC | O_CLOEXEC) >= 0 ? 0 : REFUSED;
}

static int
probe_anonymous_code(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p != MAP_FAILED ? 0 : REFUSED;
}

static int
probe_data_becomes_code(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p != MAP_FAILED && mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0 ? 0 : REFUSED;
}

static int
within(const struct confine *s, int (*probe)(void))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct cx cx;
        cx_init(&cx);
        log_init("probe", LOG_LEVEL_ERROR);
        if (confine_enter(&cx, s) != ERR_NONE) {
            (void)dprintf(STDERR_FILENO, "%s\n", cx.detail);
            _exit(99);
        }
        _exit(probe());
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int
in_confinement(enum confine_kind kind, int (*probe)(void))
{
    struct confine_path path = {inside, true};
    const struct confine s = {
        .kind = kind, .paths = &path, .n_paths = kind == CONFINE_FRONT ? 0 : 1, .descriptors = DESCRIPTORS};
    return within(&s, probe);
}

static void
each_kind_can_do_what_it_needs_and_no_more(void **state)
{
    (void)state;
    /* The sanitizers of a build for tests need fork, and read files, so these tell only where they are not.
     */
#if IS_SANITIZED
    enum { FORK = 0, LIBRARY = REFUSED };
#else
    enum { FORK = -SIGSYS, LIBRARY = -SIGSYS };
#endif
    static const struct {
        const char *name;
        int (*probe)(void);
        int front, worker, courier;
    } rows[] = {
        {"daily work", probe_daily_work, 0, 0, 0},
        {"abort", probe_abort, -SIGABRT, -SIGABRT, -SIGABRT},
        {"a file of the store", probe_file_inside, -SIGSYS, 0, REFUSED},
        {"to write a file", probe_write, -SIGSYS, 0, REFUSED},
        {"to append to a file", probe_append_to, -SIGSYS, 0, REFUSED},
        {"to empty a file", probe_empty, -SIGSYS, 0, REFUSED},
        {"a file elsewhere", probe_file_outside, -SIGSYS, REFUSED, REFUSED},
        {"socket", probe_socket, -SIGSYS, -SIGSYS, 0},
        {"packet socket", probe_packet_socket, -SIGSYS, -SIGSYS, -SIGSYS},
        {"resolver", probe_resolver, -SIGSYS, -SIGSYS, 0},
        {"bind", probe_bind, -SIGSYS, -SIGSYS, REFUSED},
        {"execve", probe_exec, -SIGSYS, -SIGSYS, -SIGSYS},
        {"fork", probe_fork, FORK, FORK, FORK},
        {"code at run time", probe_code, -SIGSYS, -SIGSYS, -SIGSYS},
        {"code from nowhere", probe_anonymous_code, -SIGSYS, -SIGSYS, -SIGSYS},
        {"data that becomes code", probe_data_becomes_code, -SIGSYS, -SIGSYS, -SIGSYS},
        {"a library", probe_library, LIBRARY, -SIGSYS, 0},
        {"a signal to another", probe_signal, -SIGSYS, -SIGSYS, -SIGSYS},
        {"memory of another", probe_ptrace, -SIGSYS, -SIGSYS, -SIGSYS},
        {"setuid", probe_privileges, -SIGSYS, -SIGSYS, -SIGSYS},
        {"more descriptors", probe_more_descriptors, REFUSED, REFUSED, REFUSED},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const int wanted[] = {rows[i].front, rows[i].worker, rows[i].courier};
        static const enum confine_kind kinds[] = {CONFINE_FRONT, CONFINE_WORKER, CONFINE_COURIER};
        for (size_t k = 0; k < 3; k++) {
            int got = in_confinement(kinds[k], rows[i].probe);
            if (got != wanted[k])
                fail_msg("%s, kind %d: %d instead of %d", rows[i].name, (int)kinds[k], got, wanted[k]);
        }
    }
}

static void
a_command_or_an_option_that_is_not_used_kills(void **state)
{
    (void)state;
    enum { IOCTL = IS_SANITIZED ? 0 : -SIGSYS }; /* the sanitizers' reports need ioctl */
    enum { F = CONFINE_FRONT, W = CONFINE_WORKER, C = CONFINE_COURIER };
    static const struct {
        const char *name;
        struct raw call;
        unsigned kinds; /* that may */
        int otherwise;
    } rows[] = {
        {"F_GETFL", {SYS_fcntl, F_GETFL, 0, 0}, F | C, -SIGSYS},
        {"F_SETFL", {SYS_fcntl, F_SETFL, O_RDWR | O_NONBLOCK, 0}, F | C, -SIGSYS},
        {"O_ASYNC", {SYS_fcntl, F_SETFL, O_RDWR | O_ASYNC, 0}, 0, -SIGSYS},
        {"F_GETFD", {SYS_fcntl, F_GETFD, 0, 0}, C, -SIGSYS},
        {"F_SETFD", {SYS_fcntl, F_SETFD, FD_CLOEXEC, 0}, OS_OPEN_SETS_CLOEXEC ? C | W : C, -SIGSYS},
        {"F_GETLK", {SYS_fcntl, F_GETLK, 0, 0}, W, -SIGSYS},
        {"F_SETLK", {SYS_fcntl, F_SETLK, 0, 0}, W, -SIGSYS},
        {"a write at a place", {SYS_pwrite64, 0, 0, 0}, W, -SIGSYS},
        {"another length", {SYS_ftruncate, 0, 0, 0}, W, -SIGSYS},
        {"another mode", {SYS_fchmod, 0600, 0, 0}, W, -SIGSYS},
        {"F_SETLKW", {SYS_fcntl, F_SETLKW, 0, 0}, 0, -SIGSYS},
        {"F_DUPFD", {SYS_fcntl, F_DUPFD, 0, 0}, 0, -SIGSYS},
        {"F_SETOWN", {SYS_fcntl, F_SETOWN, 1, 0}, 0, -SIGSYS},
        {"F_SETSIG", {SYS_fcntl, F_SETSIG, SIGKILL, 0}, 0, -SIGSYS},
        {"F_SETLEASE", {SYS_fcntl, F_SETLEASE, F_WRLCK, 0}, 0, -SIGSYS},
        {"F_NOTIFY", {SYS_fcntl, F_NOTIFY, DN_MODIFY, 0}, 0, -SIGSYS},
        {"F_SETPIPE_SZ", {SYS_fcntl, F_SETPIPE_SZ, 1 << 20, 0}, 0, -SIGSYS},
        {"F_ADD_SEALS", {SYS_fcntl, F_ADD_SEALS, 0, 0}, 0, -SIGSYS},
        {"no delay", {SYS_setsockopt, IPPROTO_TCP, TCP_NODELAY, 0}, F | C, -SIGSYS},
        {"errors of IPv4", {SYS_setsockopt, IPPROTO_IP, IP_RECVERR, 0}, C, -SIGSYS},
        {"errors of IPv6", {SYS_setsockopt, IPPROTO_IPV6, IPV6_RECVERR, 0}, C, -SIGSYS},
        {"the number of TCP_NODELAY at another level", {SYS_setsockopt, SOL_SOCKET, 1, 0}, 0, -SIGSYS},
        {"another protocol on top", {SYS_setsockopt, IPPROTO_TCP, TCP_ULP, 0}, 0, -SIGSYS},
        {"repair", {SYS_setsockopt, IPPROTO_TCP, TCP_REPAIR, 0}, 0, -SIGSYS},
        {"a filter", {SYS_setsockopt, SOL_SOCKET, SO_ATTACH_FILTER, 0}, 0, -SIGSYS},
        {"a shared port", {SYS_setsockopt, SOL_SOCKET, SO_REUSEPORT, 0}, 0, -SIGSYS},
        {"netfilter", {SYS_setsockopt, IPPROTO_IP, 64, 0}, 0, -SIGSYS},
        {"the socket's error", {SYS_getsockopt, SOL_SOCKET, SO_ERROR, 0}, C, -SIGSYS},
        {"the peer's credentials", {SYS_getsockopt, SOL_SOCKET, SO_PEERCRED, 0}, 0, -SIGSYS},
        {"a look at TCP", {SYS_getsockopt, IPPROTO_TCP, TCP_INFO, 0}, 0, -SIGSYS},
        {"FIONBIO", {SYS_ioctl, FIONBIO, 0, 0}, C, IOCTL},
        {"FIONREAD", {SYS_ioctl, FIONREAD, 0, 0}, C, IOCTL},
        {"typing for a terminal", {SYS_ioctl, TIOCSTI, 0, 0}, 0, IOCTL},
    };
    static const enum confine_kind kinds[] = {CONFINE_FRONT, CONFINE_WORKER, CONFINE_COURIER};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (size_t k = 0; k < 3; k++) {
            raw = rows[i].call;
            int wanted = (rows[i].kinds & (unsigned)kinds[k]) != 0 ? 0 : rows[i].otherwise;
            int got = in_confinement(kinds[k], probe_raw);
            if (got != wanted)
                fail_msg("%s, kind %d: %d instead of %d", rows[i].name, (int)kinds[k], got, wanted);
        }
}

static int
probe_memory(void)
{
    volatile char *p = malloc((size_t)64 << 20);
    if (p == NULL)
        return REFUSED;
    p[0] = 1;
    return 0;
}

/* The sanitizers reserve more than any limit. */
static void
a_process_has_so_much_memory(void **state)
{
    (void)state;
#if IS_SANITIZED
    enum { MORE = 0 };
#else
    enum { MORE = REFUSED };
#endif
    static const enum confine_kind kinds[] = {CONFINE_FRONT, CONFINE_WORKER, CONFINE_COURIER};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct confine s = {.kind = kinds[i], .descriptors = DESCRIPTORS};
        assert_int_equal(within(&s, probe_memory), 0);
        s.memory = (size_t)32 << 20;
        assert_int_equal(within(&s, probe_memory), MORE);
    }
}

static struct {
    const char *name;
    int flags, wanted;
} file;

static int parent; /* of the file */

static int
probe_open(void)
{
    return openat(parent, file.name, file.flags | O_CLOEXEC, 0600) >= 0 ? 0 : REFUSED;
}

/* Below one folder, to read, and without following links; the sanitizers read more. */
static void
a_front_that_answers_challenges_reads_one_folder(void **state)
{
    (void)state;
    const __typeof__(file) rows[] = {{"store/library", O_RDONLY | O_NOFOLLOW, 0},
                                     {"store/file", O_WRONLY | O_CREAT | O_NOFOLLOW, -SIGSYS},
                                     {"store/library", O_RDONLY, IS_SANITIZED ? 0 : -SIGSYS},
                                     {"/etc/passwd", O_RDONLY | O_NOFOLLOW, REFUSED}};
    const struct confine_path path = {inside, false};
    const struct confine s = {CONFINE_FRONT, &path, 1, .answers = true, .descriptors = DESCRIPTORS};
    parent = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    assert_true(parent >= 0);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        file = rows[i];
        assert_int_equal(within(&s, probe_open), file.wanted);
    }
    assert_int_equal(close(parent), 0);
}

/* What the courier reads are files outside of the store's folder. */
static void
the_courier_reads_nothing_of_the_store(void **state)
{
    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct confine_path path = {outside, false};
        struct cx cx;
        cx_init(&cx);
        if (confine_enter(&cx, &(struct confine){.kind = CONFINE_COURIER,
                                                 .paths = &path,
                                                 .n_paths = 1,
                                                 .descriptors = DESCRIPTORS}) != ERR_NONE)
            _exit(99);
        _exit(probe_library());
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), REFUSED);
}

/* A release build cannot read a file at all in the front; the sanitizers read /proc. */
static void
the_front_reads_no_file(void **state)
{
    (void)state;
    int got = in_confinement(CONFINE_FRONT, probe_read_passwd);
    assert_true(got == -SIGSYS || got == REFUSED);
    assert_int_equal(in_confinement(CONFINE_WORKER, probe_read_passwd), REFUSED);
}

static void
a_path_that_is_not_there_is_no_error(void **state)
{
    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct confine_path path = {"/nonexistent/folder", true};
        struct cx cx;
        cx_init(&cx);
        struct confine s = {.kind = CONFINE_WORKER, .paths = &path, .n_paths = 1, .descriptors = DESCRIPTORS};
        _exit(confine_enter(&cx, &s) == ERR_NONE ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static uint16_t allowed_port, other_port;

static int
probe_local_socket(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return fd >= 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 ? 0
                                                                                                 : REFUSED;
}

static int
connects_to(uint16_t port)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return connect(fd, (const struct sockaddr *)&at, sizeof at) == 0 ? 0 : errno == EACCES ? REFUSED : 1;
}

static int
probe_database(void)
{
    return connects_to(allowed_port);
}

static int
probe_another_service(void)
{
    return connects_to(other_port);
}

static int
listener(uint16_t *port_out)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&at, n), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    *port_out = ntohs(at.sin_port);
    return fd;
}

/* A worker whose database is a server reaches that server, and nothing else. */
static void
a_worker_with_a_database_server(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int (*probe)(void);
        int by_socket, by_tcp;
    } rows[] = {
        {"daily work", probe_daily_work, 0, 0},
        {"a socket of this machine", probe_local_socket, 0, 0},
        {"its database", probe_database, -SIGSYS, 0},
        {"another service", probe_another_service, -SIGSYS, REFUSED},
        {"bind", probe_bind, -SIGSYS, REFUSED},
        {"packet socket", probe_packet_socket, -SIGSYS, -SIGSYS},
        {"resolver", probe_resolver, -SIGSYS, 0},
        {"execve", probe_exec, -SIGSYS, -SIGSYS},
        {"code at run time", probe_code, -SIGSYS, -SIGSYS},
        {"a file elsewhere", probe_file_outside, REFUSED, REFUSED},
    };
    int fds[] = {listener(&allowed_port), listener(&other_port)};
    for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
        bool by_tcp = i % 2 == 1;
        const struct confine s = {.kind = CONFINE_WORKER,
                                  .connects = true,
                                  .ports = &allowed_port,
                                  .n_ports = by_tcp ? 1 : 0,
                                  .descriptors = DESCRIPTORS};
        int got = within(&s, rows[i / 2].probe), wanted = by_tcp ? rows[i / 2].by_tcp : rows[i / 2].by_socket;
        if (got != wanted)
            fail_msg("%s, %s: %d instead of %d", rows[i / 2].name, by_tcp ? "TCP" : "socket", got, wanted);
    }
    (void)close(fds[0]);
    (void)close(fds[1]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_can_do_what_it_needs_and_no_more),
        cmocka_unit_test(a_command_or_an_option_that_is_not_used_kills),
        cmocka_unit_test(a_process_has_so_much_memory),
        cmocka_unit_test(a_front_that_answers_challenges_reads_one_folder),
        cmocka_unit_test(the_courier_reads_nothing_of_the_store),
        cmocka_unit_test(the_front_reads_no_file),
        cmocka_unit_test(a_path_that_is_not_there_is_no_error),
        cmocka_unit_test(a_worker_with_a_database_server),
    };
    return cmocka_run_group_tests(tests, make_folders, remove_folders);
}
