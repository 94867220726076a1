/* SPDX-License-Identifier: Apache-2.0 */
/* rows: a growing array in the arena, for reading rows whose number is not known before. */
#ifndef COUNTERSIGN_DB_ROWS_H
#define COUNTERSIGN_DB_ROWS_H

#include <stddef.h>

#include "base/cx.h"

/* Makes room for item n of an array that only this function has grown, from NULL at n == 0: items =
 * rows_grow(cx, items, n, sizeof *items); items[n++] = ... */
void *rows_grow(struct cx *cx, void *items, size_t n, size_t size);

#endif
