/* SPDX-License-Identifier: Apache-2.0 */
/* challenge_pace: when a technician may be sent a push. The pace is one every CHALLENGE_EVERY; one more may
 * be sent early, for a sign-in that was abandoned and started again, unless the phone has rejected one since.
 * An approval ends the wait, since the person is present. After too many unanswered or refused pushes in a
 * row, none is sent for CHALLENGE_REST. Only the channel rests, not the person: codes still work. */
#ifndef COUNTERSIGN_ACCOUNTS_CHALLENGE_PACE_H
#define COUNTERSIGN_ACCOUNTS_CHALLENGE_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts/technician.h"
#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"
#include "store/store_challenge.h"

#define CHALLENGE_EVERY (30 * CLOCK_S)
#define CHALLENGE_REST CLOCK_HOUR
enum { CHALLENGE_UNANSWERED_MAX = 5, CHALLENGE_REFUSED_MAX = 3 };

enum challenge_pace_event {
    CHALLENGE_PACE_SENT,
    CHALLENGE_PACE_UNANSWERED, /* it expired, or the console cancelled it before an answer */
    CHALLENGE_PACE_REFUSED,
    CHALLENGE_PACE_APPROVED /* or the sign-in succeeded with a code */
};

/* Within the open transaction: t as read in it. */
enum errcode
challenge_pace_count(struct cx *cx, const struct technician *t, enum challenge_pace_event event) MUST_CHECK;
bool challenge_pace_rests(const struct cx *cx, const struct technician *t);
/* Whether another unanswered push would begin a rest. */
bool challenge_pace_is_last(const struct technician *t);
/* When the next push may be sent; a time not after cx->now: at once. */
int64_t challenge_pace_free_at(const struct cx *cx, const struct technician *t);
/* Why a push to this account has to wait, and until when (0: not known); reason NULL: it need not. "pending":
 * another push is; one for a sign-in from the same address is replaced instead, unless that would begin a
 * rest, in which neither would be left; one from another address stays, so that it cannot be taken away
 * while the person looks at it. "rest", "pace", "no-device". Pushes whose time is over do not count. */
struct challenge_hold {
    const char *reason;
    int64_t until;
};
enum errcode challenge_pace_hold(struct cx *cx, const struct technician *t, struct str source,
                                 struct challenge_hold *hold_out) MUST_CHECK;
/* Resets counters, rest and pace in *t; the caller stores it. */
void challenge_pace_clear(struct technician *t);

/* Within the open transaction: expires a pending challenge; no effect when it is not pending. */
enum errcode challenge_expire(struct cx *cx, const struct challenge_row *c) MUST_CHECK;

#endif
