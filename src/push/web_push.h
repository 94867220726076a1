/* web_push: a notification for one phone by the push service that it subscribed to: RFC 8030's request with
 * RFC 8291's encryption and RFC 8292's token. docs/web-push.md.
 *
 * It carries {"id":"..."}, the opaque id of a challenge or of a notice, and always has the same length. It
 * writes requests; what sends them is delivery.c, and what becomes of them fate.c's to say. */
#ifndef COUNTERSIGN_PUSH_WEB_PUSH_H
#define COUNTERSIGN_PUSH_WEB_PUSH_H

#include "base/cx.h"
#include "base/err.h"
#include "push/ece.h"
#include "push/http_out.h"
#include "push/letter.h"
#include "push/vapid.h"

enum { WEB_PUSH_PADDED = 128, WEB_PUSH_BODY = ECE_HEADER + P256_POINT + WEB_PUSH_PADDED + ECE_TAG };

/* What the operator allows and who we are; outlives its use. */
struct web_push {
    struct vapid vapid;
    const struct str *hosts; /* beside the known push services */
    size_t n_hosts;
    struct http_out_rules rules;
};

/* Made anew for each message; injected by tests alone. */
struct web_push_keys {
    struct p256_key *pair;
    unsigned char salt[ECE_SALT];
};

struct web_push_text {
    struct str text;
    size_t padded; /* as ece_encrypt's */
};

/* RFC 8291, section 3: the body, in the arena. ERR_CRYPTO when p256dh is no point on P-256. */
enum errcode web_push_encrypt(struct cx *cx, const struct web_push_keys *keys, const struct letter *to,
                              const struct web_push_text *text, struct str *body_out) MUST_CHECK;

/* Fills the post, in the arena; of the letter nothing is kept. ERR_POLICY: not an address that is admitted
 * (any more); ERR_CRYPTO as above. */
enum errcode web_push_write(struct cx *cx, const struct web_push *w, const struct letter *letter,
                            struct http_out_post *post) MUST_CHECK;

#endif
