/* SPDX-License-Identifier: Apache-2.0 */
/* webauthn: see webauthn.h. The order follows sections 7.1 and 7.2. */
#include "webauthn/webauthn_parts.h"

#include <openssl/evp.h>

#include "base/secret.h"

struct str
webauthn_fault_name(enum webauthn_fault fault)
{
    static const struct str names[WEBAUTHN_FAULTS_] = {
#define FAULT(name, text, doc) [WEBAUTHN_##name] = STR(text),
#include "webauthn/webauthn_fault.def"
    };
    ASSERT(fault < WEBAUTHN_FAULTS_);
    return names[fault];
}

static bool
is_of(struct str s, const char *set, bool letters)
{
    for (size_t i = 0; i < s.n; i++) {
        const char c = s.p[i];
        const bool is_known = (c >= '0' && c <= '9') || (letters && c >= 'a' && c <= 'z') ||
                              str_find(str_from_cstr(set), c) < str_from_cstr(set).n;
        if (!is_known)
            return false;
    }
    return true;
}

static struct str
lower(struct arena *a, struct str s)
{
    char *copy = arena_cstr(a, s);
    for (size_t i = 0; i < s.n; i++)
        if (copy[i] >= 'A' && copy[i] <= 'Z')
            copy[i] = (char)(copy[i] - 'A' + 'a');
    return (struct str){copy, s.n};
}

/* A name of letters, digits and hyphens whose last label is not a number, which would make it an address. */
static bool
is_domain(struct str host)
{
    struct str rest = host, label = STR_NULL;
    while (!str_is_null(rest)) {
        label = str_cut(&rest, '.');
        if (str_is_empty(label))
            return false;
    }
    return !str_is_null(label) && is_of(host, ".-", true) && !is_of(label, "", false);
}

bool
webauthn_site_of(struct arena *a, struct str public_url, struct webauthn_site *site_out)
{
    const struct str https = STR("https://"), http = STR("http://"), localhost = STR("localhost");
    struct str rest = lower(a, public_url);
    const bool is_secure = str_starts(rest, https);
    int64_t port = is_secure ? 443 : 80;
    const int64_t usual = port;
    if (!is_secure && !str_starts(rest, http))
        return false;
    rest = str_sub(rest, is_secure ? https.n : http.n, rest.n);
    const struct str host = str_cut(&rest, ':');
    if (!is_domain(host) || (!str_is_null(rest) && str_to_i64(rest, 1, UINT16_MAX, &port) != ERR_NONE))
        return false;
    if (!is_secure && !str_eq(host, localhost) && !str_ends(host, STR_LIT(".localhost")))
        return false;
    const char *scheme = is_secure ? "https" : "http";
    site_out->id = arena_str(a, host);
    site_out->origin = port == usual ? arena_printf(a, "%s://%.*s", scheme, STR_ARG(host))
                                     : arena_printf(a, "%s://%.*s:%d", scheme, STR_ARG(host), (int)port);
    return true;
}

/* Sections 7.1, steps 14 to 18, and 7.2, steps 15 to 19. */
static enum webauthn_fault
check_data(const struct webauthn_data *d, struct str rp_id)
{
    struct digest hash;
    ASSERT(EVP_Digest(rp_id.p, rp_id.n, hash.bytes, NULL, EVP_sha256(), NULL) == 1);
    if (d->rp_id_hash.n != sizeof hash.bytes || !secret_equal(d->rp_id_hash.p, hash.bytes, sizeof hash.bytes))
        return WEBAUTHN_RELYING_PARTY;
    if ((d->flags & WEBAUTHN_UP) == 0)
        return WEBAUTHN_USER_PRESENCE;
    if ((d->flags & WEBAUTHN_BS) != 0 && (d->flags & WEBAUTHN_BE) == 0)
        return WEBAUTHN_BACKUP;
    return WEBAUTHN_NONE;
}

/* The key and the id that an attestation covers. */
static enum webauthn_fault
read_credential(struct arena *a, const struct webauthn_data *d, struct webauthn_credential *credential_out)
{
    if ((d->flags & WEBAUTHN_AT) == 0)
        return WEBAUTHN_MALFORMED;
    *credential_out = (struct webauthn_credential){.id = d->credential_id,
                                                   .sign_count = d->sign_count,
                                                   .backup_eligible = (d->flags & WEBAUTHN_BE) != 0,
                                                   .backed_up = (d->flags & WEBAUTHN_BS) != 0};
    if (d->credential_id.n == 0 || d->credential_id.n > WEBAUTHN_ID_MAX)
        return WEBAUTHN_CREDENTIAL;
    enum webauthn_fault fault =
        webauthn_key_read(a, d->cose_key, &credential_out->algorithm, &credential_out->public_key);
    if (fault == WEBAUTHN_NONE &&
        !webauthn_key_is_usable(credential_out->algorithm, credential_out->public_key))
        fault = WEBAUTHN_ALGORITHM;
    return fault;
}

/* Steps 21 to 24. Without trust anchors, a valid statement is worth as much as none; an invalid one
 * indicates tampering. */
static enum webauthn_fault
check_attestation(const struct webauthn_attestation *att, const struct webauthn_data *d,
                  const struct webauthn_credential *credential, const struct webauthn_asked *asked,
                  struct str client_data)
{
    if (att->format == WEBAUTHN_FORMAT_NONE)
        return WEBAUTHN_NONE;
    /* libfido2 verifies a statement only if the outputs are the requested ones. */
    if (!str_is_null(d->extensions))
        return WEBAUTHN_EXTENSION;
    bool fits;
    if (att->format == WEBAUTHN_FORMAT_U2F)
        fits = att->certificates == 1 && credential->algorithm == WEBAUTHN_ES256 &&
               webauthn_cert_is_u2f(att->certificate);
    else if (str_is_null(att->certificate))
        fits = att->algorithm == (int64_t)credential->algorithm;
    else
        fits = webauthn_cert_is_packed(att->certificate, d->aaguid);
    return fits && webauthn_attestation_holds(att, credential, asked->site.id.p, client_data)
               ? WEBAUTHN_NONE
               : WEBAUTHN_ATTESTATION;
}

enum webauthn_fault
webauthn_register(struct arena *a, const struct webauthn_asked *asked,
                  const struct passkey_registration *registration, struct webauthn_credential *credential_out,
                  bool *verified_out)
{
    struct webauthn_attestation att;
    struct webauthn_data d;
    *verified_out = false;
    enum webauthn_fault fault = webauthn_client_check(a, registration->client_data, "webauthn.create", asked);
    if (fault == WEBAUTHN_NONE)
        fault = webauthn_attestation_read(registration->attestation_object, &att);
    if (fault == WEBAUTHN_NONE)
        fault = webauthn_data_read(att.authenticator_data, &d);
    if (fault == WEBAUTHN_NONE)
        fault = check_data(&d, asked->site.id);
    if (fault == WEBAUTHN_NONE)
        fault = read_credential(a, &d, credential_out);
    if (fault == WEBAUTHN_NONE)
        fault = check_attestation(&att, &d, credential_out, asked, registration->client_data);
    if (fault == WEBAUTHN_NONE)
        *verified_out = (d.flags & WEBAUTHN_UV) != 0;
    return fault;
}

/* Section 7.2, step 22: unless both are zero, it must have increased. */
static bool
has_counted(int64_t before, int64_t now)
{
    return (before == 0 && now == 0) || now > before;
}

/* What an assertion may say about a known credential. */
static enum webauthn_fault
check_assertion(const struct webauthn_data *d, const struct webauthn_credential *credential)
{
    if ((d->flags & WEBAUTHN_AT) != 0)
        return WEBAUTHN_MALFORMED;
    if ((d->flags & WEBAUTHN_ED) != 0)
        return WEBAUTHN_EXTENSION;
    return ((d->flags & WEBAUTHN_BE) != 0) == credential->backup_eligible ? WEBAUTHN_NONE : WEBAUTHN_BACKUP;
}

enum webauthn_fault
webauthn_assert(struct arena *a, const struct webauthn_asked *asked,
                const struct webauthn_credential *credential, const struct passkey_assertion *assertion,
                struct webauthn_credential *next_out, bool *verified_out)
{
    struct webauthn_data d;
    *verified_out = false;
    enum webauthn_fault fault = webauthn_client_check(a, assertion->client_data, "webauthn.get", asked);
    if (fault == WEBAUTHN_NONE && (assertion->authenticator_data.n > WEBAUTHN_DATA_MAX ||
                                   assertion->signature.n > WEBAUTHN_SIGNATURE_MAX))
        fault = WEBAUTHN_MALFORMED;
    if (fault == WEBAUTHN_NONE)
        fault = webauthn_data_read(assertion->authenticator_data, &d);
    if (fault == WEBAUTHN_NONE)
        fault = check_data(&d, asked->site.id);
    if (fault == WEBAUTHN_NONE)
        fault = check_assertion(&d, credential);
    if (fault == WEBAUTHN_NONE && !webauthn_signature_holds(assertion, credential, asked->site.id.p))
        fault = WEBAUTHN_SIGNATURE;
    if (fault == WEBAUTHN_NONE && !has_counted(credential->sign_count, d.sign_count))
        fault = WEBAUTHN_COUNTER;
    if (fault != WEBAUTHN_NONE)
        return fault;
    *next_out = *credential;
    next_out->sign_count = d.sign_count;
    next_out->backed_up = (d.flags & WEBAUTHN_BS) != 0;
    *verified_out = (d.flags & WEBAUTHN_UV) != 0;
    return WEBAUTHN_NONE;
}
