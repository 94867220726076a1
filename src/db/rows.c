/* SPDX-License-Identifier: Apache-2.0 */
/* rows: see rows.h. */
#include "db/rows.h"

#include <string.h>

#include "base/arena.h"

enum { FIRST = 8 }; /* a power of two: the capacity is always the next power of two above n */

void *
rows_grow(struct cx *cx, void *items, size_t n, size_t size)
{
    if (n == 0)
        return arena_array(&cx->arena, FIRST, size);
    if (n < FIRST || (n & (n - 1)) != 0)
        return items;
    void *more = arena_array(&cx->arena, 2 * n, size);
    memcpy(more, items, n * size);
    return more;
}
