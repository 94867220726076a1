/* SPDX-License-Identifier: Apache-2.0 */
/* subscription: a phone asks for notifications by Web Push. Allowed addresses are limited
 * (base/endpoint.h); the courier sends to them. Each change is made within the open transaction of the
 * deed (deed.h), and audited with the push service's host. */
#ifndef COUNTERSIGN_ACCOUNTS_SUBSCRIPTION_H
#define COUNTERSIGN_ACCOUNTS_SUBSCRIPTION_H

#include "base/cx.h"
#include "base/err.h"
#include "store/store_device.h"
#include "store/store_subscription.h"

enum { SUBSCRIPTION_AUTH_BYTES = 16 };

/* Replaces the device's earlier one; an identical one changes nothing. wanted: device_id and rests_until
 * are ignored. is_again: the device has sent it before. ERR_SYNTAX: malformed; ERR_CRYPTO: p256dh is not a
 * point on P-256; ERR_POLICY: not an allowed push service, or Web Push is off; ERR_CLOSED: sent before,
 * but no longer stored: its push service has ended it since (only the service does that without the
 * device). */
enum errcode subscription_set_within(struct cx *cx, const struct device *device,
                                     const struct subscription *wanted, bool is_again) MUST_CHECK;

/* Within the open transaction: the push service no longer knows the subscription, so it is removed and
 * audited, if it is still the same one. */
enum errcode subscription_gone_within(struct cx *cx, int64_t device_id, struct str endpoint) MUST_CHECK;
/* Ending nothing is not an error. */
enum errcode subscription_end_within(struct cx *cx, const struct device *device) MUST_CHECK;

#endif
