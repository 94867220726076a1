/* SPDX-License-Identifier: Apache-2.0 */
/* landlock: the kernel's rules about files and ports for a process and everything that it starts
 * (landlock(7)). Only Linux has it, from 5.13 on; elsewhere nothing is restricted, and the log says so. */
#ifndef COUNTERSIGN_PROC_LANDLOCK_H
#define COUNTERSIGN_PROC_LANDLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"

/* Of the kernel's interface, some of them newer than the headers of Debian 12. */
enum landlock_file_right {
    LANDLOCK_FS_EXECUTE = 1 << 0,
    LANDLOCK_FS_WRITE_FILE = 1 << 1,
    LANDLOCK_FS_READ_FILE = 1 << 2,
    LANDLOCK_FS_READ_DIR = 1 << 3,
    LANDLOCK_FS_REMOVE_FILE = 1 << 5,
    LANDLOCK_FS_MAKE_REG = 1 << 8,
    LANDLOCK_FS_FIRST = (1 << 13) - 1, /* the first version: all rights up to MAKE_SYM */
    LANDLOCK_FS_REFER = 1 << 13,       /* 2 */
    LANDLOCK_FS_TRUNCATE = 1 << 14,    /* 3 */
    LANDLOCK_FS_IOCTL = 1 << 15,       /* 5 */
    LANDLOCK_FS_ALL = (1 << 16) - 1,
};

enum landlock_net_right {
    LANDLOCK_NET_BIND = 1 << 0,    /* 4 */
    LANDLOCK_NET_CONNECT = 1 << 1, /* 4 */
    LANDLOCK_NET_ALL = (1 << 2) - 1,
};

enum { LANDLOCK_SCOPE_ALL = (1 << 2) - 1 /* 6: abstract sockets and signals of others */ };

struct landlock {
    int fd;                   /* -1: the kernel has none, and every step does nothing */
    uint64_t fs, net, scoped; /* what is refused but for the rules: all that this kernel can refuse of what
                               * was asked for */
};

/* Begins a set of rules: of these rights none will be left but what is allowed. ERR_SYSTEM. */
enum errcode
landlock_begin(struct cx *cx, uint64_t fs, uint64_t net, uint64_t scoped, struct landlock *out) MUST_CHECK;
/* A file, or a folder with everything in it; one that does not exist is skipped. ERR_SYSTEM. */
enum errcode
landlock_allow_path(struct cx *cx, const struct landlock *l, const char *path, uint64_t rights) MUST_CHECK;
enum errcode landlock_allow_port(struct cx *cx, const struct landlock *l, uint16_t port) MUST_CHECK;
/* The rules hold from now on, and the set is freed, as it is if `err` is the error of a step before. */
enum errcode landlock_enter(struct cx *cx, struct landlock *l, enum errcode err) MUST_CHECK;

#endif
