/* pace: when a worker keeps house between calls: at once where it has nothing else to do; beside calls
 * without end every second, and a little after the last time where that left something to do, so that what
 * calls leave behind is removed faster than they make it, and others get at the write lock in between. On a
 * slow disk that is later: calls have three times as long as it took. Times are clock_mono microseconds;
 * nothing here looks at a clock. */
#ifndef COUNTERSIGN_PROC_PACE_H
#define COUNTERSIGN_PROC_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

#define PACE_TICK CLOCK_S
#define PACE_MORE_IDLE (5 * CLOCK_MS)
#define PACE_MORE_BUSY (20 * CLOCK_MS) /* at least */

enum { PACE_CALLS_SHARE = 3 };

/* All zero: never yet. */
struct pace {
    int64_t ended, took; /* the last time */
    bool has_more;       /* it left something to do */
};

/* How long to wait for a call before it is time to keep house: milliseconds, as poll(2) takes them. */
int pace_patience(const struct pace *p);
/* is_idle: no call came in that time. */
bool pace_is_due(const struct pace *p, int64_t now, bool is_idle);
void pace_kept(struct pace *p, int64_t began, int64_t ended, bool has_more);

#endif
