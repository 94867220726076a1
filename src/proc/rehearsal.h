/* rehearsal: a child that loads what a start would load, reports on it, and ends: how a supervisor, which
 * holds no secret and links neither TLS nor the store, knows that a start would go well.
 *
 * The child is the very program that would serve, under its account, with its configuration
 * (CONTROL_REHEARSE). It cannot hang for longer than REHEARSAL_TIME. */
#ifndef COUNTERSIGN_PROC_REHEARSAL_H
#define COUNTERSIGN_PROC_REHEARSAL_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/loop.h"
#include "proc/privilege.h"

#define REHEARSAL_TIME (30 * CLOCK_S)

/* What is rehearsed. All of it is the caller's. */
struct rehearsal_part {
    const char *path;       /* the executable, absolute */
    const char *name;       /* "countersign-front" */
    const struct buf *text; /* the configuration */
    const int *tls;         /* of a front, two descriptors; NULL: none */
    const struct privilege_user *user;
};

struct rehearsal {
    struct loop *loop;
    pid_t pid; /* 0: none runs; its end is the caller's to wait for */
    const char *name;
    int control;
    struct loop_fd watch;
    struct loop_timer deadline;
    struct buf problems, warnings; /* one a line */
    void (*done)(struct rehearsal *r);
};

/* All of *r is written. done is called once, from the loop, with what was found; without problems, a start
 * would go well. ERR_SYSTEM when no process can be made: done is not called. rehearsal_clear in any case. */
enum errcode rehearsal_begin(struct rehearsal *r, struct cx *cx, struct loop *loop,
                             const struct rehearsal_part *part, void (*done)(struct rehearsal *r)) MUST_CHECK;
/* Kills one that runs: done is not called any more. */
void rehearsal_clear(struct rehearsal *r);

#endif
