/* SPDX-License-Identifier: Apache-2.0 */
/* turn: see turn.h. */
#include "front/turn.h"

#include "base/err.h"

static void
begin(struct turns *t, int64_t time)
{
    t->round = loop_round(t->loop);
    t->began = t->now = clock_mono();
    t->time = time;
    t->slices = 0;
}

static bool
is_spent(struct turns *t)
{
    if (t->slices > 0)
        t->now = clock_mono();
    unsigned most = t->pace > 0 ? 1 : TURN_SLICES;
    return t->slices >= most || (t->slices > 0 && t->now - t->began >= t->time);
}

bool
turns_take(struct turns *t, const struct turn *who)
{
    if (t->round != loop_round(t->loop))
        begin(t, TURN_TIME);
    if (is_spent(t) || (t->pace > 0 && t->served != who) ||
        (t->served != who && !list_is_empty(&who->source->line)))
        return false;
    t->slices++;
    return true;
}

/* The first client of the first source; that source moves to the end. */
static struct turn *
next(struct turns *t)
{
    struct turn_source *source = LIST_ITEM(t->sources.next, struct turn_source, node);
    struct turn *who = LIST_ITEM(source->line.next, struct turn, node);

    list_remove(&source->node);
    list_add_last(&t->sources, &source->node);
    turn_leave(who);
    return who;
}

/* From here on the budget is that of the clients in line: in a round, events come before this, never
 * after. When clients wait again, alone or in a crowd, the loop first looks at its descriptors. */
static void
run_line(struct loop_timer *timer)
{
    struct turns *t = LIST_ITEM(timer, struct turns, timer);

    begin(t, TURN_LINE_TIME);
    t->next_at = loop_now(t->loop) + t->pace;
    for (size_t n = t->n; n > 0 && !list_is_empty(&t->sources) && !is_spent(t); n--) {
        struct turn *who = next(t);
        t->served = who;
        who->run(who);
        t->served = NULL;
    }
    if (!list_is_empty(&t->sources))
        loop_timer_set(t->loop, timer, t->next_at);
}

void
turns_init(struct turns *t, struct loop *l, int64_t pace)
{
    *t = (struct turns){.loop = l, .pace = pace};
    begin(t, TURN_TIME);
    list_init(&t->sources);
    loop_timer_init(&t->timer, run_line);
}

void
turns_clear(struct turns *t)
{
    ASSERT(list_is_empty(&t->sources));
    loop_timer_stop(t->loop, &t->timer);
}

void
turn_slice_begin(struct turn_slice *s, const struct turns *t)
{
    *s = (struct turn_slice){.began = t->now};
}

bool
turn_slice_is_spent(const struct turn_slice *s)
{
    return s->requests >= TURN_SLICE_REQUESTS || s->bytes >= TURN_SLICE_BYTES ||
           clock_mono() - s->began >= TURN_SLICE_TIME;
}

void
turn_source_init(struct turn_source *s)
{
    list_init(&s->node);
    list_init(&s->line);
}

void
turn_init(struct turn *t, struct turn_source *source, void (*run)(struct turn *))
{
    *t = (struct turn){.source = source, .run = run};
    list_init(&t->node);
}

void
turn_move(struct turn *t, struct turn_source *source)
{
    ASSERT(!turn_is_waiting(t));
    t->source = source;
}

void
turn_wait(struct turns *t, struct turn *who)
{
    if (turn_is_waiting(who))
        return;
    if (list_is_empty(&who->source->line))
        list_add_last(&t->sources, &who->source->node);
    list_add_last(&who->source->line, &who->node);
    who->turns = t;
    t->n++;
    if (t->timer.at == 0) {
        int64_t now = loop_now(t->loop);
        loop_timer_set(t->loop, &t->timer, t->next_at > now ? t->next_at : now);
    }
}

void
turn_leave(struct turn *who)
{
    if (!turn_is_waiting(who))
        return;
    list_remove(&who->node);
    who->turns->n--;
    if (list_is_empty(&who->source->line))
        list_remove(&who->source->node);
}

bool
turn_is_waiting(const struct turn *who)
{
    return !list_is_empty(&who->node);
}
