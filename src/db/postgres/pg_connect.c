/* SPDX-License-Identifier: Apache-2.0 */
/* pg_connect: a connection that can be used: to a server that takes writes, with our settings, checked. */
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/rand.h"
#include "db/postgres/pg_link.h"
#include "db/postgres/pg_pool.h"
#include "db/postgres/pg_wait.h"

/* 15: pg_database.datlocprovider; older ones are not tested. */
#define OLDEST INT64_C(150000)
#define PAUSE_LEAST (100 * CLOCK_MS)
#define PAUSE_MOST CLOCK_S

/* In the given order: the settings of every connection, then what a server must be like. A scan of a whole
 * table, or of a whole index for a join, which is cheap while it is small, would conflict with every writer
 * of it. Where such a scan is the only way, its cost is said to be immense, and PostgreSQL would compile the
 * plan, which takes longer than running it. Statements are planned once, and for any values: what is rare at
 * night is not in the morning. A statement outside of transactions only reads, in a snapshot of its own: as
 * SERIALIZABLE it could be refused as long as a commit that has changed its rows waits for the disk or a
 * replica, and writers would conflict with it. The limits are the server's; the wait for its answer is longer
 * (PATIENCE_MORE). */
static const char settle_text[] =
    "SELECT set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false), "
    "set_config('idle_in_transaction_session_timeout', $3, false), "
    "set_config('synchronous_commit', 'on', false), set_config('default_transaction_isolation', "
    "'repeatable read', false), set_config('row_security', 'off', false), "
    "set_config('enable_seqscan', 'off', false), set_config('enable_bitmapscan', 'off', false), "
    "set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false), "
    "set_config('plan_cache_mode', 'force_generic_plan', false), set_config('jit', 'off', false), "
    "set_config('client_min_messages', 'warning', false), "
    "current_setting('server_version_num'), current_setting('server_encoding'), "
    "(SELECT datlocprovider::text || ':' || datcollate FROM pg_database WHERE datname = current_database()), "
    "COALESCE(current_schema(), ''), pg_backend_pid()";
enum { AT_VERSION = 13, AT_ENCODING, AT_COLLATION, AT_SCHEMA, AT_PID };

static const char clock_query[] = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint::text";

/* No notice of the server is written to standard error. That a commit has stopped waiting for its synchronous
 * replica is in a warning alone. */
static void
take_notice(void *arg, const PGresult *result)
{
    struct pg_link *link = arg;
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    link->was_warned = link->was_warned || (severity != NULL && strcmp(severity, "WARNING") == 0);
}

static enum errcode
check_server(struct cx *cx, const PGresult *r, int64_t *pid_out)
{
    int64_t version = 0;
    enum errcode err = pg_link_number(cx, r, AT_VERSION, 0, &version);
    if (err == ERR_NONE)
        err = pg_link_number(cx, r, AT_PID, 1, pid_out); /* the last column: all the others are there */
    if (err != ERR_NONE)
        return err;
    const char *encoding = PQgetvalue(r, 0, AT_ENCODING), *collation = PQgetvalue(r, 0, AT_COLLATION);
    if (version < OLDEST)
        return err_set(cx, ERR_STORE, "store.url: the database server must be PostgreSQL 15 or newer");
    if (strcmp(encoding, "UTF8") != 0)
        return err_set(cx, ERR_STORE, "store.url: the database's encoding is %s; it must be made with UTF8",
                       encoding);
    if (strcmp(collation, "c:C") != 0 && strcmp(collation, "c:POSIX") != 0)
        return err_set(cx, ERR_STORE,
                       "store.url: the database sorts by %s; make it with CREATE DATABASE ... TEMPLATE "
                       "template0 ENCODING 'UTF8' LOCALE 'C'",
                       collation);
    if (PQgetvalue(r, 0, AT_SCHEMA)[0] == '\0')
        return err_set(cx, ERR_STORE, "store.url: the role has no schema to make its tables in");
    return ERR_NONE;
}

static enum errcode
settle(struct cx *cx, struct pg_link *link, int64_t *pid_out)
{
    *pid_out = 0;
    char statement[24], lock[24], idle[24];
    const char *const values[] = {statement, lock, idle};
    (void)snprintf(statement, sizeof statement, "%lld", (long long)(2 * link->patience / CLOCK_MS));
    (void)snprintf(lock, sizeof lock, "%lld", (long long)(link->patience / CLOCK_MS));
    (void)snprintf(idle, sizeof idle, "%lld", (long long)(4 * link->patience / CLOCK_MS));
    PGresult *result = NULL;
    bool sent = PQsendQueryParams(link->conn, settle_text, 3, NULL, values, NULL, NULL, 0) == 1;
    enum errcode err = pg_link_collect(cx, link, sent, "settings", pg_link_patience(link), &result);
    if (err == ERR_NONE)
        err = check_server(cx, result, pid_out);
    PQclear(result);
    return err;
}

/* The machine's own clock, which no test moves: this module has a clock.c of its own. */
static enum errcode
compare_clocks(struct cx *cx, struct pg_link *link)
{
    PGresult *result = NULL;
    int64_t theirs = 0, began = clock_mono(), ours = clock_wall();
    bool sent = PQsendQueryParams(link->conn, clock_query, 0, NULL, NULL, NULL, NULL, 0) == 1;
    enum errcode err = pg_link_collect(cx, link, sent, "clock", pg_link_patience(link), &result);
    int64_t took = clock_mono() - began;
    if (err == ERR_NONE)
        err = pg_link_number(cx, result, 0, 0, &theirs);
    PQclear(result);
    if (err != ERR_NONE)
        return err;
    int64_t ahead = theirs < ours ? theirs - ours : theirs > ours + took ? theirs - ours - took : 0;
    if (ahead > CLOCK_SKEW_MOST || ahead < -CLOCK_SKEW_MOST)
        return err_set(cx, ERR_STORE, "the database server's clock is %lld s %s this machine's: set both",
                       (long long)(ahead > 0 ? ahead : -ahead) / CLOCK_S, ahead > 0 ? "ahead of" : "behind");
    link->compared_at = clock_mono();
    return ERR_NONE;
}

/* Each pause is twice the one before, and some of it by chance: not all workers come back at once. */
static void
back_off(struct pg_link *link)
{
    int64_t twice = 2 * link->pause;
    link->pause = twice < PAUSE_LEAST ? PAUSE_LEAST : twice > PAUSE_MOST ? PAUSE_MOST : twice;
    link->retry_at = clock_mono() + link->pause / 2 + rand_below((uint32_t)(link->pause / 2));
}

/* A server that has recovered from a crash shows what it had committed before its synchronous replica
 * confirmed it, and a failover takes that back. A commit of our own is confirmed after all of that; it
 * writes a record of the WAL, and no row. */
static enum errcode
await_replica(struct cx *cx, struct pg_link *link)
{
    static const char text[] = "BEGIN; SELECT pg_logical_emit_message(true, 'countersign', '')";
    enum errcode err = pg_link_run(cx, link, text, "SELECT 1", pg_link_patience(link));
    return err == ERR_NONE ? pg_link_commit(cx, link) : err;
}

static enum errcode
open_host(struct cx *cx, struct pg_link *link, size_t i)
{
    const char *values[PG_PARAMETERS];
    int64_t pid = 0;
    pg_url_host(cx, &link->url, i, values);
    link->conn = PQconnectdbParams((const char *const *)link->url.keys, values, 0);
    if (link->conn == NULL)
        err_no_memory();
    link->generation++;
    enum errcode err = ERR_NONE;
    if (PQstatus(link->conn) != CONNECTION_OK)
        err = pg_fail(cx, link, NULL, "connect");
    if (err == ERR_NONE) {
        (void)PQsetNoticeReceiver(link->conn, take_notice, link);
        err = settle(cx, link, &pid);
    }
    if (err == ERR_NONE)
        err = pg_pool_check(cx, link, values, pid);
    if (err == ERR_NONE)
        err = compare_clocks(cx, link);
    if (err == ERR_NONE)
        err = await_replica(cx, link);
    if (err != ERR_NONE)
        pg_link_disconnect(link);
    return err;
}

/* Each host by itself: libpq does not go on to the next one where a host takes connections and closes them,
 * as a proxy does whose server is away, or where it has none left. */
static enum errcode
open_conn(struct cx *cx, struct pg_link *link)
{
    struct str reasons = STR_LIT("");
    enum errcode err = ERR_NONE;
    const size_t n = pg_url_hosts(&link->url);
    for (size_t i = 0; i < n; i++) {
        err = open_host(cx, link, i);
        if (err == ERR_NONE) {
            link->pause = link->retry_at = 0;
            return ERR_NONE;
        }
        reasons = arena_printf(&cx->arena, "%.*s%s%s", STR_ARG(reasons), i > 0 ? "; " : "", cx->detail);
        err_forget(cx);
    }
    back_off(link);
    return err_set(cx, err, "%.*s", STR_ARG(reasons));
}

enum errcode
pg_link_connect(struct cx *cx, struct pg_link *link)
{
    if (link->conn != NULL && pg_link_was_closed(link))
        pg_link_disconnect(link);
    if (link->conn != NULL && clock_mono() - link->compared_at >= CLOCK_MINUTE) {
        enum errcode err = compare_clocks(cx, link);
        if (err != ERR_NONE)
            pg_link_disconnect(link);
        return err;
    }
    if (link->conn != NULL)
        return ERR_NONE;
    if (clock_mono() < link->retry_at)
        return err_set(cx, ERR_STORE, "postgresql: the database cannot be reached: tried again soon");
    return open_conn(cx, link);
}
