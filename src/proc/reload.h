/* reload: SIGHUP: reads the configuration and the TLS files again, has a front prove the pair (rehearsal.h),
 * and only then hands all of it out. Until then, and whenever anything is wrong, what served before goes on,
 * and there is one verdict in the log: `reload`, or `reload.refused` with each problem. */
#ifndef COUNTERSIGN_PROC_RELOAD_H
#define COUNTERSIGN_PROC_RELOAD_H

#include <stdbool.h>

#include "proc/rehearsal.h"
#include "proc/source.h"

struct supervisor;

struct reload {
    bool waits;   /* asked for while another one runs, or before the server is ready */
    bool is_open; /* one runs */
    struct source_fresh fresh;
    struct rehearsal rehearsal;
};

/* While serving. One that runs already is followed by another one. */
void reload_begin(struct supervisor *s);
/* The server ends: what runs is forgotten. */
void reload_cancel(struct supervisor *s);

#endif
