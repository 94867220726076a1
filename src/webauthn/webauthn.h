/* SPDX-License-Identifier: Apache-2.0 */
/* webauthn: verifies the answers of authenticators as a relying party does (W3C Web Authentication Level 3,
 * sections 7.1 and 7.2). It knows no device, no policy and no store, and does not require user verification:
 * it reports whether there was any. passkey.c decides what an answer means.
 *
 * Every byte is parsed by our strict readers (cbor.h, webauthn_data.c, webauthn_client.c) before libfido2
 * sees it, which verifies signatures and attestations (webauthn_fido.c). */
#ifndef COUNTERSIGN_WEBAUTHN_WEBAUTHN_H
#define COUNTERSIGN_WEBAUTHN_WEBAUTHN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Called once, while the process can still open files. */
void webauthn_warm_up(void);

enum {
    WEBAUTHN_ATTESTATION_MAX = 16 * 1024, /* an attestation object */
    WEBAUTHN_CLIENT_MAX = 4 * 1024,       /* a clientDataJSON */
    WEBAUTHN_DATA_MAX = 4 * 1024,         /* an assertion's authenticator data */
    WEBAUTHN_SIGNATURE_MAX = 512,
    WEBAUTHN_ID_MAX = 1023 /* a credential's id: section 7.1, step 25 */
};

enum webauthn_fault {
#define FAULT(name, text, doc) WEBAUTHN_##name,
#include "webauthn/webauthn_fault.def"
    WEBAUTHN_FAULTS_
};
/* "user-verification": as in the audit log. */
struct str webauthn_fault_name(enum webauthn_fault fault);

/* The relying party's id (a domain; .p is a C string), and the only origin that it uses. */
struct webauthn_site {
    struct str id, origin;
};
/* The site of a server's public address. False if passkeys are not possible, because the host is an
 * address rather than a name, or the scheme is plain and the host is not localhost (W3C Secure Contexts,
 * 3.1). The origin is as browsers write it (WHATWG URL, "origin"): in lower case, without the default
 * port. In the arena. */
bool webauthn_site_of(struct arena *a, struct str public_url, struct webauthn_site *site_out);

struct webauthn_asked {
    struct webauthn_site site;
    struct str challenge; /* the bytes */
};

/* COSE (RFC 9053): the algorithms that authenticators may sign with. */
enum webauthn_algorithm { WEBAUTHN_ES256 = -7, WEBAUTHN_EDDSA = -8, WEBAUTHN_RS256 = -257 };

struct webauthn_credential {
    struct str id;
    enum webauthn_algorithm algorithm;
    struct str public_key; /* as in libfido2: x and y; 32 bytes; modulus (2048 bits) and exponent (65537) */
    int64_t sign_count;
    bool backup_eligible, backed_up;
};

/* As they were sent. */
struct passkey_registration {
    struct str attestation_object, client_data;
};
struct passkey_assertion {
    struct str authenticator_data, client_data, signature;
};

/* A registration: formats none, packed (self and x5c) and fido-u2f, without trust anchors: the
 * authenticator's maker is not judged. The credential's strings are views of the object or in the arena.
 * *verified_out: the authenticator verified the user. */
enum webauthn_fault
webauthn_register(struct arena *a, const struct webauthn_asked *asked,
                  const struct passkey_registration *registration, struct webauthn_credential *credential_out,
                  bool *verified_out) MUST_CHECK;
/* An assertion by that credential. *next_out: the credential with its new counter and backup state. */
enum webauthn_fault
webauthn_assert(struct arena *a, const struct webauthn_asked *asked,
                const struct webauthn_credential *credential, const struct passkey_assertion *assertion,
                struct webauthn_credential *next_out, bool *verified_out) MUST_CHECK;

#endif
