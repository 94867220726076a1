/* worker: the loop of a worker process: takes a call from a front, has it run, answers; between calls, keeps
 * house. What a call does is told by hooks: worker_main.c has the domain's, the fixture of the contract's
 * tests its own.
 *
 * One thing at a time, in the order of arrival. A front that breaks the format, or does not take its answer,
 * loses its channel and nothing else. */
#ifndef COUNTERSIGN_PROC_WORKER_H
#define COUNTERSIGN_PROC_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "config/config.h"
#include "contract/call.h"
#include "contract/ct.h"
#include "proc/sandbox.h"

struct worker_hooks {
    /* Before the confinement: opens what is needed. is_first: what an operator must mend is an error. The
     * paths that stay open to the process go into *sandbox; they live until the return of worker_run. */
    enum errcode (*set_up)(void *arg, struct cx *cx, const struct config *config, bool is_first,
                           struct sandbox *sandbox);
    /* LIVE settings have changed in *config. */
    void (*reload)(void *arg, const struct config *config);
    /* Fills *out, which is zero, and cx->reply; on an error, which is logged here, both are the answer as
     * well. cx->call is set; challenges that moved are noted in cx->woken. */
    enum errcode (*call)(void *arg, struct cx *cx, const struct ct_op *op, const void *in, void *out);
    /* What the fronts wait on for a challenge. */
    struct topic (*topic)(void *arg, struct cx *cx, int64_t challenge_id);
    /* Every second or so when nothing is to do; true: there is more to do at once. *ends: this process is of
     * no more use, and a new one may be. NULL: nothing ever. */
    bool (*idle)(void *arg, struct cx *cx, uint32_t slot, bool *ends);
    void *arg;
};

/* The whole process, from child_begin to its exit status. */
int worker_run(const struct worker_hooks *hooks) MUST_CHECK;

#endif
