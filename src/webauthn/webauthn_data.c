/* SPDX-License-Identifier: Apache-2.0 */
/* webauthn_data: authenticator data, the keys in it, and the attestation object around it. */
#include "webauthn/webauthn_parts.h"

#include <string.h>

#include "base/codec.h"
#include "webauthn/cbor.h"

enum { FLAGS_AT = WEBAUTHN_HASH_BYTES, COUNT_AT = FLAGS_AT + 1, DATA_MIN = COUNT_AT + 4, AAGUID_BYTES = 16 };

static bool
take(struct str *rest, size_t n, struct str *out)
{
    if (rest->n < n)
        return false;
    *out = str_sub(*rest, 0, n);
    *rest = str_sub(*rest, n, rest->n - n);
    return true;
}

/* Attested credential data (section 6.5.1). */
static bool
take_attested(struct cbor *c, struct webauthn_data *d)
{
    struct str length;
    return take(&c->rest, AAGUID_BYTES, &d->aaguid) && take(&c->rest, 2, &length) &&
           take(&c->rest, be16_get((const unsigned char *)length.p), &d->credential_id) &&
           cbor_take_whole_map(c, &d->cose_key);
}

enum webauthn_fault
webauthn_data_read(struct str raw, struct webauthn_data *data_out)
{
    *data_out = (struct webauthn_data){.raw = raw};
    if (raw.n < DATA_MIN)
        return WEBAUTHN_MALFORMED;
    const unsigned char *p = (const unsigned char *)raw.p;
    struct cbor c = {.rest = str_sub(raw, DATA_MIN, raw.n)};
    data_out->rp_id_hash = str_sub(raw, 0, WEBAUTHN_HASH_BYTES);
    data_out->flags = p[FLAGS_AT];
    data_out->sign_count = be32_get(p + COUNT_AT);
    if ((data_out->flags & WEBAUTHN_AT) != 0 && !take_attested(&c, data_out))
        return WEBAUTHN_MALFORMED;
    if ((data_out->flags & WEBAUTHN_ED) != 0 && !cbor_take_whole_map(&c, &data_out->extensions))
        return WEBAUTHN_MALFORMED;
    return c.rest.n == 0 ? WEBAUTHN_NONE : WEBAUTHN_MALFORMED;
}

/* COSE_Key: labels 1 (kind), 3 (algorithm), and those of its kind from -1 down (RFC 9053, section 7; RFC
 * 8230, section 4). Reading the map has already ruled out duplicate labels. */
enum { LABEL_KIND = 1, LABEL_ALGORITHM = 3, PARAMETERS = 3 };
struct cose_key {
    int64_t kind, algorithm, curve;
    struct str bytes[PARAMETERS]; /* of label -1, -2, -3 */
};

static bool
take_member(struct cbor *c, struct cose_key *k)
{
    int64_t label;
    if (!cbor_take_int(c, &label))
        return false;
    if (label == LABEL_KIND)
        return cbor_take_int(c, &k->kind);
    if (label == LABEL_ALGORITHM)
        return cbor_take_int(c, &k->algorithm);
    if (label >= 0 || label < -PARAMETERS)
        return false;
    /* -1 is a curve's number, or an RSA key's modulus. */
    return (label == -1 && cbor_take_int(c, &k->curve)) || cbor_take_bytes(c, &k->bytes[-1 - label]);
}

/* The members of each algorithm's key. */
static const struct key_kind {
    enum webauthn_algorithm algorithm;
    int64_t kind, curve;      /* curve 0: none */
    size_t bytes[PARAMETERS]; /* 0: no such member */
} kinds[] = {
    {WEBAUTHN_ES256, 2, 1, {0, 32, 32}},
    {WEBAUTHN_EDDSA, 1, 6, {0, 32, 0}},
    {WEBAUTHN_RS256, 3, 0, {256, 3, 0}},
};

static bool
is_of_kind(const struct cose_key *k, const struct key_kind *kind)
{
    bool is = k->algorithm == (int64_t)kind->algorithm && k->kind == kind->kind && k->curve == kind->curve;
    for (size_t i = 0; i < PARAMETERS; i++)
        is = is && k->bytes[i].n == kind->bytes[i];
    return is;
}

enum webauthn_fault
webauthn_key_read(struct arena *a, struct str cose_key, enum webauthn_algorithm *algorithm_out,
                  struct str *public_key_out)
{
    struct cbor c = {.rest = cose_key};
    struct cose_key k = {.kind = 0};
    size_t pairs, i = 0;
    if (!cbor_take_map(&c, &pairs))
        return WEBAUTHN_MALFORMED;
    for (size_t pair = 0; pair < pairs; pair++)
        if (!take_member(&c, &k))
            return WEBAUTHN_ALGORITHM;
    while (i < ARRAY_LEN(kinds) && !is_of_kind(&k, &kinds[i]))
        i++;
    if (i == ARRAY_LEN(kinds))
        return WEBAUTHN_ALGORITHM;
    char *key = arena_alloc(a, k.bytes[0].n + k.bytes[1].n + k.bytes[2].n + 1);
    *algorithm_out = kinds[i].algorithm;
    *public_key_out = (struct str){key, 0};
    for (size_t part = 0; part < PARAMETERS; part++) {
        if (k.bytes[part].n > 0)
            memcpy(key + public_key_out->n, k.bytes[part].p, k.bytes[part].n);
        public_key_out->n += k.bytes[part].n;
    }
    return WEBAUTHN_NONE;
}

static bool
take_certificates(struct cbor *c, struct webauthn_attestation *att)
{
    struct str certificate;
    if (!cbor_take_array(c, &att->certificates) || att->certificates == 0)
        return false;
    for (size_t i = 0; i < att->certificates; i++) {
        if (!cbor_take_bytes(c, &certificate) || certificate.n == 0)
            return false;
        if (i == 0)
            att->certificate = certificate;
    }
    return true;
}

/* The statement of a format other than none: alg (packed only), sig, x5c (always in fido-u2f). */
static bool
read_statement(struct webauthn_attestation *att)
{
    struct cbor c = {.rest = att->statement};
    struct str name, signature = STR_NULL;
    size_t pairs;
    bool is_map = cbor_take_map(&c, &pairs);
    ASSERT(is_map); /* take_object has read it as one */
    for (size_t i = 0; i < pairs; i++) {
        bool taken = false;
        if (!cbor_take_text(&c, &name))
            return false;
        if (str_eq(name, STR_LIT("sig")))
            taken =
                cbor_take_bytes(&c, &signature) && signature.n > 0 && signature.n <= WEBAUTHN_SIGNATURE_MAX;
        else if (str_eq(name, STR_LIT("x5c")))
            taken = take_certificates(&c, att);
        else if (str_eq(name, STR_LIT("alg")) && att->format == WEBAUTHN_FORMAT_PACKED)
            taken = cbor_take_int(&c, &att->algorithm) && att->algorithm != 0;
        if (!taken)
            return false;
    }
    return !str_is_null(signature) &&
           (att->format == WEBAUTHN_FORMAT_PACKED ? att->algorithm != 0 : !str_is_null(att->certificate));
}

static bool
format_of(struct str name, enum webauthn_format *format_out)
{
    static const struct str names[] = {[WEBAUTHN_FORMAT_NONE] = STR("none"),
                                       [WEBAUTHN_FORMAT_PACKED] = STR("packed"),
                                       [WEBAUTHN_FORMAT_U2F] = STR("fido-u2f")};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        *format_out = (enum webauthn_format)i;
        if (str_eq(name, names[i]))
            return true;
    }
    return false;
}

/* The three members of the object, in any order. */
static bool
take_object(struct str object, struct webauthn_attestation *att, struct str *format_out)
{
    struct cbor c = {.rest = object};
    struct str name;
    size_t pairs;
    if (!cbor_take_map(&c, &pairs) || pairs != 3)
        return false;
    for (size_t i = 0; i < pairs; i++) {
        bool taken = false;
        if (!cbor_take_text(&c, &name))
            return false;
        if (str_eq(name, STR_LIT("fmt")))
            taken = cbor_take_text(&c, format_out);
        else if (str_eq(name, STR_LIT("attStmt")))
            taken = cbor_take_whole_map(&c, &att->statement);
        else if (str_eq(name, STR_LIT("authData")))
            taken = cbor_take_bytes(&c, &att->authenticator_data);
        if (!taken)
            return false;
    }
    return true;
}

enum webauthn_fault
webauthn_attestation_read(struct str object, struct webauthn_attestation *attestation_out)
{
    static const struct str nothing = STR("\xa0"); /* a map without pairs */
    struct cbor c = {.rest = object};
    struct str whole, format = STR_NULL;
    *attestation_out = (struct webauthn_attestation){.format = WEBAUTHN_FORMAT_NONE};
    /* First as a whole: no duplicate keys, nothing after it. */
    if (object.n > WEBAUTHN_ATTESTATION_MAX || !cbor_take_item(&c, &whole) || c.rest.n > 0 ||
        !take_object(object, attestation_out, &format))
        return WEBAUTHN_MALFORMED;
    if (!format_of(format, &attestation_out->format))
        return WEBAUTHN_FORMAT;
    if (attestation_out->format == WEBAUTHN_FORMAT_NONE)
        return str_eq(attestation_out->statement, nothing) ? WEBAUTHN_NONE : WEBAUTHN_MALFORMED;
    return read_statement(attestation_out) ? WEBAUTHN_NONE : WEBAUTHN_MALFORMED;
}
