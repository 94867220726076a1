/* delivery: the courier's work: takes letters as frames, posts them, and writes how each ended as frames.
 * Opens nothing but connections, and knows neither a store nor the server key: the owner brings what the
 * operator configured, a frame the push key. Never waits. */
#ifndef COUNTERSIGN_PUSH_DELIVERY_H
#define COUNTERSIGN_PUSH_DELIVERY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/frame.h"
#include "push/http_out.h"
#include "push/web_push.h"

/* One letter under way. */
struct delivery_job {
    struct cx cx; /* its memory */
    struct http_out_post post;
    uint32_t id;
    bool is_busy;
    bool is_refused; /* ended before it began */
    bool is_awaited; /* its sender is still there to be answered */
};

struct delivery {
    struct http_out *http; /* the owner's */
    const char *url;       /* of the webhook; NULL: none */
    struct str key;        /* of its signature */
    struct str contact;    /* of the push key; null: no Web Push */
    struct web_push push;  /* but for the key, which comes as a frame */
    struct arena arena;    /* of what came with it */
    struct delivery_job jobs[HTTP_OUT_AT_ONCE];
};

/* All of *d is written; http, url, key, contact and push are then the owner's to fill in. */
void delivery_init(struct delivery *d);
/* Not before http was freed. Wipes the push key. */
void delivery_clear(struct delivery *d);

/* Another letter may be taken. */
bool delivery_has_room(const struct delivery *d);
/* Takes a LETTER_KEY, or, where there is room, a LETTER_POST. ERR_PROTOCOL: anything else, or a letter for
 * which nothing is configured. */
enum errcode delivery_take(struct delivery *d, struct frame *f) MUST_CHECK;
/* A LETTER_END for each letter that has ended since. */
void delivery_collect(struct delivery *d, struct buf *out);
/* The sender of the letters is gone: they are delivered without an answer. */
void delivery_disown(struct delivery *d);

#endif
