/* SPDX-License-Identifier: Apache-2.0 */
/* webauthn_cert: the certificate of an attestation: its required form, not its issuer. */
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "webauthn/webauthn_parts.h"

/* NULL: none, or more than one; freed by X509_free. */
static X509 *
read_cert(struct str der)
{
    const unsigned char *p = (const unsigned char *)der.p;
    X509 *cert = der.n <= INT_MAX ? d2i_X509(NULL, &p, (long)der.n) : NULL;
    if (cert != NULL && p != (const unsigned char *)der.p + der.n) {
        X509_free(cert);
        cert = NULL;
    }
    return cert;
}

/* The only value of that member of the subject. */
static bool
subject_has(X509 *cert, int member, struct str value)
{
    const X509_NAME *subject = X509_get_subject_name(cert);
    const int at = X509_NAME_get_index_by_NID(subject, member, -1);
    if (at < 0 || X509_NAME_get_index_by_NID(subject, member, at) >= 0)
        return false;
    const ASN1_STRING *s = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
    const struct str text = {(const char *)ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)};
    return str_is_null(value) ? text.n > 0 : str_eq(text, value);
}

/* The extension id-fido-gen-ce-aaguid, an octet string inside the extension's own, contains the
 * authenticator's model, if present; it must not be critical. */
static bool
aaguid_fits(X509 *cert, struct str aaguid)
{
    static const char oid[] = "1.3.6.1.4.1.45724.1.1.4";
    static const unsigned char head[] = {0x04, 0x10};
    ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
    if (object == NULL)
        err_no_memory();
    const int at = X509_get_ext_by_OBJ(cert, object, -1);
    ASN1_OBJECT_free(object);
    if (at < 0)
        return true;
    X509_EXTENSION *extension = X509_get_ext(cert, at);
    const ASN1_OCTET_STRING *data = X509_EXTENSION_get_data(extension);
    const struct str value = {(const char *)ASN1_STRING_get0_data(data), (size_t)ASN1_STRING_length(data)};
    return X509_EXTENSION_get_critical(extension) == 0 && value.n == sizeof head + aaguid.n &&
           str_starts(value, (struct str){(const char *)head, sizeof head}) && str_ends(value, aaguid);
}

/* Basic constraints are present, and say that it signs no certificates. */
static bool
is_no_authority(X509 *cert)
{
    BASIC_CONSTRAINTS *constraints = X509_get_ext_d2i(cert, NID_basic_constraints, NULL, NULL);
    const bool is = constraints != NULL && constraints->ca == 0;
    BASIC_CONSTRAINTS_free(constraints);
    return is;
}

bool
webauthn_cert_is_packed(struct str certificate, struct str aaguid)
{
    X509 *cert = read_cert(certificate);
    const bool is =
        cert != NULL && X509_get_version(cert) == X509_VERSION_3 &&
        subject_has(cert, NID_countryName, STR_NULL) && subject_has(cert, NID_organizationName, STR_NULL) &&
        subject_has(cert, NID_organizationalUnitName, STR_LIT("Authenticator Attestation")) &&
        subject_has(cert, NID_commonName, STR_NULL) && aaguid_fits(cert, aaguid) && is_no_authority(cert);
    X509_free(cert);
    return is;
}

bool
webauthn_cert_is_u2f(struct str certificate)
{
    X509 *cert = read_cert(certificate);
    EVP_PKEY *key = cert != NULL ? X509_get0_pubkey(cert) : NULL;
    char group[32];
    size_t n = 0;
    const bool is = key != NULL && EVP_PKEY_is_a(key, "EC") == 1 &&
                    EVP_PKEY_get_group_name(key, group, sizeof group, &n) == 1 &&
                    str_eq((struct str){group, n}, STR_LIT("prime256v1"));
    X509_free(cert);
    return is;
}
