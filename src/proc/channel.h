/* SPDX-License-Identifier: Apache-2.0 */
/* channel: a worker's end of its channel to one front or to the courier, and the courier's end of the latter.
 * Nothing here blocks: what the other side does not accept yet is queued here, and a peer that accepts
 * nothing does not delay the others.
 *
 * The queue is bounded. A front with a queued answer is not read, so at most one reply is queued at a
 * time. Above CHANNEL_WAKES bytes, wake-ups are dropped and replaced by one that wakes all topics. */
#ifndef COUNTERSIGN_PROC_CHANNEL_H
#define COUNTERSIGN_PROC_CHANNEL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "contract/call.h"

enum { CHANNEL_WAKES = 16 * 1024 };

struct channel {
    int fd; /* -1: no front */
    struct buf in, out;
    bool owes_wake_all;
};

void channel_init(struct channel *c);
/* Takes the descriptor; the previous one is closed. */
void channel_open(struct channel *c, int fd);
/* Wipes and drops the queue. */
void channel_close(struct channel *c);

/* The events to request from poll(2): input, or room for output. */
short channel_events(const struct channel *c);
/* Input may be read and processed: the channel is open, and its queue is empty. */
bool channel_is_free(const struct channel *c);

/* Reads what is available. ERR_CLOSED, ERR_IO: the channel can no longer be used. */
enum errcode channel_fill(struct channel *c) MUST_CHECK;
/* Sends as much as the front accepts; closes the channel when it is broken. */
void channel_flush(struct channel *c);
/* Wakes the checks that wait for the topic; NULL: all checks. */
void channel_wake(struct channel *c, const struct topic *topic);

#endif
