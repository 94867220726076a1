/* SPDX-License-Identifier: Apache-2.0 */
/* man_main: a program of the build: a manual page from its template, its lists from the tables. Usage:
 * TEMPLATE, the page on standard output. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cli/usage.h"
#include "config/config.h"
#include "log/log.h"

static void
write_events(struct buf *out)
{
    for (size_t i = 0; i < LOG_EVENT_COUNT_; i++)
        if (log_events[i].level != LOG_LEVEL_DEBUG)
            buf_addf(out, ".It Sy %s Pq %s\n%s\n", log_events[i].name, log_level_name(log_events[i].level),
                     log_events[i].doc);
}

static const struct {
    const char *line;
    void (*write)(struct buf *out);
} lists[] = {{"@COMMANDS@\n", usage_write_man},
             {"@OPTIONS@\n", usage_write_man_options},
             {"@SETTINGS@\n", config_print_man},
             {"@EVENTS@\n", write_events}};

static bool
write_list(struct buf *out, const char *line)
{
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        if (strcmp(line, lists[i].line) == 0) {
            lists[i].write(out);
            return true;
        }
    return false;
}

int
main(int argc, char *argv[])
{
    FILE *template = argc == 2 ? fopen(argv[1], "re") : NULL;
    if (template == NULL) {
        fprintf(stderr, "usage: countersign-man TEMPLATE\n");
        return 2;
    }
    char line[1024];
    struct buf page;
    buf_init(&page, (size_t)1024 * 1024);
    while (fgets(line, sizeof line, template) != NULL)
        if (!write_list(&page, line))
            buf_add_cstr(&page, line);
    bool ok = ferror(template) == 0 && !buf_is_over(&page);
    fclose(template);
    ok = ok && fwrite(buf_view(&page).p, 1, buf_view(&page).n, stdout) == buf_view(&page).n;
    buf_clear(&page);
    return ok && fflush(stdout) == 0 ? 0 : 1;
}
