/* SPDX-License-Identifier: Apache-2.0 */
/* os: what systems other than Linux lack, and C libraries other than Debian's, such as musl: in one file, so
 * that a port knows where to look. tools/check-house sees to it that no other file uses it, but for those of
 * the confinement (proc/confine.c, guard.c, landlock.c, privilege.c), for which each system has a mechanism
 * of its own. */
#ifndef COUNTERSIGN_BASE_OS_H
#define COUNTERSIGN_BASE_OS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "base/err.h"

/* The type of RLIMIT_ constants as getrlimit(2) takes them, and of the lengths of a cmsg(3). */
#ifdef __GLIBC__
#define OS_RLIMIT __rlimit_resource_t
#define OS_CMSG_LENGTH size_t
#define OS_ABORT_CALL "tgkill" /* by which abort(3) signals: its first argument is this very process */
#define OS_OPEN_SETS_CLOEXEC 0 /* open(3) makes a second call for O_CLOEXEC */
#else
#define OS_RLIMIT int
#define OS_CMSG_LENGTH socklen_t
#define OS_ABORT_CALL "tkill" /* of the one thread, whose number is that of the process */
#define OS_OPEN_SETS_CLOEXEC 1
#endif

/* A flag of open(2): only to begin paths there, also where it cannot be read. */
#define OS_OPEN_PATH O_PATH
/* A folder with the open descriptors of this process as names, and one that is in memory. */
#define OS_DESCRIPTORS "/proc/self/fd"
#define OS_MEMORY_FOLDER "/dev/shm"

/* What a set of descriptors is waited for, and what has happened. */
enum {
    OS_READ = 1,
    OS_WRITE = 2,
    OS_HANGUP = 4, /* the peer has closed its sending side; with OS_BROKEN too */
    OS_BROKEN = 8, /* an error, or both sides are closed: reported unless nothing is waited for */
};

enum { OS_EVENTS_MAX = 256 };

struct os_event {
    void *whose;
    unsigned what;
};

/* A set of descriptors; -1: none is left (errno). The kernel shares it with a child that is forked. */
int os_set_new(void);
/* Level-triggered. False: errno says why. With nothing in `what`, nothing is reported. */
bool os_set_add(int set, int fd, unsigned what, void *whose) MUST_CHECK;
bool os_set_change(int set, int fd, unsigned what, void *whose) MUST_CHECK;
bool os_set_remove(int set, int fd) MUST_CHECK;
/* Waits that many milliseconds at most; -1: without end. The number of events; -1: errno says why. */
int os_set_wait(int set, struct os_event out[OS_EVENTS_MAX], int ms);

/* A descriptor that can be read while one of these signals, which are blocked, is pending. `before`: one of
 * these, which has these signals from now on; -1: a new one. -1: errno says why. */
int os_signals_open(int before, const sigset_t *set);
/* Takes the next one; 0: none is pending. */
int os_signals_take(int fd);

/* A file without a name, in memory alone; -1: errno says why. The name is for those who look at the process.
 */
int os_memory_file(const char *name);
/* Closes it to every change of its size, and, unless `writable`, of its contents. False: errno says why. */
bool os_memory_seal(int fd, bool writable) MUST_CHECK;
/* Whether it is one, closed to every change. */
bool os_memory_is_sealed(int fd);
/* Copies that many bytes from the beginning of a file; their way is not through the memory of this process,
 * where the system can do without. False: the file is shorter, or errno says why. */
bool os_copy(int from, int to, off_t size) MUST_CHECK;

/* The path of the program of this process. False: unknown, or longer. */
bool os_program_path(char *out, size_t size) MUST_CHECK;
/* The processors available to this process: a container or a service may have fewer than the machine. */
int64_t os_processors(void);
/* This process is killed when its parent ends, from now on. False: errno says why. */
bool os_end_with_parent(void) MUST_CHECK;
/* What it is called in lists of processes: 15 bytes at most. */
void os_name_process(const char *name);
/* What another one is called there. False: errno says why; ENOENT if there is none, or none that we may see.
 */
bool os_process_name(pid_t pid, char *out, size_t size) MUST_CHECK;
/* A descriptor for a process, whose number may be in use again when it has ended; -1: errno says why. */
int os_process_open(pid_t pid);
bool os_process_kill(int fd);

/* The size of a block of the heap, which may be larger than was asked for. */
size_t os_block_size(void *p);
/* Closes every descriptor from that number on. False: the kernel cannot. */
bool os_close_from(int first);
/* "KILL" for SIGKILL; "?" if it has no name. */
const char *os_signal_name(int signo);
/* Gives unused memory of the heap back to the system, where the library can. */
void os_trim_heap(void);
/* The C library's free(3), for a program that has one of its own (proc/heap.c). */
void os_free(void *p);
/* CMSG_NXTHDR; musl's macro mixes signed and unsigned. */
struct cmsghdr *os_next_cmsg(struct msghdr *m, struct cmsghdr *c);
/* rename(2) that fails with EEXIST if there is something under the new name. */
int os_rename_new(const char *from, const char *to);

#endif
