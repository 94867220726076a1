/* park: the watch list: which checks wait for what, and the answer that they get meanwhile.
 *
 * An entry stands for one check (a digest of who asks, and of the bytes of the question: the same question in
 * other bytes is another check, and nothing is decoded to find one) that a worker answered with
 * CALL_WAIT. Until its topic wakes, its time comes, or PARK_TICK has passed, the same check is answered from
 * here; then the entry is gone and the next check asks a worker. So a lost wake-up costs latency, never
 * correctness, and every answer but Poll comes from a worker.
 *
 * A held check hangs in its entry. When the entry goes, one of those that it holds is told (park_hold.ask),
 * as soon as there is room for another call: it leads, and asks a worker; the others asked the very same,
 * wait for its answer, and get it too. Should it leave before, another one leads. A check that was held as
 * long as its caller wanted is told as well, and asks for itself: it may, when there is room, unless the
 * answer that it needs is under way already.
 *
 * The tick is there for what nobody told of. Where so many are parked that asking each one every second would
 * keep workers busy with nothing else, it is longer, as long as there is a worker that follows the audit log
 * (proc/domain.c), and so tells within a second of whatever was lost. What was woken asks first, then those
 * who were held long enough, then what the tick lets ask. */
#ifndef COUNTERSIGN_FRONT_PARK_H
#define COUNTERSIGN_FRONT_PARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/loop.h"
#include "contract/call.h"
#include "front/siphash.h"

#define PARK_TICK CLOCK_S

enum {
    PARK_RECENT = 256 /* wake-ups remembered for calls that were under way */
};

struct park_entry;

/* Why an entry is to ask: the first before the second. */
enum park_turn { PARK_WOKEN, PARK_TICKED, PARK_TURNS_ };

/* One held check; embedded in its owner. */
struct park_hold {
    struct list node; /* in its entry, or alone */
    struct park_entry *entry;
    struct park_entry *leads; /* those that wait for its answer, or NULL; then it is not held itself */
    struct loop_timer timer;
    bool is_over; /* held long enough */
    /* The check is no longer held and is to ask a worker. is_last: its caller waited long enough. What it
     * leads is given an answer by park_next, or another place by park_land. */
    void (*ask)(struct park_hold *h, bool is_last);
};

/* What the list must know of the workers. */
struct park_needs {
    bool (*has_room)(void *arg); /* may held checks ask now? else a little later */
    bool (*is_told)(void *arg);  /* would somebody tell within a second of what a lost wake-up told of? */
    void *arg;
};

struct park {
    struct loop *loop;
    size_t most, n, n_held;
    unsigned char key[SIPHASH_KEY];
    size_t buckets; /* one for each entry that there may be, or more: a power of two */
    struct park_entry **by_key, **by_topic;
    struct list unheld;               /* entries that hold nobody, the least recently used first */
    struct list due[PARK_TURNS_];     /* entries that are to ask when there is room */
    struct list over;                 /* checks that are: their time is over, and they left their entries */
    struct loop_timer pause;          /* until there may be */
    uint64_t wakes;                   /* so many came so far */
    uint64_t all_woken;               /* the number of the last one that was for all; 0: none */
    struct topic recent[PARK_RECENT]; /* the last of them, by number */
    size_t unswept;                   /* buckets of `by_key` that may hold what the last one for all left */
    struct loop_timer sweeper;
    struct park_needs needs;
};

/* `most` entries without a held check. */
void park_init(struct park *p, struct loop *l, size_t most, const struct park_needs *needs);
/* Nothing may be held any more. */
void park_clear(struct park *p);

/* The digest that stands for a check: of the bytes that decide what a worker is told, and how its answer is
 * written. */
struct siphash park_key(const struct park *p, const void *bytes, size_t n);

/* The entry of this check while it is fresh, or NULL. */
struct park_entry *park_find(struct park *p, const struct siphash *key);
/* The answer that was kept, or null; *form_out as park_keep had it. */
struct str park_body(const struct park_entry *e, unsigned *form_out);

/* A worker said CALL_WAIT: makes the entry, or renews it. wait_for: microseconds. NULL when that is over
 * already, or the list is full of held checks. */
struct park_entry *
park_put(struct park *p, const struct siphash *key, const struct topic *topic, int64_t wait_for);
/* Keeps a copy of an answer; `form` is its face's. */
void park_keep(struct park_entry *e, unsigned form, struct str body);

void park_hold_init(struct park_hold *h, void (*ask)(struct park_hold *, bool is_last));
/* Holds until `until` (clock_mono) at most. */
void park_hold(struct park *p, struct park_entry *e, struct park_hold *h, int64_t until);
/* The caller went away, and leads no more. Also for one that is not held. */
void park_release(struct park *p, struct park_hold *h);
/* One more of those that the leader asked for, held no more: it gets the leader's answer. NULL: none is left.
 */
struct park_hold *park_next(struct park *p, struct park_hold *leader);
/* It leads no more: those that still wait for its answer are held in `to`, each as long as before; where that
 * is NULL they are to ask again, from the loop. Also for one that leads none. */
void park_land(struct park *p, struct park_hold *leader, struct park_entry *to);
/* There may be room now for those that are to ask. */
void park_ask(struct park *p);
bool park_is_held(const struct park_hold *h);

/* A worker said that something happened. */
void park_wake(struct park *p, const struct topic *topic);
/* Anything may have happened: all that is held asks, and nothing is fresh, from now on. Entries go a bounded
 * number at a time, between which others have their turn. */
void park_wake_all(struct park *p);
/* The topic was woken since the list had seen `wakes` wake-ups: a CALL_WAIT asked for before that is old.
 * True also where that is not known any more. */
bool park_was_woken(const struct park *p, const struct topic *topic, uint64_t wakes);
/* All that is held asks, for the last time. */
void park_release_all(struct park *p);

#endif
