/* SPDX-License-Identifier: Apache-2.0 */
/* verdict: what an attempt to deliver a row of the outbox, or the lack of one, means for the row: written
 * within the open transaction, and logged after its commit. Private to outbox.c. */
#ifndef COUNTERSIGN_PROC_VERDICT_H
#define COUNTERSIGN_PROC_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "delivery/fate.h"
#include "delivery/http_out.h"
#include "store/store_outbox.h"

struct verdict {
    const struct outbox_row *row; /* must outlive the verdict */
    struct http_out_end end;
    int64_t at; /* when the attempt ended, perhaps a while ago */
    enum fate fate;
};

/* Through a push service; otherwise through a webhook, or by mail. */
bool verdict_is_web_push(const struct outbox_row *row);
struct fate_of verdict_fate_of(const struct outbox_row *row);

/* Fills in v->fate, writes the row's new state, and updates the subscription from the answer. A row that
 * has disappeared, or was claimed by another process since, is not changed. */
enum errcode verdict_write(struct cx *cx, struct verdict *v) MUST_CHECK;
/* Logs one line for a failed delivery. Of a subscription it contains only the service's host. */
void verdict_log(const struct verdict *v);

#endif
