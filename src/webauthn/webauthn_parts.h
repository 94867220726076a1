/* SPDX-License-Identifier: Apache-2.0 */
/* webauthn_parts: strict readers for the parts of an authenticator's answer; internal to webauthn*.c.
 * Results are views of the input. */
#ifndef COUNTERSIGN_WEBAUTHN_WEBAUTHN_PARTS_H
#define COUNTERSIGN_WEBAUTHN_WEBAUTHN_PARTS_H

#include "webauthn/webauthn.h"

/* webauthn_client.c: CollectedClientData (section 5.8.1), of type "webauthn.create" or "webauthn.get". */
enum webauthn_fault webauthn_client_check(struct arena *a, struct str client_data, const char *type,
                                          const struct webauthn_asked *asked) MUST_CHECK;

/* webauthn_data.c: authenticator data (section 6.1). */
enum {
    WEBAUTHN_UP = 0x01,
    WEBAUTHN_UV = 0x04,
    WEBAUTHN_BE = 0x08,
    WEBAUTHN_BS = 0x10,
    WEBAUTHN_AT = 0x40,
    WEBAUTHN_ED = 0x80,
    WEBAUTHN_HASH_BYTES = 32
};
struct webauthn_data {
    struct str raw, rp_id_hash;
    unsigned flags;
    int64_t sign_count;
    /* with AT; otherwise null */
    struct str aaguid, credential_id, cose_key;
    struct str extensions; /* with ED; otherwise null */
};
enum webauthn_fault webauthn_data_read(struct str raw, struct webauthn_data *data_out) MUST_CHECK;
/* A COSE_Key (RFC 9052, section 7), as found by webauthn_data_read, of one of the three algorithms and
 * with exactly the members of its kind. The key is in the arena. */
enum webauthn_fault
webauthn_key_read(struct arena *a, struct str cose_key, enum webauthn_algorithm *algorithm_out,
                  struct str *public_key_out) MUST_CHECK;

enum webauthn_format { WEBAUTHN_FORMAT_NONE, WEBAUTHN_FORMAT_PACKED, WEBAUTHN_FORMAT_U2F };
/* An attestation object (section 6.5.4) and its statement (8.2, 8.6, 8.7). */
struct webauthn_attestation {
    enum webauthn_format format;
    struct str authenticator_data;
    struct str statement;   /* the map, unmodified */
    int64_t algorithm;      /* of a packed statement */
    struct str certificate; /* the first of x5c, DER; null: a packed one signed with the credential's own
                             * key */
    size_t certificates;
};
enum webauthn_fault
webauthn_attestation_read(struct str object, struct webauthn_attestation *attestation_out) MUST_CHECK;

/* webauthn_fido.c: signatures, by libfido2. */
bool webauthn_key_is_usable(enum webauthn_algorithm algorithm, struct str public_key);
bool webauthn_attestation_holds(const struct webauthn_attestation *attestation,
                                const struct webauthn_credential *credential, const char *rp_id,
                                struct str client_data);
bool webauthn_signature_holds(const struct passkey_assertion *assertion,
                              const struct webauthn_credential *credential, const char *rp_id);
/* webauthn_cert.c: the requirements of sections 8.2.1 and 8.6 for the certificate of an attestation, DER. */
bool webauthn_cert_is_packed(struct str certificate, struct str aaguid);
bool webauthn_cert_is_u2f(struct str certificate);

#endif
