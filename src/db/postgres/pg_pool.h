/* SPDX-License-Identifier: Apache-2.0 */
/* pg_pool: a pool of connections between us and the database (pgbouncer).
 *
 * It must keep a connection for as long as ours lasts. One that exchanges it after each transaction loses
 * settings, prepared statements and LISTEN, and most of that without an error. */
#ifndef COUNTERSIGN_DB_POSTGRES_PG_POOL_H
#define COUNTERSIGN_DB_POSTGRES_PG_POOL_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "db/postgres/pg_link.h"

#define PG_POOL_WORDS                                                                                      \
    "the pool in front of the database must pool sessions, not transactions: set pool_mode = session, or " \
    "name the database server itself in store.url"

/* Of a connection made with `values` (pg_url_host), which says that the server's process `pid` serves it.
 * ERR_STORE with words: it is not the connection's own. Asks nothing where there is no pool. */
enum errcode
pg_pool_check(struct cx *cx, struct pg_link *link, const char *const *values, int64_t pid) MUST_CHECK;

#endif
