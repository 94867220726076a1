/* SPDX-License-Identifier: Apache-2.0 */
/* delivery: the courier's work: takes letters as frames, posts them, and writes the outcome of each as a
 * frame. Opens nothing but connections, and knows neither a store nor the server's key: its owner supplies
 * the configuration, a frame supplies the push key. Never blocks. */
#ifndef COUNTERSIGN_DELIVERY_DELIVERY_H
#define COUNTERSIGN_DELIVERY_DELIVERY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/frame.h"
#include "delivery/http_out.h"
#include "delivery/web_push.h"

/* One letter under way. */
struct delivery_job {
    struct cx cx; /* memory of this letter */
    struct http_out_post post;
    uint32_t id;
    bool is_busy;
    bool is_refused; /* ended before it was posted */
    bool is_awaited; /* its sender is still connected, and gets the outcome */
};

struct delivery {
    struct http_out *http; /* belongs to the owner */
    const char *url;       /* of the webhook; NULL: none */
    struct str key;        /* of its signature */
    const char *alarm_url; /* of the webhook for alarms; NULL: none */
    struct str alarm_key;
    const char *relay; /* for mail; NULL: none */
    struct http_out_mail mail;
    int64_t alarm_time;   /* for one delivery of an alarm */
    struct str contact;   /* from the push key; null: no Web Push */
    struct web_push push; /* without the key, which arrives in a frame */
    struct arena arena;   /* memory for the key's frame */
    struct delivery_job jobs[HTTP_OUT_AT_ONCE];
};

/* Overwrites all of *d; the owner then fills in http, url, key, contact and push. */
void delivery_init(struct delivery *d);
/* Only after http was freed. Wipes the push key. */
void delivery_clear(struct delivery *d);

/* There is room for another letter. */
bool delivery_has_room(const struct delivery *d);
/* Takes a LETTER_KEY, or, if there is room, a LETTER_POST. ERR_PROTOCOL: anything else, or a letter for a
 * transport that is not configured. */
enum errcode delivery_take(struct delivery *d, struct frame *f) MUST_CHECK;
/* Writes a LETTER_END for each letter that has ended since the last call. */
void delivery_collect(struct delivery *d, struct buf *out);
/* The sender of the letters is gone: they are delivered without reporting the outcome. */
void delivery_disown(struct delivery *d);

#endif
