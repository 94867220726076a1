/* SPDX-License-Identifier: Apache-2.0 */
/* store_audit: the rows of the audit log. What their digests cover is ledger/leaf.h's business. */
#ifndef COUNTERSIGN_STORE_STORE_AUDIT_H
#define COUNTERSIGN_STORE_STORE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

/* company_id, technician_id: 0 if the event has none. seq 0 and digest of zeroes: not sealed yet. */
struct audit_row {
    int64_t at, id, seq;
    struct str event, actor, source, detail;
    int64_t company_id, technician_id;
    struct digest digest;
    bool is_sound; /* as read: every column has the type that is written, not another one that merely
                    * converts to it */
};

/* Not sealed yet, unless it has its number. */
enum errcode store_audit_add(struct cx *cx, const struct audit_row *row) MUST_CHECK;

/* The number of the newest sealed row; 0 if there is none. */
enum errcode store_audit_last(struct cx *cx, int64_t *seq_out) MUST_CHECK;
/* The row of that number. ERR_NOT_FOUND. */
enum errcode store_audit_get(struct cx *cx, int64_t seq, struct audit_row *row_out) MUST_CHECK;

/* Selects the sealed rows after seq `after`, of one company or technician (0: any), at most `limit`. */
struct audit_range {
    int64_t after, limit, company, technician;
};
/* In the order of their numbers, in the arena. */
enum errcode store_audit_list(struct cx *cx, const struct audit_range *range, struct audit_row **rows_out,
                              size_t *n_out) MUST_CHECK;
/* The rows before seq `range->after`, the newest first. */
enum errcode store_audit_before(struct cx *cx, const struct audit_range *range, struct audit_row **rows_out,
                                size_t *n_out) MUST_CHECK;
/* The number of sealed rows. */
enum errcode store_audit_count(struct cx *cx, int64_t *n_out) MUST_CHECK;

/* Those that are not sealed: the oldest first, at most `limit`, in the arena; whether there are any; how many
 * there are. */
enum errcode
store_audit_unsealed(struct cx *cx, int64_t limit, struct audit_row **rows_out, size_t *n_out) MUST_CHECK;
enum errcode store_audit_is_unsealed(struct cx *cx, bool *any_out) MUST_CHECK;
/* When the oldest of them was written; 0: there is none. */
enum errcode store_audit_unsealed_since(struct cx *cx, int64_t *at_out) MUST_CHECK;
enum errcode store_audit_count_unsealed(struct cx *cx, int64_t *n_out) MUST_CHECK;
/* Gives a row that is not sealed its number and digest. ERR_STORE if it is not there any more. */
enum errcode store_audit_seal(struct cx *cx, const struct audit_row *row) MUST_CHECK;

/* Rows of one technician in the order of time, sealed or not, read through the index on technicians. The
 * newest first; those after a place, the oldest first. At most `limit`, in the arena. */
struct audit_place {
    int64_t at, id;
};
enum errcode store_audit_newest(struct cx *cx, int64_t technician_id, int64_t limit,
                                struct audit_row **rows_out, size_t *n_out) MUST_CHECK;
struct audit_span {
    struct audit_place after;
    int64_t limit, technician;
};
enum errcode store_audit_of(struct cx *cx, const struct audit_span *span, struct audit_row **rows_out,
                            size_t *n_out) MUST_CHECK;
/* The place of the technician's first event whose detail names that login; 0: none. */
enum errcode store_audit_first_of(struct cx *cx, int64_t technician_id, struct str login,
                                  struct audit_place *place_out) MUST_CHECK;
/* The outcome of an attempt on the account. Each kind is read through an index of its own, in time
 * proportional to `limit`, so that many attempts of one kind do not displace those of another. */
enum audit_attempt {
    AUDIT_GRANTED,
    AUDIT_REFUSED_INSIDE, /* refused after the correct password: the row has a purpose (signin.c, grant.c) */
    AUDIT_REFUSED,        /* refused without it */
    AUDIT_LOCKED,         /* locked: by failures, or by the operator */
    AUDIT_ONLY_COUNTED    /* how many refusals were counted without a row each: tally.h, counter.h */
};
/* The newest first, at most `limit`, in the arena. */
enum errcode store_audit_attempts(struct cx *cx, int64_t technician_id, enum audit_attempt kind,
                                  int64_t limit, struct audit_row **rows_out, size_t *n_out) MUST_CHECK;
/* Its statement, for the test of its query plan. */
const char *store_audit_attempts_sql(enum audit_attempt kind);

#endif
