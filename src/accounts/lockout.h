/* lockout: failures of an account and of the sources they come from, and what somebody without the right
 * password is shown of them. See ARCHITECTURE.md, "Lock-out". */
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

/* What a name and a source have failed, as if the name were unknown: by the default limits, and whatever else
 * happens to the account. */
struct lockout_shown {
    bool is_counted;       /* this attempt: neither locked nor refused */
    bool is_locked;        /* this attempt: the name was locked */
    uint8_t attempts_left; /* what iAttemptRemaining says */
};

struct lockout {
    bool account_locked;
    bool source_refused;  /* this address (of IPv6: its /64) used its own budget up */
    bool source_is_known; /* a whole sign-in came from it within 30 days */
    int64_t account_left; /* failures until the account locks; 0 when locked */
    int64_t source_left;  /* failures until the source is refused: fewer than lock the account in any case */
    int64_t locked_until; /* 0; INT64_MAX: until unlocked */
    struct lockout_shown shown; /* of lockout_fail alone */
};

/* Whose attempt it is: t and p NULL: a name that is not an account's. */
struct lockout_name {
    const struct technician *t;
    const struct policy *p;
    struct str email_key;
};

/* What a failure counts for as its source: the address, of IPv6 its /64 as text; in the arena. */
struct str lockout_network(struct cx *cx, struct str source);

/* Of an account. p NULL: the default limits. source null (command line): no source budget. */
enum errcode lockout_get(struct cx *cx, const struct policy *p, struct str email_key, struct str source,
                         struct lockout *l_out) MUST_CHECK;
/* Within the open transaction: one more attempt that failed; *l_out (not NULL) is what holds then. Where the
 * account was locked or the source refused already, it is counted as turned away, and else as a failure. What
 * locks or refuses is audited; so is its end, with the number that was turned away. A source counts towards
 * the account's lock with less than the account's limit, whatever time passes: alone it locks no account. */
enum errcode lockout_fail(struct cx *cx, const struct lockout_name *name, struct str source,
                          struct lockout *l_out) MUST_CHECK;
/* Within the open transaction: a whole sign-in succeeded; the account's counter and this source's go back to
 * nothing. Other sources keep theirs. */
enum errcode lockout_clear(struct cx *cx, const struct lockout_name *name, struct str source) MUST_CHECK;

/* Within the open transaction: what was counted for the account, from every source, is forgotten, and what it
 * locked or refused is open. LIFT_TIMED leaves a lock that only `unlock` opens. What strangers are shown
 * stays. */
enum lockout_lift { LIFT_TIMED, LIFT_ALL };
/* For the audit: the addresses that were refused, behind one another, at most LOCKOUT_LISTED; how many
 * attempts were turned away, of all sources. */
struct lockout_lifted {
    struct str sources, turned_away;
};
enum errcode lockout_lift(struct cx *cx, struct str email_key, enum lockout_lift how,
                          struct lockout_lifted *lifted_out) MUST_CHECK;
/* The sources that are refused now (of IPv6 the /64), at most LOCKOUT_LISTED. */
enum { LOCKOUT_LISTED = 100 };
enum errcode lockout_sources(struct cx *cx, struct str email_key, struct lockout_source **sources_out,
                             size_t *n_out) MUST_CHECK;
/* Housekeeping: ends locks that are over, with their audit events, and forgets what was not added to for 30
 * days and is not locked, at most `limit` rows of each. */
enum errcode lockout_sweep(struct cx *cx, int64_t limit, bool *more_out) MUST_CHECK;
/* What iAttemptRemaining says to one who had the right password: 0 to 255. */
uint8_t lockout_attempts(const struct lockout *l);

#endif
