/* SPDX-License-Identifier: Apache-2.0 */
/* served: whether a server runs on a database that is a file, by the lock that each server holds
 * (proc/lock.h). */
#ifndef COUNTERSIGN_DB_SERVED_H
#define COUNTERSIGN_DB_SERVED_H

#include <stdbool.h>

#include "base/cx.h"
#include "base/err.h"

/* As long as *fd_out (-1: there is no lock) is open, no server starts if none runs. The caller closes it.
 * ERR_STORE: the lock cannot be looked at. */
enum errcode served_look(struct cx *cx, const char *path, bool *is_served_out, int *fd_out) MUST_CHECK;

#endif
