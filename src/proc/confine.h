/* SPDX-License-Identifier: Apache-2.0 */
/* confine: what a child gives up for good after its set-up.
 *
 * seccomp: a list of allowed system calls per kind of process (confine.def); any other call kills the
 * process. Landlock, where the kernel has it: no files outside the given paths, no TCP beyond what the
 * kind needs, no signals to other processes. Further: no new privileges, no core dumps, no child
 * processes, no debugger (except in test builds). */
#ifndef COUNTERSIGN_PROC_CONFINE_H
#define COUNTERSIGN_PROC_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"

enum confine_kind {
    CONFINE_FRONT = 1,   /* accepts connections; no file system, no outgoing connections */
    CONFINE_WORKER = 2,  /* files; no sockets but those of its database server */
    CONFINE_COURIER = 4, /* files to read, outgoing connections, threads (libcurl's resolver) */
};

struct confine_path {
    const char *path; /* a file, or a folder with everything in it; skipped if it does not exist */
    bool writable;
};

struct confine {
    enum confine_kind kind;
    const struct confine_path *paths;
    size_t n_paths;
    bool connects;         /* a worker: to its database server, by a socket of this machine */
    const uint16_t *ports; /* and by TCP, to these ports alone where the kernel knows how */
    size_t n_ports;
    bool answers;       /* a front: opens files to read, below the paths alone */
    size_t descriptors; /* how many descriptors it may ever have open */
    size_t memory;      /* how many bytes of data it may have (RLIMIT_DATA); 0: any number */
};

/* ERR_SYSTEM when the kernel refuses: the process must not continue. The caller must have triggered all
 * lazy opening of files in its libraries (OpenSSL, jansson); the time zone is handled here. */
enum errcode confine_enter(struct cx *cx, const struct confine *s) MUST_CHECK;

#endif
