/* SPDX-License-Identifier: Apache-2.0 */
/* pg_schema: migrations: one program at a time, and as long as they need. */
#include <libpq-fe.h>

#include "db/postgres/pg_link.h"
#include "db/postgres/pg_wait.h"

/* The lock is the connection's, not the transaction's: its statement must not be the one that takes the
 * transaction's snapshot. The number is ours alone. */
enum errcode
pg_link_alone(struct cx *cx, struct pg_link *link, bool begins)
{
    static const char on[] = "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; "
                             "SELECT pg_advisory_lock(7102834651029384756); COMMIT";
    static const char off[] = "SELECT pg_advisory_unlock(7102834651029384756)";
    enum errcode err = begins ? pg_link_connect(cx, link) : ERR_NONE;
    if (err != ERR_NONE || (!begins && link->conn == NULL)) /* it ended with the connection */
        return err;
    err = pg_link_run(cx, link, begins ? on : off, NULL, begins ? 0 : pg_link_patience(link));
    if (err != ERR_NONE)
        pg_link_disconnect(link);
    return err;
}

enum errcode
pg_link_script(struct cx *cx, struct pg_link *link, const char *text)
{
    enum errcode err =
        pg_link_run(cx, link, "SET LOCAL statement_timeout = 0", "SET", pg_link_patience(link));
    return err == ERR_NONE ? pg_link_run(cx, link, text, NULL, 0) : err;
}
