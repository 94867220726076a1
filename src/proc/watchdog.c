/* SPDX-License-Identifier: Apache-2.0 */
/* watchdog: see the header. */
#include "proc/watchdog.h"

#include "base/clock.h"
#include "base/list.h"
#include "log/log.h"
#include "proc/notify.h"
#include "proc/supervisor.h"

enum { SIGNS = 3 /* within the manager's period: two may be late */ };

int64_t
watchdog_silence(const struct supervisor *s)
{
    const struct config *c = &s->source.config;
    if (s->options->silence != 0)
        return s->options->silence;
    return 30 * CLOCK_S + 2 * (c->limits_call_time + c->store_busy_timeout + c->webhook_time + c->push_time);
}

static bool
has_answering(const struct supervisor *s, enum member_kind kind)
{
    int64_t oldest = clock_mono() - watchdog_silence(s);
    for (size_t i = 0; i < s->n; i++) {
        const struct member *m = &s->members[i];
        if (m->kind == kind && m->is_ready && m->heard_at >= oldest)
            return true;
    }
    return false;
}

/* While draining there are fronts and workers on their way out, which is as it should be. */
static void
due(struct loop_timer *t)
{
    struct watchdog *w = LIST_ITEM(t, struct watchdog, timer);
    struct supervisor *s = LIST_ITEM(w, struct supervisor, watchdog);
    bool answers =
        s->phase != PHASE_SERVING || (has_answering(s, MEMBER_FRONT) && has_answering(s, MEMBER_WORKER));
    if (answers)
        notify_manager("WATCHDOG=1");
    else if (!w->is_withheld)
        log_event(LOG_WATCHDOG_WITHHELD, "");
    w->is_withheld = !answers;
    loop_timer_set(s->loop, t, clock_mono() + w->period / SIGNS);
}

void
watchdog_begin(struct supervisor *s)
{
    s->watchdog = (struct watchdog){.period = notify_watchdog()};
    loop_timer_init(&s->watchdog.timer, due);
    if (s->watchdog.period > 0)
        due(&s->watchdog.timer);
}
