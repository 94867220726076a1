/* domain: the process of one worker: the domain and its database behind the loop of worker.h. Its programs
 * are countersign-worker, and countersign-sandbox, which does something more around each operation. */
#ifndef COUNTERSIGN_PROC_DOMAIN_H
#define COUNTERSIGN_PROC_DOMAIN_H

#include "base/cx.h"
#include "base/err.h"
#include "config/config.h"
#include "contract/ct.h"

struct domain_extra {
    /* Before the confinement, once the store is open. config lives as long as the process. */
    enum errcode (*set_up)(void *arg, struct cx *cx, const struct config *config);
    /* In the place of ops_run. */
    enum errcode (*call)(void *arg, struct cx *cx, const struct ct_op *op, const void *in, void *out);
    /* In the worker of slot 0, every second or so; leaves no error behind. */
    void (*tick)(void *arg, struct cx *cx);
    void *arg;
};

/* The whole process, to its exit status. extra may be NULL. */
int domain_run(const struct domain_extra *extra) MUST_CHECK;

#endif
