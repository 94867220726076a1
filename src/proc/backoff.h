/* SPDX-License-Identifier: Apache-2.0 */
/* backoff: when a dead child is restarted: at once the first time, then after 100 ms, doubling up to 10 s.
 * A child that lived for a minute starts over. Times are clock_mono microseconds, passed in; nothing here
 * reads a clock. */
#ifndef COUNTERSIGN_PROC_BACKOFF_H
#define COUNTERSIGN_PROC_BACKOFF_H

#include <stdint.h>

#include "base/clock.h"

#define BACKOFF_FIRST (100 * CLOCK_MS)
#define BACKOFF_MOST (10 * CLOCK_S)
#define BACKOFF_FORGET CLOCK_MINUTE

struct backoff {
    int64_t started; /* of the current or the last run */
    int64_t delay;   /* before the next start */
};

/* A run begins. All zero: a child that never ran. */
void backoff_started(struct backoff *b, int64_t now);
/* A run has ended: returns the delay before the next one. */
int64_t backoff_ended(struct backoff *b, int64_t now);

#endif
