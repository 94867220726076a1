/* deed: what a phone asks to have changed. Its bearer token reads and nothing else, so each change is signed
 * by the device's key over the operation, all its arguments and a nonce that is good once, for that device,
 * for a short time. docs/device-api.md, "Changes".
 *
 * A nonce is not stored: it is a MAC over the device, the number of changes that it has signed, and the time.
 * So a stranger with the token can ask for any number of nonces and leaves nothing behind, and an accepted
 * change makes void every nonce that was given out before it; so does each change of the device's state. */
#ifndef COUNTERSIGN_ACCOUNTS_DEED_H
#define COUNTERSIGN_ACCOUNTS_DEED_H

#include "accounts/device.h"
#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_push.h"

#define DEED_NONCE_LIFE (2 * CLOCK_MINUTE)

enum deed_result {
    DEED_OK,
    DEED_UNKNOWN_DEVICE, /* it is not active any more, or its account was deleted */
    DEED_STALE,          /* the nonce is spent, over, another device's, or none at all: ask for another */
    DEED_BAD_SIGNATURE   /* audited; changes nothing */
};

struct deed {
    const struct device *device; /* of the token; its row is read again */
    struct str nonce;
    struct str
        statement; /* what it must have signed: statement_open_change and the arguments; null: too long */
    struct str signature; /* P256_SIGNATURE */
};

/* A nonce for the device, in the arena. Reads; changes nothing. */
enum errcode deed_nonce(struct cx *cx, const struct device *d, struct str *nonce_out) MUST_CHECK;

/* Whether it would be granted now. For work that is costly and comes before the transaction; grants nothing.
 */
enum errcode deed_check(struct cx *cx, const struct deed *deed, enum deed_result *result_out) MUST_CHECK;
/* Within the open transaction of the change: the one function that grants it. DEED_OK: the nonce is spent. */
enum errcode deed_spend(struct cx *cx, const struct deed *deed, enum deed_result *result_out) MUST_CHECK;

/* The changes that need nothing else. Each is one transaction; an ERR_* return means that nothing was
 * changed. The device takes itself off its account. */
enum errcode deed_remove(struct cx *cx, const struct deed *deed, enum deed_result *result_out) MUST_CHECK;
/* notice_shown. */
enum errcode deed_notice_shown(struct cx *cx, const struct deed *deed, struct str public_id,
                               enum deed_result *result_out) MUST_CHECK;
/* subscription_set_within and subscription_end_within, with their errors. */
enum errcode deed_subscribe(struct cx *cx, const struct deed *deed, const struct push_subscription *wanted,
                            bool is_again, enum deed_result *result_out) MUST_CHECK;
enum errcode
deed_unsubscribe(struct cx *cx, const struct deed *deed, enum deed_result *result_out) MUST_CHECK;

#endif
