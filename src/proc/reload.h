/* SPDX-License-Identifier: Apache-2.0 */
/* reload: SIGHUP: reads the configuration and the TLS files again, has a front prove the pair
 * (rehearsal.h), and only then distributes them. Until then, and whenever anything is wrong, the old
 * settings stay in use. The log gets one verdict: `reload`, or `reload.refused` with each problem. */
#ifndef COUNTERSIGN_PROC_RELOAD_H
#define COUNTERSIGN_PROC_RELOAD_H

#include <stdbool.h>

#include "proc/rehearsal.h"
#include "proc/source.h"

struct supervisor;

struct reload {
    bool waits;              /* requested while another one runs, or before the server is ready */
    bool is_open;            /* a reload is running, */
    bool is_of_certificates; /* of the certificates alone */
    uint64_t count;          /* of reloads that have ended: for the receipt */
    struct source_fresh fresh;
    struct rehearsal rehearsal;
};

/* While serving. If a reload is already running, another one follows. */
void reload_begin(struct supervisor *s);
/* The same for the certificates alone, because their files have changed (renewal.h): the log gets
 * `certificates.renewed` or `certificates.refused`, and a service manager nothing. False: a reload is
 * running. */
bool reload_certificates(struct supervisor *s);
/* The server is ending: a running reload is dropped. */
void reload_cancel(struct supervisor *s);

#endif
