/* SPDX-License-Identifier: Apache-2.0 */
/* webauthn_fido: signatures and attestations, with libfido2, which opens no device here: webauthn_data.c
 * has parsed its input. Running out of memory ends the process, as everywhere. */
#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>
#include <openssl/evp.h>

#include "base/secret.h"
#include "webauthn/webauthn_parts.h"

static const unsigned char *
bytes(struct str s)
{
    return (const unsigned char *)s.p;
}

static struct digest
sha256(struct str s)
{
    struct digest digest;
    ASSERT(EVP_Digest(s.p, s.n, digest.bytes, NULL, EVP_sha256(), NULL) == 1);
    return digest;
}

/* A key as libfido2 holds it: one of the three is set. */
struct fido_key {
    es256_pk_t *es256;
    eddsa_pk_t *eddsa;
    rs256_pk_t *rs256;
};

static void
key_clear(struct fido_key *k)
{
    es256_pk_free(&k->es256);
    eddsa_pk_free(&k->eddsa);
    rs256_pk_free(&k->rs256);
}

/* False: not a key of that algorithm; for P-256 also: not a point on the curve. key_clear must be called
 * in either case. */
static bool
key_of(enum webauthn_algorithm algorithm, struct str key, struct fido_key *k)
{
    EVP_PKEY *usable = NULL;
    *k = (struct fido_key){.es256 = algorithm == WEBAUTHN_ES256 ? es256_pk_new() : NULL,
                           .eddsa = algorithm == WEBAUTHN_EDDSA ? eddsa_pk_new() : NULL,
                           .rs256 = algorithm == WEBAUTHN_RS256 ? rs256_pk_new() : NULL};
    if (k->es256 != NULL && es256_pk_from_ptr(k->es256, key.p, key.n) == FIDO_OK)
        usable = es256_pk_to_EVP_PKEY(k->es256);
    else if (k->eddsa != NULL && eddsa_pk_from_ptr(k->eddsa, key.p, key.n) == FIDO_OK)
        usable = eddsa_pk_to_EVP_PKEY(k->eddsa);
    else if (k->rs256 != NULL && rs256_pk_from_ptr(k->rs256, key.p, key.n) == FIDO_OK)
        usable = rs256_pk_to_EVP_PKEY(k->rs256);
    EVP_PKEY_free(usable);
    return usable != NULL;
}

static const void *
key_pointer(const struct fido_key *k)
{
    if (k->es256 != NULL)
        return k->es256;
    return k->eddsa != NULL ? (const void *)k->eddsa : (const void *)k->rs256;
}

bool
webauthn_key_is_usable(enum webauthn_algorithm algorithm, struct str public_key)
{
    /* The only exponent in use; with others, signatures can be forged (1) or become expensive. The key's
     * length includes it, and the modulus must have all 2048 bits. */
    static const struct str exponent = STR("\x01\x00\x01");
    struct fido_key k;
    if (algorithm == WEBAUTHN_RS256 &&
        (!str_ends(public_key, exponent) || ((unsigned char)public_key.p[0] & 0x80) == 0))
        return false;
    const bool usable = key_of(algorithm, public_key, &k);
    key_clear(&k);
    return usable;
}

static const char *
format_name(enum webauthn_format format)
{
    return format == WEBAUTHN_FORMAT_U2F ? "fido-u2f" : "packed";
}

/* Sections 8.2 and 8.6. */
bool
webauthn_attestation_holds(const struct webauthn_attestation *att,
                           const struct webauthn_credential *credential, const char *rp_id,
                           struct str client_data)
{
    const struct digest hash = sha256(client_data);
    fido_cred_t *cred = fido_cred_new();
    if (cred == NULL)
        err_no_memory();
    bool holds = fido_cred_set_type(cred, (int)credential->algorithm) == FIDO_OK &&
                 fido_cred_set_rp(cred, rp_id, NULL) == FIDO_OK &&
                 fido_cred_set_clientdata_hash(cred, hash.bytes, sizeof hash.bytes) == FIDO_OK &&
                 fido_cred_set_fmt(cred, format_name(att->format)) == FIDO_OK &&
                 fido_cred_set_authdata_raw(cred, bytes(att->authenticator_data),
                                            att->authenticator_data.n) == FIDO_OK &&
                 fido_cred_set_attstmt(cred, bytes(att->statement), att->statement.n) == FIDO_OK;
    holds = holds &&
            (str_is_null(att->certificate) ? fido_cred_verify_self(cred) : fido_cred_verify(cred)) == FIDO_OK;
    fido_cred_free(&cred);
    return holds;
}

bool
webauthn_signature_holds(const struct passkey_assertion *a, const struct webauthn_credential *credential,
                         const char *rp_id)
{
    const struct digest hash = sha256(a->client_data);
    struct fido_key k;
    fido_assert_t *assert = fido_assert_new();
    if (assert == NULL)
        err_no_memory();
    const bool holds =
        key_of(credential->algorithm, credential->public_key, &k) &&
        fido_assert_set_count(assert, 1) == FIDO_OK && fido_assert_set_rp(assert, rp_id) == FIDO_OK &&
        fido_assert_set_clientdata_hash(assert, hash.bytes, sizeof hash.bytes) == FIDO_OK &&
        fido_assert_set_authdata_raw(assert, 0, bytes(a->authenticator_data), a->authenticator_data.n) ==
            FIDO_OK &&
        fido_assert_set_up(assert, FIDO_OPT_TRUE) == FIDO_OK &&
        fido_assert_set_sig(assert, 0, bytes(a->signature), a->signature.n) == FIDO_OK &&
        fido_assert_verify(assert, 0, (int)credential->algorithm, key_pointer(&k)) == FIDO_OK;
    key_clear(&k);
    fido_assert_free(&assert);
    return holds;
}
