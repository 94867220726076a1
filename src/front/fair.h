/* SPDX-License-Identifier: Apache-2.0 */
/* fair: a queue ordered by source address: sources are served in turn, one item each.
 *
 * A source is an IPv4 address or a /64 of IPv6. Sources in one network (/24, /48) together have one turn
 * among other networks, and these networks have one turn within the network around them (/16, /32): a
 * party gets one share, however many addresses it has within such a network. Not here: what is queued, and
 * how much. */
#ifndef COUNTERSIGN_FRONT_FAIR_H
#define COUNTERSIGN_FRONT_FAIR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/inet.h"
#include "base/list.h"
#include "base/siphash.h"

enum { FAIR_LEVELS = 3 };

struct fair_node; /* a network with queued items, heap */

struct fair {
    unsigned char key[SIPHASH_KEY];
    struct fair_node **buckets;
    size_t n_buckets; /* a power of two */
    struct fair_node *root;
};

/* Embedded in a queued item. */
struct fair_item {
    struct list node;
    struct fair_node *source; /* NULL: not queued */
};

/* Sized for about `most` queued items. */
void fair_init(struct fair *f, size_t most);
/* No item may be queued any more. */
void fair_clear(struct fair *f);

void fair_item_init(struct fair_item *i);
void fair_put(struct fair *f, struct fair_item *i, const struct inet_addr *from);
/* Also allowed for an item that is not queued. */
void fair_remove(struct fair *f, struct fair_item *i);
/* The next item, removed from the queue; its source and the networks around it move to the end. NULL:
 * none. */
struct fair_item *fair_take(struct fair *f);

size_t fair_count(const struct fair *f);
/* Queued items of this source. */
size_t fair_count_of(const struct fair *f, const struct inet_addr *from);
/* The item that should give way to a new one from that address: the newest of the source with the most
 * items, if that is more than the newcomer would have. NULL: none, the newcomer's source already has the
 * most. Walks the networks that have items queued. */
struct fair_item *fair_excess(const struct fair *f, const struct inet_addr *from);

#endif
