/* SPDX-License-Identifier: Apache-2.0 */
/* receipt: what became of a reload or an upgrade, for `countersignd --reload` and `--upgrade`: a signal has
 * no answer, and a service manager's "reload" should wait for it, and fail where it failed. The supervisor
 * writes the file `reload` in the folder RUNTIME_DIRECTORY (systemd.exec(5)): a line "NUMBER accepted" or
 * "NUMBER refused", then the problems. Without such a folder there are no receipts. */
#ifndef COUNTERSIGN_PROC_RECEIPT_H
#define COUNTERSIGN_PROC_RECEIPT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/cx.h"

/* Numbers differ from one receipt to the next; the start has one, too. problems may be NULL: accepted.
 * Failure is logged: a reload has been done by then.
 */
void receipt_write(struct cx *cx, uint64_t number, const struct buf *problems);

/* Signals the server and waits for its receipt, for 3 minutes at most. Returns the exit status: 0 accepted;
 * 1 refused, with the problems on standard error, or no such server, or no receipt. */
int receipt_request(pid_t server, bool is_upgrade);

#endif
