/* SPDX-License-Identifier: Apache-2.0 */
/* sweep: removes rows that are too old, in a transaction of its own. */
#ifndef COUNTERSIGN_ACCOUNTS_SWEEP_H
#define COUNTERSIGN_ACCOUNTS_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"

/* `remove`, of the store, removes at most `limit` rows from before a time and says how many; the time is
 * `kept` microseconds ago. *more_out: there may be more of them. Errors of the store. */
enum errcode
sweep_old(struct cx *cx, enum errcode (*remove)(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out),
          int64_t kept, int64_t limit, bool *more_out) MUST_CHECK;

#endif
