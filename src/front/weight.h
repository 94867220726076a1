/* SPDX-License-Identifier: Apache-2.0 */
/* weight: accounts the memory that large bodies, and the calls built from them, take from the budget shared
 * by all connections.
 *
 * The heap keeps freed memory for later allocations. After a burst of large bodies that is many times what
 * the front needs otherwise, so it is returned to the system after a while without any. */
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
/* An object that held `before` bytes now holds `now`. */
void weight_change(struct weight *w, size_t before, size_t now);

#endif
