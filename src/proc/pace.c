/* SPDX-License-Identifier: Apache-2.0 */
/* pace: see the header. */
#include "proc/pace.h"

int
pace_patience(const struct pace *p)
{
    return (int)((p->has_more ? PACE_MORE_IDLE : PACE_TICK) / CLOCK_MS);
}

static int64_t
pause_of(const struct pace *p)
{
    if (!p->has_more || p->took >= PACE_TICK / PACE_CALLS_SHARE)
        return PACE_TICK;
    int64_t of_calls = p->took * PACE_CALLS_SHARE;
    return of_calls > PACE_MORE_BUSY ? of_calls : PACE_MORE_BUSY;
}

bool
pace_is_due(const struct pace *p, int64_t now, bool is_idle)
{
    return is_idle || now - p->ended >= pause_of(p);
}

void
pace_kept(struct pace *p, int64_t began, int64_t ended, bool has_more)
{
    *p = (struct pace){.ended = ended, .took = ended - began, .has_more = has_more};
}
