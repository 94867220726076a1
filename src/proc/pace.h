/* SPDX-License-Identifier: Apache-2.0 */
/* pace: when a worker does its housekeeping between calls. An idle worker does it at once. Under constant
 * load it does it every second, and again shortly after a round that left work to do, so that leftovers
 * are removed faster than calls produce them, while other processes get the write lock in between. On a
 * slow disk the pauses are longer: calls get three times as long as the housekeeping took. Times are
 * clock_mono microseconds, passed in; nothing here reads a clock. */
#ifndef COUNTERSIGN_PROC_PACE_H
#define COUNTERSIGN_PROC_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

#define PACE_TICK CLOCK_S
#define PACE_MORE_IDLE (5 * CLOCK_MS)
#define PACE_MORE_BUSY (20 * CLOCK_MS) /* minimum */

enum { PACE_CALLS_SHARE = 3 };

/* All zero: never run. */
struct pace {
    int64_t ended, took; /* of the last round */
    bool has_more;       /* the last round left work to do */
};

/* How long to wait for a call before housekeeping is due: milliseconds, for poll(2). */
int pace_patience(const struct pace *p);
/* is_idle: no call arrived in that time. */
bool pace_is_due(const struct pace *p, int64_t now, bool is_idle);
void pace_kept(struct pace *p, int64_t began, int64_t ended, bool has_more);

#endif
