/* SPDX-License-Identifier: Apache-2.0 */
/* spawn: starts one child process with nothing but what it needs.
 *
 * A child starts with descriptors 0 and 1 on /dev/null, 2 as ours (the log), 3 its control channel, 4 its
 * configuration, in a sandbox 5 the movable clock, and no others; working directory /; umask 077; an
 * environment with nothing but PATH (plus where the service manager has put credentials and the journal, the
 * marker of a sandbox, and the movable clock in a test build);
 * the signals of signals.def; no capabilities (privilege.h). It is killed when the supervisor dies, and is
 * ended over the control channel, not by a signal. */
#ifndef COUNTERSIGN_PROC_SPAWN_H
#define COUNTERSIGN_PROC_SPAWN_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "proc/privilege.h"

struct spawn {
    const char *path; /* the executable, absolute */
    const char *name; /* argv[0] */
    int clock_fd;     /* of a sandbox; 0: not a sandbox */
    int64_t node;     /* see CONTROL_NODE_ENV; 0: none */
    const struct privilege_user *user;
};

/* Looks the account up. An empty name keeps the current account. ERR_CONFIG when there is no such account,
 * or when we are not root and it is not our own. */
enum errcode spawn_find_user(struct cx *cx, struct str name, struct privilege_user *user_out) MUST_CHECK;

/* Starts a child with a copy of the configuration `text`. *control_out, the caller's, is our non-blocking
 * end of its control channel. ERR_SYSTEM when no process can be created. A later failure in the child is
 * logged there, and the child exits with status 127. */
enum errcode spawn_child(struct cx *cx, const struct spawn *s, const struct buf *text, int *control_out,
                         pid_t *pid_out) MUST_CHECK;

#endif
