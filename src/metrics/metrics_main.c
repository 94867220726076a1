/* SPDX-License-Identifier: Apache-2.0 */
/* metrics_main: prints docs/metrics.md from metrics.def. */
#include <stdio.h>

#include "metrics/metrics_page.h"

static void
print_labels(enum metrics_list list)
{
    if (list == METRICS_LIST_ONE)
        return;
    (void)printf(" `%s`:", metrics_lists[list].key);
    for (int i = 0; i < metrics_lists[list].n; i++)
        (void)printf("%s %s", i == 0 ? "" : ",", metrics_label_text(list, i));
    (void)puts(".\n");
}

int
main(void)
{
    static const char *const kinds[] = {[METRICS_COUNTER] = "counter",
                                        [METRICS_GAUGE] = "gauge",
                                        [METRICS_LATEST] = "gauge",
                                        [METRICS_HISTOGRAM_KIND] = "histogram"};
    (void)puts(
        "# Metrics\n\n"
        "What the server counts, and serves at `metrics.listen` as `/metrics`: OpenMetrics 1.0 to a\n"
        "client that asks for it, otherwise the text format of Prometheus. How to scrape and alert is in\n"
        "[operating.md](operating.md). Counters do not fall when a process of the server is started\n"
        "again; they begin at 0 with the server. No value and no label comes from outside: there is no\n"
        "name, address or company in them, and their number is fixed. This page is printed from\n"
        "`src/metrics/metrics.def`.\n");
    for (int m = 0; m < METRIC_COUNT_; m++) {
        const struct metrics_row *row = &metrics_rows[m];
        if (row->kind == METRICS_HIDDEN)
            continue;
        (void)printf("## `countersign_%s%s%s`\n\n%s: %s\n\n", row->name, row->is_seconds ? "_seconds" : "",
                     row->kind == METRICS_COUNTER ? "_total" : "", kinds[row->kind], row->doc);
        print_labels(row->a);
        print_labels(row->b);
    }
    return 0;
}
