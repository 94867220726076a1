/* pace: see the header. */
#include "proc/pace.h"

int
pace_patience(const struct pace *p)
{
    return (int)((p->has_more ? PACE_MORE_IDLE : PACE_TICK) / CLOCK_MS);
}

bool
pace_is_due(const struct pace *p, int64_t now, bool is_idle)
{
    return is_idle || now - p->ended >= (p->has_more ? PACE_MORE_BUSY : PACE_TICK);
}

void
pace_kept(struct pace *p, int64_t now, bool has_more)
{
    p->ended = now;
    p->has_more = has_more;
}
