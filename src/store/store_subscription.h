/* SPDX-License-Identifier: Apache-2.0 */
/* store_subscription: the push subscriptions of phones. */
#ifndef COUNTERSIGN_STORE_STORE_SUBSCRIPTION_H
#define COUNTERSIGN_STORE_STORE_SUBSCRIPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

/* Mirrors table subscription. */
struct subscription {
    int64_t device_id;
    struct str endpoint, p256dh, auth;
    int64_t rests_until;
};

/* ERR_NOT_FOUND. */
enum errcode
store_subscription_get(struct cx *cx, int64_t device_id, struct subscription *subscription_out) MUST_CHECK;
/* Replaces the device's previous one, and ends its pause. */
enum errcode store_subscription_put(struct cx *cx, const struct subscription *subscription) MUST_CHECK;
/* endpoint null: removes any; otherwise only if it is still that one. */
enum errcode store_subscription_remove(struct cx *cx, int64_t device_id, struct str endpoint,
                                       bool *changed_out) MUST_CHECK;
enum errcode
store_subscription_rest(struct cx *cx, int64_t device_id, struct str endpoint, int64_t until) MUST_CHECK;
/* The active devices of an account that have a subscription. *ids_out is in the arena. */
enum errcode
store_subscription_devices(struct cx *cx, int64_t technician_id, int64_t **ids_out, size_t *n_out) MUST_CHECK;

#endif
