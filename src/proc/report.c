/* SPDX-License-Identifier: Apache-2.0 */
/* report: see the header. */
#include "proc/report.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/os.h"

void
report_lines(enum log_event event, const struct buf *lines)
{
    struct arena a;
    arena_init(&a);
    for (struct str rest = buf_view(lines); !str_is_empty(rest);) {
        struct str line = str_cut(&rest, '\n');
        if (!str_is_empty(line))
            log_event(event, "problem=%s", log_quote(&a, line));
    }
    arena_clear(&a);
}

struct str
report_ending(struct arena *a, int status)
{
    if (!WIFSIGNALED(status))
        return arena_printf(a, "exit status %d", WEXITSTATUS(status));
    const char *why = WTERMSIG(status) == SIGSYS ? ", a system call that its sandbox forbids" : "";
    return arena_printf(a, "signal %s%s", os_signal_name(WTERMSIG(status)), why);
}
