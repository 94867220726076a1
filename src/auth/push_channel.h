/* push_channel: when a technician may be sent a push: at most one every PUSH_EVERY, and none for PUSH_REST
 * after too many in a row that nobody answered or that were refused. The channel rests, never the person:
 * codes still work. */
#ifndef COUNTERSIGN_AUTH_PUSH_CHANNEL_H
#define COUNTERSIGN_AUTH_PUSH_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/technician.h"
#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"
#include "store/store_challenge.h"

#define PUSH_EVERY (30 * CLOCK_S)
#define PUSH_REST CLOCK_HOUR
enum { PUSH_UNANSWERED_MAX = 5, PUSH_REFUSED_MAX = 3 };

enum push_event {
    PUSH_SENT,
    PUSH_UNANSWERED, /* its time ran out, or the console took it back before an answer */
    PUSH_REFUSED,
    PUSH_APPROVED /* or the sign-in succeeded by a code */
};

/* Within the open transaction: t as read in it. */
enum errcode push_channel_count(struct cx *cx, const struct technician *t, enum push_event event) MUST_CHECK;
bool push_channel_rests(const struct cx *cx, const struct technician *t);
/* When the next push may be sent; not after cx->now: at once. */
int64_t push_channel_free_at(const struct technician *t);

/* Within the open transaction: a pending challenge whose time is over; nothing when it is not pending. */
enum errcode challenge_expire(struct cx *cx, const struct challenge_row *c) MUST_CHECK;

#endif
