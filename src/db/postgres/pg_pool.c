/* SPDX-License-Identifier: Apache-2.0 */
/* pg_pool: see pg_pool.h. A pool makes up the numbers by which a connection's statements are cancelled, so
 * the process that libpq knows is not the one that answers. Whether the pool exchanges connections shows only
 * while another one is in use: a second connection stays in a transaction meanwhile. */
#include "db/postgres/pg_pool.h"

#include <libpq-fe.h>

#include "base/clock.h"
#include "db/postgres/pg_wait.h"

/* Others may use the same pool, so one look may miss it. */
enum { LOOKS = 3 };

/* A pool that has none left for the second connection lets it wait. */
#define TURN CLOCK_S

static enum errcode
ask_pid(struct cx *cx, struct pg_link *link, const char *text, int64_t patience, int64_t *pid_out)
{
    PGresult *result = NULL;
    *pid_out = 0;
    enum errcode err =
        pg_link_collect(cx, link, PQsendQuery(link->conn, text) == 1, "pool", patience, &result);
    if (err == ERR_NONE)
        err = pg_link_number(cx, result, 0, 1, pid_out);
    PQclear(result);
    return err;
}

/* other: NULL in its conn once it did not get a connection in time. */
static enum errcode
look(struct cx *cx, struct pg_link *link, struct pg_link *other, int64_t pid)
{
    int64_t theirs = 0, ours = 0;
    struct cx quiet;
    cx_init(&quiet);
    if (other->conn != NULL &&
        ask_pid(&quiet, other, "BEGIN; SELECT pg_backend_pid()", TURN, &theirs) != ERR_NONE)
        pg_link_disconnect(other);
    enum errcode err = ERR_NONE;
    if (theirs != pid)
        err = ask_pid(cx, link, "SELECT pg_backend_pid()", pg_link_patience(link), &ours);
    if (err == ERR_NONE && ours != pid)
        err = err_set(cx, ERR_STORE, "store.url: %s", PG_POOL_WORDS);
    if (other->conn != NULL && pg_link_run(&quiet, other, "ROLLBACK", "ROLLBACK", TURN) != ERR_NONE)
        pg_link_disconnect(other);
    cx_clear(&quiet);
    return err;
}

enum errcode
pg_pool_check(struct cx *cx, struct pg_link *link, const char *const *values, int64_t pid)
{
    if (pid == PQbackendPID(link->conn))
        return ERR_NONE;
    struct pg_link other;
    pg_link_init(&other, &link->url, link->patience);
    other.conn = PQconnectdbParams((const char *const *)link->url.keys, values, 0);
    if (other.conn == NULL)
        err_no_memory();
    enum errcode err = PQstatus(other.conn) == CONNECTION_OK ? ERR_NONE : pg_fail(cx, &other, NULL, "pool");
    for (int i = 0; i < LOOKS && err == ERR_NONE; i++)
        err = look(cx, link, &other, pid);
    pg_link_disconnect(&other); /* the address is not its own */
    return err;
}
