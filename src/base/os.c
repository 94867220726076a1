/* SPDX-License-Identifier: Apache-2.0 */
/* os: see os.h. */
#include "base/os.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    ONLY_NEW = 1, /* RENAME_NOREPLACE */
    SEALS = F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL,
};

int
os_set_new(void)
{
    return epoll_create1(EPOLL_CLOEXEC);
}

/* The kernel reports errors and hang-ups even when not requested; one-shot mode keeps it from reporting
 * them repeatedly where nothing is waited for. */
static bool
control(int set, int how, int fd, unsigned what, void *whose)
{
    uint32_t events = ((what & OS_READ) != 0 ? (uint32_t)EPOLLIN : 0u) |
                      ((what & OS_WRITE) != 0 ? (uint32_t)EPOLLOUT : 0u) |
                      ((what & OS_HANGUP) != 0 ? (uint32_t)EPOLLRDHUP : 0u);
    struct epoll_event e = {.events = what == 0 ? (uint32_t)EPOLLONESHOT : events, .data = {.ptr = whose}};
    return epoll_ctl(set, how, fd, &e) == 0;
}

bool
os_set_add(int set, int fd, unsigned what, void *whose)
{
    return control(set, EPOLL_CTL_ADD, fd, what, whose);
}

bool
os_set_change(int set, int fd, unsigned what, void *whose)
{
    return control(set, EPOLL_CTL_MOD, fd, what, whose);
}

bool
os_set_remove(int set, int fd)
{
    return epoll_ctl(set, EPOLL_CTL_DEL, fd, NULL) == 0;
}

static unsigned
what_happened(uint32_t events)
{
    return ((events & EPOLLIN) != 0 ? OS_READ : 0u) | ((events & EPOLLOUT) != 0 ? OS_WRITE : 0u) |
           ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0 ? OS_HANGUP : 0u) |
           ((events & (EPOLLHUP | EPOLLERR)) != 0 ? OS_BROKEN : 0u);
}

int
os_set_wait(int set, struct os_event out[OS_EVENTS_MAX], int ms)
{
    struct epoll_event events[OS_EVENTS_MAX];
    int n = epoll_wait(set, events, OS_EVENTS_MAX, ms);
    for (int i = 0; i < n; i++)
        out[i] = (struct os_event){events[i].data.ptr, what_happened(events[i].events)};
    return n;
}

int
os_signals_open(int before, const sigset_t *set)
{
    return signalfd(before, set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int
os_signals_take(int fd)
{
    struct signalfd_siginfo info;
    return read(fd, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

int
os_memory_file(const char *name)
{
    return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

bool
os_memory_seal(int fd, bool writable)
{
    return fcntl(fd, F_ADD_SEALS, writable ? SEALS : SEALS | F_SEAL_WRITE) == 0;
}

bool
os_memory_is_sealed(int fd)
{
    return fcntl(fd, F_GET_SEALS) == (SEALS | F_SEAL_WRITE);
}

bool
os_copy(int from, int to, off_t size)
{
    off_t at = 0;
    while (at < size) {
        ssize_t n = sendfile(to, from, &at, (size_t)(size - at));
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
    }
    return true;
}

bool
os_program_path(char *out, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", out, size);
    if (n <= 0 || (size_t)n >= size)
        return false;
    out[n] = '\0';
    return true;
}

int64_t
os_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return CPU_COUNT(&set);
    return sysconf(_SC_NPROCESSORS_ONLN);
}

bool
os_end_with_parent(void)
{
    return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
}

void
os_name_process(const char *name)
{
    (void)prctl(PR_SET_NAME, name);
}

bool
os_process_name(pid_t pid, char *out, size_t size)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, out, size - 1) : -1;
    int why = errno;
    if (fd >= 0)
        (void)close(fd);
    errno = why;
    if (n < 0)
        return false;
    out[n > 0 && out[n - 1] == '\n' ? n - 1 : n] = '\0';
    return true;
}

int
os_process_open(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

bool
os_process_kill(int fd)
{
    return syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) == 0;
}

size_t
os_block_size(void *p)
{
    return malloc_usable_size(p);
}

bool
os_close_from(int first)
{
    return syscall(SYS_close_range, (unsigned)first, ~0u, 0) == 0;
}

const char *
os_signal_name(int signo)
{
    static const char *const names[] = {
        [SIGHUP] = "HUP",   [SIGINT] = "INT",   [SIGQUIT] = "QUIT", [SIGILL] = "ILL",
        [SIGTRAP] = "TRAP", [SIGABRT] = "ABRT", [SIGBUS] = "BUS",   [SIGFPE] = "FPE",
        [SIGKILL] = "KILL", [SIGUSR1] = "USR1", [SIGSEGV] = "SEGV", [SIGUSR2] = "USR2",
        [SIGPIPE] = "PIPE", [SIGALRM] = "ALRM", [SIGTERM] = "TERM", [SIGSTKFLT] = "STKFLT",
        [SIGXCPU] = "XCPU", [SIGXFSZ] = "XFSZ", [SIGSYS] = "SYS",
    };
    bool is_known = signo > 0 && (size_t)signo < ARRAY_LEN(names) && names[signo] != NULL;
    return is_known ? names[signo] : "?";
}

void
os_trim_heap(void)
{
#ifdef __GLIBC__
    (void)malloc_trim(0);
#endif
}

#ifdef __GLIBC__
void __libc_free(void *p);

void
os_free(void *p)
{
    __libc_free(p);
}
#else
/* Looked up once: the first call is of the one thread that starts the program. */
void
os_free(void *p)
{
    static void (*theirs)(void *);
    if (theirs == NULL) {
        void *found = dlsym(RTLD_NEXT, "free");
        ASSERT(found != NULL);
        memcpy(&theirs, &found, sizeof theirs);
    }
    theirs(p);
}
#endif

struct cmsghdr *
os_next_cmsg(struct msghdr *m, struct cmsghdr *c)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
    return CMSG_NXTHDR(m, c);
#pragma GCC diagnostic pop
}

int
os_rename_new(const char *from, const char *to)
{
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, ONLY_NEW);
}
