/* SPDX-License-Identifier: Apache-2.0 */
/* web_push: a notification for one phone through the push service that it subscribed to: a request of RFC
 * 8030 with the encryption of RFC 8291 and the token of RFC 8292. docs/web-push.md.
 *
 * It carries {"id":"..."}, the opaque id of a challenge or of a notice, and always has the same length. This
 * file only builds requests: delivery.c sends them, and fate.c decides what happens afterwards. */
#ifndef COUNTERSIGN_DELIVERY_WEB_PUSH_H
#define COUNTERSIGN_DELIVERY_WEB_PUSH_H

#include "base/cx.h"
#include "base/err.h"
#include "delivery/ece.h"
#include "delivery/http_out.h"
#include "delivery/letter.h"
#include "delivery/vapid.h"

enum { WEB_PUSH_PADDED = 128, WEB_PUSH_BODY = ECE_HEADER + P256_POINT + WEB_PUSH_PADDED + ECE_TAG };

/* The operator's settings and our identity; must outlive its use. */
struct web_push {
    struct vapid vapid;
    const struct str *hosts; /* in addition to the known push services */
    size_t n_hosts;
    struct http_out_rules rules;
};

/* Newly generated for each message; only tests inject them. */
struct web_push_keys {
    struct p256_key *pair;
    unsigned char salt[ECE_SALT];
};

struct web_push_text {
    struct str text;
    size_t padded; /* as for ece_encrypt */
};

/* RFC 8291, section 3: the body, in the arena. ERR_CRYPTO when p256dh is not a point on P-256. */
enum errcode web_push_encrypt(struct cx *cx, const struct web_push_keys *keys, const struct letter *to,
                              const struct web_push_text *text, struct str *body_out) MUST_CHECK;

/* Fills the post, in the arena; keeps no reference to the letter. ERR_POLICY: the address is not, or no
 * longer, allowed; ERR_CRYPTO as above. */
enum errcode web_push_write(struct cx *cx, const struct web_push *w, const struct letter *letter,
                            struct http_out_post *post) MUST_CHECK;

#endif
