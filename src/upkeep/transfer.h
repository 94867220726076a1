/* SPDX-License-Identifier: Apache-2.0 */
/* transfer: all rows of one database in another one with the same schema, of either kind. Enter at
 * transfer_load, for a target without rows, then at transfer_match, which verifies the copy, and follows what
 * has changed in the source since.
 *
 * What says that a database is closed (db/whole.h) is the database's own, and is not transferred. */
#ifndef COUNTERSIGN_UPKEEP_TRANSFER_H
#define COUNTERSIGN_UPKEEP_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"

/* Rows, and the sum of their digests (SHA-256 over the table's name and all values, added modulo 2^256): the
 * same in whatever order they are read. It shows losses and faults; it is not made against an attacker. */
struct transfer_sum {
    int64_t rows;
    struct digest digest;
};

struct transfer_report {
    struct transfer_sum from, to; /* as each database returned its rows; equal if no error is returned */
    int64_t changed;              /* rows of the target that were added, removed or replaced */
};

/* Two databases, in a transaction each: the source's shows one state of it. Errors are set in `to`. */
struct transfer {
    struct cx *from, *to;
    struct transfer_report report;
};

/* The rows of one database, within its open transaction. */
enum errcode transfer_count(struct cx *cx, struct transfer_sum *sum_out) MUST_CHECK;
/* Copies every row; the target has none but those of its new schema, which are replaced. */
enum errcode transfer_load(struct transfer *t) MUST_CHECK;
/* Compares every row, and makes the target equal. `most`: so many changes of one table at most; with more,
 * ERR_LIMIT. ERR_STORE: the target does not hold what it was given. t->report is filled. */
enum errcode transfer_match(struct transfer *t, int64_t most) MUST_CHECK;

#endif
