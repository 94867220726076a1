/* SPDX-License-Identifier: Apache-2.0 */
/* writing: the letter (delivery/letter.h) that a row of the outbox becomes. Private to outbox.c. */
#ifndef COUNTERSIGN_PROC_WRITING_H
#define COUNTERSIGN_PROC_WRITING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "config/config.h"
#include "store/store_outbox.h"

#define WRITING_NOTICE_KEPT CLOCK_DAY /* by the push service, until the phone wakes */

/* What is configured. */
struct writing_ways {
    bool has_webhook, has_web_push, has_alarm_hook, has_mail;
};

struct writing_ways writing_ways(const struct config *config);
bool writing_has_ways(const struct writing_ways *ways); /* any of them */
bool writing_can_deliver(const struct writing_ways *ways, const struct outbox_row *row);
/* Appends the frame. id: of the letter. */
void writing_put(struct buf *out, uint32_t id, const struct outbox_row *row, int64_t now);

#endif
