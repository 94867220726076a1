/* SPDX-License-Identifier: Apache-2.0 */
/* news: notifies the server that another program has written to the database: an empty datagram to a socket
 * beside the database, which only the server's account and root may write to.
 *
 * It has no content and no guarantee: the receiver looks for new rows in the audit log, which it does
 * every second anyway. So no sender waits for it, and nothing is sent if no server runs. */
#ifndef COUNTERSIGN_DB_NEWS_H
#define COUNTERSIGN_DB_NEWS_H

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

/* The socket of the database at `path`, mode 0600, replacing any existing one; the caller closes it.
 * ERR_SYSTEM. */
enum errcode news_listen(struct cx *cx, struct str path, int *fd_out) MUST_CHECK;
/* Reads and discards everything that has arrived; never blocks. */
void news_take(int fd);
/* Notifies the server of the database at `path`, if one is running. */
void news_tell(struct cx *cx, struct str path);

#endif
