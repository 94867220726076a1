/* SPDX-License-Identifier: Apache-2.0 */
/* alarms: how worker 0 looks for the causes of alarms (accounts/alarm.h), once a minute, in bounded work: the
 * metrics of this server's processes, the room on the disk, the sealer's verdict, and two reads of indexes.
 * What is of this machine has its name in the subject, so that servers on one database do not clear one
 * another's alarms. */
#ifndef COUNTERSIGN_PROC_ALARMS_H
#define COUNTERSIGN_PROC_ALARMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "config/config.h"
#include "metrics/metrics_read.h"

#define ALARMS_EVERY CLOCK_MINUTE

enum { ALARMS_HOST = 64 };

enum alarms_log { ALARMS_LOG_UNKNOWN, ALARMS_LOG_GOOD, ALARMS_LOG_CHANGED };

struct alarms {
    const struct config *config;
    struct metrics_view metrics;
    char host[ALARMS_HOST + 1];
    int64_t looked_at;                                                     /* clock_mono; 0: never */
    uint64_t sent[METRICS_SERVICE_COUNT_], failed[METRICS_SERVICE_COUNT_]; /* at the last look */
    enum alarms_log log; /* what the sealer found since then */
};

/* config must outlive *a; before the confinement. */
void alarms_open(struct alarms *a, const struct config *config, const struct metrics_view *metrics);
/* The outcome of sealing, which is returned: ERR_CRYPTO means that the log was changed. */
enum errcode alarms_sealed(struct alarms *a, enum errcode err) MUST_CHECK;
/* Outside of a transaction; looks if a minute has passed. An error is the store's: the next look is due at
 * once. Also does the housekeeping of alarms. */
enum errcode alarms_look(struct cx *cx, struct alarms *a) MUST_CHECK;

#endif
