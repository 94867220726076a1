/* fair: things that wait, by the address that they come from, served one source after the other.
 *
 * A source is an IPv4 address or a /64 of IPv6. Sources of one network (/24, /48) share a turn among those of
 * other networks, and these share one within the network around them (/16, /32): whatever one party can take
 * addresses from, it gets one share. Not here: what waits, and how many may. */
#ifndef COUNTERSIGN_FRONT_FAIR_H
#define COUNTERSIGN_FRONT_FAIR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/inet.h"
#include "base/list.h"
#include "front/siphash.h"

enum { FAIR_LEVELS = 3 };

struct fair_node; /* a network with something that waits, heap */

struct fair {
    unsigned char key[SIPHASH_KEY];
    struct fair_node **buckets;
    size_t n_buckets; /* a power of two */
    struct fair_node *root;
};

/* Embedded in what waits. */
struct fair_item {
    struct list node;
    struct fair_node *source; /* NULL: does not wait */
};

/* About `most` may wait. */
void fair_init(struct fair *f, size_t most);
/* Nothing may wait any more. */
void fair_clear(struct fair *f);

void fair_item_init(struct fair_item *i);
void fair_put(struct fair *f, struct fair_item *i, const struct inet_addr *from);
/* Also for one that does not wait. */
void fair_remove(struct fair *f, struct fair_item *i);
/* The next, which waits no longer; its source and the networks around it go to the end. NULL: none. */
struct fair_item *fair_take(struct fair *f);

size_t fair_count(const struct fair *f);
/* Of this source. */
size_t fair_count_of(const struct fair *f, const struct inet_addr *from);
/* What should give way to something new from that address: the newest of whoever has most, where that is more
 * than the newcomer would have. NULL: nothing, the newcomer is one of those who have most. Walks the networks
 * that wait. */
struct fair_item *fair_excess(const struct fair *f, const struct inet_addr *from);

#endif
