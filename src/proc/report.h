/* SPDX-License-Identifier: Apache-2.0 */
/* report: the wording of the supervisor's log lines. */
#ifndef COUNTERSIGN_PROC_REPORT_H
#define COUNTERSIGN_PROC_REPORT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "log/log.h"

/* Logs one such event for each line. */
void report_lines(enum log_event event, const struct buf *lines);
/* How a child ended, from waitpid's status: "signal KILL" or "exit status 1". */
struct str report_ending(struct arena *a, int status);

#endif
