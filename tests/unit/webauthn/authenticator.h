/* SPDX-License-Identifier: Apache-2.0 */
/* authenticator: a WebAuthn authenticator and its browser, in software; all its answers can be
 * altered. */
#ifndef COUNTERSIGN_TESTS_AUTH_AUTHENTICATOR_H
#define COUNTERSIGN_TESTS_AUTH_AUTHENTICATOR_H

#include "tests/unit/accounts/phone.h"

#include "webauthn/webauthn.h"

struct authenticator {
    struct phone key;
    struct str id; /* of the credential */
    unsigned flags;
    uint32_t count;     /* of the next answer, as it says */
    const char *rp_id;  /* "sign-in.example" */
    const char *origin; /* "https://sign-in.example" */
    const char *type;   /* NULL: the right one */
    const char *more;   /* members behind the origin; "" for none */
    struct str behind;  /* bytes behind the authenticator data, under the signature */
};

/* ES256, flags UP, UV, BE and BS, a count of 0. */
void authenticator_init(struct authenticator *a);
void authenticator_clear(struct authenticator *a);
/* Format none; the challenge is the SHA-256 of the statement. In the fixture's arena. */
struct passkey_registration
authenticator_register(struct fixture *f, const struct authenticator *a, struct str statement);
struct passkey_assertion
authenticator_assert(struct fixture *f, const struct authenticator *a, struct str statement);

#endif
