/* lock: one server a store. With several fronts the port is shared (SO_REUSEPORT), so that it would not keep
 * a second server away. */
#ifndef COUNTERSIGN_PROC_LOCK_H
#define COUNTERSIGN_PROC_LOCK_H

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "proc/privilege.h"

/* Locks the file STORE.lock beside the database, made where it is missing, for as long as *fd_out, the
 * caller's, is open: the kernel lets go at the end of the process, however it ends. Where there is no such
 * folder *fd_out is -1: there is no store either. ERR_SYSTEM: another server has it, or it cannot be made. */
enum errcode
lock_store(struct cx *cx, struct str store_path, const struct privilege_user *user, int *fd_out) MUST_CHECK;

#endif
