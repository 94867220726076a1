/* passkey: the WebAuthn credential of a phone (Level 3), beside the phone's own key and never in its place.
 * It is made at the enrolment and goes with its device. What it signs is the SHA-256 of the same statement
 * that the device's key signs, as WebAuthn's challenge; user verification is always asked for.
 * docs/device-api.md, "Passkeys". The formats themselves are webauthn.h's. */
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
    PASSKEY_GOOD,     /* verified; the counter of signatures has moved on */
    PASSKEY_NONE,     /* the device has none, none was brought, and the company does not ask for one: go on */
    PASSKEY_REQUIRED, /* the device has one and it was not brought; or it has none and the company asks for
                         one */
    PASSKEY_BAD       /* it does not verify, or the device has none */
};
/* What an act of this device needs beside its own signature: verifies the assertion over the statement, as
 * the policy of the account's company wants it; an assertion whose members are all null was not
 * brought (struct passkey_assertion is webauthn.h's). Within the open transaction of the change that it
 * authorises: the row of the passkey is read there, and its counter changes by UPDATE ... WHERE sign_count =
 * old. With PASSKEY_REQUIRED and PASSKEY_BAD an audit event (passkey.refused, with the reason) was appended
 * and nothing else was changed: commit that, and change nothing. */
enum errcode passkey_verify(struct cx *cx, const struct device *d, struct str statement,
                            const struct passkey_assertion *a, enum passkey_verdict *verdict_out) MUST_CHECK;

/* The policy of a company as it acts at this server: where there can be no passkeys, none is offered.
 * *site_out (NULL: not wanted) is the relying party, null strings where there is none. */
enum passkey_policy
passkey_policy_here(struct cx *cx, const struct policy *p, struct webauthn_site *site_out);
/* The WebAuthn user handle for what a ticket enrols: 32 bytes, base64url; opaque, and the same each time.
 * Each device has its own: an authenticator that several devices share (a synchronised one) keeps one
 * credential for each handle, so the second device's would take the place of the first's. */
struct str passkey_user(struct cx *cx, int64_t technician_id, struct str ticket);

/* Within the open transaction that adds the device: the passkey that it brings (nulls: none), made over the
 * statement of the enrolment, is verified and added; *fault_out says why not, and then nothing was written.
 * Without one: WEBAUTHN_NONE, or WEBAUTHN_REQUIRED as the policy has it. */
enum errcode passkey_enrol(struct cx *cx, const struct device *d, struct str statement,
                           const struct passkey_registration *r, enum webauthn_fault *fault_out) MUST_CHECK;

/* ERR_POLICY: this server cannot have passkeys, so none can be required. */
enum errcode passkey_check_site(struct cx *cx) MUST_CHECK;

#endif
