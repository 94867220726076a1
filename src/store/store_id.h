/* SPDX-License-Identifier: Apache-2.0 */
/* store_id: the ids of a kind of row within a range, for a person who types the beginning of one. */
#ifndef COUNTERSIGN_STORE_STORE_ID_H
#define COUNTERSIGN_STORE_STORE_ID_H

#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"

/* Devices that were not removed, sessions that have not ended, address rules, logins, reports that wait. */
enum store_id {
    STORE_ID_DEVICE,
    STORE_ID_SESSION,
    STORE_ID_RULE,
    STORE_ID_LOGIN,
    STORE_ID_REPORTED,
    STORE_ID_COUNT_
};

struct store_id_range {
    int64_t low, high; /* both included */
    int64_t limit;
};

/* Ascending, in the arena. Reads the primary key's index from `low` on. */
enum errcode store_ids_within(struct cx *cx, enum store_id of, const struct store_id_range *range,
                              int64_t **ids_out, size_t *n_out) MUST_CHECK;

#endif
