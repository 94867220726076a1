/* SPDX-License-Identifier: Apache-2.0 */
/* store_lockout: counters of failures, under keys that do not reveal whose they are. */
#ifndef COUNTERSIGN_STORE_STORE_LOCKOUT_H
#define COUNTERSIGN_STORE_STORE_LOCKOUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

/* The counter of one account name, or of one source for that name. */
struct lockout_row {
    struct digest key, account; /* the same as in the account's own row; account is zero in rows of an earlier
                                 * version */
    int64_t technician_id;      /* 0: not an account's */
    struct str source;          /* "": not a source's, or a source that is not stored in the clear */
    int64_t failures;           /* consecutive failures */
    int64_t locked_until;       /* 0: not locked; INT64_MAX: until unlocked */
    int64_t turned_away;        /* attempts since it was locked */
    int64_t period;             /* in an account's row: incremented whenever its count restarts */
    int64_t counted;            /* in a source's row: how many of its failures the account has counted in that
                                 * period */
    int64_t refusals;           /* in a source's row: how often it was locked since proved_at */
    int64_t proved_at;          /* in a source's row: the last successful sign-in; 0: none */
};
struct lockout_source {
    struct str source;
    int64_t until;
};

/* The row as stored; zero if there is none. */
enum errcode
store_lockout_get(struct cx *cx, const struct digest *key, struct lockout_row *row_out) MUST_CHECK;
/* Within the open transaction: the row of row->key, inserted if missing, and reserved for the caller until
 * the end. In: key, account, technician_id and source; out: all. */
enum errcode store_lockout_take(struct cx *cx, struct lockout_row *row) MUST_CHECK;
/* Writes all fields except the four that store_lockout_take takes as input. */
enum errcode store_lockout_put(struct cx *cx, const struct lockout_row *row) MUST_CHECK;
/* Rows whose lock has expired, at most `limit`, the earliest expiry first. */
enum errcode
store_lockout_over(struct cx *cx, int64_t limit, struct lockout_row **rows_out, size_t *n_out) MUST_CHECK;
/* How many accounts are locked by failures of late, counted up to `most`. */
struct store_lockout_recent {
    int64_t since, most;
};
enum errcode store_lockout_count_recent(struct cx *cx, const struct store_lockout_recent *recent,
                                        int64_t *n_out) MUST_CHECK;
/* The sources refused for an account, the latest expiry first, at most `limit`. */
enum errcode store_lockout_sources(struct cx *cx, const struct digest *account, int64_t limit,
                                   struct lockout_source **sources_out, size_t *n_out) MUST_CHECK;
/* Removes every row of an account name that expires by `until`. *turned_away_out: the sum over them. */
enum errcode store_lockout_forget(struct cx *cx, const struct digest *account, int64_t until,
                                  int64_t *turned_away_out) MUST_CHECK;
enum errcode store_lockout_clear(struct cx *cx, const struct digest *key) MUST_CHECK;
/* Removes rows that have not changed since `before` and are not locked, at most `limit`. */
enum errcode store_lockout_remove(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out) MUST_CHECK;

#endif
