/* SPDX-License-Identifier: Apache-2.0 */
/* turn: how much of a loop round clients get, and which one is next.
 *
 * A client's input is processed in slices (struct turn_slice). A client with more than one slice waits in
 * its source's line, and sources are served in turn, so that neither a connection that pipelines nor a
 * thousand connections from one place delay others by more than a round. A source with an empty line is
 * served at its event, before all lines; one with clients in line waits for its turn, whatever its other
 * connections send. A round has a budget of slices and of time for descriptor events, and a smaller one
 * for the lines, since clients of other sources wait for its end. Both are counted here.
 *
 * A paced line is for input that is not urgent: one slice, and then a pause, however long the line is. So
 * it cannot fill the loop's time, and what is not read soon fills the sender's own buffers. Not here: what
 * a slice is spent on, and which line a client belongs in (connection.c). */
#ifndef COUNTERSIGN_FRONT_TURN_H
#define COUNTERSIGN_FRONT_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/loop.h"

enum {
    TURN_SLICES = 64,             /* for the events of a round, and again for the lines */
    TURN_SLICE_REQUESTS = 8,      /* for one connection */
    TURN_SLICE_BYTES = 64 * 1024, /* for one connection, bytes read */
};
#define TURN_TIME (4 * CLOCK_MS)        /* for the events of a round */
#define TURN_LINE_TIME (CLOCK_MS / 10)  /* for the lines, in a round */
#define TURN_SLICE_TIME (CLOCK_MS / 10) /* for one connection; a request once started is finished */
#define TURN_BULK_PACE (2 * CLOCK_MS)   /* of the line for large bodies: at most 32 MiB a second */

struct turns {
    struct loop *loop;
    struct list sources; /* struct turn_source with clients in line, the next first */
    size_t n;            /* across all sources */
    struct loop_timer timer;
    uint64_t round;      /* the loop round that the budget belongs to */
    int64_t began, time; /* time: TURN_TIME or TURN_LINE_TIME */
    int64_t pace;        /* from slice to slice of a paced line; 0: the line has no pace */
    int64_t next_at;     /* of a paced line, loop time */
    int64_t now;         /* when a slice was last requested: the clock is read once per slice */
    unsigned slices;
    const struct turn *served; /* the source whose turn it is; NULL: an event's */
};

/* One source's line; embedded in the source's object, and empty before that is freed. */
struct turn_source {
    struct list node;
    struct list line; /* struct turn */
};

/* One client's place; embedded in the client. */
struct turn {
    struct list node;
    struct turn_source *source;
    struct turns *turns;         /* while it is in line */
    void (*run)(struct turn *t); /* its turn has come: no longer in line. May queue again, and may free t */
};

/* What one connection may do before others get their turn. */
struct turn_slice {
    int64_t began;
    size_t requests, bytes; /* counted by the owner */
};

/* pace: microseconds between two slices of this line; 0: as many as the round's budget allows. */
void turns_init(struct turns *t, struct loop *l, int64_t pace);
/* No client may be in line any more. */
void turns_clear(struct turns *t);

/* Takes one slice for this client out of the round's budget. False: none is left, others of its source are
 * already in line, or the line is paced and this is not the client's turn; the client has to queue. */
bool turns_take(struct turns *t, const struct turn *who);
/* The last slice taken. */
void turn_slice_begin(struct turn_slice *s, const struct turns *t);
bool turn_slice_is_spent(const struct turn_slice *s);

void turn_source_init(struct turn_source *s);
void turn_init(struct turn *t, struct turn_source *source, void (*run)(struct turn *));
/* From now on the client waits in this line, of the same source. It must not be in line. */
void turn_move(struct turn *t, struct turn_source *source);
/* Queues the client at the end of the line; no effect if it is already in line. */
void turn_wait(struct turns *t, struct turn *who);
/* Removes it from the line. Also allowed for a client that is not in line. */
void turn_leave(struct turn *who);
bool turn_is_waiting(const struct turn *who);

#endif
