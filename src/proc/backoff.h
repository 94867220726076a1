/* backoff: when a child that died is started again: at once the first time, then after 100 ms, doubling to
 * 10 s; a child that lived a minute starts afresh. Times are clock_mono microseconds; nothing here looks at
 * a clock. */
#ifndef COUNTERSIGN_PROC_BACKOFF_H
#define COUNTERSIGN_PROC_BACKOFF_H

#include <stdint.h>

#include "base/clock.h"

#define BACKOFF_FIRST (100 * CLOCK_MS)
#define BACKOFF_MOST (10 * CLOCK_S)
#define BACKOFF_FORGET CLOCK_MINUTE

struct backoff {
    int64_t started; /* of the life that ended last, or goes on */
    int64_t delay;   /* before the next start */
};

/* A life begins. All zero is a child that never lived. */
void backoff_started(struct backoff *b, int64_t now);
/* A life ended: how long to wait before the next one. */
int64_t backoff_ended(struct backoff *b, int64_t now);

#endif
