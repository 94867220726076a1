/* backend: the workers of this front and the calls that wait for one.
 *
 * A worker has one call at a time. Calls of the slow lane never reach a worker that is fast-only; each lane
 * has its own bounded queue, so that a flood of logins leaves room for checks, and serves sources in turn
 * (fair.h). When it is full, who has most in it gives way to who has less. A call is done once: by its reply,
 * turned away for another source's, or lost (its worker died, or it took longer than it may; a late reply is
 * dropped). A worker that sends what was not agreed is asked no more: its channel is closed, and there is
 * none to it until the supervisor has made a new one (backend_find_lost).
 *
 * Not here: what a call means, and what its caller is told. */
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

/* The answer of a worker, in the arena of the backend until it is used otherwise. */
struct backend_reply {
    struct call_reply reply;
    void *out; /* struct OP_out; NULL for CALL_FAULT */
};

/* One call; embedded in its owner, which outlives it or abandons it. */
struct backend_call {
    struct fair_item queued; /* in the queue of its lane */
    struct list open;        /* in the list of all, the oldest first */
    struct list turned_away; /* until it is told so, from the loop */
    struct backend_worker *worker;
    const struct ct_op *op;
    const unsigned char *payload; /* what follows the frame's head: u32 op, call, in. The owner's */
    size_t payload_n;
    struct inet_addr source; /* who waits in whose turn */
    int64_t deadline;        /* clock_mono */
    bool is_turned_away;     /* at done: its place in the queue went to another source; it may ask again */
    /* Told once, from the loop, never from backend_submit. NULL: lost. May submit and abandon calls. */
    void (*done)(struct backend_call *call, const struct backend_reply *reply);
};

struct backend_settings {
    size_t queue;            /* most calls that wait, of each lane */
    size_t queue_per_source; /* most of one source, of the slow lane */
    int64_t call_time;       /* microseconds, waiting included */
    size_t slots;
    struct arena *arena; /* for replies; used during done() alone */
    /* NULL: all; also when worker 0 is lost, and with it what it was about to tell. */
    void (*woken)(struct backend *b, const struct topic *topic);
};

struct backend {
    struct loop *loop;
    struct backend_settings settings;
    struct backend_worker *workers; /* settings.slots of them, heap */
    struct fair queues[2];          /* by lane */
    struct list open, turned_away;
    enum ct_lane last; /* of the call that a worker of both lanes got last */
    uint32_t id;       /* of the last frame */
    struct loop_timer overdue, turn_away;
};

void backend_init(struct backend *b, struct loop *l, const struct backend_settings *settings);
/* Closes every channel; no call may be open. */
void backend_clear(struct backend *b);
/* The settings that may change while it runs. */
void backend_set_limits(struct backend *b, int64_t call_time, size_t queue_per_source);

/* Takes the channel; see front_set_worker. */
enum errcode backend_set_worker(struct backend *b, unsigned slot, bool fast_only, int fd) MUST_CHECK;
size_t backend_alive(const struct backend *b);
bool backend_has_worker(const struct backend *b, unsigned slot);
/* See front_find_lost. */
bool backend_find_lost(const struct backend *b, unsigned *slot);
size_t backend_queued(const struct backend *b);

/* Hands the call to an idle worker of its lane, or queues it. ERR_BUSY: the queue is full, or its source has
 * as many there as it may, and the call is not open. The caller has set op, payload, source and done; the
 * rest is the backend's. */
enum errcode backend_submit(struct backend *b, struct backend_call *call) MUST_CHECK;
/* Room for one more call that may as well wait elsewhere: so few are queued that a new request waits behind
 * some at most, and half of the queue is free. */
bool backend_has_room(const struct backend *b, enum ct_lane lane);
/* Nobody wants the answer any more: done is not told. Also for a call that is not open. */
void backend_abandon(struct backend *b, struct backend_call *call);
/* Sets a call up that is not open. */
void backend_call_init(struct backend_call *call);
bool backend_call_is_open(const struct backend_call *call);
/* No worker has it yet, and it would cost one much. */
bool backend_call_is_slow_and_queued(const struct backend_call *call);

#endif
