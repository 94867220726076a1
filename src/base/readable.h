/* SPDX-License-Identifier: Apache-2.0 */
/* readable: whether another account can read a file. Modes, groups, folders on the way and access lists all
 * count, so it is tried, as that account, in a process of its own. */
#ifndef COUNTERSIGN_BASE_READABLE_H
#define COUNTERSIGN_BASE_READABLE_H

#include <stdbool.h>
#include <sys/types.h>

/* False also for what prevents an answer, such as an account that we may not become. */
bool readable_by(const char *account, uid_t uid, gid_t gid, const char *path);

#endif
