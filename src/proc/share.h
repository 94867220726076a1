/* SPDX-License-Identifier: Apache-2.0 */
/* share: the places that one destination may have of those that the courier has. A webhook or a push service
 * that does not answer keeps its places for as long as a delivery may take: some are left for all others. */
#ifndef COUNTERSIGN_PROC_SHARE_H
#define COUNTERSIGN_PROC_SHARE_H

#include <stdbool.h>

#include "base/clock.h"
#include "delivery/http_out.h"
#include "store/store_outbox.h"

enum { SHARE_MOST = HTTP_OUT_AT_ONCE - 2 };
/* When letters that found their share used up are looked at again. */
#define SHARE_PAUSE (500 * CLOCK_MS)

/* Whether both go to the same webhook, by mail, or to the same push service. */
bool share_is_same(const struct outbox_row *a, const struct outbox_row *b);

#endif
