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

struct lockout {
    bool account_locked;
    bool source_refused;   /* this address (of IPv6: its /64) used its own budget up */
    int64_t account_left;  /* failures until the account locks; 0 when locked */
    int64_t stranger_left; /* the same if the account were unknown: by the default limit */
    int64_t source_left;   /* failures until the source is refused: fewer than lock the account in any case */
    int64_t locked_until;  /* 0; INT64_MAX: until unlocked */
};

/* p NULL: an unknown account; the defaults of policy.def count. source null (command line): no source budget.
 */
enum errcode lockout_get(struct cx *cx, const struct policy *p, struct str email_key, struct str source,
                         struct lockout *l_out) MUST_CHECK;
/* Within the open transaction: one more failure; *l_out (not NULL) is what holds then. When it locks an
 * account that exists (p not NULL), that is audited. */
enum errcode lockout_fail(struct cx *cx, const struct policy *p, struct str email_key, struct str source,
                          struct lockout *l_out) MUST_CHECK;
/* Within the open transaction: a whole sign-in succeeded; both counters go back to nothing
 * (source null: the account's alone). */
enum errcode lockout_clear(struct cx *cx, struct str email_key, struct str source) MUST_CHECK;
/* Within the open transaction: the account is locked until lockout_clear. */
enum errcode lockout_lock(struct cx *cx, struct str email_key) MUST_CHECK;
/* Housekeeping: forgets what nobody added to for 30 days and is not locked, at most `limit` rows. */
enum errcode lockout_sweep(struct cx *cx, int64_t limit, bool *more_out) MUST_CHECK;
/* What iAttemptRemaining says: 0 to 255. One without the right password is told what an unknown account would
 * have left, whatever the company's limit: the number shows nobody that the account exists. */
uint8_t lockout_attempts(const struct lockout *l, bool password_was_right);

#endif
