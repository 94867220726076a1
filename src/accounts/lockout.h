/* SPDX-License-Identifier: Apache-2.0 */
/* lockout: failures of an account and of their sources, and what a caller without the right password is
 * shown of them. See ARCHITECTURE.md, "Lock-out". */
#ifndef COUNTERSIGN_ACCOUNTS_LOCKOUT_H
#define COUNTERSIGN_ACCOUNTS_LOCKOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts/policy.h"
#include "accounts/technician.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_lockout.h"

/* The failures of a name and a source, as for an unknown name: by the default limits, and independent of
 * whatever else happens to the account. */
struct lockout_shown {
    bool is_counted;       /* this attempt: neither locked nor refused */
    bool is_locked;        /* this attempt: the name was locked */
    uint8_t attempts_left; /* the value of iAttemptRemaining */
};

struct lockout {
    bool account_locked;
    bool source_refused;  /* this address (for IPv6: its /64) has used up its own budget */
    bool source_is_known; /* a complete sign-in came from it within 30 days */
    int64_t account_left; /* failures until the account locks; 0 when locked */
    int64_t source_limit; /* how many a source may have */
    int64_t source_left;  /* failures until the source is refused: always fewer than lock the account */
    int64_t locked_until; /* 0; INT64_MAX: until unlocked */
    /* Of this attempt, and of an account; set by lockout_fail only. Neither: it was turned away at its
     * source. */
    bool is_counted;            /* as a failure */
    bool was_locked;            /* already */
    struct lockout_shown shown; /* set by lockout_fail only */
};

/* The subject of an attempt. t and p NULL: the name is not an account's. */
struct lockout_name {
    const struct technician *t;
    const struct policy *p;
    struct str email_key;
};

/* For an account. p NULL: the default limits. source null (command line): no source budget. */
enum errcode lockout_get(struct cx *cx, const struct policy *p, struct str email_key, struct str source,
                         struct lockout *l_out) MUST_CHECK;
/* What a wrong password from there would be shown now, without counting it. */
enum errcode lockout_look_shown(struct cx *cx, struct str email_key, struct str source,
                                struct lockout_shown *shown_out) MUST_CHECK;
/* Within the open transaction: one more failed attempt; *l_out (not NULL) is the state afterwards. If the
 * account was already locked or the source refused, it is counted as turned away, otherwise as a failure.
 * A lock or refusal is audited, and so is its end, with the number of attempts turned away. A source
 * contributes less than the account's limit to its lock, however long it tries: alone it never locks an
 * account. */
enum errcode lockout_fail(struct cx *cx, const struct lockout_name *name, struct str source,
                          struct lockout *l_out) MUST_CHECK;
/* Within the open transaction: a complete sign-in succeeded; the counters of the account and of this
 * source are reset. Those of other sources stay. */
enum errcode lockout_clear(struct cx *cx, const struct lockout_name *name, struct str source) MUST_CHECK;

/* Within the open transaction: clears what was counted for the account, from every source, and opens what
 * it locked or refused. LIFT_TIMED keeps a lock that only `unlock` opens. What outsiders are shown is
 * unchanged. */
enum lockout_lift { LIFT_TIMED, LIFT_ALL };
/* For the audit log: the addresses that were refused, joined, at most LOCKOUT_LISTED; how many attempts
 * were turned away, from all sources. */
struct lockout_lifted {
    struct str sources, turned_away;
};
enum errcode lockout_lift(struct cx *cx, struct str email_key, enum lockout_lift how,
                          struct lockout_lifted *lifted_out) MUST_CHECK;
/* The sources refused now (for IPv6 the /64), at most LOCKOUT_LISTED. */
enum { LOCKOUT_LISTED = 100 };
enum errcode lockout_sources(struct cx *cx, struct str email_key, struct lockout_source **sources_out,
                             size_t *n_out) MUST_CHECK;
/* Housekeeping: ends expired locks, with their audit events, and removes counters that are not locked and
 * have not grown for 30 days, at most `limit` rows of each. */
enum errcode lockout_sweep(struct cx *cx, int64_t limit, bool *more_out) MUST_CHECK;
/* The value of iAttemptRemaining for a caller with the right password: 0 to 255. */
uint8_t lockout_attempts(const struct lockout *l);

#endif
