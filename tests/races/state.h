/* SPDX-License-Identifier: Apache-2.0 */
/* state: all rows of a store: put back as they were, and as one text, in which what is random does not show:
 * equal texts mean that the same has happened. */
#ifndef COUNTERSIGN_TESTS_RACES_STATE_H
#define COUNTERSIGN_TESTS_RACES_STATE_H

#include "base/buf.h"
#include "base/cx.h"

struct state;

/* Keeps a copy of each table within the store, beside it. */
struct state *state_keep(struct cx *cx);
void state_free(struct state **s);
void state_put_back(struct cx *cx, const struct state *s);
/* One line for each row. A value that the copy has shows as its number there, another long one as "new". */
void state_write(struct cx *cx, const struct state *s, struct buf *out);

#endif
