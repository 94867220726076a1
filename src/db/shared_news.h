/* SPDX-License-Identifier: Apache-2.0 */
/* shared_news: announces to the servers on other machines that use the same database whose checks may have
 * another answer now. Of a database that is one machine's there is nothing to announce: see news.h for the
 * processes of one machine.
 *
 * Nothing relies on it: what is not announced, or was sent while a connection was lost, is found in the audit
 * log a second later. News hold ids of technicians, and nothing else. */
#ifndef COUNTERSIGN_DB_SHARED_NEWS_H
#define COUNTERSIGN_DB_SHARED_NEWS_H

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

struct db;

/* After the commit: announces what the context has recorded (cx_wake). Not within a transaction: there it
 * would make all commits of the database server wait for one another (decisions/0019). Takes one exchange
 * with the server; a failure is ignored. */
void shared_news_tell(struct cx *cx);

/* A connection of its own, which listens. */
struct shared_news {
    struct db *db; /* NULL: the database is not shared, or cannot be reached yet */
    bool is_deaf;  /* news may have been missed since they were last taken */
};
/* `url` as for db_open; it need not be reachable yet. */
void shared_news_open(struct cx *cx, struct str url, int64_t busy_timeout, struct shared_news *news_out);
void shared_news_close(struct shared_news *news);
/* Readable when news have arrived; -1: none can. Another one after shared_news_take. */
int shared_news_fd(const struct shared_news *news);
/* Records in the context whom the news that have arrived concern. A lost connection is made again, with a
 * growing pause between attempts; then all are concerned. ERR_STORE: there is none at present. */
enum errcode shared_news_take(struct cx *cx, struct shared_news *news) MUST_CHECK;

#endif
