/* store_lockout: counters of failures, by a key that tells nobody whose they are. */
#ifndef COUNTERSIGN_STORE_STORE_LOCKOUT_H
#define COUNTERSIGN_STORE_STORE_LOCKOUT_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

struct lockout_row {
    int64_t failures;     /* in a row */
    int64_t locked_until; /* 0: not; INT64_MAX: until unlocked */
};

/* Whose failures a row counts. */
struct lockout_key {
    struct digest key, account; /* the same for the account's own row */
    struct str source;          /* "": the account's own row */
};
struct lockout_source {
    struct str source;
    int64_t until;
};

/* A row that is not there is zero. A lock that is over is none, and its failures are forgotten. */
enum errcode
store_lockout_get(struct cx *cx, const struct digest *key, struct lockout_row *row_out) MUST_CHECK;
/* One more failure, in one statement. */
enum errcode
store_lockout_count(struct cx *cx, const struct lockout_key *of, struct lockout_row *row_out) MUST_CHECK;
enum errcode store_lockout_lock(struct cx *cx, const struct digest *key, int64_t until) MUST_CHECK;
/* The sources that are refused for an account, the latest end first, at most `limit`. */
enum errcode store_lockout_sources(struct cx *cx, const struct digest *account, int64_t limit,
                                   struct lockout_source **sources_out, size_t *n_out) MUST_CHECK;
/* Every row of an account name that ends by `until` at the latest. */
enum errcode store_lockout_forget(struct cx *cx, const struct digest *account, int64_t until) MUST_CHECK;
enum errcode store_lockout_clear(struct cx *cx, const struct digest *key) MUST_CHECK;
/* Removes rows that did not change since `before` and are not locked, at most `limit`. */
enum errcode store_lockout_remove(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out) MUST_CHECK;

#endif
