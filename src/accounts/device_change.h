/* SPDX-License-Identifier: Apache-2.0 */
/* device_change: enrolling a phone, and what becomes of it: its name, its state. Each change is audited. */
#ifndef COUNTERSIGN_ACCOUNTS_DEVICE_CHANGE_H
#define COUNTERSIGN_ACCOUNTS_DEVICE_CHANGE_H

#include <stdint.h>

#include "accounts/device.h"
#include "accounts/passkey.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

/* What the holder of a ticket can see before it is spent. ERR_NOT_FOUND: the ticket. */
struct enrolment_view {
    struct str company, account, passkey_user, relying_party; /* the last is null where there can be none */
    enum passkey_policy passkey;                              /* as it acts here */
    bool is_compared; /* an operator made the ticket, and the policy asks for a comparison of fingerprints */
};
enum errcode enrolment_look(struct cx *cx, struct str ticket, struct enrolment_view *view_out) MUST_CHECK;

struct enrolment {
    struct str ticket, public_key, name, signature;
    struct passkey_registration passkey;       /* over the statement that is signed; nulls: none */
    struct str former_token, former_signature; /* device_replace.h; nulls: none */
};
/* The signature is over statement_write_enrolment (statement/statement.h). Verifies the point, the signature,
 * the ticket and the passkey, spends the ticket, adds the device, tells the others (notice.h). ERR_NOT_FOUND:
 * the ticket; ERR_CRYPTO: the key is not a point; ERR_DENIED: the signature; ERR_SYNTAX: the name, 1 to
 * DEVICE_NAME_MAX bytes of printable text; ERR_LIMIT: the account has DEVICES_MAX active ones; ERR_POLICY:
 * the company asks for a passkey; ERR_PROTOCOL: the passkey; these two are audited. Whatever is refused
 * spends nothing. *former_out: the device that this one replaced and that is removed now, or 0. */
enum errcode device_enrol(struct cx *cx, const struct enrolment *e, struct device *device_out,
                          struct str *token_out, int64_t *former_out) MUST_CHECK;

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
