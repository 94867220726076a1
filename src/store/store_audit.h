/* SPDX-License-Identifier: Apache-2.0 */
/* store_audit: the rows of the audit log. What their digests cover is accounts/audit.c's business. */
#ifndef COUNTERSIGN_STORE_STORE_AUDIT_H
#define COUNTERSIGN_STORE_STORE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

/* company_id, technician_id: 0 if the event has none. */
struct audit_row {
    int64_t seq, at;
    struct str event, actor, source, detail;
    int64_t company_id, technician_id;
    struct digest digest;
    bool is_sound; /* as read: every column has the type that is written, not another one that merely
                    * converts to it */
};

/* The newest row's seq and digest; 0 and zeroes if there is none. */
enum errcode store_audit_last(struct cx *cx, int64_t *seq_out, struct digest *digest_out) MUST_CHECK;
enum errcode store_audit_add(struct cx *cx, const struct audit_row *row) MUST_CHECK;

/* Selects the rows after seq `after`, of one company or technician (0: any), at most `limit`. */
struct audit_range {
    int64_t after, limit, company, technician;
};
/* Oldest first, in the arena. */
enum errcode store_audit_list(struct cx *cx, const struct audit_range *range, struct audit_row **rows_out,
                              size_t *n_out) MUST_CHECK;
/* The number of rows whose seq is at most `last`, or NULL. */
enum errcode store_audit_count(struct cx *cx, int64_t last, int64_t *n_out) MUST_CHECK;
/* Of one technician, read through the index on technicians: the newest first; those after seq `after`, the
 * oldest first. At most `limit`, in the arena. */
enum errcode store_audit_newest(struct cx *cx, int64_t technician_id, int64_t limit,
                                struct audit_row **rows_out, size_t *n_out) MUST_CHECK;
enum errcode store_audit_of(struct cx *cx, const struct audit_range *range, struct audit_row **rows_out,
                            size_t *n_out) MUST_CHECK;
/* The seq of the technician's first event whose detail names that login; 0: none. */
enum errcode
store_audit_first_of(struct cx *cx, int64_t technician_id, struct str login, int64_t *seq_out) MUST_CHECK;
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
