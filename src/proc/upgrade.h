/* SPDX-License-Identifier: Apache-2.0 */
/* upgrade: SIGUSR2: the supervisor becomes the program that now stands where its own was started from,
 * without a moment in which nothing accepts connections.
 *
 * The new program first proves itself (`--check-config`: it loads everything that a start would, and opens
 * the store); if that fails, nothing changes, and the log says why (`upgrade.refused`). Then it takes the old
 * one's place in the same process, and is handed the listening sockets and the store's lock (handover.h). The
 * old children go on until the new ones are ready, and then finish what is in flight (steward.h). It is a
 * restart otherwise: START settings are read again. */
#ifndef COUNTERSIGN_PROC_UPGRADE_H
#define COUNTERSIGN_PROC_UPGRADE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/loop.h"

struct supervisor;

struct upgrade {
    pid_t pid; /* of the program that proves itself; 0: none does */
    int output;
    struct loop_fd watch;
    struct loop_timer deadline;
    struct buf said; /* what it reports, one problem or warning per line */
};

void upgrade_init(struct supervisor *s);
/* SIGUSR2 has come. Without effect unless the server serves, and while an upgrade is under way. */
void upgrade_begin(void *supervisor, int signo);
/* A child that is not a member has ended. True: it was the one that proved itself; does not return if the new
 * program takes over. */
bool upgrade_ended(struct supervisor *s, pid_t pid, int status);
/* The server is ending: the old program does, too. */
void upgrade_cancel(struct supervisor *s);

#endif
