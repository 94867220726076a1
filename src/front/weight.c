/* SPDX-License-Identifier: Apache-2.0 */
/* weight: see weight.h. */
#include "front/weight.h"

#include "base/err.h"
#include "base/list.h"
#include "base/os.h"

static void
rested(struct loop_timer *t)
{
    const struct weight *w = LIST_ITEM(t, struct weight, rest);
    if (w->held == 0)
        os_trim_heap();
}

void
weight_init(struct weight *w, struct loop *l)
{
    *w = (struct weight){.loop = l};
    loop_timer_init(&w->rest, rested);
}

void
weight_clear(struct weight *w)
{
    loop_timer_stop(w->loop, &w->rest);
}

void
weight_change(struct weight *w, size_t before, size_t now)
{
    if (before == now)
        return;
    ASSERT(before <= w->held);
    w->held += now - before;
    if (w->held == 0)
        loop_timer_set(w->loop, &w->rest, loop_now(w->loop) + WEIGHT_REST);
}
