/* SPDX-License-Identifier: Apache-2.0 */
/* news: notifies worker 0 that another program, or another worker, has written to the database: an empty
 * datagram to a socket beside the database, which only the server's account and root may write to.
 *
 * It has no content and no guarantee: the receiver looks for new rows in the audit log, which it does
 * every second anyway. So no sender waits for it, and nothing is sent if no server runs. */
#ifndef COUNTERSIGN_DB_NEWS_H
#define COUNTERSIGN_DB_NEWS_H

#include <sys/un.h>

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

/* The same again and again, for a process that may open neither files nor sockets after its start. Without a
 * descriptor, nothing is sent: what has changed is noticed a little later. */
struct news_line {
    int fd, folder; /* -1: none */
    struct sockaddr_un address;
};
void news_open(struct cx *cx, struct str path, struct news_line *line_out);
void news_send(const struct news_line *line);
void news_close(struct news_line *line);

#endif
