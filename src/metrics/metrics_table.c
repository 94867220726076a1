/* SPDX-License-Identifier: Apache-2.0 */
/* metrics_table: metrics.def as tables. */
#include "metrics/metrics_page.h"

const struct metrics_labels metrics_lists[METRICS_LIST_COUNT_] = {
#define LABELS(list, key) [METRICS_LIST_##list] = {key, METRICS_##list##_COUNT_},
#include "metrics/metrics.def"
};

#define LABELS(list, key) static const char *const texts_##list[] = {
#define LABEL(list, id, value) value,
#define LABELS_END(list) \
    }                    \
    ;
#include "metrics/metrics.def"

static const char *const *const texts[METRICS_LIST_COUNT_] = {
#define LABELS(list, key) [METRICS_LIST_##list] = texts_##list,
#include "metrics/metrics.def"
};

#define KIND_COUNTER METRICS_COUNTER
#define KIND_GAUGE METRICS_GAUGE
#define KIND_LATEST METRICS_LATEST
#define KIND_HIDDEN METRICS_HIDDEN
#define KIND_HISTOGRAM METRICS_HISTOGRAM_KIND
#define UNIT_NONE false
#define UNIT_SECONDS true
const struct metrics_row metrics_rows[METRIC_COUNT_] = {
#define METRIC(id, name, kind, unit, a, b, doc) \
    [METRIC_##                                  \
        id] = {name, KIND_##kind, UNIT_##unit, METRICS_LIST_##a, METRICS_LIST_##b, METRICS_CELL_##id, doc},
#include "metrics/metrics.def"
};

const char *
metrics_label_text(enum metrics_list list, int at)
{
    ASSERT(at >= 0 && at < metrics_lists[list].n);
    return texts[list][at];
}

/* A person needs seconds, a machine should not. */
const int64_t *
metrics_bounds(enum metric m)
{
    static const int64_t of_machines[METRICS_BUCKETS - 1] = {100,    250,    500,     1000,    2500,
                                                             5000,   10000,  25000,   50000,   100000,
                                                             250000, 500000, 1000000, 5000000, 30000000};
    static const int64_t of_people[METRICS_BUCKETS - 1] = {
        1000000,  2000000,  3000000,  4000000,  5000000,  7500000,   10000000, 15000000,
        20000000, 25000000, 30000000, 45000000, 60000000, 120000000, 300000000};
    return m == METRIC_APPROVAL ? of_people : of_machines;
}

int
metrics_result(struct str name)
{
    for (int i = METRICS_RESULT_OTHER + 1; i < METRICS_RESULT_COUNT_; i++)
        if (str_eq(name, str_from_cstr(texts_RESULT[i])))
            return i;
    return METRICS_RESULT_OTHER;
}
