/* channel: a worker's end of its channel to one front or to the courier, and the courier's end of that.
 * Nothing here blocks: what the other side does not take yet waits here, and one that takes nothing costs the
 * others nothing.
 *
 * What waits is bounded. A front whose answers wait is not read, so at most one reply waits at a time; past
 * CHANNEL_WAKES bytes a wake-up is dropped, and one that wakes everybody follows in place of all that were.
 */
#ifndef COUNTERSIGN_PROC_CHANNEL_H
#define COUNTERSIGN_PROC_CHANNEL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "contract/call.h"

enum { CHANNEL_WAKES = 16 * 1024 };

struct channel {
    int fd; /* -1: none */
    struct buf in, out;
    bool owes_wake_all;
};

void channel_init(struct channel *c);
/* Takes the descriptor; the one before is closed. */
void channel_open(struct channel *c, int fd);
/* Wipes and forgets what waited. */
void channel_close(struct channel *c);

/* What to ask poll(2) for: input, or room for what waits. */
short channel_events(const struct channel *c);
/* Input may be read and worked on: open, and nothing waits to be sent. */
bool channel_is_free(const struct channel *c);

/* Reads what there is. ERR_CLOSED, ERR_IO: the channel is of no use. */
enum errcode channel_fill(struct channel *c) MUST_CHECK;
/* Sends what the front takes; closes the channel when it is broken. */
void channel_flush(struct channel *c);
/* Wakes those who wait for the topic; NULL: everybody. */
void channel_wake(struct channel *c, const struct topic *topic);

#endif
