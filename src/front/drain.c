/* SPDX-License-Identifier: Apache-2.0 */
/* drain: see drain.h. */
#include "front/drain.h"

void
drain_init(struct drain *d, struct loop *l, void (*due)(struct loop_timer *))
{
    *d = (struct drain){.loop = l};
    loop_timer_init(&d->timer, due);
}

void
drain_clear(struct drain *d)
{
    d->is_over = true;
    loop_timer_stop(d->loop, &d->timer);
}

void
drain_begin(struct drain *d, int64_t deadline, void (*done)(void *arg), void *arg)
{
    d->is_on = true;
    d->done = done;
    d->arg = arg;
    loop_timer_set(d->loop, &d->timer, deadline);
}

void
drain_look(struct drain *d, size_t connections)
{
    if (d->is_on && !d->is_over && connections == 0)
        loop_timer_set(d->loop, &d->timer, loop_now(d->loop));
}

void
drain_end(struct drain *d)
{
    if (d->is_over)
        return;
    drain_clear(d);
    d->done(d->arg);
}
