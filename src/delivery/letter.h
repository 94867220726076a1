/* SPDX-License-Identifier: Apache-2.0 */
/* letter: the messages between worker 0 and the courier, as frames (base/frame.h) on the channel between
 * them. The worker has the store and the server's key; the courier has neither, and learns everything that it
 * may know about a notification from its letter.
 *
 * The courier talks to outside servers: its messages are bounded and sanitized by the reader
 * (letter_end_get). */
#ifndef COUNTERSIGN_DELIVERY_LETTER_H
#define COUNTERSIGN_DELIVERY_LETTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/frame.h"
#include "base/secret.h"
#include "base/str.h"
#include "crypto/p256.h"
#include "delivery/http_out.h"

enum letter_frame {
    LETTER_KEY = 1, /* worker -> courier, before the first letter that needs it: the key that identifies
                     * this server */
    LETTER_POST,    /* worker -> courier: deliver this; the frame's id is chosen by the worker */
    LETTER_END,     /* courier -> worker: the outcome of the letter with that id */
};

enum letter_kind {
    LETTER_WEBHOOK,
    LETTER_CHALLENGE,
    LETTER_NOTICE,
    LETTER_ALARM,
    LETTER_MAIL,
    LETTER_KIND_COUNT_
};

/* What an alarm's letter says (accounts/alarm.h). */
struct letter_alarm {
    bool is_cleared;
    struct str class, title, subject, detail; /* title: the class in words */
    int64_t raised_at, at;                    /* at: when it was raised or cleared */
};

/* Views of the frame, or of the sender's data. */
struct letter {
    enum letter_kind kind;
    struct str id; /* the opaque id to deliver */
    /* For LETTER_CHALLENGE and LETTER_NOTICE, which go through a push service: */
    int64_t device_id;
    struct str endpoint, p256dh, auth;
    int64_t ttl; /* seconds: how long the push service should try; a duration, since clocks may differ */
    struct letter_alarm alarm; /* for LETTER_ALARM and LETTER_MAIL */
};

/* Through a push service. */
bool letter_is_web_push(enum letter_kind kind);

void letter_put_key(struct buf *out, const struct secret *scalar, const unsigned char point[P256_POINT]);
/* The caller must wipe the scalar. */
enum errcode
letter_get_key(struct frame *f, struct secret *scalar_out, unsigned char point_out[P256_POINT]) MUST_CHECK;

void letter_put(struct buf *out, uint32_t id, const struct letter *letter);
/* ERR_PROTOCOL: malformed. */
enum errcode letter_get(struct frame *f, struct letter *letter_out) MUST_CHECK;

void letter_end_put(struct buf *out, uint32_t id, const struct http_out_end *end);
/* ERR_PROTOCOL: malformed, or out of bounds. Characters not allowed in a log line become '?'. */
enum errcode letter_end_get(struct frame *f, struct http_out_end *end_out) MUST_CHECK;

#endif
