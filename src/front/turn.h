/* turn: how much of one round of the loop clients get, and who is next.
 *
 * What a client has sent is worked off in slices (struct turn_slice). A client with more than a slice waits
 * in its source's line, and sources are served one after the other, so that neither a connection that
 * pipelines nor a thousand of them from one place make somebody else wait longer than a round. A source that
 * has nobody in line is served at its event, before all who wait; one that has waits for its place, whatever
 * its other connections send. A round has a budget of slices and of time for the events of descriptors, and a
 * shorter one for those who wait, since a client of another source waits for its end; both are counted here.
 * Not here: what a slice is spent on (connection.c). */
#ifndef COUNTERSIGN_FRONT_TURN_H
#define COUNTERSIGN_FRONT_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/loop.h"

enum {
    TURN_SLICES = 64,             /* of a round's events, and again of those who wait */
    TURN_SLICE_REQUESTS = 8,      /* of one connection */
    TURN_SLICE_BYTES = 64 * 1024, /* likewise, read */
};
#define TURN_TIME (4 * CLOCK_MS)        /* of a round's events */
#define TURN_LINE_TIME (CLOCK_MS / 10)  /* of those who wait, in a round */
#define TURN_SLICE_TIME (CLOCK_MS / 10) /* of one connection; a request that was begun is finished */

struct turns {
    struct loop *loop;
    struct list sources; /* struct turn_source with somebody in line, the next first */
    size_t n;            /* of all sources */
    struct loop_timer timer;
    uint64_t round;      /* of the loop, that the budget is of */
    int64_t began, time; /* time: TURN_TIME or TURN_LINE_TIME */
    int64_t now;         /* when a slice was asked for last: the clock is read once a slice */
    unsigned slices;
    const struct turn *served; /* whose turn it is; NULL: an event's */
};

/* One source's line; embedded in what stands for the source, and empty before that goes. */
struct turn_source {
    struct list node;
    struct list line; /* struct turn */
};

/* One client's place; embedded in the client. */
struct turn {
    struct list node;
    struct turn_source *source;
    struct turns *turns;         /* while it is in line */
    void (*run)(struct turn *t); /* its turn: no longer in line. May wait again, and may free t */
};

/* What one connection may do before others have their turn. */
struct turn_slice {
    int64_t began;
    size_t requests, bytes; /* counted by the owner */
};

void turns_init(struct turns *t, struct loop *l);
/* Nobody may be in line any more. */
void turns_clear(struct turns *t);

/* Takes one slice for this client out of the round's budget. False: there is none left, or others of its
 * source wait already; the client has to wait in line. */
bool turns_take(struct turns *t, const struct turn *who);
/* The one that was taken last. */
void turn_slice_begin(struct turn_slice *s, const struct turns *t);
bool turn_slice_is_spent(const struct turn_slice *s);

void turn_source_init(struct turn_source *s);
void turn_init(struct turn *t, struct turn_source *source, void (*run)(struct turn *));
/* Into line, at its end; nothing happens where it stands there already. */
void turn_wait(struct turns *t, struct turn *who);
/* Out of it. Also for one that is not in line. */
void turn_leave(struct turn *who);
bool turn_is_waiting(const struct turn *who);

#endif
