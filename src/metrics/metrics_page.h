/* SPDX-License-Identifier: Apache-2.0 */
/* metrics_page: the table behind metrics.def, and how the page is laid out. Private to this folder. */
#ifndef COUNTERSIGN_METRICS_METRICS_PAGE_H
#define COUNTERSIGN_METRICS_METRICS_PAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "metrics/metrics.h"

enum metrics_kind { METRICS_COUNTER, METRICS_GAUGE, METRICS_LATEST, METRICS_HIDDEN, METRICS_HISTOGRAM_KIND };

enum metrics_list {
#define LABELS(list, key) METRICS_LIST_##list,
#include "metrics/metrics.def"
    METRICS_LIST_COUNT_
};

struct metrics_labels {
    const char *key;
    int n;
};
extern const struct metrics_labels metrics_lists[METRICS_LIST_COUNT_];

struct metrics_row {
    const char *name;
    enum metrics_kind kind;
    bool is_seconds;
    enum metrics_list a, b;
    int cell;
    const char *doc;
};
extern const struct metrics_row metrics_rows[METRIC_COUNT_];

/* The value of a label. */
const char *metrics_label_text(enum metrics_list list, int at);
/* The upper bounds of the buckets of a histogram in microseconds, METRICS_BUCKETS - 1 of them, ascending. */
const int64_t *metrics_bounds(enum metric m);

typedef _Atomic uint64_t metrics_value;
/* The bytes of one slot: whole pages of this machine. */
size_t metrics_slot_size(void);

#endif
