/* SPDX-License-Identifier: Apache-2.0 */
/* db_postgres: transactions, rows and columns on a link (pg_link.h).
 *
 * A writing transaction is SERIALIZABLE; a reading one is a snapshot, REPEATABLE READ.
 * This is a module of its own, loaded only where store.url asks for it (db/module.h). */
#include "db/postgres/db_postgres.h"

#include <endian.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "db/postgres/pg_link.h"
#include "db/postgres/pg_reach.h"
#include "db/postgres/pg_url.h"
#include "db/postgres/pg_wait.h"

struct pg {
    struct db db;
    struct pg_link link;
};

static struct pg_link *
link_of(struct db *db)
{
    return &((struct pg *)db)->link;
}

static struct pg_statement *
statement_of(struct db_rows *rows)
{
    return (struct pg_statement *)rows;
}

/* A transaction that has failed is answered by ROLLBACK. Where no answer comes, the outcome is not known:
 * the connection is given up, and nothing repeats what was asked for. */
static enum errcode
pg_commit(struct cx *cx, struct db *db)
{
    struct pg_link *link = link_of(db);
    pg_link_stop_all(link);
    return pg_link_commit(cx, link);
}

static void
pg_rollback(struct db *db)
{
    struct pg_link *link = link_of(db);
    pg_link_stop_all(link);
    if (!pg_link_in_transaction(link))
        return;
    struct cx quiet;
    cx_init(&quiet);
    if (PQtransactionStatus(link->conn) == PQTRANS_ACTIVE ||
        pg_link_run(&quiet, link, "ROLLBACK", "ROLLBACK", pg_link_patience(link)) != ERR_NONE)
        pg_link_disconnect(link);
    cx_clear(&quiet);
}

/* On an open connection. */
static enum errcode
ask(struct cx *cx, struct db *db, const char *sql, const struct db_value *values, size_t n,
    struct db_rows **rows_out)
{
    struct pg_link *link = link_of(db);
    struct pg_statement *st = pg_link_statement(link, db, sql, values, n);
    enum errcode err = pg_link_query(cx, link, st, values, n);
    if (err == ERR_NONE)
        *rows_out = &st->rows;
    return err;
}

static enum errcode
pg_query(struct cx *cx, struct db *db, const char *sql, const struct db_value *values, size_t n,
         struct db_rows **rows_out)
{
    enum errcode err = db->in_transaction || db->is_held ? ERR_NONE : pg_link_connect(cx, link_of(db));
    return err == ERR_NONE ? ask(cx, db, sql, values, n, rows_out) : err;
}

static enum errcode
pg_scan(struct cx *cx, struct db *db, const char *sql, struct db_rows **rows_out)
{
    struct pg_link *link = link_of(db);
    struct pg_statement *st = pg_link_statement(link, db, sql, NULL, 0);
    enum errcode err = pg_link_scan(cx, link, st);
    if (err == ERR_NONE)
        *rows_out = &st->rows;
    return err;
}

static enum errcode
pg_step(struct cx *cx, struct db_rows *rows, bool *has_row_out)
{
    return pg_statement_step(cx, statement_of(rows), has_row_out);
}

static void
pg_finish(struct db_rows *rows)
{
    pg_statement_stop(statement_of(rows));
}

static int64_t
pg_changed(struct db_rows *rows)
{
    int64_t n = 0;
    const char *text = PQcmdTuples(statement_of(rows)->result);
    return str_to_i64(str_from_cstr(text), 0, INT64_MAX, &n) == ERR_NONE ? n : 0;
}

static bool
pg_is_null(struct db_rows *rows, int column)
{
    const struct pg_statement *st = statement_of(rows);
    ASSERT(column < PQnfields(st->result));
    return PQgetisnull(st->result, st->row, column) == 1;
}

static char
pg_kind(struct db_rows *rows, int column)
{
    if (pg_is_null(rows, column))
        return 'n';
    return pg_kind_of(PQftype(statement_of(rows)->result, column));
}

static struct str
pg_bytes(struct db_rows *rows, int column)
{
    const struct pg_statement *st = statement_of(rows);
    if (pg_is_null(rows, column))
        return STR_NULL;
    ASSERT(pg_kind(rows, column) != 'i');
    return (struct str){PQgetvalue(st->result, st->row, column),
                        (size_t)PQgetlength(st->result, st->row, column)};
}

/* Big-endian, of one, two, four or eight bytes; a boolean is 0 or 1. */
static int64_t
read_number(const unsigned char *p, int n)
{
    uint64_t value = (p[0] & 0x80) != 0 ? UINT64_MAX : 0;
    for (int i = 0; i < n; i++)
        value = value << 8 | p[i];
    return (int64_t)value;
}

/* A text is read as far as it is a number, as SQLite does. */
static int64_t
pg_number(struct db_rows *rows, int column)
{
    const struct pg_statement *st = statement_of(rows);
    int64_t n = 0;
    if (pg_is_null(rows, column))
        return 0;
    if (pg_kind(rows, column) != 'i')
        return str_to_i64(pg_bytes(rows, column), INT64_MIN, INT64_MAX, &n) == ERR_NONE ? n : 0;
    return read_number((const unsigned char *)PQgetvalue(st->result, st->row, column),
                       PQgetlength(st->result, st->row, column));
}

/* Of those that write apart from the others, one at a time: a lock without a wait, which ends with the
 * transaction. Its number is ours by convention, within this database. */
static enum errcode
enter_alone(struct cx *cx, struct db *db)
{
    static const char sql[] = "SELECT CASE WHEN pg_try_advisory_xact_lock(4850183622) THEN 1 ELSE 0 END";
    struct db_rows *rows = NULL;
    bool has_row = false;
    enum errcode err = ask(cx, db, sql, NULL, 0, &rows);
    if (err != ERR_NONE)
        return err;
    err = pg_step(cx, rows, &has_row);
    const bool is_alone = has_row && pg_number(rows, 0) == 1;
    pg_finish(rows);
    if (err == ERR_NONE && !is_alone)
        err = err_set(cx, ERR_BUSY, "the audit log is being sealed or archived by another process");
    return err;
}

/* Writers are SERIALIZABLE and run beside one another. One that has lost too many races, or that nothing
 * would repeat, runs alone: its lock waits for those that are under way, and those that come wait for it.
 * Locks come before the snapshot, so that a writer that has waited sees what the others have done
 * (decisions/0017). A process that is stopped while it has locks loses them before those that wait for them
 * give up: half of their patience, in milliseconds. A note takes the same lock, and its commit waits neither
 * for the disk nor for a replica. It decides nothing by what it reads, so it is READ COMMITTED and loses no
 * race; a decision that has read the row which it changes is refused by PostgreSQL (first updater wins). */
static enum errcode
begin_writing(struct cx *cx, struct db *db, enum db_purpose purpose)
{
    struct pg_link *link = link_of(db);
    const bool is_apart = purpose == DB_WRITES_APART;
    const char *level = is_apart || purpose == DB_NOTES ? "READ COMMITTED" : "SERIALIZABLE";
    const char *mode = is_apart ? "ACCESS SHARE" : db->writes_beside ? "ROW SHARE" : "EXCLUSIVE";
    const struct str text =
        arena_printf(&cx->arena,
                     "BEGIN ISOLATION LEVEL %s; "
                     "SET LOCAL idle_in_transaction_session_timeout = %lld; %s"
                     "LOCK TABLE meta IN %s MODE",
                     level, (long long)(pg_link_idle(link) / CLOCK_MS),
                     purpose == DB_NOTES ? "SET LOCAL synchronous_commit = off; " : "", mode);
    enum errcode err = pg_link_run(cx, link, text.p, "LOCK TABLE", pg_link_patience(link));
    return err == ERR_NONE && is_apart ? enter_alone(cx, db) : err;
}

static enum errcode
pg_begin(struct cx *cx, struct db *db, enum db_purpose purpose)
{
    static const char reads[] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    static const char migrates[] = "BEGIN ISOLATION LEVEL SERIALIZABLE";
    struct pg_link *link = link_of(db);
    pg_link_stop_all(link);
    enum errcode err = pg_link_connect(cx, link);
    if (err != ERR_NONE)
        return err;
    if (purpose == DB_READS || purpose == DB_MIGRATES)
        err = pg_link_run(cx, link, purpose == DB_READS ? reads : migrates, "BEGIN", pg_link_patience(link));
    else
        err = begin_writing(cx, db, purpose);
    if (err != ERR_NONE)
        pg_rollback(db);
    return err;
}

static enum errcode
load_begin(struct cx *cx, struct db *db, const struct db_table *table)
{
    return pg_load_begin(cx, link_of(db), table);
}

static enum errcode
load_row(struct cx *cx, struct db *db, const struct db_table *table, const struct db_record *record)
{
    (void)table;
    return pg_load_row(cx, link_of(db), record);
}

static enum errcode
load_end(struct cx *cx, struct db *db)
{
    return pg_load_end(cx, link_of(db));
}

static enum errcode
defer(struct cx *cx, struct db *db, bool on)
{
    return pg_link_defer(cx, link_of(db), on);
}

static enum errcode
examine(struct cx *cx, struct db *db, const struct db_finder *finder)
{
    enum errcode err = pg_link_connect(cx, link_of(db));
    return err == ERR_NONE ? pg_link_examine(cx, link_of(db), db, finder) : err;
}

static enum errcode
pg_alone(struct cx *cx, struct db *db, bool begins)
{
    return pg_link_alone(cx, link_of(db), begins);
}

static enum errcode
pg_script(struct cx *cx, struct db *db, const char *text)
{
    return pg_link_script(cx, link_of(db), text);
}

/* The one number that the statement returns. */
static enum errcode
ask_number(struct cx *cx, struct db *db, const char *sql, int64_t *number_out)
{
    struct db_rows *rows = NULL;
    bool has_row = false;
    *number_out = 0;
    enum errcode err = pg_query(cx, db, sql, NULL, 0, &rows);
    if (err != ERR_NONE)
        return err;
    err = pg_step(cx, rows, &has_row);
    if (has_row)
        *number_out = pg_number(rows, 0);
    pg_finish(rows);
    return err;
}

static enum errcode
pg_is_empty(struct cx *cx, struct db *db, bool *empty_out)
{
    static const char sql[] = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()";
    int64_t n = 0;
    enum errcode err = ask_number(cx, db, sql, &n);
    *empty_out = err == ERR_NONE && n == 0;
    return err;
}

/* A server listens for news as long as it runs. Only sessions of this role show what they do. */
static enum errcode
pg_is_served(struct cx *cx, struct db *db, bool *is_served_out)
{
    static const char sql[] = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                              "AND query LIKE 'LISTEN " PG_NEWS_CHANNEL "%'";
    int64_t n = 0;
    enum errcode err = ask_number(cx, db, sql, &n);
    *is_served_out = err != ERR_NONE || n > 0;
    return err;
}

/* There is no file to map, and the server tidies by itself. */
static enum errcode
pg_map(struct cx *cx, struct db *db, int64_t bytes)
{
    (void)cx;
    (void)db;
    (void)bytes;
    return ERR_NONE;
}

static enum errcode
pg_tidy(struct cx *cx, struct db *db)
{
    (void)cx;
    (void)db;
    return ERR_NONE;
}

static void
pg_close(struct db *db)
{
    pg_link_clear(link_of(db));
    free(db);
}

/* Every table that is there: db_open has found none. */
static void
pg_unmake(struct db *db)
{
    static const char sql[] =
        "DO $$ DECLARE t text; BEGIN "
        "FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP "
        "EXECUTE format('DROP TABLE %I CASCADE', t); END LOOP; END $$";
    struct pg_link *link = link_of(db);
    struct cx quiet;
    cx_init(&quiet);
    pg_link_stop_all(link);
    enum errcode err = pg_link_run(&quiet, link, sql, "DO", pg_link_patience(link));
    (void)err; /* the caller reports why it has to undo */
    cx_clear(&quiet);
    pg_close(db);
}

static enum errcode
pg_prepare(struct cx *cx, struct str place, int64_t busy_timeout, struct db **db_out)
{
    struct pg_url url;
    *db_out = NULL;
    pg_url_forget_environment();
    enum errcode err = pg_url_read(cx, place, &url);
    if (err != ERR_NONE)
        return err;
    struct pg *pg = calloc(1, sizeof *pg);
    if (pg == NULL)
        err_no_memory();
    pg->db.driver = &db_postgres;
    pg_link_init(&pg->link, &url, busy_timeout);
    *db_out = &pg->db;
    return ERR_NONE;
}

/* The database itself is made by its administrator: an empty one is what `create` needs. */
static enum errcode
pg_open(struct cx *cx, struct str place, bool create, int64_t busy_timeout, struct db **db_out)
{
    (void)create;
    enum errcode err = pg_prepare(cx, place, busy_timeout, db_out);
    if (err == ERR_NONE)
        err = pg_link_connect(cx, link_of(*db_out));
    if (err != ERR_NONE && *db_out != NULL) {
        pg_close(*db_out);
        *db_out = NULL;
    }
    return err;
}

static enum errcode
pg_tell(struct cx *cx, struct db *db, struct str text)
{
    return pg_link_tell(cx, link_of(db), text);
}

static enum errcode
pg_listen(struct cx *cx, struct db *db, bool *is_new_out)
{
    return pg_link_listen(cx, link_of(db), is_new_out);
}

static int
pg_listener(const struct db *db)
{
    return pg_link_listener(&((const struct pg *)db)->link);
}

static bool
pg_hear(struct cx *cx, struct db *db, struct str *text_out)
{
    return pg_link_hear(cx, link_of(db), text_out);
}

const struct db_driver db_postgres = {
    .version = COUNTERSIGN_VERSION,
    .is_shared = true,
    .open = pg_open,
    .prepare = pg_prepare,
    .begin = pg_begin,
    .commit = pg_commit,
    .rollback = pg_rollback,
    .query = pg_query,
    .scan = pg_scan,
    .step = pg_step,
    .finish = pg_finish,
    .changed = pg_changed,
    .is_null = pg_is_null,
    .kind = pg_kind,
    .number = pg_number,
    .bytes = pg_bytes,
    .load_begin = load_begin,
    .load_row = load_row,
    .load_end = load_end,
    .defer = defer,
    .describe = pg_describe_text,
    .scratch = "SET LOCAL search_path TO pg_temp",
    .examine = examine,
    .alone = pg_alone,
    .script = pg_script,
    .is_empty = pg_is_empty,
    .is_served = pg_is_served,
    .map = pg_map,
    .tidy = pg_tidy,
    .close = pg_close,
    .unmake = pg_unmake,
    .reach = pg_reach,
    .tell = pg_tell,
    .listen = pg_listen,
    .listener = pg_listener,
    .hear = pg_hear,
};
