/* SPDX-License-Identifier: Apache-2.0 */
/* daemon: runs the server's own program, for questions that only it can answer. */
#ifndef COUNTERSIGN_CLI_DAEMON_H
#define COUNTERSIGN_CLI_DAEMON_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/cli.h"

enum { DAEMON_LINES_MAX = 256 * 1024 };

/* The server's program: the one beside this one, the one in this build tree, or the installed one. */
char *daemon_path(struct arena *a);

/* Runs `countersignd --check-config` on that file, under our own account, and waits for its end. `lines`, of
 * DAEMON_LINES_MAX, gets its output: "FILE:LINE: problem", "FILE: problem", "FILE: warning: text".
 * ERR_SYSTEM when it cannot be run, or could not check everything. */
enum errcode
daemon_check(struct cli *cli, struct str path, struct buf *lines, bool *is_usable_out) MUST_CHECK;

#endif
