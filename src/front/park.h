/* SPDX-License-Identifier: Apache-2.0 */
/* park: the watch list: which checks wait for which topic, and their interim answer.
 *
 * An entry stands for one check that a worker answered with CALL_WAIT. Its key is a digest of the caller and
 * of the bytes of the question: the same question in different bytes is a different check, and no decoding is
 * needed to find an entry. Until its topic is woken, its time comes, or PARK_TICK has passed, the same check
 * is answered from here. Then the entry is gone, and the next check asks a worker. So a lost wake-up costs
 * latency, never correctness, and every answer other than Poll comes from a worker.
 *
 * A held check belongs to its entry. When the entry goes, one of its held checks becomes the leader and asks
 * a worker (park_hold.ask) as soon as there is room for another call; the others asked exactly the same, wait
 * for its answer, and get it too. If the leader leaves first, another check takes its place. A check held as
 * long as its caller wanted is also released to ask for itself, when there is room, unless the answer that it
 * needs is already on its way.
 *
 * The tick catches changes that no wake-up announced. When so many checks are parked that asking for each
 * one every second would take all of the workers' time, the tick is longer, as long as a worker follows
 * the audit log (proc/domain.c) and so announces within a second any change whose wake-up was lost. Woken
 * checks ask first, then those held long enough, then those released by the tick. */
#ifndef COUNTERSIGN_FRONT_PARK_H
#define COUNTERSIGN_FRONT_PARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/loop.h"
#include "contract/call.h"
#include "base/siphash.h"

#define PARK_TICK CLOCK_S

enum {
    PARK_RECENT = 256 /* wake-ups remembered for calls that were under way */
};

struct park_entry;

/* Why an entry asks. The first kind goes before the second. */
enum park_turn { PARK_WOKEN, PARK_TICKED, PARK_TURNS_ };

/* One held check; embedded in its owner. */
struct park_hold {
    struct list node; /* in its entry, or alone */
    struct park_entry *entry;
    struct park_entry *leads; /* the checks that wait for its answer, or NULL; while it leads, it is not
                               * held itself */
    struct loop_timer timer;
    bool is_over; /* held long enough */
    /* The check is no longer held and must ask a worker. is_last: its caller has waited long enough. The
     * checks that it leads get their answer through park_next, or another entry through park_land. */
    void (*ask)(struct park_hold *h, bool is_last);
};

/* What the list needs to know about the workers. */
struct park_needs {
    bool (*has_room)(void *arg); /* may held checks ask now? otherwise retried shortly */
    bool (*is_told)(void *arg);  /* would a worker announce a change within a second if its wake-up was
                                  * lost? */
    void *arg;
};

struct park {
    struct loop *loop;
    size_t most, n, n_held;
    unsigned char key[SIPHASH_KEY];
    size_t buckets; /* at least one per possible entry: a power of two */
    struct park_entry **by_key, **by_topic;
    struct list unheld;               /* entries without held checks, the least recently used first */
    struct list due[PARK_TURNS_];     /* entries that will ask when there is room */
    struct list over;                 /* checks that will ask: their time is up, and they have left their
                                       * entries */
    struct loop_timer pause;          /* until there may be room */
    uint64_t wakes;                   /* number of wake-ups so far */
    uint64_t all_woken;               /* number of the last wake-up for all topics; 0: none */
    struct topic recent[PARK_RECENT]; /* the most recent ones, by number */
    size_t unswept;                   /* buckets of `by_key` not yet processed since the last wake-up for
                                       * all */
    struct loop_timer sweeper;
    struct park_needs needs;
};

/* `most` entries without a held check. */
void park_init(struct park *p, struct loop *l, size_t most, const struct park_needs *needs);
/* No check may be held any more. */
void park_clear(struct park *p);

/* The key of a check: a digest of the bytes that decide the worker's call and the form of the answer. */
struct siphash park_key(const struct park *p, const void *bytes, size_t n);

/* The entry of this check while it is fresh, or NULL. */
struct park_entry *park_find(struct park *p, const struct siphash *key);
/* The kept answer, or null; *form_out as given to park_keep. */
struct str park_body(const struct park_entry *e, unsigned *form_out);

/* A worker answered CALL_WAIT: makes or renews the entry. wait_for: microseconds. NULL when that time is
 * already over, or the list is full of held checks. */
struct park_entry *
park_put(struct park *p, const struct siphash *key, const struct topic *topic, int64_t wait_for);
/* Keeps a copy of an answer; `form` belongs to its face. */
void park_keep(struct park_entry *e, unsigned form, struct str body);

void park_hold_init(struct park_hold *h, void (*ask)(struct park_hold *, bool is_last));
/* Holds the check until `until` (clock_mono) at most. */
void park_hold(struct park *p, struct park_entry *e, struct park_hold *h, int64_t until);
/* The caller went away; its check leads no more. Also allowed for a check that is not held. */
void park_release(struct park *p, struct park_hold *h);
/* Removes and returns one of the leader's waiting checks, no longer held: it gets the leader's answer.
 * NULL: none left. */
struct park_hold *park_next(struct park *p, struct park_hold *leader);
/* The check stops leading. Those that wait for its answer are held in `to`, each for its original time; if
 * `to` is NULL they ask again, from the loop. Also allowed for a check that leads none. */
void park_land(struct park *p, struct park_hold *leader, struct park_entry *to);
/* There may be room now for checks that want to ask. */
void park_ask(struct park *p);
bool park_is_held(const struct park_hold *h);

/* A worker announced a change. */
void park_wake(struct park *p, const struct topic *topic);
/* Anything may have changed: from now on no entry is fresh, and all held checks ask. Entries are processed
 * a bounded number at a time, so that other events get their turn. */
void park_wake_all(struct park *p);
/* The topic was woken after the list had counted `wakes` wake-ups, so a CALL_WAIT requested before then is
 * stale. True also when this is no longer known. */
bool park_was_woken(const struct park *p, const struct topic *topic, uint64_t wakes);
/* All held checks ask, for the last time. */
void park_release_all(struct park *p);

#endif
