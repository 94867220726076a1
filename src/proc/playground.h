/* playground: where a sandbox lives: a folder of its own in memory (/dev/shm), mode 0700, with a store and
 * keys that are made for it, a configuration that nobody wrote, and a clock that can be moved. It never
 * touches anything else, and is removed at the end. */
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

/* Makes all of it; `sandbox` is the program that makes the store, `listen` the address to serve, is_public
 * where it is not of this machine alone. On an error, which is said on standard error, playground_remove is
 * called all the same. The caller holds signals (signals_begin): one that comes meanwhile ends the server
 * once it runs. Folders of sandboxes that were killed are removed first. */
enum errcode playground_make(struct playground *p, struct arena *a, const char *sandbox, const char *listen,
                             bool is_public) MUST_CHECK;
void playground_remove(struct playground *p);

#endif
