/* SPDX-License-Identifier: Apache-2.0 */
/* stats: how sign-ins ended, by day and company, from the audit log in one pass. Its memory is bounded by
 * the number of days and companies, not by the log. Days are UTC. */
#ifndef COUNTERSIGN_REPORT_STATS_H
#define COUNTERSIGN_REPORT_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "accounts/signin_result.h"
#include "base/cx.h"
#include "base/err.h"

enum stats_cause {
    STATS_WRONG_PASSWORD,
    STATS_NOT_LOOKED_AT, /* the lock or another change came between */
    STATS_WRONG_CODE,
    STATS_PUSH_HELD,
    STATS_PUSH_REJECTED,
    STATS_PUSH_REPORTED,
    STATS_PUSH_EXPIRED,
    STATS_PUSH_FAILED,
    STATS_WRONG_NUMBER,
    STATS_ACCOUNT_LOCKED,
    STATS_SOURCE_REFUSED,
    STATS_REFUSED_COUNTED, /* refusals beyond the bound of accounts/tally.h: only their number is kept */
    STATS_CAUSES
};
const char *stats_cause_name(enum stats_cause cause);

enum { STATS_SECONDS = 301, STATS_ROWS = 20000 };

struct stats_row {
    int64_t day;     /* its beginning */
    int64_t company; /* 0: events about unknown names */
    int64_t results[SIGNIN_COUNT_];
    int64_t causes[STATS_CAUSES];
    int64_t pushes, approvals;
    uint32_t approval[STATS_SECONDS]; /* by whole seconds from the push to the approval; the last: longer */
};

struct stats_question {
    int64_t since;   /* a time; the day that it is in is included */
    int64_t company; /* 0: all */
};

/* *rows_out: by day, then by company, in the arena. ERR_LIMIT: more than STATS_ROWS of them. */
enum errcode stats_read(struct cx *cx, const struct stats_question *q, struct stats_row **rows_out,
                        size_t *n_out) MUST_CHECK;
/* The time in seconds within which that share of the approvals came; -1: there are none. */
int stats_quantile(const struct stats_row *row, int percent);

#endif
