/* SPDX-License-Identifier: Apache-2.0 */
/* metrics: see metrics.h. */
#include "metrics/metrics.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "metrics/metrics_page.h"

static metrics_value spare[METRICS_CELLS];
static metrics_value *own = spare;

size_t
metrics_slot_size(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (sizeof spare + page - 1) / page * page;
}

static uint64_t
load(int cell)
{
    return atomic_load_explicit(&own[cell], memory_order_relaxed);
}

static void
store(int cell, uint64_t value)
{
    atomic_store_explicit(&own[cell], value, memory_order_relaxed);
}

enum errcode
metrics_join(struct cx *cx, int fd, size_t slot)
{
    struct stat st;
    size_t size = metrics_slot_size();
    if (fstat(fd, &st) != 0 || slot >= (size_t)st.st_size / size)
        return err_set(cx, ERR_SYSTEM, "the page of metrics has no slot %zu", slot);
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)(slot * size));
    if (p == MAP_FAILED)
        return err_set(cx, ERR_SYSTEM, "the page of metrics cannot be mapped: %s", strerror(errno));
    own = p;
    for (size_t m = 0; m < METRIC_COUNT_; m++) {
        const struct metrics_row *row = &metrics_rows[m];
        int n = metrics_lists[row->a].n * metrics_lists[row->b].n;
        for (int i = 0; row->kind == METRICS_GAUGE && i < n; i++)
            store(row->cell + i, 0);
    }
    return ERR_NONE;
}

enum errcode
metrics_make(struct cx *cx, size_t slots, int *fd_out)
{
    int fd = os_memory_file("metrics");
    *fd_out = fd;
    if (fd < 0 || ftruncate(fd, (off_t)(slots * metrics_slot_size())) != 0 || !os_memory_seal(fd, true))
        return err_set(cx, ERR_SYSTEM, "no memory for metrics: %s", strerror(errno));
    return metrics_join(cx, fd, 0);
}

static int
cell_of(enum metric m, int a, int b, int width)
{
    const struct metrics_row *row = &metrics_rows[m];
    int n = metrics_lists[row->b].n;
    ASSERT(a >= 0 && a < metrics_lists[row->a].n && b >= 0 && b < n);
    return row->cell + (a * n + b) * width;
}

void
metrics_add(enum metric m, int a, int b, uint64_t n)
{
    int cell = cell_of(m, a, b, 1);
    store(cell, load(cell) + n);
}

void
metrics_count(enum metric m, int a)
{
    metrics_add(m, a, 0, 1);
}

void
metrics_set(enum metric m, int a, int64_t value)
{
    ASSERT(value >= 0);
    store(cell_of(m, a, 0, 1), (uint64_t)value);
}

void
metrics_observe(enum metric m, int a, int64_t microseconds)
{
    const int64_t *bounds = metrics_bounds(m);
    int64_t took = microseconds > 0 ? microseconds : 0;
    int cell = cell_of(m, a, 0, METRICS_HISTOGRAM), i = 0;
    while (i < METRICS_BUCKETS - 1 && took > bounds[i])
        i++;
    store(cell + i, load(cell + i) + 1);
    store(cell + METRICS_BUCKETS, load(cell + METRICS_BUCKETS) + (uint64_t)took);
}

uint64_t
metrics_own(enum metric m, int a, int b)
{
    if (metrics_rows[m].kind != METRICS_HISTOGRAM_KIND)
        return load(cell_of(m, a, b, 1));
    uint64_t n = 0;
    for (int i = 0, cell = cell_of(m, a, b, METRICS_HISTOGRAM); i < METRICS_BUCKETS; i++)
        n += load(cell + i);
    return n;
}
