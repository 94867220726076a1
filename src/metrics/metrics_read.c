/* SPDX-License-Identifier: Apache-2.0 */
/* metrics_read: see the header. */
#include "metrics/metrics_read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "metrics/metrics_page.h"

enum { BOUND = 48 };
enum metrics_what { WHAT_VALUE, WHAT_SECONDS };

enum errcode
metrics_look(struct cx *cx, int fd, struct metrics_view *view_out)
{
    struct stat st;
    *view_out = (struct metrics_view){.page = NULL};
    if (fstat(fd, &st) != 0)
        return err_set(cx, ERR_SYSTEM, "the page of metrics: %s", strerror(errno));
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return err_set(cx, ERR_SYSTEM, "the page of metrics cannot be mapped: %s", strerror(errno));
    *view_out = (struct metrics_view){.page = p, .slots = (size_t)st.st_size / metrics_slot_size()};
    return ERR_NONE;
}

static uint64_t
total(const struct metrics_view *v, int cell, bool is_sum)
{
    uint64_t all = 0;
    for (size_t i = 0; i < v->slots; i++) {
        const metrics_value *slot = (const metrics_value *)(const void *)(v->page + i * metrics_slot_size());
        uint64_t one = atomic_load_explicit(&slot[cell], memory_order_relaxed);
        all = is_sum ? all + one : one > all ? one : all;
    }
    return all;
}

static bool
is_summed(const struct metrics_row *row)
{
    return row->kind != METRICS_LATEST && row->kind != METRICS_HIDDEN;
}

uint64_t
metrics_value_of(const struct metrics_view *v, enum metric m, int a, int b)
{
    const struct metrics_row *row = &metrics_rows[m];
    int n = metrics_lists[row->b].n;
    ASSERT(row->kind != METRICS_HISTOGRAM_KIND && a >= 0 && a < metrics_lists[row->a].n && b >= 0 && b < n);
    return total(v, row->cell + a * n + b, is_summed(row));
}

/* "countersign_approval_seconds" */
static void
put_name(struct buf *out, const struct metrics_row *row)
{
    buf_addf(out, "countersign_%s%s", row->name, row->is_seconds ? "_seconds" : "");
}

static void
put_head(struct buf *out, const struct metrics_row *row, enum metrics_format format)
{
    static const char *const types[] = {[METRICS_COUNTER] = "counter",
                                        [METRICS_GAUGE] = "gauge",
                                        [METRICS_LATEST] = "gauge",
                                        [METRICS_HISTOGRAM_KIND] = "histogram"};
    /* A family of OpenMetrics has no suffix; in the older format every sample has its family's name. */
    const char *suffix = row->kind == METRICS_COUNTER && format == METRICS_PROMETHEUS ? "_total" : "";
    buf_add_cstr(out, "# TYPE ");
    put_name(out, row);
    buf_addf(out, "%s %s\n", suffix, types[row->kind]);
    if (format == METRICS_OPENMETRICS && row->is_seconds) {
        buf_add_cstr(out, "# UNIT ");
        put_name(out, row);
        buf_add_cstr(out, " seconds\n");
    }
    buf_add_cstr(out, "# HELP ");
    put_name(out, row);
    buf_addf(out, "%s %s\n", suffix, row->doc);
}

/* {key="value",key="value"}; le: of a bucket, "" none. */
static void
put_labels(struct buf *out, const struct metrics_row *row, int a, int b, const char *le)
{
    const enum metrics_list lists[] = {row->a, row->b};
    const int at[] = {a, b};
    char before = '{';
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        if (lists[i] == METRICS_LIST_ONE)
            continue;
        buf_addf(out, "%c%s=\"%s\"", before, metrics_lists[lists[i]].key,
                 metrics_label_text(lists[i], at[i]));
        before = ',';
    }
    if (le[0] != '\0') {
        buf_addf(out, "%cle=\"%s\"", before, le);
        before = ',';
    }
    if (before == ',')
        buf_add_byte(out, '}');
}

static void
put_number(struct buf *out, uint64_t value, enum metrics_what what)
{
    if (what == WHAT_SECONDS)
        buf_addf(out, " %" PRIu64 ".%06" PRIu64 "\n", value / CLOCK_S, value % CLOCK_S);
    else
        buf_addf(out, " %" PRIu64 "\n", value);
}

static void
put_sample(struct buf *out, const struct metrics_view *v, const struct metrics_row *row, int a, int b)
{
    put_name(out, row);
    if (row->kind == METRICS_COUNTER)
        buf_add_cstr(out, "_total");
    put_labels(out, row, a, b, "");
    put_number(out, total(v, row->cell + a * metrics_lists[row->b].n + b, is_summed(row)),
               row->is_seconds ? WHAT_SECONDS : WHAT_VALUE);
}

/* "0.0025", "10.0", "+Inf": the bound of a bucket as OpenMetrics writes it. */
static void
write_bound(enum metric m, int bucket, char out[BOUND])
{
    if (bucket == METRICS_BUCKETS - 1) {
        (void)snprintf(out, BOUND, "+Inf");
        return;
    }
    int64_t bound = metrics_bounds(m)[bucket];
    int n = snprintf(out, BOUND, "%" PRId64 ".%06" PRId64, bound / CLOCK_S, bound % CLOCK_S);
    while (out[n - 1] == '0' && out[n - 2] != '.')
        n--;
    out[n] = '\0';
}

static void
put_histogram(struct buf *out, const struct metrics_view *v, enum metric m, int a)
{
    const struct metrics_row *row = &metrics_rows[m];
    const int cell = row->cell + a * METRICS_HISTOGRAM;
    uint64_t n = 0;
    for (int i = 0; i < METRICS_BUCKETS; i++) {
        char le[BOUND];
        write_bound(m, i, le);
        n += total(v, cell + i, true);
        put_name(out, row);
        buf_add_cstr(out, "_bucket");
        put_labels(out, row, a, 0, le);
        put_number(out, n, WHAT_VALUE);
    }
    put_name(out, row);
    buf_add_cstr(out, "_sum");
    put_labels(out, row, a, 0, "");
    put_number(out, total(v, cell + METRICS_BUCKETS, true), WHAT_SECONDS);
    put_name(out, row);
    buf_add_cstr(out, "_count");
    put_labels(out, row, a, 0, "");
    put_number(out, n, WHAT_VALUE);
}

static void
put_metric(struct buf *out, const struct metrics_view *v, enum metric m, enum metrics_format format)
{
    const struct metrics_row *row = &metrics_rows[m];
    put_head(out, row, format);
    for (int a = 0; a < metrics_lists[row->a].n; a++) {
        if (row->kind == METRICS_HISTOGRAM_KIND)
            put_histogram(out, v, m, a);
        for (int b = 0; row->kind != METRICS_HISTOGRAM_KIND && b < metrics_lists[row->b].n; b++)
            put_sample(out, v, row, a, b);
    }
}

void
metrics_write(const struct metrics_view *v, enum metrics_format format, struct buf *out)
{
    buf_add_cstr(out, "# TYPE countersign_build_info gauge\n"
                      "# HELP countersign_build_info The version of the server.\n"
                      "countersign_build_info{version=\"" COUNTERSIGN_VERSION "\"} 1\n");
    for (int m = 0; m < METRIC_COUNT_; m++)
        if (metrics_rows[m].kind != METRICS_HIDDEN)
            put_metric(out, v, (enum metric)m, format);
    if (format == METRICS_OPENMETRICS)
        buf_add_cstr(out, "# EOF\n");
}
