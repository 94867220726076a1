/* SPDX-License-Identifier: Apache-2.0 */
/* lock: ensures one server per store. With several fronts the port is shared (SO_REUSEPORT), so the port
 * alone would not keep a second server away. */
#ifndef COUNTERSIGN_PROC_LOCK_H
#define COUNTERSIGN_PROC_LOCK_H

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "proc/privilege.h"

/* Locks the file STORE.lock beside the database, created if missing, for as long as *fd_out, the caller's,
 * is open: the kernel releases the lock when the process ends in any way. When the folder does not exist,
 * *fd_out is -1: there is no store either. ERR_SYSTEM: another server holds the lock, or the file cannot
 * be created. handed: the lock that the program before has held in this process (handover.h), -1: none; used
 * if it is for the same store, and closed otherwise. */
enum errcode lock_store(struct cx *cx, struct str store_path, const struct privilege_user *user, int handed,
                        int *fd_out) MUST_CHECK;

#endif
