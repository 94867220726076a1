/* confine: what a child gives up after its set-up, for good.
 *
 * seccomp: a list of system calls a kind (confine.def); any other kills the process. Landlock, where the
 * kernel has it: no file beyond the paths given, no TCP but what the kind needs, no signal to others. No new
 * privileges, no core, no child processes, no debugger (but in builds for tests). */
#ifndef COUNTERSIGN_PROC_CONFINE_H
#define COUNTERSIGN_PROC_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cx.h"
#include "base/err.h"

enum confine_kind {
    CONFINE_FRONT = 1,   /* accepts connections; no file system, no way out */
    CONFINE_WORKER = 2,  /* files; no sockets */
    CONFINE_COURIER = 4, /* files to read, outgoing connections, threads (libcurl's resolver) */
};

struct confine_path {
    const char *path; /* a file, or a folder with all that is in it; one that is not there is skipped */
    bool writable;
};

struct confine {
    enum confine_kind kind;
    const struct confine_path *paths;
    size_t n_paths;
    size_t descriptors; /* how many it may ever have open */
};

/* ERR_SYSTEM when the kernel refuses: the process must not go on. Whoever calls it has warmed up what opens
 * files at its first use (OpenSSL, jansson); the time zone is done here. */
enum errcode confine_enter(struct cx *cx, const struct confine *s) MUST_CHECK;

#endif
