/* spawn: starts one child process with nothing but what is meant for it.
 *
 * A child begins with descriptors 0 and 1 on /dev/null, 2 as ours (the log), 3 its control channel, 4 its
 * configuration, in a sandbox 5 the movable clock, and no other; working directory /, umask 077, an empty
 * environment but for PATH (and what says that this is a sandbox; and the movable clock of a build for
 * tests); the signals of signals.def; no capability (privilege.h). It is killed when the supervisor dies, and
 * ends by the control channel, not by a signal. */
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
    int clock_fd;     /* of a sandbox; 0: this is none */
    const struct privilege_user *user;
};

/* Looks the account up. An empty name: stay who we are. ERR_CONFIG when there is no such account, or when we
 * are not root and the account is another than ours. */
enum errcode spawn_find_user(struct cx *cx, struct str name, struct privilege_user *user_out) MUST_CHECK;

/* Starts a child with a copy of the configuration `text`. *control_out, the caller's, is our end of its
 * control channel and does not block. ERR_SYSTEM when no process can be made; what goes wrong in the child
 * afterwards is logged there, and it ends with status 127. */
enum errcode spawn_child(struct cx *cx, const struct spawn *s, const struct buf *text, int *control_out,
                         pid_t *pid_out) MUST_CHECK;

#endif
