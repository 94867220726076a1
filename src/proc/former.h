/* SPDX-License-Identifier: Apache-2.0 */
/* former: the program that an upgrade in place has replaced, from the side of its successor. Its children are
 * children of the process in which both have run, and are killed when that ends: so a server that is asked to
 * end waits for them, as for its own fronts. What sees them off (steward.h) holds the other end of a pipe;
 * where it has a former itself, it ends after that one. */
#ifndef COUNTERSIGN_PROC_FORMER_H
#define COUNTERSIGN_PROC_FORMER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"

struct supervisor;

struct former {
    int fd; /* ends with the steward; -1: there is none, or it is not waited for */
    bool is_noted;
    struct loop_fd watch;
    void (*gone)(struct supervisor *s);
};

/* gone: called once when the steward has ended. */
void former_init(struct supervisor *s, void (*gone)(struct supervisor *s));
/* What the handover had; -1: nothing. */
void former_begin(struct supervisor *s, int fd);
bool former_is_there(const struct supervisor *s);
/* The same, and the log says so once: all else has ended. */
bool former_holds(struct supervisor *s);
/* The server is to end: a former that waits until its successor is ready (steward.h) waits no more, and has
 * the drain time from now on (supervisor.deadline). No effect if there is none. */
void former_release(struct supervisor *s);
/* Waits until it has ended, at most that long; without a loop. Nothing is waited for where fd is -1. */
void former_await(int fd, int64_t time);
/* Of a start that has failed, once it listens no more: what the handover had, also if it was not received
 * yet, drains at once, and is waited for within the drain time, since its children end with this process; a
 * second signal to end (signals.def) ends the wait. */
void former_see_off(struct supervisor *s);
/* Not waited for any more. */
void former_leave(struct supervisor *s);

#endif
