/* SPDX-License-Identifier: Apache-2.0 */
/* db_count: what is counted about a connection: transactions as metrics, and those that wrote. */
#include "base/clock.h"
#include "db/db_driver.h"
#include "metrics/metrics.h"

void
db_count_end(const struct db *db)
{
    const int mode = db->is_writing ? METRICS_MODE_WRITE : METRICS_MODE_READ;
    metrics_observe(METRIC_STORE, mode, clock_mono() - db->began_at);
    metrics_add(METRIC_STORE_FAILURES, mode, 0, db->failed != ERR_NONE);
}

bool
db_is_shared(const struct db *db)
{
    return db->driver->is_shared;
}

bool
db_has_written(const struct db *db)
{
    return db->n_written > 0;
}

uint64_t
db_writes(const struct db *db)
{
    return db->n_written;
}
