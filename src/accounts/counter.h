/* SPDX-License-Identifier: Apache-2.0 */
/* counter: the failures for one name, in total and from one source; when they lock or refuse, and when
 * that ends. Two counters run for each attempt (lockout.c): the one that applies to the account, and the
 * one that outsiders are shown. Internal to the lock-out. */
#ifndef COUNTERSIGN_ACCOUNTS_COUNTER_H
#define COUNTERSIGN_ACCOUNTS_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "store/store_lockout.h"

struct counter {
    struct lockout_row account, source; /* in: input of store_lockout_take; source: if has_source */
    bool has_source;
    int64_t account_limit, account_time; /* number of failures; duration of the lock, 0: until unlocked */
    int64_t source_limit;                /* less than account_limit */
};

/* A source is refused for 15 minutes, and for twice as long each further time, up to four hours. */
#define COUNTER_REFUSED (15 * CLOCK_MINUTE)
#define COUNTER_FORGETS (30 * CLOCK_DAY)

/* Reads both rows as they are now: an expired lock counts as open. Writes nothing. */
enum errcode counter_get(struct cx *cx, struct counter *c) MUST_CHECK;
/* Within the open transaction: counts one attempt, and returns both rows as they are afterwards. */
enum counter_how { COUNTER_COUNTED, COUNTER_LOCKED, COUNTER_REFUSES };
enum errcode counter_try(struct cx *cx, struct counter *c, enum counter_how *how_out) MUST_CHECK;
/* Within the open transaction: a sign-in succeeded. Both counters restart; the source becomes a known one. */
enum errcode counter_succeed(struct cx *cx, struct counter *c) MUST_CHECK;
/* Within the open transaction: removes the source's contribution from the total. */
enum errcode counter_withdraw(struct cx *cx, struct counter *c) MUST_CHECK;
/* What is left until the limit. If a limit is lowered below the current count, the next failure reaches
 * it. */
int64_t counter_left(const struct lockout_row *row, int64_t limit);
/* lockout_sweep. */
enum errcode counter_sweep(struct cx *cx, int64_t limit, bool *more_out) MUST_CHECK;

#endif
