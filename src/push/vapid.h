/* vapid: how this server names itself to a push service (RFC 8292): a signed token that says for which
 * service it is, until when, and whom to write to. */
#ifndef COUNTERSIGN_PUSH_VAPID_H
#define COUNTERSIGN_PUSH_VAPID_H

#include "base/clock.h"
#include "base/cx.h"
#include "base/endpoint.h"
#include "crypto/p256.h"

/* RFC 8292, section 2: 24 hours at most; half of it leaves room for a clock that is wrong. */
#define VAPID_LIFE (12 * CLOCK_HOUR)

struct vapid {
    struct p256_key *key;
    struct str point;   /* base64url */
    struct str contact; /* mailto: or https:, without what JSON would escape */
};

/* In the arena, but for the key: vapid_clear. */
void vapid_init(struct vapid *v, struct arena *a, const struct secret *scalar,
                const unsigned char point[P256_POINT], struct str contact);
void vapid_clear(struct vapid *v);

/* The header "Authorization: vapid t=..., k=..." (section 3) for that service, from clock_wall on. */
struct str vapid_header(struct cx *cx, const struct vapid *v, const struct endpoint *to);

#endif
