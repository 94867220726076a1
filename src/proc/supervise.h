/* SPDX-License-Identifier: Apache-2.0 */
/* supervise: starts the children, connects them with channels, watches and restarts them, and ends them.
 *
 * It holds no secret (of keys only descriptors), parses no outside input except its configuration, and is the
 * only part that opens sockets, knows the children's account, and handles signals. See docs/ARCHITECTURE.md,
 * "Processes". It is used by countersignd, and by the fixture of the contract tests, which has a worker of
 * its own. */
#ifndef COUNTERSIGN_PROC_SUPERVISE_H
#define COUNTERSIGN_PROC_SUPERVISE_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct supervise_options {
    const char *config_path; /* NULL: config_text is the configuration, and SIGHUP has no effect */
    struct str config_text;
    /* Executables, absolute. */
    const char *front;
    const char *worker;
    const char *courier; /* NULL: none */
    const char *self;    /* this program's path, for an upgrade (upgrade.h); NULL: none */
    const char *libexec; /* as given to it; NULL: not given */
    const char *watch;   /* NULL: none, whatever metrics.listen says */
    int clock_fd;        /* a sandbox's movable clock (clock_share), the caller's; 0: not a sandbox */
    int64_t silence; /* microseconds; a child that says nothing for so long is killed. 0: the configuration
                        tells */
    int64_t start;   /* the same for one that is not ready yet. 0: as `silence` */
    int ready_fd;    /* gets "READY ADDRESS:PORT ...\n" and is closed once every child is ready; -1: none */
};

enum { SUPERVISE_OK = 0, SUPERVISE_FAILED = 1, SUPERVISE_BAD_CONFIG = 2 };

/* Runs until a signal ends it. Once per process, which must be single-threaded. Returns the exit status:
 * OK after SIGTERM, SIGINT or SIGQUIT; FAILED when a socket or a child could not be created at the start;
 * BAD_CONFIG with the problems on standard error. No child is left behind in any case. */
int supervise_run(const struct supervise_options *options) MUST_CHECK;

#endif
