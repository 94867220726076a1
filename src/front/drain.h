/* SPDX-License-Identifier: Apache-2.0 */
/* drain: the end of a front: it goes on until the last connection is gone, or its deadline has come. */
#ifndef COUNTERSIGN_FRONT_DRAIN_H
#define COUNTERSIGN_FRONT_DRAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"

struct drain {
    struct loop *loop;
    bool is_on, is_over;
    struct loop_timer timer;
    void (*done)(void *arg);
    void *arg;
};

/* due: called once, from the loop, when the last connection is gone or the deadline has come; it closes what
 * is open, and calls drain_end. */
void drain_init(struct drain *d, struct loop *l, void (*due)(struct loop_timer *));
/* Nothing is called any more. */
void drain_clear(struct drain *d);
/* Is on from now. done(arg): see front_drain. */
void drain_begin(struct drain *d, int64_t deadline, void (*done)(void *arg), void *arg);
/* So many connections are open now. 0 ends a drain. */
void drain_look(struct drain *d, size_t connections);
/* Calls done(arg); once. */
void drain_end(struct drain *d);

#endif
