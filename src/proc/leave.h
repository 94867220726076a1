/* SPDX-License-Identifier: Apache-2.0 */
/* leave: the time between SIGTERM and the drain (server.lame_duck_time), in which everything goes on, but
 * /readyz answers 503, so that a load balancer sends no new connections. */
#ifndef COUNTERSIGN_PROC_LEAVE_H
#define COUNTERSIGN_PROC_LEAVE_H

#include <stdbool.h>

#include "base/loop.h"

struct supervisor;

struct leave {
    struct loop_timer timer;
    bool is_on;
    void (*drain)(struct supervisor *s);
};

/* drain: called when the time is over. */
void leave_init(struct supervisor *s, void (*drain)(struct supervisor *s));
void leave_begin(struct supervisor *s);

#endif
