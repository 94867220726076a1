/* pool: the memory of buffers that are empty, so that an idle connection holds none and a busy one need not
 * ask the heap. Nothing of what was in a buffer is left: buf.h. */
#ifndef COUNTERSIGN_FRONT_POOL_H
#define COUNTERSIGN_FRONT_POOL_H

#include <stddef.h>

#include "base/buf.h"

enum {
    POOL_MOST = 64,              /* buffers kept */
    POOL_BUFFER_MAX = 32 * 1024, /* a larger one goes back to the heap */
};

struct pool {
    struct buf spare[POOL_MOST];
    size_t n;
};

void pool_clear(struct pool *p);
/* Gives an empty buf that holds no memory the memory of a spare one, if there is any. */
void pool_take(struct pool *p, struct buf *b);
/* Takes the memory of an empty buf (ASSERT). */
void pool_give(struct pool *p, struct buf *b);

#endif
