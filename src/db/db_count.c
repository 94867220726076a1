/* SPDX-License-Identifier: Apache-2.0 */
/* db_count: what is counted about a connection: transactions as metrics, and those that wrote. */
#include "base/clock.h"
#include "db/db_driver.h"
#include "metrics/metrics.h"

/* A seat of the sealer that is taken, and a constraint that holds, are what a database is for. */
void
db_count_end(const struct db *db)
{
    const int mode = db->is_writing ? METRICS_MODE_WRITE : METRICS_MODE_READ;
    metrics_observe(METRIC_STORE, mode, clock_mono() - db->began_at);
    if (db->failed == ERR_STORE_RACE)
        metrics_count(METRIC_STORE_RETRIES, mode);
    else if (db->failed != ERR_NONE && db->failed != ERR_BUSY && db->failed != ERR_CONFLICT)
        metrics_count(METRIC_STORE_FAILURES, mode);
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
