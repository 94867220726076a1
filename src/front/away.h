/* SPDX-License-Identifier: Apache-2.0 */
/* away: clients that were turned away because the server is full.
 *
 * Their request is still unread or in transit, and closing the socket now would reset the connection,
 * which may cost the client the answer. So their input is discarded until they close their side, for at
 * most AWAY_TIME and AWAY_BYTES. When there are more than AWAY_MOST, the oldest is closed. */
#ifndef COUNTERSIGN_FRONT_AWAY_H
#define COUNTERSIGN_FRONT_AWAY_H

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/loop.h"

enum {
    AWAY_MOST = 64,         /* clients at once, each a descriptor */
    AWAY_BYTES = 64 * 1024, /* of one */
};
#define AWAY_TIME (2 * CLOCK_S)

struct away_client {
    struct loop_fd watch; /* fd -1: a free place */
    struct away *away;
    int64_t until; /* clock_mono */
    size_t left;   /* of AWAY_BYTES */
};

struct away {
    struct loop *loop;
    struct loop_timer timer;
    struct away_client clients[AWAY_MOST]; /* a ring: the oldest is at `next`, or already gone */
    size_t next;
};

void away_init(struct away *a, struct loop *l);
/* Closes all. */
void away_clear(struct away *a);
/* Takes a non-blocking socket whose answer was sent; closes it when the client has closed, or its time is
 * up. */
void away_keep(struct away *a, int fd);

#endif
