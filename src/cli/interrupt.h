/* interrupt: SIGINT, SIGTERM and SIGHUP as something to wait for, so that a command ends tidily: the
 * terminal's echo comes back, a pending push is taken back. */
#ifndef COUNTERSIGN_CLI_INTERRUPT_H
#define COUNTERSIGN_CLI_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct interrupt {
    int fd; /* readable once a signal came */
    sigset_t before;
};

/* Blocks the signals until interrupt_close. ERR_SYSTEM. */
enum errcode interrupt_open(struct interrupt *i) MUST_CHECK;
/* Gives the signals back; one that came meanwhile and was not taken is delivered now. */
void interrupt_close(struct interrupt *i);
/* Waits until a signal came (true) or the time is over. 0 only looks. The signal is not taken. */
bool interrupt_came(const struct interrupt *i, int64_t microseconds);
/* Takes what came, so that it kills nobody. */
void interrupt_take(const struct interrupt *i);
/* Waits until fd can be read (true) or a signal came. */
bool interrupt_or_readable(const struct interrupt *i, int fd);

#endif
