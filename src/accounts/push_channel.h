/* SPDX-License-Identifier: Apache-2.0 */
/* push_channel: when a technician may be sent a push. The pace is one every PUSH_EVERY; one more may be
 * sent early, for a sign-in that was abandoned and started again, unless the phone has rejected one since.
 * An approval ends the wait, since the person is present. After too many unanswered or refused pushes in a
 * row, none is sent for PUSH_REST. Only the channel rests, not the person: codes still work. */
#ifndef COUNTERSIGN_ACCOUNTS_PUSH_CHANNEL_H
#define COUNTERSIGN_ACCOUNTS_PUSH_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts/technician.h"
#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"
#include "store/store_challenge.h"

#define PUSH_EVERY (30 * CLOCK_S)
#define PUSH_REST CLOCK_HOUR
enum { PUSH_UNANSWERED_MAX = 5, PUSH_REFUSED_MAX = 3 };

enum push_event {
    PUSH_SENT,
    PUSH_UNANSWERED, /* it expired, or the console cancelled it before an answer */
    PUSH_REFUSED,
    PUSH_APPROVED /* or the sign-in succeeded with a code */
};

/* Within the open transaction: t as read in it. */
enum errcode push_channel_count(struct cx *cx, const struct technician *t, enum push_event event) MUST_CHECK;
bool push_channel_rests(const struct cx *cx, const struct technician *t);
/* Whether another unanswered push would begin a rest. */
bool push_channel_is_last(const struct technician *t);
/* When the next push may be sent; a time not after cx->now: at once. */
int64_t push_channel_free_at(const struct cx *cx, const struct technician *t);
/* Why a push to this account has to wait, and until when (0: not known); reason NULL: it need not. "pending":
 * another push is; one for a sign-in from the same address is replaced instead, unless that would begin a
 * rest, in which neither would be left; one from another address stays, so that it cannot be taken away
 * while the person looks at it. "rest", "pace", "no-device". Pushes whose time is over do not count. */
struct push_hold {
    const char *reason;
    int64_t until;
};
enum errcode push_channel_hold(struct cx *cx, const struct technician *t, struct str source,
                               struct push_hold *hold_out) MUST_CHECK;
/* Resets counters, rest and pace in *t; the caller stores it. */
void push_channel_clear(struct technician *t);

/* Within the open transaction: expires a pending challenge; no effect when it is not pending. */
enum errcode challenge_expire(struct cx *cx, const struct challenge_row *c) MUST_CHECK;

#endif
