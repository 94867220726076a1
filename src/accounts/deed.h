/* SPDX-License-Identifier: Apache-2.0 */
/* deed: a change requested by a phone. The phone's bearer token only allows reading, so each change is signed
 * by the device's key over the operation, all its arguments, and a nonce that is valid once, for that device,
 * for a short time. docs/device-api.md, "Changes".
 *
 * A nonce is not stored: it is a MAC over the device, the number of changes that it has signed, and the
 * time. So a thief of the token can request any number of nonces without leaving anything behind, and an
 * accepted change voids every nonce issued before it; so does each change of the device's state. */
#ifndef COUNTERSIGN_ACCOUNTS_DEED_H
#define COUNTERSIGN_ACCOUNTS_DEED_H

#include "accounts/device.h"
#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_subscription.h"

#define DEED_NONCE_LIFE (2 * CLOCK_MINUTE)

enum deed_result {
    DEED_OK,
    DEED_UNKNOWN_DEVICE, /* it is no longer active, or its account was deleted */
    DEED_STALE,          /* the nonce is spent, expired, another device's, or not a nonce: request another */
    DEED_BAD_SIGNATURE   /* audited; changes nothing */
};

struct deed {
    const struct device *device; /* from the token; its row is read again */
    struct str nonce;
    struct str
        statement; /* what it must have signed: statement_open_change and the arguments; null: too long */
    struct str signature; /* P256_SIGNATURE */
};

/* A nonce for the device, in the arena. Reads; changes nothing. */
enum errcode deed_nonce(struct cx *cx, const struct device *d, struct str *nonce_out) MUST_CHECK;

/* Whether it would be granted now. For expensive work that comes before the transaction; grants nothing. */
enum errcode deed_check(struct cx *cx, const struct deed *deed, enum deed_result *result_out) MUST_CHECK;
/* Within the open transaction of the change: the only function that grants it. DEED_OK: the nonce is
 * spent. */
enum errcode deed_spend(struct cx *cx, const struct deed *deed, enum deed_result *result_out) MUST_CHECK;

/* The changes that need nothing else. Each is one transaction; an ERR_* result means that nothing was
 * changed. The device removes itself from its account. */
enum errcode deed_remove(struct cx *cx, const struct deed *deed, enum deed_result *result_out) MUST_CHECK;
/* notice_shown. */
enum errcode deed_notice_shown(struct cx *cx, const struct deed *deed, struct str public_id,
                               enum deed_result *result_out) MUST_CHECK;
/* subscription_set_within and subscription_end_within, with their errors. */
enum errcode deed_subscribe(struct cx *cx, const struct deed *deed, const struct subscription *wanted,
                            bool is_again, enum deed_result *result_out) MUST_CHECK;
enum errcode
deed_unsubscribe(struct cx *cx, const struct deed *deed, enum deed_result *result_out) MUST_CHECK;

#endif
