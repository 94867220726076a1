/* SPDX-License-Identifier: Apache-2.0 */
/* interrupt: SIGINT, SIGTERM and SIGHUP as events to wait for, so that a command can clean up: restore the
 * terminal's echo, cancel a pending push. */
#ifndef COUNTERSIGN_CLI_INTERRUPT_H
#define COUNTERSIGN_CLI_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct interrupt {
    int fd; /* readable once a signal has arrived */
    sigset_t before;
};

/* Blocks the signals until interrupt_close. ERR_SYSTEM. */
enum errcode interrupt_open(struct interrupt *i) MUST_CHECK;
/* Unblocks the signals; one that arrived meanwhile and was not consumed is delivered now. */
void interrupt_close(struct interrupt *i);
/* Waits for a signal (true) or the end of the time; 0 only checks. The signal is not consumed. */
bool interrupt_came(const struct interrupt *i, int64_t microseconds);
/* Consumes a pending signal, so that it does not kill the process. */
void interrupt_take(const struct interrupt *i);
/* Waits until fd is readable (true) or a signal has arrived. */
bool interrupt_or_readable(const struct interrupt *i, int fd);

#endif
