/* device: the phones of a technician: enrolment by a one-time ticket (enrolment.h), the key, the token that
 * authenticates its calls. struct device is store_device.h's; its fingerprint is the first ten bytes of the
 * key's SHA-256, in five groups of four hex digits. Each change is a transaction of its own, audited. */
#ifndef COUNTERSIGN_ACCOUNTS_DEVICE_H
#define COUNTERSIGN_ACCOUNTS_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts/policy.h"
#include "accounts/technician.h"
#include "webauthn/webauthn.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/p256.h"
#include "store/store_device.h"

enum {
    DEVICE_KEY_BYTES = P256_POINT,
    DEVICE_SIGNATURE_BYTES = P256_SIGNATURE,
    DEVICE_NAME_MAX = 64,
    DEVICES_MAX = 10
};

/* What the holder of a ticket is told before it is spent. ERR_NOT_FOUND: the ticket. */
struct enrolment_view {
    struct str company, account, passkey_user, relying_party; /* the last is null where there can be none */
    enum passkey_policy passkey;                              /* as it acts here */
};
enum errcode enrolment_look(struct cx *cx, struct str ticket, struct enrolment_view *view_out) MUST_CHECK;

struct enrolment {
    struct str ticket, public_key, name, signature;
    struct passkey_registration passkey; /* over the statement that is signed; nulls: none */
};
/* The signature is over statement_write_enrolment (statement/statement.h). Verifies the point, the signature,
 * the ticket and the passkey, spends the ticket, adds the device, tells the others (notice.h). ERR_NOT_FOUND:
 * the ticket; ERR_CRYPTO: the key is no point; ERR_DENIED: the signature; ERR_SYNTAX: the name, 1 to
 * DEVICE_NAME_MAX bytes of printable text; ERR_LIMIT: the account has DEVICES_MAX active ones; ERR_POLICY:
 * the company asks for a passkey; ERR_PROTOCOL: the passkey; these two are audited. Whatever is refused
 * spends nothing. */
enum errcode device_enrol(struct cx *cx, const struct enrolment *e, struct device *device_out,
                          struct str *token_out) MUST_CHECK;

/* An active device of an account that is not deleted, by its token. ERR_NOT_FOUND. Not within a transaction:
 * it may write seen_at, every five minutes at most. */
enum errcode device_by_token(struct cx *cx, struct str token, struct device *device_out) MUST_CHECK;
enum errcode device_get(struct cx *cx, int64_t id, struct device *device_out) MUST_CHECK;
/* technician_id 0: all. Removed ones are left out unless asked for. */
enum errcode device_list(struct cx *cx, int64_t technician_id, bool with_removed, struct device **devices_out,
                         size_t *n_out) MUST_CHECK;
enum errcode device_count_active(struct cx *cx, int64_t technician_id, int64_t *n_out) MUST_CHECK;
/* ERR_LIMIT: it has DEVICES_MAX active devices. */
enum errcode device_check_room(struct cx *cx, int64_t technician_id) MUST_CHECK;
/* ERR_SYNTAX; ERR_CONFLICT: it was removed. */
enum errcode device_rename(struct cx *cx, int64_t id, struct str name) MUST_CHECK;
/* A removed device stays removed (ERR_CONFLICT); ERR_LIMIT as above. When no active device is left, pending
 * challenges fail; what a device approved that is no longer active counts no more (challenge.h). Where a
 * phone acts (cx->device), it cannot take the account's last second factor off: ERR_POLICY. */
enum errcode device_set_state(struct cx *cx, int64_t id, enum device_state state) MUST_CHECK;
/* The same two within the open transaction; d is as read in it. */
enum errcode device_rename_within(struct cx *cx, int64_t id, struct str name) MUST_CHECK;
enum errcode
device_set_state_within(struct cx *cx, const struct device *d, enum device_state state) MUST_CHECK;

#endif
