/* SPDX-License-Identifier: Apache-2.0 */
/* webauthn_fuzz: a registration: two bytes that say how long the attestation object is, the object, the
 * client data. An accepted one lies within the input, is read again unchanged, and is consistent; only
 * the right client data is accepted with it. */
#include "fuzz/fuzz.h"

#include "base/codec.h"
#include "webauthn/cbor.h"
#include "webauthn/webauthn_parts.h"

static void
must_be_within(struct str part, struct str whole)
{
    ASSERT(str_is_null(part) || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n));
}

static void
read_data(struct arena *a, struct str raw)
{
    struct webauthn_data d;
    enum webauthn_algorithm algorithm;
    struct str key;
    if (webauthn_data_read(raw, &d) != WEBAUTHN_NONE)
        return;
    ASSERT(str_is_null(d.cose_key) == ((d.flags & WEBAUTHN_AT) == 0));
    ASSERT(str_is_null(d.extensions) == ((d.flags & WEBAUTHN_ED) == 0));
    must_be_within(d.credential_id, raw);
    must_be_within(d.cose_key, raw);
    if (!str_is_null(d.cose_key) && webauthn_key_read(a, d.cose_key, &algorithm, &key) == WEBAUTHN_NONE)
        (void)webauthn_key_is_usable(algorithm, key);
}

static void
read_object(struct arena *a, struct str object, struct str client)
{
    struct webauthn_attestation att, again;
    struct cbor c = {object};
    struct str whole;
    if (webauthn_attestation_read(object, &att) != WEBAUTHN_NONE)
        return;
    ASSERT(cbor_take_item(&c, &whole) && whole.n == object.n);
    must_be_within(att.authenticator_data, object);
    must_be_within(att.statement, object);
    must_be_within(att.certificate, object);
    ASSERT(webauthn_attestation_read(object, &again) == WEBAUTHN_NONE);
    ASSERT(again.format == att.format && str_eq(again.authenticator_data, att.authenticator_data));
    read_data(a, att.authenticator_data);
    const struct webauthn_asked asked = {.site = {STR("example.org"), STR("https://example.org")},
                                         .challenge = STR("a challenge of thirty-two bytes.")};
    const struct passkey_registration r = {object, client};
    struct webauthn_credential made;
    bool verified;
    if (webauthn_register(a, &asked, &r, &made, &verified) == WEBAUTHN_NONE)
        ASSERT(made.id.n > 0 && made.id.n <= WEBAUTHN_ID_MAX && made.public_key.n > 0);
    if (webauthn_client_check(a, client, "webauthn.create", &asked) == WEBAUTHN_NONE)
        ASSERT(webauthn_client_check(a, client, "webauthn.get", &asked) != WEBAUTHN_NONE);
}

const struct fuzz_cost fuzz_cost = {
    .allocated_base = 64 * 1024, .allocated_each = 1024, .steps_base = 16 * 1024, .steps_each = 128};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    if (size < 2)
        return 0;
    const struct str rest = {(const char *)data + 2, size - 2};
    const struct str object = str_sub(rest, 0, be16_get(data));
    arena_init(&a);
    read_object(&a, object, str_sub(rest, object.n, rest.n));
    arena_clear(&a);
    return 0;
}
