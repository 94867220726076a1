/* counter: the failures at one name, in all and of one source; when they lock, when they refuse, and when
 * that ends. Two counters run for each attempt (lockout.c): what holds of an account, and what a stranger is
 * shown. Internal to the lock-out. */
#ifndef COUNTERSIGN_ACCOUNTS_COUNTER_H
#define COUNTERSIGN_ACCOUNTS_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "store/store_lockout.h"

struct counter {
    struct lockout_row account, source; /* in: what store_lockout_take takes; source: where has_source */
    bool has_source;
    int64_t account_limit, account_time; /* failures; how long it locks, 0: until unlocked */
    int64_t source_limit;                /* less than account_limit */
};

/* A source is refused for a quarter of an hour, twice as long each further time, four hours at most. */
#define COUNTER_REFUSED (15 * CLOCK_MINUTE)
#define COUNTER_FORGETS (30 * CLOCK_DAY)

/* Reads both rows as they are now: what is over is open. Writes nothing. */
enum errcode counter_get(struct cx *cx, struct counter *c) MUST_CHECK;
/* Within the open transaction: counts one attempt, and leaves both rows as they are then. */
enum counter_how { COUNTER_COUNTED, COUNTER_LOCKED, COUNTER_REFUSES };
enum errcode counter_try(struct cx *cx, struct counter *c, enum counter_how *how_out) MUST_CHECK;
/* Within the open transaction: a sign-in succeeded. Both counts begin anew; the source is a known one. */
enum errcode counter_succeed(struct cx *cx, struct counter *c) MUST_CHECK;
/* Within the open transaction: takes back what the source has added to the count in all. */
enum errcode counter_withdraw(struct cx *cx, struct counter *c) MUST_CHECK;
/* What is left until the limit. A limit that was lowered below what was counted is met by the next failure.
 */
int64_t counter_left(const struct lockout_row *row, int64_t limit);
/* lockout_sweep. */
enum errcode counter_sweep(struct cx *cx, int64_t limit, bool *more_out) MUST_CHECK;

#endif
