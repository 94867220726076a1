/* SPDX-License-Identifier: Apache-2.0 */
/* passkey: the WebAuthn credential of a phone (Level 3), in addition to the phone's own key and never
 * instead of it. It is made at the enrolment and removed with its device. It signs the SHA-256 of the
 * statement that the device's key signs, as WebAuthn's challenge; user verification is always required.
 * docs/device-api.md, "Passkeys". webauthn.h handles the formats. */
#ifndef COUNTERSIGN_ACCOUNTS_PASSKEY_H
#define COUNTERSIGN_ACCOUNTS_PASSKEY_H

#include <stdbool.h>

#include "accounts/policy.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_device.h"
#include "webauthn/webauthn.h"

enum passkey_verdict {
    PASSKEY_GOOD,     /* verified; the signature counter has advanced */
    PASSKEY_NONE,     /* the device has none, none was sent, and the company does not require one: continue */
    PASSKEY_REQUIRED, /* the device has one and it was not sent; or it has none and the company requires
                       * one */
    PASSKEY_BAD       /* it does not verify, or the device has none */
};
/* What an act of this device requires besides its own signature: verifies the assertion over the
 * statement, as the policy of the account's company demands; an assertion whose members are all null
 * counts as not sent (struct passkey_assertion is in webauthn.h). Within the open transaction of the
 * change that it authorizes: the passkey's row is read there, and its counter changes by UPDATE ... WHERE
 * sign_count = old. With PASSKEY_REQUIRED and PASSKEY_BAD an audit event (passkey.refused, with the
 * reason) was appended and nothing else was changed: commit that, and change nothing. */
enum errcode passkey_verify(struct cx *cx, const struct device *d, struct str statement,
                            const struct passkey_assertion *a, enum passkey_verdict *verdict_out) MUST_CHECK;

/* The policy of a company as it applies on this server: none is offered where passkeys are not possible.
 * *site_out (NULL: not wanted) is the relying party, null strings if there is none. */
enum passkey_policy
passkey_policy_here(struct cx *cx, const struct policy *p, struct webauthn_site *site_out);
/* The WebAuthn user handle for the device that a ticket enrols: 32 bytes, base64url; opaque, and always
 * the same for that ticket. Each device has its own: an authenticator shared by several devices (a
 * synchronized one) keeps one credential per handle, so the second device's would replace the first's. */
struct str passkey_user(struct cx *cx, int64_t technician_id, struct str ticket);

/* Within the open transaction that adds the device: verifies and adds the passkey sent with the enrolment
 * (nulls: none), made over the enrolment's statement; otherwise *fault_out is the reason, and nothing was
 * written. Without one: WEBAUTHN_NONE, or WEBAUTHN_REQUIRED if the policy demands it. */
enum errcode passkey_enrol(struct cx *cx, const struct device *d, struct str statement,
                           const struct passkey_registration *r, enum webauthn_fault *fault_out) MUST_CHECK;

/* ERR_POLICY: this server cannot have passkeys, so none can be required. */
enum errcode passkey_check_site(struct cx *cx) MUST_CHECK;

#endif
