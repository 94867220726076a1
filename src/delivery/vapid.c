/* SPDX-License-Identifier: Apache-2.0 */
/* vapid: see vapid.h. */
#include "delivery/vapid.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/codec.h"

void
vapid_init(struct vapid *v, struct arena *a, const struct secret *scalar,
           const unsigned char point[P256_POINT], struct str contact)
{
    *v = (struct vapid){.key = p256_pair(scalar, point),
                        .point = codec_base64url(a, point, P256_POINT),
                        .contact = arena_str(a, contact)};
}

void
vapid_clear(struct vapid *v)
{
    p256_free(&v->key);
}

struct str
vapid_header(struct cx *cx, const struct vapid *v, const struct endpoint *to)
{
    static const struct str head = STR("{\"typ\":\"JWT\",\"alg\":\"ES256\"}");
    struct arena *a = &cx->arena;
    struct str origin = endpoint_origin(a, to);
    int64_t until = (clock_wall() + VAPID_LIFE) / CLOCK_S;
    struct str claims = arena_printf(a, "{\"aud\":\"%.*s\",\"exp\":%" PRId64 ",\"sub\":\"%.*s\"}",
                                     STR_ARG(origin), until, STR_ARG(v->contact));
    struct str signed_text = arena_printf(a, "%s.%s", codec_base64url(a, head.p, head.n).p,
                                          codec_base64url(a, claims.p, claims.n).p);
    unsigned char signature[P256_SIGNATURE];
    p256_sign(v->key, signed_text, signature);
    return arena_printf(a, "Authorization: vapid t=%s.%s, k=%s", signed_text.p,
                        codec_base64url(a, signature, sizeof signature).p, v->point.p);
}
