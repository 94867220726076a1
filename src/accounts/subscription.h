/* subscription: a phone asks to be rung by Web Push. Where it may be rung is limited (base/endpoint.h); the
 * courier does the ringing. Each change is made within the open transaction of the deed (deed.h), and audited
 * by the push service's host. */
#ifndef COUNTERSIGN_ACCOUNTS_SUBSCRIPTION_H
#define COUNTERSIGN_ACCOUNTS_SUBSCRIPTION_H

#include "base/cx.h"
#include "base/err.h"
#include "store/store_device.h"
#include "store/store_push.h"

enum { SUBSCRIPTION_AUTH_BYTES = 16 };

/* Replaces the device's earlier one; the same again changes nothing. wanted: device_id and rests_until are
 * not looked at. is_again: the device had told it already. ERR_SYNTAX: malformed; ERR_CRYPTO: p256dh is no
 * point on P-256; ERR_POLICY: not a push service that is admitted, or Web Push is off; ERR_CLOSED: told
 * already, and there is none: its push service ended it since (nobody else does without the device). */
enum errcode subscription_set_within(struct cx *cx, const struct device *device,
                                     const struct push_subscription *wanted, bool is_again) MUST_CHECK;

/* Within the open transaction: the push service knows the subscription no more, so it is removed and audited,
 * if it is still that one. */
enum errcode subscription_gone_within(struct cx *cx, int64_t device_id, struct str endpoint) MUST_CHECK;
/* Nothing to end is no error. */
enum errcode subscription_end_within(struct cx *cx, const struct device *device) MUST_CHECK;

#endif
