/* park: see park.h. */
#include "front/park.h"

#include <stdlib.h>
#include <string.h>

#include "base/rand.h"
#include "base/secret.h"

#define PAUSE (10 * CLOCK_MS) /* before held checks try again to ask */

struct park_entry {
    struct park *park;
    struct park_entry *next_key, *next_topic;
    struct list unheld; /* in the park's list while `held` is empty */
    struct list held;
    struct loop_timer timer; /* when the entry is no longer fresh */
    struct siphash key;
    struct topic topic;
    int64_t fresh_until;
    char *body; /* heap */
    uint32_t body_n;
    uint8_t form;
};

static struct park_entry **
key_bucket(struct park *p, const struct siphash *key)
{
    return &p->by_key[key->a % PARK_BUCKETS];
}

static struct park_entry **
topic_bucket(struct park *p, const struct topic *topic)
{
    return &p->by_topic[siphash(p->key, topic->bytes, sizeof topic->bytes).a % PARK_BUCKETS];
}

static bool
topic_equal(const struct topic *a, const struct topic *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static void
unlink_topic(struct park *p, struct park_entry *e)
{
    struct park_entry **at = topic_bucket(p, &e->topic);
    while (*at != e)
        at = &(*at)->next_topic;
    *at = e->next_topic;
}

static void
link_topic(struct park *p, struct park_entry *e, const struct topic *topic)
{
    struct park_entry **at = topic_bucket(p, topic);
    e->topic = *topic;
    e->next_topic = *at;
    *at = e;
}

static void
drop_body(struct park_entry *e)
{
    if (e->body == NULL)
        return;
    secret_wipe(e->body, e->body_n);
    free(e->body);
    e->body = NULL;
}

static void
let_go(struct park *p, struct park_hold *h)
{
    list_remove(&h->node);
    h->entry = NULL;
    loop_timer_stop(p->loop, &h->timer);
    p->n_held--;
}

/* Frees the entry first: whoever was held may come back as a new one at once. */
static void
drop(struct park_entry *e, bool is_last)
{
    struct park *p = e->park;
    struct list held;
    struct park_entry **at = key_bucket(p, &e->key);

    while (*at != e)
        at = &(*at)->next_key;
    *at = e->next_key;
    unlink_topic(p, e);
    list_init(&held);
    LIST_EACH (it, next, &e->held) {
        struct park_hold *h = LIST_ITEM(it, struct park_hold, node);
        let_go(p, h);
        list_add_last(&held, it);
    }
    list_remove(&e->unheld);
    loop_timer_stop(p->loop, &e->timer);
    drop_body(e);
    free(e);
    p->n--;
    while (!list_is_empty(&held)) {
        struct park_hold *h = LIST_ITEM(held.next, struct park_hold, node);
        list_remove(&h->node);
        h->ask(h, is_last);
    }
}

static void
stale(struct loop_timer *t)
{
    struct park_entry *e = LIST_ITEM(t, struct park_entry, timer);
    if (list_is_empty(&e->held) || e->park->has_room(e->park->arg))
        drop(e, false);
    else
        loop_timer_set(e->park->loop, t, loop_now(e->park->loop) + PAUSE);
}

static void
held_long_enough(struct loop_timer *t)
{
    struct park_hold *h = LIST_ITEM(t, struct park_hold, timer);
    park_release(h->entry->park, h);
    h->ask(h, true);
}

void
park_init(struct park *p, struct loop *l, size_t most, bool (*has_room)(void *arg), void *arg)
{
    *p = (struct park){.loop = l, .most = most, .has_room = has_room, .arg = arg};
    rand_bytes(p->key, sizeof p->key);
    p->by_key = calloc(PARK_BUCKETS, sizeof(struct park_entry *));
    p->by_topic = calloc(PARK_BUCKETS, sizeof(struct park_entry *));
    if (p->by_key == NULL || p->by_topic == NULL)
        err_no_memory();
    list_init(&p->unheld);
}

void
park_clear(struct park *p)
{
    while (!list_is_empty(&p->unheld))
        drop(LIST_ITEM(p->unheld.next, struct park_entry, unheld), true);
    ASSERT(p->n == 0);
    free(p->by_key);
    free(p->by_topic);
    p->by_key = p->by_topic = NULL;
}

struct siphash
park_key(const struct park *p, const void *bytes, size_t n)
{
    return siphash(p->key, bytes, n);
}

static struct park_entry *
find(struct park *p, const struct siphash *key)
{
    struct park_entry *e = *key_bucket(p, key);
    while (e != NULL && (e->key.a != key->a || e->key.b != key->b))
        e = e->next_key;
    return e;
}

struct park_entry *
park_find(struct park *p, const struct siphash *key)
{
    struct park_entry *e = find(p, key);
    if (e == NULL || e->fresh_until <= loop_now(p->loop))
        return NULL;
    if (list_is_empty(&e->held)) {
        list_remove(&e->unheld);
        list_add_last(&p->unheld, &e->unheld);
    }
    return e;
}

struct str
park_body(const struct park_entry *e, unsigned *form_out)
{
    *form_out = e->form;
    return e->body == NULL ? STR_NULL : (struct str){e->body, e->body_n};
}

static struct park_entry *
add(struct park *p, const struct siphash *key, const struct topic *topic)
{
    struct park_entry *e = calloc(1, sizeof *e);
    if (e == NULL)
        err_no_memory();
    e->park = p;
    e->key = *key;
    e->next_key = *key_bucket(p, key);
    *key_bucket(p, key) = e;
    link_topic(p, e, topic);
    list_init(&e->held);
    list_add_last(&p->unheld, &e->unheld);
    loop_timer_init(&e->timer, stale);
    p->n++;
    return e;
}

struct park_entry *
park_put(struct park *p, const struct siphash *key, const struct topic *topic, int64_t wait_until)
{
    struct park_entry *e = find(p, key);
    int64_t left = wait_until - clock_now();

    if (left <= 0)
        return NULL;
    if (e == NULL && p->n >= p->most) {
        if (list_is_empty(&p->unheld))
            return NULL;
        drop(LIST_ITEM(p->unheld.next, struct park_entry, unheld), false);
    }
    if (e == NULL) {
        e = add(p, key, topic);
    } else {
        unlink_topic(p, e);
        link_topic(p, e, topic);
        drop_body(e);
    }
    e->fresh_until = loop_now(p->loop) + (left < PARK_TICK ? left : PARK_TICK);
    loop_timer_set(p->loop, &e->timer, e->fresh_until);
    return e;
}

void
park_keep(struct park_entry *e, unsigned form, struct str body)
{
    drop_body(e);
    if (body.n == 0 || body.n > UINT32_MAX)
        return;
    e->body = malloc(body.n);
    if (e->body == NULL)
        err_no_memory();
    memcpy(e->body, body.p, body.n);
    e->body_n = (uint32_t)body.n;
    e->form = (uint8_t)form;
}

void
park_hold_init(struct park_hold *h, void (*ask)(struct park_hold *, bool is_last))
{
    *h = (struct park_hold){.ask = ask};
    list_init(&h->node);
    loop_timer_init(&h->timer, held_long_enough);
}

void
park_hold(struct park *p, struct park_entry *e, struct park_hold *h, int64_t until)
{
    ASSERT(h->entry == NULL);
    list_remove(&e->unheld);
    list_add_last(&e->held, &h->node);
    h->entry = e;
    loop_timer_set(p->loop, &h->timer, until);
    p->n_held++;
}

void
park_release(struct park *p, struct park_hold *h)
{
    struct park_entry *e = h->entry;
    if (e == NULL)
        return;
    let_go(p, h);
    if (list_is_empty(&e->held))
        list_add_last(&p->unheld, &e->unheld);
}

bool
park_is_held(const struct park_hold *h)
{
    return h->entry != NULL;
}

void
park_wake(struct park *p, const struct topic *topic)
{
    struct park_entry *next;

    p->recent[p->wakes % PARK_RECENT] = *topic;
    p->wakes++;
    /* Entries go one by one, from the start each time: what is held may change the chain. */
    do {
        for (next = *topic_bucket(p, topic); next != NULL && !topic_equal(&next->topic, topic);)
            next = next->next_topic;
        if (next != NULL)
            drop(next, false);
    } while (next != NULL);
}

bool
park_was_woken(const struct park *p, const struct topic *topic, uint64_t wakes)
{
    if (p->wakes - wakes > PARK_RECENT)
        return true;
    for (uint64_t i = wakes; i < p->wakes; i++) {
        if (topic_equal(&p->recent[i % PARK_RECENT], topic))
            return true;
    }
    return false;
}

void
park_release_all(struct park *p)
{
    for (size_t i = 0; i < PARK_BUCKETS; i++) {
        for (struct park_entry *e = p->by_key[i], *next; e != NULL; e = next) {
            next = e->next_key;
            if (list_is_empty(&e->held))
                continue;
            drop(e, true);
            next = p->by_key[i]; /* what was held may have changed the chain */
        }
    }
}
