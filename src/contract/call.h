/* SPDX-License-Identifier: Apache-2.0 */
/* call: the data that accompanies an operation's own values between the front and a worker, and the frames
 * that carry both. The front fills call, the worker fills call_reply; all views are in the receiver's
 * arena. */
#ifndef COUNTERSIGN_CONTRACT_CALL_H
#define COUNTERSIGN_CONTRACT_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/frame.h"
#include "base/str.h"

enum frame_type {                  /* frames on the channel between one front and one worker */
                  FRAME_CALL = 1,  /* front -> worker: u32 op, call, the in struct */
                  FRAME_REPLY = 2, /* worker -> front: call_reply, and the out struct if status is
                                    * CALL_DONE or CALL_WAIT */
                  FRAME_WAKE = 3,  /* worker -> front: a topic; all checks that wait on it ask again. id 0 */
                  FRAME_WAKE_ALL = 4, /* worker -> front, empty: all waiting checks ask again. id 0 */
};

enum call_status {
    CALL_DONE,  /* the out struct is the answer */
    CALL_WAIT,  /* the out struct is the answer for now (Poll); it stays valid until `topic` wakes or
                 * wait_for is over */
    CALL_FAULT, /* the operation threw: a SOAP fault with `fault` as its message (F8); only the test
                 * fixture's worker does this */
};

enum { TOPIC_BYTES = 16 };

struct topic {
    unsigned char bytes[TOPIC_BYTES];
};

struct call {
    struct str source;     /* address of the caller as text, after the trusted proxies */
    struct str session;    /* value of the session cookie, or null */
    struct str user_agent; /* or null */
    bool is_secure;        /* TLS, here or at the trusted proxy */
    /* Of the operator's API, or null: the cookie, the bearer token, and Idempotency-Key. */
    struct str operator_session, operator_token, idempotency_key;
    struct str request; /* the request's id for the log, and the trace's that it belongs to; or null */
    struct str trace;
};

struct call_reply {
    enum call_status status;
    struct str
        set_session;    /* a new session cookie (of the operation's face), "" to delete it, null: unchanged */
    struct topic topic; /* CALL_WAIT */
    int64_t wait_for;   /* CALL_WAIT: microseconds; a duration, since the two processes' clocks may differ */
    uint32_t hold;      /* CALL_WAIT: seconds to hold a caller that gave no time of its own; 0: do not hold */
    struct str fault;   /* CALL_FAULT */
};

void call_put(struct buf *out, const struct call *c);
void call_get(struct frame *f, struct arena *a, struct call *c_out);
void call_reply_put(struct buf *out, const struct call_reply *r);
void call_reply_get(struct frame *f, struct arena *a, struct call_reply *r_out);

#endif
