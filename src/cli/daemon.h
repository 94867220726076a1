/* daemon: the server's own program, run for what it alone can answer. */
#ifndef COUNTERSIGN_CLI_DAEMON_H
#define COUNTERSIGN_CLI_DAEMON_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/cli.h"

enum { DAEMON_LINES_MAX = 256 * 1024 };

/* Runs `countersignd --check-config` on that file, as the account that we are, and waits for its end; it is
 * the one beside this program, in the build tree of this program, or where it is installed. `lines`, of
 * DAEMON_LINES_MAX, gets what it says: "FILE:LINE: problem", "FILE: problem", "FILE: warning: text".
 * ERR_SYSTEM when it cannot be run or could not look at everything. */
enum errcode
daemon_check(struct cli *cli, struct str path, struct buf *lines, bool *is_usable_out) MUST_CHECK;

#endif
