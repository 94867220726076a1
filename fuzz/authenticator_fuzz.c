/* SPDX-License-Identifier: Apache-2.0 */
/* authenticator_fuzz: an assertion: two bytes that say how long the authenticator data is, the data, the
 * signature; by a known key, over the right client data. Accepted assertions come from the right
 * site's key with its user present, and increase the counter. */
#include "fuzz/fuzz.h"

#include "base/codec.h"
#include "webauthn/webauthn_parts.h"

/* The credential of the vector none.ES256, and the client data of its assertion. */
#define KEY                                                            \
    "\xaf\xef\xa1\x6f\x97\xca\x9b\x2d\x23\xeb\x86\xcc\xb6\x40\x98\xd2" \
    "\x0d\xb9\x08\x56\x06\x2e\xb2\x49\xc3\x3a\x9b\x67\x2f\x26\xdf\x61" \
    "\x93\x0a\x56\xb8\x7a\x2f\xca\x66\x33\x4b\x03\x45\x8a\xbf\x87\x97" \
    "\x17\xc1\x2c\xc6\x8e\xd7\x32\x90\xaf\x2e\x26\x64\x79\x6b\x92\x20"
#define CHALLENGE                                                      \
    "\x39\xc0\xe7\x52\x14\x17\xba\x54\xd4\x3e\x8d\xc9\x51\x74\xf4\x23" \
    "\xde\xe9\xbf\x3c\xd8\x04\xff\x6d\x65\xc8\x57\xc9\xab\xf4\xd4\x08"
#define CLIENT_DATA                                                                                          \
    "{\"type\":\"webauthn.get\",\"challenge\":\"OcDnUhQXulTUPo3JUXT0I97pvzzYBP9tZchXyav01Ag\",\"origin\":\"" \
    "https://example.org\",\"crossOrigin\":false}"

const struct fuzz_cost fuzz_cost = {
    .allocated_base = 128 * 1024, .allocated_each = 4096, .steps_base = 16 * 1024, .steps_each = 256};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct webauthn_asked asked = {.site = {STR("example.org"), STR("https://example.org")},
                                                .challenge = STR(CHALLENGE)};
    static const struct webauthn_credential known = {
        .id = STR("id"), .algorithm = WEBAUTHN_ES256, .public_key = STR(KEY), .backup_eligible = true};
    struct webauthn_credential next;
    struct webauthn_data d;
    struct arena a;
    bool verified;
    if (size < 2)
        return 0;
    const struct str rest = {(const char *)data + 2, size - 2};
    struct passkey_assertion assertion = {.client_data = STR(CLIENT_DATA)};
    assertion.authenticator_data = str_sub(rest, 0, be16_get(data));
    assertion.signature = str_sub(rest, assertion.authenticator_data.n, rest.n);
    arena_init(&a);
    enum webauthn_fault fault = webauthn_assert(&a, &asked, &known, &assertion, &next, &verified);
    if (fault == WEBAUTHN_NONE) {
        ASSERT(webauthn_data_read(assertion.authenticator_data, &d) == WEBAUTHN_NONE);
        ASSERT((d.flags & (WEBAUTHN_UP | WEBAUTHN_BE)) == (WEBAUTHN_UP | WEBAUTHN_BE));
        ASSERT(verified == ((d.flags & WEBAUTHN_UV) != 0) && next.sign_count == d.sign_count);
    } else {
        ASSERT(!verified && webauthn_fault_name(fault).n > 0);
    }
    arena_clear(&a);
    return 0;
}
