/* SPDX-License-Identifier: Apache-2.0 */
/* domain: the process of one worker: the domain and its database on the loop of worker.h. Two programs use
 * it: countersign-worker, and countersign-sandbox, which adds something around each operation. */
#ifndef COUNTERSIGN_PROC_DOMAIN_H
#define COUNTERSIGN_PROC_DOMAIN_H

#include "base/cx.h"
#include "base/err.h"
#include "config/config.h"
#include "contract/ct.h"

struct domain_extra {
    /* Called before the confinement, once the store is open. config lives as long as the process. */
    enum errcode (*set_up)(void *arg, struct cx *cx, const struct config *config);
    /* Called instead of ops_run. */
    enum errcode (*call)(void *arg, struct cx *cx, const struct ct_op *op, const void *in, void *out);
    /* In the worker of slot 0, about once a second; leaves no error behind. */
    void (*tick)(void *arg, struct cx *cx);
    void *arg;
};

/* Runs the whole process; returns its exit status. extra may be NULL. */
int domain_run(const struct domain_extra *extra) MUST_CHECK;

#endif
