/* verdict: what an attempt to deliver a row of the outbox, or the lack of one, means for it: written within
 * the open transaction, and logged once that is committed. For outbox.c alone. */
#ifndef COUNTERSIGN_PROC_VERDICT_H
#define COUNTERSIGN_PROC_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "push/fate.h"
#include "push/http_out.h"
#include "store/store_outbox.h"

struct verdict {
    const struct outbox_row *row; /* outlives it */
    struct http_out_end end;
    int64_t at; /* when it ended: maybe a while ago */
    enum fate fate;
};

/* By a push service; else by the webhook. */
bool verdict_is_push(const struct outbox_row *row);
struct fate_of verdict_fate_of(const struct outbox_row *row);

/* Fills v->fate in, and writes the row's new state and what the answer says of the subscription. A row that
 * was claimed by another since, or that is gone, stays as it is. */
enum errcode verdict_write(struct cx *cx, struct verdict *v) MUST_CHECK;
/* One line for what was not sent. Nothing of a subscription but its service's host. */
void verdict_log(const struct verdict *v);

#endif
