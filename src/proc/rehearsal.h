/* SPDX-License-Identifier: Apache-2.0 */
/* rehearsal: a child that loads what a start would load, reports on it, and exits. It tells the supervisor,
 * which holds no secret and links neither TLS nor the store, whether a start would succeed.
 *
 * The child is the same program that would serve, under its account, with its configuration
 * (CONTROL_REHEARSE). It runs for at most REHEARSAL_TIME. */
#ifndef COUNTERSIGN_PROC_REHEARSAL_H
#define COUNTERSIGN_PROC_REHEARSAL_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/loop.h"
#include "proc/certificates.h"
#include "proc/privilege.h"

#define REHEARSAL_TIME (30 * CLOCK_S)

/* What to rehearse. All of it belongs to the caller. */
struct rehearsal_part {
    const char *path;               /* the executable, absolute */
    const char *name;               /* "countersign-front" */
    const struct buf *text;         /* the configuration */
    const struct certificates *tls; /* for a front; NULL: none */
    const struct privilege_user *user;
};

struct rehearsal {
    struct loop *loop;
    pid_t pid; /* 0: not running; the caller waits for its end */
    const char *name;
    int control;
    struct loop_fd watch;
    struct loop_timer deadline;
    struct buf problems, warnings, notes; /* one per line */
    void (*done)(struct rehearsal *r);
};

/* Overwrites all of *r. done is called once, from the loop, with the findings; if there is no problem
 * among them, a start would succeed. ERR_SYSTEM when no process can be created: done is not called.
 * rehearsal_clear must be called in any case. */
enum errcode rehearsal_begin(struct cx *cx, struct rehearsal *r, struct loop *loop,
                             const struct rehearsal_part *part, void (*done)(struct rehearsal *r)) MUST_CHECK;
/* Kills a running rehearsal; done is not called afterwards. */
void rehearsal_clear(struct rehearsal *r);

#endif
