/* SPDX-License-Identifier: Apache-2.0 */
/* backoff: see the header. */
#include "proc/backoff.h"

void
backoff_started(struct backoff *b, int64_t now)
{
    b->started = now;
}

int64_t
backoff_ended(struct backoff *b, int64_t now)
{
    if (now - b->started >= BACKOFF_FORGET)
        b->delay = 0;
    int64_t wait = b->delay;
    if (b->delay == 0)
        b->delay = BACKOFF_FIRST;
    else
        b->delay = b->delay * 2 < BACKOFF_MOST ? b->delay * 2 : BACKOFF_MOST;
    return wait;
}
