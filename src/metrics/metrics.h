/* SPDX-License-Identifier: Apache-2.0 */
/* metrics: what the processes of a server count, in one shared page of memory.
 *
 * The supervisor makes the page (metrics_make), a memory file with a slot for each process, and passes its
 * descriptor to each child, which maps its own slot before it confines itself (metrics_join) and closes the
 * descriptor: a process can write to no other slot. Each slot has one writer, so a cell is changed by a
 * relaxed load and store, without a lock; readers (metrics_read.h) add the slots up. A child that is started
 * again takes the slot of the one before it, so counters never fall; its gauges restart.
 *
 * A process without a slot, such as the command line, counts in memory of its own. The
 * cells are fixed by metrics.def: nothing here can grow, and no text from outside is kept. Besides the log's
 * sink, this room has the only mutable globals. */
#ifndef COUNTERSIGN_METRICS_METRICS_H
#define COUNTERSIGN_METRICS_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

/* Labels: METRICS_LIST_ID is the position in its list, METRICS_LIST_COUNT_ their number. */
enum metrics_label {
#define LABELS(list, key) METRICS_##list##_BEFORE_ = -1,
#define LABEL(list, id, value) METRICS_##list##_##id,
#define LABELS_END(list) METRICS_##list##_COUNT_,
#include "metrics/metrics.def"
};

enum metric {
#define METRIC(id, name, kind, unit, a, b, doc) METRIC_##id,
#include "metrics/metrics.def"
    METRIC_COUNT_
};

/* Buckets of a histogram, the last one without a bound, and then the sum. */
enum { METRICS_BUCKETS = 16, METRICS_HISTOGRAM = METRICS_BUCKETS + 1 };

/* The first cell of each metric. */
enum metrics_cell {
#define METRICS_WIDTH_COUNTER 1
#define METRICS_WIDTH_GAUGE 1
#define METRICS_WIDTH_LATEST 1
#define METRICS_WIDTH_HIDDEN 1
#define METRICS_WIDTH_HISTOGRAM METRICS_HISTOGRAM
#define METRIC(id, name, kind, unit, a, b, doc) \
    METRICS_CELL_##id,                          \
        METRICS_CELL_END_##id =                 \
            METRICS_CELL_##id +                 \
            (int)METRICS_##a##_COUNT_ * (int)METRICS_##b##_COUNT_ * METRICS_WIDTH_##kind - 1,
#include "metrics/metrics.def"
    METRICS_CELLS
};

/* Makes the page for `slots` processes, sealed against any change of its size, and takes slot 0. The
 * descriptor is the caller's. ERR_SYSTEM. */
enum errcode metrics_make(struct cx *cx, size_t slots, int *fd_out) MUST_CHECK;
/* Takes a slot of the page, and clears its gauges. The descriptor stays the caller's. ERR_SYSTEM, also if
 * the page has no such slot. */
enum errcode metrics_join(struct cx *cx, int fd, size_t slot) MUST_CHECK;

/* Labels are positions in the metric's lists (ASSERT); 0 where it has none. */
void metrics_add(enum metric m, int a, int b, uint64_t n); /* COUNTER, GAUGE */
void metrics_count(enum metric m, int a);                  /* COUNTER: one more */
void metrics_set(enum metric m, int a, int64_t value);     /* GAUGE, LATEST, HIDDEN; not negative */
/* HISTOGRAM: one duration; a negative one counts as 0. */
void metrics_observe(enum metric m, int a, int64_t microseconds);

/* The position of a value in the list of results; METRICS_RESULT_OTHER if it is not there. */
int metrics_result(struct str name);

/* What this process has counted in its slot, for tests: the sum of all cells of a counter or gauge, or the
 * number of durations of a histogram. */
uint64_t metrics_own(enum metric m, int a, int b);

#endif
