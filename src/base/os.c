/* SPDX-License-Identifier: Apache-2.0 */
/* os: see os.h. */
#include "base/os.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"

enum { ONLY_NEW = 1 /* RENAME_NOREPLACE */ };

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
