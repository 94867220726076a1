/* SPDX-License-Identifier: Apache-2.0 */
/* buf: a growing sequence of bytes with a hard cap, appended at the end and consumed from the front.
 *
 * An append that would exceed the cap appends nothing and sets `over`, which stays set until the buf is
 * reset: append without checking, and call buf_is_over once at the end. When memory runs out the process
 * ends. Heap; freed by buf_clear.
 *
 * Passwords and tokens pass through: consumed, truncated and moved bytes are wiped, so that memory holds
 * only live bytes. */
#ifndef COUNTERSIGN_BASE_BUF_H
#define COUNTERSIGN_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

struct buf {
    unsigned char *data; /* allocation, or NULL */
    size_t start;        /* first live byte */
    size_t len;          /* live bytes */
    size_t cap;          /* allocated */
    size_t max;          /* limit for the live bytes */
    bool over;
};

void buf_init(struct buf *b, size_t max);
/* Wipes and frees; the buf may be used again (its max is kept). */
void buf_clear(struct buf *b);
/* Wipes, empties, and keeps the memory. */
void buf_reset(struct buf *b);
/* Frees the memory when empty: an idle connection should hold none. */
void buf_release_if_empty(struct buf *b);

bool buf_is_over(const struct buf *b);
struct str buf_view(const struct buf *b); /* never null; valid until the next change */

void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_add_byte(struct buf *b, unsigned char byte);
void buf_add_str(struct buf *b, struct str s);
void buf_add_cstr(struct buf *b, const char *cstr);
void buf_add_u64(struct buf *b, uint64_t n); /* decimal */
void buf_add_i64(struct buf *b, int64_t n);  /* decimal */
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Room for at least n more bytes, to be written by the caller, then buf_commit(number written). NULL, and
 * `over` set, when that exceeds the cap. */
unsigned char *buf_reserve(struct buf *b, size_t n);
void buf_commit(struct buf *b, size_t n);
/* Bytes left up to the cap. */
size_t buf_room(const struct buf *b);

/* Wipes and drops n bytes at the front; n <= len. Views of them become invalid. */
void buf_consume(struct buf *b, size_t n);
/* Keeps only the first n bytes, and wipes the others. Also clears `over`. */
void buf_truncate(struct buf *b, size_t n);

#endif
