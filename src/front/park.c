/* SPDX-License-Identifier: Apache-2.0 */
/* park: see park.h. */
#include "front/park.h"

#include <stdlib.h>

#include "base/rand.h"
#include "front/park_entry.h"
#include "metrics/metrics.h"

#define PAUSE (2 * CLOCK_MS) /* delay before held checks try again to ask */

/* Above this number of entries the tick is longer, so that workers are not asked more often because of it. */
enum { TICKS_A_SECOND = 200 };

/* Entries processed in one turn, after a wake-up for all topics. */
enum { SWEEP_ENTRIES = 256, SWEEP_BUCKETS = 4096 };

static void
let_go(struct park *p, struct park_hold *h)
{
    list_remove(&h->node);
    h->entry = NULL;
    h->is_over = false;
    loop_timer_stop(p->loop, &h->timer);
    p->n_held--;
    metrics_set(METRIC_PARKED, 0, (int64_t)p->n_held);
}

static void
make_due(struct park_entry *e, enum park_turn turn)
{
    list_remove(&e->node);
    list_add_last(&e->park->due[turn], &e->node);
    e->turn = turn;
}

/* The entry stops being fresh: no check finds it, and the checks held in it will ask. */
static void
leave(struct park_entry *e, enum park_turn turn, bool is_last)
{
    struct park *p = e->park;
    struct park_entry **at = park_key_bucket(p, &e->key);

    while (*at != e)
        at = &(*at)->next_key;
    *at = e->next_key;
    loop_timer_stop(p->loop, &e->timer);
    park_entry_drop_body(e);
    p->n--;
    e->is_leaving = true;
    e->is_last = is_last;
    if (list_is_empty(&e->held))
        park_entry_free(e);
    else
        make_due(e, turn);
}

/* One of the entry's held checks asks; the others wait for its answer. */
static void
lead(struct park *p, struct park_entry *e)
{
    struct park_hold *h = LIST_ITEM(e->held.next, struct park_hold, node);
    bool is_last = e->is_last || h->is_over;

    park_entry_unlink(e);
    list_remove(&e->node);
    let_go(p, h);
    if (list_is_empty(&e->held)) {
        park_entry_free(e);
    } else {
        e->leader = h;
        h->leads = e;
    }
    h->ask(h, is_last);
}

static struct park_entry *
first_due(struct park *p, enum park_turn turn)
{
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the freed entry has left the list */
    return list_is_empty(&p->due[turn]) ? NULL : LIST_ITEM(p->due[turn].next, struct park_entry, node);
}

/* The first held check asks. */
static void
ask_next(struct park *p)
{
    struct park_entry *e = first_due(p, PARK_WOKEN);
    if (e == NULL && !list_is_empty(&p->over)) {
        struct park_hold *h = LIST_ITEM(p->over.next, struct park_hold, node);
        let_go(p, h);
        h->ask(h, true);
        return;
    }
    lead(p, e != NULL ? e : first_due(p, PARK_TICKED));
}

static bool
has_due(const struct park *p)
{
    return !list_is_empty(&p->due[PARK_WOKEN]) || !list_is_empty(&p->over) ||
           !list_is_empty(&p->due[PARK_TICKED]);
}

void
park_ask(struct park *p)
{
    while (has_due(p) && p->needs.has_room(p->needs.arg))
        ask_next(p);
    if (has_due(p) && p->pause.at == 0)
        loop_timer_set(p->loop, &p->pause, loop_now(p->loop) + PAUSE);
}

static void
pause_is_over(struct loop_timer *t)
{
    park_ask(LIST_ITEM(t, struct park, pause));
}

static void
stale(struct loop_timer *t)
{
    struct park_entry *e = LIST_ITEM(t, struct park_entry, timer);
    struct park *p = e->park;
    leave(e, PARK_TICKED, false);
    park_ask(p);
}

/* Removes it from its entry, and puts the entry where it now belongs. */
static void
unhang(struct park *p, struct park_hold *h)
{
    struct park_entry *e = h->entry;

    list_remove(&h->node);
    h->entry = NULL;
    if (!list_is_empty(&e->held) || e->leader != NULL)
        return;
    if (e->is_leaving)
        park_entry_free(e);
    else
        list_add_last(&p->unheld, &e->node);
}

static void
held_long_enough(struct loop_timer *t)
{
    struct park_hold *h = LIST_ITEM(t, struct park_hold, timer);
    struct park_entry *e = h->entry;
    struct park *p = e->park;

    h->is_over = true;
    if (!e->is_leaving && e->fresh_until <= loop_now(p->loop))
        leave(e, PARK_TICKED, false); /* its own timer is the next one */
    if (!e->is_leaving) {
        unhang(p, h);
        list_add_last(&p->over, &h->node);
    }
    park_ask(p);
}

/* Processes part of what a wake-up for all topics woke. Entries made later are not affected. */
static void
sweep(struct park *p)
{
    size_t entries = 0;

    for (size_t buckets = 0; p->unswept > 0 && buckets < SWEEP_BUCKETS && entries < SWEEP_ENTRIES;
         buckets++) {
        p->unswept--;
        for (struct park_entry *e = p->by_key[p->unswept], *next; e != NULL; e = next, entries++) {
            next = e->next_key;
            if (e->wakes < p->all_woken)
                leave(e, PARK_TICKED, false);
        }
    }
    if (p->unswept > 0)
        loop_timer_set(p->loop, &p->sweeper, loop_now(p->loop));
    park_ask(p);
}

static void
sweep_on(struct loop_timer *t)
{
    sweep(LIST_ITEM(t, struct park, sweeper));
}

void
park_init(struct park *p, struct loop *l, size_t most, const struct park_needs *needs)
{
    *p = (struct park){.loop = l, .most = most, .needs = *needs};
    rand_bytes(p->key, sizeof p->key);
    for (p->buckets = 1; p->buckets < most;)
        p->buckets *= 2;
    p->by_key = calloc(p->buckets, sizeof(struct park_entry *));
    p->by_topic = calloc(p->buckets, sizeof(struct park_entry *));
    if (p->by_key == NULL || p->by_topic == NULL)
        err_no_memory();
    list_init(&p->unheld);
    for (size_t turn = 0; turn < PARK_TURNS_; turn++)
        list_init(&p->due[turn]);
    list_init(&p->over);
    loop_timer_init(&p->pause, pause_is_over);
    loop_timer_init(&p->sweeper, sweep_on);
}

void
park_clear(struct park *p)
{
    while (!list_is_empty(&p->unheld))
        leave(LIST_ITEM(p->unheld.next, struct park_entry, node), PARK_TICKED, true);
    ASSERT(p->n == 0 && p->n_held == 0 && !has_due(p));
    loop_timer_stop(p->loop, &p->pause);
    loop_timer_stop(p->loop, &p->sweeper);
    free(p->by_key);
    free(p->by_topic);
    p->by_key = p->by_topic = NULL;
}

struct siphash
park_key(const struct park *p, const void *bytes, size_t n)
{
    return siphash(p->key, bytes, n);
}

struct park_entry *
park_find(struct park *p, const struct siphash *key)
{
    struct park_entry *e = park_entry_find(p, key);
    if (e == NULL || e->fresh_until <= loop_now(p->loop) || e->wakes < p->all_woken)
        return NULL;
    if (list_is_empty(&e->held)) {
        list_remove(&e->node);
        list_add_last(&p->unheld, &e->node);
    }
    return e;
}

/* How long an entry stays fresh without an event. */
static int64_t
tick(const struct park *p)
{
    int64_t stretched = (int64_t)p->n * (CLOCK_S / TICKS_A_SECOND);
    return stretched > PARK_TICK && p->needs.is_told(p->needs.arg) ? stretched : PARK_TICK;
}

struct park_entry *
park_put(struct park *p, const struct siphash *key, const struct topic *topic, int64_t wait_for)
{
    struct park_entry *e = park_entry_find(p, key);
    if (wait_for <= 0)
        return NULL;
    if (e == NULL && p->n >= p->most) {
        if (list_is_empty(&p->unheld))
            return NULL;
        leave(LIST_ITEM(p->unheld.next, struct park_entry, node), PARK_TICKED, false);
    }
    if (e == NULL) {
        e = park_entry_new(p, key, topic, stale);
    } else {
        park_entry_unlink(e);
        park_entry_link(p, e, topic);
        park_entry_drop_body(e);
    }
    e->wakes = p->wakes;
    e->fresh_until = loop_now(p->loop) + (wait_for < tick(p) ? wait_for : tick(p));
    loop_timer_set(p->loop, &e->timer, e->fresh_until);
    return e;
}

void
park_hold_init(struct park_hold *h, void (*ask)(struct park_hold *, bool is_last))
{
    *h = (struct park_hold){.ask = ask};
    list_init(&h->node);
    loop_timer_init(&h->timer, held_long_enough);
}

/* Held in that entry, unless its time is up. */
static void
hang(struct park_entry *e, struct park_hold *h)
{
    ASSERT(!e->is_leaving);
    list_remove(&h->node);
    h->entry = NULL;
    if (h->is_over) {
        list_add_last(&e->park->over, &h->node);
        return;
    }
    list_remove(&e->node);
    list_add_last(&e->held, &h->node);
    h->entry = e;
}

void
park_hold(struct park *p, struct park_entry *e, struct park_hold *h, int64_t until)
{
    ASSERT(!park_is_held(h) && h->leads == NULL);
    hang(e, h);
    loop_timer_set(p->loop, &h->timer, until);
    p->n_held++;
    metrics_set(METRIC_PARKED, 0, (int64_t)p->n_held);
}

struct park_hold *
park_next(struct park *p, struct park_hold *leader)
{
    struct park_entry *e = leader->leads;
    if (e == NULL || list_is_empty(&e->held))
        return NULL;
    struct park_hold *h = LIST_ITEM(e->held.next, struct park_hold, node);
    let_go(p, h);
    return h;
}

void
park_land(struct park *p, struct park_hold *leader, struct park_entry *to)
{
    struct park_entry *e = leader->leads;

    if (e == NULL)
        return;
    leader->leads = NULL;
    e->leader = NULL;
    if (to != NULL) {
        LIST_EACH (it, next, &e->held)
            hang(to, LIST_ITEM(it, struct park_hold, node));
    }
    if (list_is_empty(&e->held)) {
        park_entry_free(e);
        return;
    }
    make_due(e, PARK_WOKEN);
    if (p->pause.at == 0)
        loop_timer_set(p->loop, &p->pause, loop_now(p->loop));
}

void
park_release(struct park *p, struct park_hold *h)
{
    park_land(p, h, NULL);
    if (!park_is_held(h))
        return;
    if (h->entry != NULL)
        unhang(p, h);
    let_go(p, h);
}

bool
park_is_held(const struct park_hold *h)
{
    return h->entry != NULL || h->is_over;
}

void
park_wake(struct park *p, const struct topic *topic)
{
    struct park_entry **at = park_topic_bucket(p, topic);

    p->recent[p->wakes % PARK_RECENT] = *topic;
    p->wakes++;
    for (struct park_entry *e = *at, *next; e != NULL; e = next) {
        next = e->next_topic;
        if (!park_topic_equal(&e->topic, topic))
            continue;
        if (!e->is_leaving)
            leave(e, PARK_WOKEN, false);
        else if (e->turn == PARK_TICKED)
            make_due(e, PARK_WOKEN);
    }
    park_ask(p);
}

void
park_wake_all(struct park *p)
{
    p->wakes++;
    p->all_woken = p->wakes;
    p->unswept = p->buckets;
    sweep(p);
}

bool
park_was_woken(const struct park *p, const struct topic *topic, uint64_t wakes)
{
    if (p->all_woken > wakes || p->wakes - wakes > PARK_RECENT)
        return true;
    for (uint64_t i = wakes; i < p->wakes; i++) {
        if (park_topic_equal(&p->recent[i % PARK_RECENT], topic))
            return true;
    }
    return false;
}

void
park_release_all(struct park *p)
{
    for (size_t turn = 0; turn < PARK_TURNS_; turn++)
        LIST_EACH (it, next, &p->due[turn])
            LIST_ITEM(it, struct park_entry, node)->is_last = true;
    for (size_t i = 0; i < p->buckets; i++) {
        for (struct park_entry *e = p->by_key[i], *next; e != NULL; e = next) {
            next = e->next_key;
            leave(e, PARK_TICKED, true);
        }
    }
    park_ask(p);
}
