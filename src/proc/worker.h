/* SPDX-License-Identifier: Apache-2.0 */
/* worker: the loop of a worker process: takes a call from a front, runs it, and replies; between calls it
 * does housekeeping. Hooks define what a call does: worker_main.c uses the domain's, the fixture of the
 * contract tests its own.
 *
 * It does one thing at a time, in order of arrival. A front that violates the format loses its channel and
 * nothing else; a front that does not accept its answer gets no further call processed until it has
 * (proc/channel.h). */
#ifndef COUNTERSIGN_PROC_WORKER_H
#define COUNTERSIGN_PROC_WORKER_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "config/config.h"
#include "contract/call.h"
#include "contract/ct.h"
#include "metrics/metrics_read.h"
#include "proc/confine.h"

/* The input and output of a worker's set-up. */
struct worker_set_up {
    const struct config *config;
    uint32_t slot;
    bool is_first;               /* the server is starting: a problem that an operator must fix is an error */
    bool is_rehearsal;           /* report each problem (child_find), serve nothing, leave nothing behind */
    struct metrics_view metrics; /* of all processes, read only; until this one ends */
    struct confine confine;      /* out: paths that stay accessible to the process; valid until it ends */
    int news;                    /* out: a descriptor that is readable when housekeeping is due; -1: none */
};

struct worker_hooks {
    /* Called before the confinement: opens what is needed. */
    enum errcode (*set_up)(void *arg, struct cx *cx, struct worker_set_up *given);
    /* LIVE settings have changed in *config. */
    void (*reload)(void *arg, const struct config *config);
    /* Fills *out, which is zero, and cx->reply. On an error, which is logged here, both are sent as they
     * are. cx->call is set; technicians whose challenge changed are recorded in cx->woken. */
    enum errcode (*call)(void *arg, struct cx *cx, const struct ct_op *op, const void *in, void *out);
    /* The topic that the fronts wait on for a technician's challenge. */
    struct topic (*topic)(void *arg, struct cx *cx, int64_t technician_id);
    /* The courier's channel (proc/outbox.h), for worker 0; either all three are set or none. join takes
     * the descriptor, even before set_up. watch returns the events to wait for at it (fd -1: none) and the
     * longest wait in milliseconds; -1: forever. tend is called in each round of the loop, with the events
     * at the descriptor. */
    void (*courier_join)(void *arg, int fd);
    int (*courier_watch)(void *arg, struct pollfd *watched_out);
    void (*courier_tend)(void *arg, struct cx *cx, short revents);
    /* News from other servers (db/shared_news.h): the descriptor to wait for, -1: none; take is called when
     * it is readable, and records in the context who is to be woken. Both NULL: none. */
    int (*shared_watch)(void *arg);
    void (*shared_take)(void *arg, struct cx *cx);
    /* Called between two calls: the longest wait until `tend`, in milliseconds; -1: forever; and what is due
     * now. NULL: nothing. */
    int (*patience)(void *arg);
    void (*tend)(void *arg, struct cx *cx);
    /* Called at the end, after the last call. NULL: nothing to do. */
    void (*leave)(void *arg, struct cx *cx);
    /* Called about once a second, and when `news` is readable, which it reads. Returns true when there is
     * more to do soon. *ends: this process can no longer work, but a new one may. NULL: no housekeeping. */
    bool (*idle)(void *arg, struct cx *cx, bool *ends);
    void *arg;
};

/* Runs the whole process from child_begin; returns its exit status. */
int worker_run(const struct worker_hooks *hooks) MUST_CHECK;

#endif
