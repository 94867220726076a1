/* SPDX-License-Identifier: Apache-2.0 */
/* vapid: identifies this server to a push service (RFC 8292): a signed token with the service's origin, an
 * expiry time, and a contact. */
#ifndef COUNTERSIGN_DELIVERY_VAPID_H
#define COUNTERSIGN_DELIVERY_VAPID_H

#include "base/clock.h"
#include "base/cx.h"
#include "base/endpoint.h"
#include "crypto/p256.h"

/* RFC 8292, section 2: at most 24 hours; using half of it tolerates a wrong clock. */
#define VAPID_LIFE (12 * CLOCK_HOUR)

struct vapid {
    struct p256_key *key;
    struct str point;   /* base64url */
    struct str contact; /* mailto: or https:, without characters that JSON would escape */
};

/* In the arena, except for the key: vapid_clear. */
void vapid_init(struct vapid *v, struct arena *a, const struct secret *scalar,
                const unsigned char point[P256_POINT], struct str contact);
void vapid_clear(struct vapid *v);

/* The header "Authorization: vapid t=..., k=..." (section 3) for that service, valid from clock_wall on. */
struct str vapid_header(struct cx *cx, const struct vapid *v, const struct endpoint *to);

#endif
