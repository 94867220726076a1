/* lockout: failures of an account name, known or not, and of a (name, source) pair. See ARCHITECTURE.md,
 * "Lock-out". */
#ifndef COUNTERSIGN_AUTH_LOCKOUT_H
#define COUNTERSIGN_AUTH_LOCKOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/policy.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_lockout.h"

struct lockout {
    bool account_locked;
    bool source_refused;   /* this address (of IPv6: its /64) used its own budget up */
    int64_t account_left;  /* failures until the account locks; 0 when locked */
    int64_t stranger_left; /* the same if the account were unknown: by the default limit */
    int64_t source_left;   /* failures until the source is refused: fewer than lock the account in any case */
    int64_t locked_until;  /* 0; INT64_MAX: until unlocked */
};

/* What a failure counts for as its source: the address, of IPv6 its /64 as text; in the arena. */
struct str lockout_network(struct cx *cx, struct str source);

/* p NULL: an unknown account; the defaults of policy.def count. source null (command line): no source budget.
 */
enum errcode lockout_get(struct cx *cx, const struct policy *p, struct str email_key, struct str source,
                         struct lockout *l_out) MUST_CHECK;
/* Within the open transaction: one more failure; *l_out (not NULL) is what holds then. When it locks an
 * account that exists (p not NULL), that is audited. */
enum errcode lockout_fail(struct cx *cx, const struct policy *p, struct str email_key, struct str source,
                          struct lockout *l_out) MUST_CHECK;
/* Within the open transaction: a whole sign-in succeeded; the account's counter and this source's go back to
 * nothing. Other sources keep theirs. */
enum errcode lockout_clear(struct cx *cx, struct str email_key, struct str source) MUST_CHECK;

/* Within the open transaction: what was counted for the name, from every source, is forgotten, and what it
 * locked or refused is open. LIFT_TIMED leaves a lock that only `unlock` opens. */
enum lockout_lift { LIFT_TIMED, LIFT_ALL };
enum errcode lockout_lift(struct cx *cx, struct str email_key, enum lockout_lift how) MUST_CHECK;
/* The sources that are refused now (of IPv6 the /64), at most LOCKOUT_LISTED. */
enum { LOCKOUT_LISTED = 100 };
enum errcode lockout_sources(struct cx *cx, struct str email_key, struct lockout_source **sources_out,
                             size_t *n_out) MUST_CHECK;
/* The same as text for the audit: addresses behind one another, at most LOCKOUT_LISTED; "": none. */
enum errcode lockout_sources_text(struct cx *cx, struct str email_key, struct str *text_out) MUST_CHECK;
/* Housekeeping: forgets what nobody added to for 30 days and is not locked, at most `limit` rows. */
enum errcode lockout_sweep(struct cx *cx, int64_t limit, bool *more_out) MUST_CHECK;
/* What iAttemptRemaining says: 0 to 255. One without the right password is told what an unknown account would
 * have left, whatever the company's limit: the number shows nobody that the account exists. */
uint8_t lockout_attempts(const struct lockout *l, bool password_was_right);

#endif
