/* SPDX-License-Identifier: Apache-2.0 */
/* os: the calls that the C library of Debian has and others, such as musl, do not: in one file, so that a
 * port knows where to look. What only Linux has is in base/loop.c (epoll), proc/signals.c (signalfd),
 * proc/source.c and proc/spawn.c (memfd, prctl), proc/confine.c (seccomp), proc/guard.c and proc/landlock.c.
 */
#ifndef COUNTERSIGN_BASE_OS_H
#define COUNTERSIGN_BASE_OS_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/socket.h>

/* The type of RLIMIT_ constants as getrlimit(2) takes them, and of the lengths of a cmsg(3). */
#ifdef __GLIBC__
#define OS_RLIMIT __rlimit_resource_t
#define OS_CMSG_LENGTH size_t
#else
#define OS_RLIMIT int
#define OS_CMSG_LENGTH socklen_t
#endif

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
