/* supervise: starts the children, joins them with channels, watches them, starts them again, and ends them.
 *
 * It holds no secret, parses nothing from outside but its configuration, and is the only one that opens
 * sockets, knows the account of the children, and hears signals. docs/ARCHITECTURE.md, "Processes". The
 * programs that use it are countersignd and the fixture of the contract's tests, which brings a worker of its
 * own. */
#ifndef COUNTERSIGN_PROC_SUPERVISE_H
#define COUNTERSIGN_PROC_SUPERVISE_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct supervise_options {
    const char *config_path; /* NULL: config_text is the configuration, and SIGHUP changes nothing */
    struct str config_text;
    /* Executables, absolute. */
    const char *front;
    const char *worker;
    const char *courier; /* NULL: none */
    int clock_fd;        /* a sandbox's movable clock (clock_share), the caller's; 0: this is no sandbox */
    int64_t silence; /* microseconds; a child that says nothing for so long is killed. 0: the configuration
                        tells */
    int64_t start;   /* the same for one that is not ready yet. 0: as `silence` */
    int ready_fd;    /* gets "READY ADDRESS:PORT ...\n" and is closed once every child is ready; -1: none */
};

enum { SUPERVISE_OK = 0, SUPERVISE_FAILED = 1, SUPERVISE_BAD_CONFIG = 2 };

/* Runs until a signal ends it; one a process, which is single-threaded. The answer is the exit status: OK
 * after SIGTERM, SIGINT or SIGQUIT; FAILED when a socket or a child could not be had at the start; BAD_CONFIG
 * with the problems on standard error. No child is left behind in any case. */
int supervise_run(const struct supervise_options *options) MUST_CHECK;

#endif
