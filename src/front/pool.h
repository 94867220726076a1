/* SPDX-License-Identifier: Apache-2.0 */
/* pool: the memory of empty buffers, so that an idle connection holds none, and a busy one need not
 * allocate. Nothing remains of a buffer's old content: buf.h. */
#ifndef COUNTERSIGN_FRONT_POOL_H
#define COUNTERSIGN_FRONT_POOL_H

#include <stddef.h>

#include "base/buf.h"

enum {
    POOL_MOST = 64,              /* buffers kept */
    POOL_BUFFER_MAX = 32 * 1024, /* larger ones are freed */
};

struct pool {
    struct buf spare[POOL_MOST];
    size_t n;
};

void pool_clear(struct pool *p);
/* Gives an empty buf without memory a spare block, if there is one. */
void pool_take(struct pool *p, struct buf *b);
/* Takes the memory of an empty buf (ASSERT). */
void pool_give(struct pool *p, struct buf *b);

#endif
