/* SPDX-License-Identifier: Apache-2.0 */
/* pg_news: LISTEN and NOTIFY (PostgreSQL, "Asynchronous Notification").
 *
 * A transaction with a NOTIFY holds a lock of the whole server from before its commit record is written until
 * it has ended: with a change in it, every other commit with a NOTIFY would wait for its flush to the disk,
 * and for its replicas. So NOTIFY is a transaction of its own, which has nothing to flush. */
#include <libpq-fe.h>
#include <string.h>

#include "db/postgres/pg_link.h"
#include "db/postgres/pg_wait.h"

enum errcode
pg_link_tell(struct cx *cx, struct pg_link *link, struct str text)
{
    const char *const values[] = {arena_cstr(&cx->arena, text)};
    PGresult *result = NULL;
    enum errcode err = pg_link_connect(cx, link);
    if (err != ERR_NONE)
        return err;
    bool sent = PQsendQueryParams(link->conn, "SELECT pg_notify('" PG_NEWS_CHANNEL "', $1)", 1, NULL, values,
                                  NULL, NULL, 0) == 1;
    err = pg_link_collect(cx, link, sent, "NOTIFY", pg_link_patience(link), &result);
    PQclear(result);
    return err;
}

enum errcode
pg_link_listen(struct cx *cx, struct pg_link *link, bool *is_new_out)
{
    *is_new_out = false;
    enum errcode err = pg_link_connect(cx, link);
    if (err != ERR_NONE || link->listens == link->generation)
        return err;
    err = pg_link_run(cx, link, "LISTEN " PG_NEWS_CHANNEL, "LISTEN", pg_link_patience(link));
    if (err != ERR_NONE) {
        pg_link_disconnect(link);
        return err;
    }
    link->listens = link->generation;
    *is_new_out = true;
    return ERR_NONE;
}

int
pg_link_listener(const struct pg_link *link)
{
    return link->conn == NULL || link->listens != link->generation ? -1 : PQsocket(link->conn);
}

bool
pg_link_hear(struct cx *cx, struct pg_link *link, struct str *text_out)
{
    *text_out = STR_NULL;
    if (link->conn == NULL)
        return false;
    PGnotify *one = PQnotifies(link->conn);
    if (one == NULL)
        return false;
    *text_out = arena_str(&cx->arena, str_from_cstr(one->extra));
    PQfreemem(one);
    return true;
}
