/* store_lockout: counters of failures, by a key that does not show whose they are. */
#ifndef COUNTERSIGN_STORE_STORE_LOCKOUT_H
#define COUNTERSIGN_STORE_STORE_LOCKOUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

/* The count of one account name, or of one source at it. */
struct lockout_row {
    struct digest key,
        account;           /* the same in the account's own row; account is zero in an earlier version's */
    int64_t technician_id; /* 0: not an account's */
    struct str source;     /* "": not a source's, or one that is not kept in the clear */
    int64_t failures;      /* in a row */
    int64_t locked_until;  /* 0: not; INT64_MAX: until unlocked */
    int64_t turned_away;   /* attempts since it was locked */
    int64_t period;        /* of the account's: grows whenever its count begins anew */
    int64_t counted;       /* of a source's: how many of them the account has counted in that period */
    int64_t refusals;      /* of a source's: how often it was locked since proved_at */
    int64_t proved_at;     /* of a source's: the last sign-in; 0: none */
};
struct lockout_source {
    struct str source;
    int64_t until;
};

/* As it stands in the table; zero where there is none. */
enum errcode
store_lockout_get(struct cx *cx, const struct digest *key, struct lockout_row *row_out) MUST_CHECK;
/* Within the open transaction: the row of row->key, which is made where there is none, and is the caller's
 * until the end. In: key, account, technician_id and source; out: all. */
enum errcode store_lockout_take(struct cx *cx, struct lockout_row *row) MUST_CHECK;
/* Writes all but the four that store_lockout_take takes. */
enum errcode store_lockout_put(struct cx *cx, const struct lockout_row *row) MUST_CHECK;
/* Rows whose lock is over, at most `limit`, the longest over first. */
enum errcode
store_lockout_over(struct cx *cx, int64_t limit, struct lockout_row **rows_out, size_t *n_out) MUST_CHECK;
/* The sources that are refused for an account, the latest end first, at most `limit`. */
enum errcode store_lockout_sources(struct cx *cx, const struct digest *account, int64_t limit,
                                   struct lockout_source **sources_out, size_t *n_out) MUST_CHECK;
/* Removes every row of an account name that ends by `until` at the latest. *turned_away_out: their sum. */
enum errcode store_lockout_forget(struct cx *cx, const struct digest *account, int64_t until,
                                  int64_t *turned_away_out) MUST_CHECK;
enum errcode store_lockout_clear(struct cx *cx, const struct digest *key) MUST_CHECK;
/* Removes rows that did not change since `before` and are not locked, at most `limit`. */
enum errcode store_lockout_remove(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out) MUST_CHECK;

#endif
