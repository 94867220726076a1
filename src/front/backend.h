/* SPDX-License-Identifier: Apache-2.0 */
/* backend: the workers of this front, and the queue of calls for them.
 *
 * A worker runs one call at a time. Calls of the slow lane never go to a fast-only worker. Each lane has its
 * own bounded queue, so that a flood of logins leaves room for checks, and serves its sources in turn
 * (fair.h). When a queue is full, the source with the most calls in it gives one up for a source with fewer.
 * Every call completes exactly once: by its reply, by being displaced by another source's call, or by being
 * lost (its worker died, or it exceeded its time; a late reply is dropped). A worker that violates the
 * protocol gets no more calls: its channel is closed, and it has none until the supervisor makes a new one
 * (backend_find_lost).
 *
 * Not here: what a call means, and what its caller is answered. */
#ifndef COUNTERSIGN_FRONT_BACKEND_H
#define COUNTERSIGN_FRONT_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/list.h"
#include "base/loop.h"
#include "contract/call.h"
#include "contract/ct.h"
#include "front/fair.h"

struct backend;
struct backend_worker;

/* A worker's answer; it stays in the backend's arena until the arena is used again. */
struct backend_reply {
    struct call_reply reply;
    void *out; /* struct OP_out; NULL for CALL_FAULT */
};

/* One call; embedded in its owner, which outlives it or abandons it. */
struct backend_call {
    struct fair_item queued; /* in the queue of its lane */
    struct list open;        /* in the list of all, the oldest first */
    struct list turned_away; /* until the loop reports the loss */
    struct backend_worker *worker;
    const struct ct_op *op;
    const unsigned char *payload; /* what follows the frame's head: u32 op, call, in. Belongs to the owner */
    size_t payload_n;
    struct inet_addr source;    /* the source and its place in the queue */
    int64_t asked_at, deadline; /* clock_mono */
    struct str request, trace;  /* for the log: the ids of the request that it belongs to; the owner's */
    bool is_turned_away;        /* valid in done: displaced from the queue by another source's call; the call
                                 * may be submitted again */
    /* Called once, from the loop, never from backend_submit. NULL: lost. May submit and abandon calls. */
    void (*done)(struct backend_call *call, const struct backend_reply *reply);
};

struct backend_settings {
    size_t queue;            /* most queued calls in each lane */
    size_t queue_per_source; /* most queued calls of one source in the slow lane */
    int64_t call_time;       /* microseconds, time in the queue included */
    size_t slots;
    struct arena *arena; /* for replies; used during done() alone */
    /* NULL: all topics; also sent when worker 0 is lost, since its pending wake-ups are lost with it. */
    void (*woken)(struct backend *b, const struct topic *topic);
};

struct backend {
    struct loop *loop;
    struct backend_settings settings;
    struct backend_worker *workers; /* settings.slots of them, heap */
    struct fair queues[2];          /* by lane */
    struct list open, turned_away;
    enum ct_lane last; /* lane of the last call given to a worker of both lanes */
    uint32_t id;       /* of the last frame */
    struct loop_timer overdue, turn_away;
};

void backend_init(struct backend *b, struct loop *l, const struct backend_settings *settings);
/* Closes every channel; no call may be open. */
void backend_clear(struct backend *b);
/* Applies the settings that may change at run time. */
void backend_set_limits(struct backend *b, int64_t call_time, size_t queue_per_source);

/* Takes the channel; see front_set_worker. */
enum errcode backend_set_worker(struct backend *b, unsigned slot, bool fast_only, int fd) MUST_CHECK;
size_t backend_alive(const struct backend *b);
bool backend_has_worker(const struct backend *b, unsigned slot);
/* See front_find_lost. */
bool backend_find_lost(const struct backend *b, unsigned *slot);
size_t backend_queued(const struct backend *b);

/* Gives the call to an idle worker of its lane, or queues it. ERR_BUSY: the queue is full, or the source
 * has reached its limit there; the call is not open then. The caller has set op, payload, source and done;
 * the backend sets the rest. */
enum errcode backend_submit(struct backend *b, struct backend_call *call) MUST_CHECK;
/* Whether there is room for a call that can equally well wait elsewhere: the queue is less than half full,
 * and so short that a new request waits behind only a few. */
bool backend_has_room(const struct backend *b, enum ct_lane lane);
/* Abandons a call whose answer is no longer wanted: done is not called. Also allowed for a call that is
 * not open. */
void backend_abandon(struct backend *b, struct backend_call *call);
/* Initializes a call as not open. */
void backend_call_init(struct backend_call *call);
bool backend_call_is_open(const struct backend_call *call);
/* No worker has it yet, and it would occupy one for long. */
bool backend_call_is_slow_and_queued(const struct backend_call *call);

#endif
