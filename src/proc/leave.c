/* SPDX-License-Identifier: Apache-2.0 */
/* leave: see the header. */
#include "proc/leave.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/list.h"
#include "log/log.h"
#include "metrics/metrics.h"
#include "proc/supervisor.h"

static void
due(struct loop_timer *t)
{
    struct leave *l = LIST_ITEM(t, struct leave, timer);
    struct supervisor *s = LIST_ITEM(l, struct supervisor, leave);
    if (s->phase == PHASE_SERVING)
        l->drain(s);
}

void
leave_init(struct supervisor *s, void (*drain)(struct supervisor *s))
{
    s->leave = (struct leave){.drain = drain};
    loop_timer_init(&s->leave.timer, due);
}

void
leave_begin(struct supervisor *s)
{
    int64_t time = s->source.config.server_lame_duck_time;
    metrics_set(METRIC_DRAINING, 0, 1);
    s->leave.is_on = true;
    if (time > 0)
        log_event(LOG_LAME_DUCK, "seconds=%" PRId64, time / CLOCK_S);
    loop_timer_set(s->loop, &s->leave.timer, clock_mono() + time);
}
