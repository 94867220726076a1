/* worker: the loop of a worker process: takes a call from a front, has it run, answers; between calls, keeps
 * house. What a call does is told by hooks: worker_main.c has the domain's, the fixture of the contract's
 * tests its own.
 *
 * One thing at a time, in the order of arrival. A front that breaks the format loses its channel and nothing
 * else; one that does not take its answer is not asked for more until it has (proc/channel.h). */
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
#include "proc/confine.h"

/* What a worker is told when it sets itself up, and what it gives back. */
struct worker_set_up {
    const struct config *config;
    uint32_t slot;
    bool is_first;          /* the server starts: what an operator must mend is an error */
    bool is_rehearsal;      /* report each problem (child_find), serve nothing, leave nothing behind */
    struct confine confine; /* out: the paths that stay open to the process; they live until the end */
    int news;               /* out: a descriptor at which to keep house at once; -1: none */
};

struct worker_hooks {
    /* Before the confinement: opens what is needed. */
    enum errcode (*set_up)(void *arg, struct cx *cx, struct worker_set_up *given);
    /* LIVE settings have changed in *config. */
    void (*reload)(void *arg, const struct config *config);
    /* Fills *out, which is zero, and cx->reply; on an error, which is logged here, both are the answer as
     * well. cx->call is set; technicians whose challenge moved are noted in cx->woken. */
    enum errcode (*call)(void *arg, struct cx *cx, const struct ct_op *op, const void *in, void *out);
    /* What the fronts wait on for a technician's challenge. */
    struct topic (*topic)(void *arg, struct cx *cx, int64_t technician_id);
    /* The courier's channel (proc/outbox.h), of worker 0; all three or none. join takes the descriptor, also
     * before set_up. watch says what to wait for at it (fd -1: nothing), and how many milliseconds at most;
     * -1: any time. tend comes in each round of the loop, with what happened at the descriptor. */
    void (*courier_join)(void *arg, int fd);
    int (*courier_watch)(void *arg, struct pollfd *watched_out);
    void (*courier_tend)(void *arg, struct cx *cx, short revents);
    /* Asked to end, after the last call. NULL: nothing to do. */
    void (*leave)(void *arg, struct cx *cx);
    /* Every second or so, and when `news` can be read, which it takes; true: there is more to do soon.
     * *ends: this process is of no more use, and a new one may be. NULL: nothing ever. */
    bool (*idle)(void *arg, struct cx *cx, bool *ends);
    void *arg;
};

/* The whole process, from child_begin to its exit status. */
int worker_run(const struct worker_hooks *hooks) MUST_CHECK;

#endif
