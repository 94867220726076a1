/* report: how the supervisor words what it logs. */
#ifndef COUNTERSIGN_PROC_REPORT_H
#define COUNTERSIGN_PROC_REPORT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "log/log.h"

/* One such event for each line. */
void report_lines(enum log_event event, const struct buf *lines);
/* Of a child, by waitpid's status: "signal KILL" or "exit status 1". */
struct str report_ending(struct arena *a, int status);

#endif
