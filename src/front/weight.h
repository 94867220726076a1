/* weight: what large bodies, and the calls made of them, hold of the memory that all share.
 *
 * The heap keeps what is freed for the next allocation. After a crowd of large bodies that is many times what
 * the front needs otherwise, so it is given back to the system when there has been none for a while. */
#ifndef COUNTERSIGN_FRONT_WEIGHT_H
#define COUNTERSIGN_FRONT_WEIGHT_H

#include <stddef.h>

#include "base/clock.h"
#include "base/loop.h"

#define WEIGHT_REST CLOCK_S /* after the last large body */

struct weight {
    struct loop *loop;
    size_t held; /* bytes */
    struct loop_timer rest;
};

void weight_init(struct weight *w, struct loop *l);
void weight_clear(struct weight *w);
/* Something that held `before` bytes holds `now`. */
void weight_change(struct weight *w, size_t before, size_t now);

#endif
