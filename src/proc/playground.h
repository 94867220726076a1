/* SPDX-License-Identifier: Apache-2.0 */
/* playground: the surroundings of a sandbox: its own folder in memory (/dev/shm), mode 0700, with a newly
 * created store and keys, a generated configuration, and a clock that can be moved. It touches nothing
 * else, and is removed at the end. */
#ifndef COUNTERSIGN_PROC_PLAYGROUND_H
#define COUNTERSIGN_PROC_PLAYGROUND_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct playground {
    char folder[64]; /* empty: none */
    int lock_fd;     /* of the folder; -1: none */
    int clock_fd;    /* -1: none */
    struct str config;
};

/* Creates all of it. `sandbox` is the program that creates the store, `listen` the address to serve;
 * is_public: reachable from other machines. Errors are printed on standard error; playground_remove must
 * be called even then. The caller must hold signals (signals_begin), so that a signal that arrives
 * meanwhile ends the server once it runs. Folders of killed sandboxes are removed first. */
enum errcode playground_make(struct playground *p, struct arena *a, const char *sandbox, const char *listen,
                             bool is_public) MUST_CHECK;
void playground_remove(struct playground *p);

#endif
