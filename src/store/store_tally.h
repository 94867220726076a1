/* SPDX-License-Identifier: Apache-2.0 */
/* store_tally: how often an event of an account happened, by source. */
#ifndef COUNTERSIGN_STORE_STORE_TALLY_H
#define COUNTERSIGN_STORE_STORE_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

struct tally_row {
    int64_t technician_id, company_id;
    struct str event, source; /* source "": of all sources together */
    int64_t began_at;
    int64_t written, counted; /* since then: with a row of the audit log, without one */
};

/* Within the open transaction: the row of technician_id, event and source, inserted with zeroes and the
 * current time if missing, and reserved for the caller until the end. In: the keys and company_id; out:
 * all. */
enum errcode store_tally_take(struct cx *cx, struct tally_row *row) MUST_CHECK;
/* Writes began_at, written and counted. */
enum errcode store_tally_put(struct cx *cx, const struct tally_row *row) MUST_CHECK;
enum errcode store_tally_remove(struct cx *cx, const struct tally_row *row) MUST_CHECK;
/* The rows of an account and a source. */
enum errcode store_tally_of_source(struct cx *cx, int64_t technician_id, struct str source,
                                   struct tally_row **rows_out, size_t *n_out) MUST_CHECK;
/* Rows that began before then, the oldest first, at most `limit`. */
enum errcode store_tally_over(struct cx *cx, int64_t before, int64_t limit, struct tally_row **rows_out,
                              size_t *n_out) MUST_CHECK;

#endif
