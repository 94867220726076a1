/* SPDX-License-Identifier: Apache-2.0 */
/* park_entry: the entries of the watch list, and the two tables that find them. Private to park.c, which has
 * the rules. */
#ifndef COUNTERSIGN_FRONT_PARK_ENTRY_H
#define COUNTERSIGN_FRONT_PARK_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/loop.h"
#include "base/siphash.h"
#include "contract/call.h"
#include "front/park.h"

/* A fresh entry is found by its key and by its topic. A leaving entry is not found by its key, until it
 * holds no check any more: first it is in the due list, still found by its topic, until one of its checks
 * may ask; then it is in no list, and waits for that check's answer. */
struct park_entry {
    struct park *park;
    struct park_entry *next_key, *next_topic;
    struct park_entry **topic_link; /* the pointer to this entry; NULL: not linked */
    struct list node;               /* fresh: in `unheld` while `held` is empty. Leaving: in `due` */
    struct list held;
    struct park_hold *leader; /* the check that asks on behalf of all held here; otherwise NULL */
    bool is_leaving, is_last;
    enum park_turn turn;     /* while it is due */
    struct loop_timer timer; /* when the entry stops being fresh */
    struct siphash key;
    struct topic topic;
    int64_t fresh_until;
    uint64_t wakes; /* wake-ups the list had counted when this was made or renewed */
    char *body;     /* heap */
    uint32_t body_n;
    uint8_t form;
};

/* The first entry of the bucket; the others follow by next_key, or next_topic. */
struct park_entry **park_key_bucket(struct park *p, const struct siphash *key);
struct park_entry **park_topic_bucket(struct park *p, const struct topic *topic);
bool park_topic_equal(const struct topic *a, const struct topic *b);

/* A fresh entry without checks, in both tables and in `unheld`; the heap's. stale: what its timer calls. */
struct park_entry *park_entry_new(struct park *p, const struct siphash *key, const struct topic *topic,
                                  void (*stale)(struct loop_timer *));
/* It is not found by its key any more. */
void park_entry_free(struct park_entry *e);
/* Fresh or not; NULL: none. */
struct park_entry *park_entry_find(struct park *p, const struct siphash *key);

/* Many entries may have one topic: unlinking needs no walk. Also allowed for one that is not linked. */
void park_entry_unlink(struct park_entry *e);
void park_entry_link(struct park *p, struct park_entry *e, const struct topic *topic);
/* Wipes and frees the kept answer. */
void park_entry_drop_body(struct park_entry *e);

#endif
