/* SPDX-License-Identifier: Apache-2.0 */
/* pool: see pool.h. */
#include "front/pool.h"

void
pool_clear(struct pool *p)
{
    while (p->n > 0)
        buf_clear(&p->spare[--p->n]);
}

void
pool_take(struct pool *p, struct buf *b)
{
    size_t max = b->max;
    if (b->data != NULL || p->n == 0)
        return;
    *b = p->spare[--p->n];
    b->max = max;
}

void
pool_give(struct pool *p, struct buf *b)
{
    ASSERT(b->len == 0);
    if (b->data == NULL)
        return;
    if (p->n == POOL_MOST || b->cap > POOL_BUFFER_MAX || buf_is_over(b)) {
        buf_clear(b);
        return;
    }
    size_t max = b->max;
    p->spare[p->n++] = *b;
    buf_init(b, max);
}
