/* SPDX-License-Identifier: Apache-2.0 */
/* device: the phones of a technician: the key, the token that authenticates its calls. struct device is
 * store_device.h's. What changes one: device_change.h. */
#ifndef COUNTERSIGN_ACCOUNTS_DEVICE_H
#define COUNTERSIGN_ACCOUNTS_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts/policy.h"
#include "accounts/technician.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/p256.h"
#include "store/store_device.h"
#include "webauthn/webauthn.h"

enum {
    DEVICE_KEY_BYTES = P256_POINT,
    DEVICE_SIGNATURE_BYTES = P256_SIGNATURE,
    DEVICE_NAME_MAX = 64,
    DEVICES_MAX = 10
};

/* The first ten bytes of the key's SHA-256, in five groups of four hex digits, in the arena. */
struct str device_fingerprint(struct cx *cx, struct str public_key);
/* An active device of an account that is not deleted, by its token. ERR_NOT_FOUND. Not within a transaction:
 * it may note seen_at, every five minutes at most. */
enum errcode device_by_token(struct cx *cx, struct str token, struct device *device_out) MUST_CHECK;
enum errcode device_get(struct cx *cx, int64_t id, struct device *device_out) MUST_CHECK;
/* technician_id 0: all. Without removed ones, unless requested. */
enum errcode device_list(struct cx *cx, int64_t technician_id, bool with_removed, struct device **devices_out,
                         size_t *n_out) MUST_CHECK;
enum errcode device_count_active(struct cx *cx, int64_t technician_id, int64_t *n_out) MUST_CHECK;
/* ERR_LIMIT: it has DEVICES_MAX active devices. */
enum errcode device_check_room(struct cx *cx, int64_t technician_id) MUST_CHECK;

#endif
