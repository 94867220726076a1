/* SPDX-License-Identifier: Apache-2.0 */
/* fixture_worker: a worker that needs no database: it answers the published operation as the service behind
 * the recorded exchanges did (fixture_op.h), and all others with their UnknownError. */
#include <stddef.h>

#include "contract/ct.h"
#include "fixture_op.h"
#include "proc/worker.h"

static enum errcode
set_up(void *arg, struct cx *cx, struct worker_set_up *given)
{
    (void)arg;
    (void)cx;
    (void)given;
    return ERR_NONE;
}

static void
reload(void *arg, const struct config *config)
{
    (void)arg;
    (void)config;
}

static enum errcode
call(void *arg, struct cx *cx, const struct ct_op *op, const void *in, void *out)
{
    (void)arg;
    if (op->id != CT_OP_twoFactorCheckPushAuthStatus)
        return ERR_NONE; /* zero is UnknownError */
    struct str fault = fixture_check_push(&cx->arena, in, out);
    if (!str_is_null(fault)) {
        cx->reply->status = CALL_FAULT;
        cx->reply->fault = fault;
    }
    return ERR_NONE;
}

static struct topic
topic(void *arg, struct cx *cx, int64_t technician_id)
{
    (void)arg;
    (void)cx;
    (void)technician_id;
    return (struct topic){.bytes = {0}};
}

int
main(void)
{
    static const struct worker_hooks hooks = {
        .set_up = set_up, .reload = reload, .call = call, .topic = topic};
    return worker_run(&hooks);
}
