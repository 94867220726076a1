/* SPDX-License-Identifier: Apache-2.0 */
/* privilege: capabilities and accounts: what the supervisor keeps, and what a child gives up before its
 * program runs: the root account, and all capabilities. */
#ifndef COUNTERSIGN_PROC_PRIVILEGE_H
#define COUNTERSIGN_PROC_PRIVILEGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/* The account that children run as. */
struct privilege_user {
    bool is_set;
    uid_t uid;
    gid_t gid;
    char name[65];
};

/* Of the supervisor: keeps only the capabilities for its deeds: files of other accounts, other accounts for
 * its children, their end, and a low port for the program of an upgrade. False, with errno: the kernel
 * refuses. */
bool privilege_narrow(void) MUST_CHECK;

/* Switches to the account, if one is set, with its groups, and drops capabilities. Any account but root
 * loses all of them, including ambient and inheritable ones (a service manager may have granted
 * CAP_NET_BIND_SERVICE for the listeners, which are already open); root keeps those for file access.
 * Returns NULL, or the name of the failed step, with errno. */
const char *privilege_drop(const struct privilege_user *user) MUST_CHECK;

#endif
