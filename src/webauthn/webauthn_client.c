/* SPDX-License-Identifier: Apache-2.0 */
/* webauthn_client: the client data that a browser made, and whose digest the authenticator signed. Parsed
 * as JSON rather than by the limited verification of section 5.8.1.2, since browsers older than that
 * section order its members differently. */
#include "webauthn/webauthn_parts.h"

#include <jansson.h>

#include "base/codec.h"
#include "base/rand.h"

void
webauthn_warm_up(void)
{
    uint32_t seed = 0;
    rand_bytes(&seed, sizeof seed);
    json_object_seed((size_t)seed | 1); /* otherwise jansson opens /dev/urandom; a seed of 0 would make it
                                         * do so as well */
}

static bool
is_text(const json_t *value, struct str expected)
{
    return json_is_string(value) &&
           str_eq((struct str){json_string_value(value), json_string_length(value)}, expected);
}

/* Sections 7.1, steps 7 to 13, and 7.2, steps 10 to 14. No site may frame the approver, so crossOrigin and
 * topOrigin are never acceptable. */
static enum webauthn_fault
check_members(struct arena *a, const json_t *o, const char *type, const struct webauthn_asked *asked)
{
    const json_t *cross = json_object_get(o, "crossOrigin");
    if (!json_is_object(o))
        return WEBAUTHN_MALFORMED;
    if (!is_text(json_object_get(o, "type"), str_from_cstr(type)))
        return WEBAUTHN_TYPE;
    if (!is_text(json_object_get(o, "challenge"), codec_base64url(a, asked->challenge.p, asked->challenge.n)))
        return WEBAUTHN_CHALLENGE;
    if (!is_text(json_object_get(o, "origin"), asked->site.origin))
        return WEBAUTHN_ORIGIN;
    if ((cross != NULL && !json_is_false(cross)) || json_object_get(o, "topOrigin") != NULL)
        return WEBAUTHN_CROSS_ORIGIN;
    return WEBAUTHN_NONE;
}

enum webauthn_fault
webauthn_client_check(struct arena *a, struct str client_data, const char *type,
                      const struct webauthn_asked *asked)
{
    json_error_t error;
    if (str_is_empty(client_data) || client_data.n > WEBAUTHN_CLIENT_MAX)
        return WEBAUTHN_MALFORMED;
    json_t *o = json_loadb(client_data.p, client_data.n, JSON_REJECT_DUPLICATES, &error);
    if (o == NULL)
        return WEBAUTHN_MALFORMED;
    enum webauthn_fault fault = check_members(a, o, type, asked);
    json_decref(o);
    return fault;
}
