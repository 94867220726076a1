/* SPDX-License-Identifier: Apache-2.0 */
/* metrics_read: the page of all processes, read only: as text for Prometheus and others, and for health. */
#ifndef COUNTERSIGN_METRICS_METRICS_READ_H
#define COUNTERSIGN_METRICS_METRICS_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cx.h"
#include "base/err.h"
#include "metrics/metrics.h"

struct metrics_view {
    const unsigned char *page; /* NULL: none, in which all is 0 */
    size_t slots;
};

/* Maps all slots. The descriptor stays the caller's, the map lasts as long as the process. ERR_SYSTEM. */
enum errcode metrics_look(struct cx *cx, int fd, struct metrics_view *view_out) MUST_CHECK;

/* The value of a metric over all processes: their sum, or the largest for LATEST and HIDDEN. */
uint64_t metrics_value_of(const struct metrics_view *v, enum metric m, int a, int b);

/* METRICS_OPENMETRICS: OpenMetrics 1.0. METRICS_PROMETHEUS: the older text format 0.0.4. */
enum metrics_format { METRICS_PROMETHEUS, METRICS_OPENMETRICS };
/* Appends all metrics. */
void metrics_write(const struct metrics_view *v, enum metrics_format format, struct buf *out);

#endif
