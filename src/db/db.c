/* SPDX-License-Identifier: Apache-2.0 */
/* db: the rules that are the same for every kind of database: transactions that fail as a whole, binding by a
 * format, rows. The kinds are behind db_driver.h. */
#include "db/db.h"

#include <stdarg.h>
#include <string.h>

#include "base/clock.h"
#include "db/db_driver.h"

void
db_close(struct db **db)
{
    if (*db != NULL)
        (*db)->driver->close(*db);
    *db = NULL;
}

void
db_unmake(struct db **db)
{
    if (*db != NULL && (*db)->is_new)
        (*db)->driver->unmake(*db);
    else if (*db != NULL)
        (*db)->driver->close(*db);
    *db = NULL;
}

void
db_discard(struct db **db)
{
    (*db)->is_new = true;
    db_unmake(db);
}

enum errcode
db_map(struct cx *cx, int64_t bytes)
{
    ASSERT(!cx->db->in_transaction);
    return cx->db->driver->map(cx, cx->db, bytes);
}

enum errcode
db_tidy(struct cx *cx)
{
    ASSERT(!cx->db->in_transaction);
    return cx->db->driver->tidy(cx, cx->db);
}

bool
db_copies_itself(const struct db *db)
{
    return db->driver->backup != NULL;
}

enum errcode
db_backup(struct cx *cx, struct str path)
{
    ASSERT(!cx->db->in_transaction);
    return cx->db->driver->backup(cx, cx->db, path);
}

static enum errcode
begin(struct cx *cx, enum db_purpose purpose)
{
    struct db *db = cx->db;
    ASSERT(!db->in_transaction);
    if (db->is_held) { /* it joins */
        ASSERT(purpose == DB_READS || purpose == DB_WRITES || purpose == DB_NOTES);
        db->in_transaction = true;
        return ERR_NONE;
    }
    if (db->holds && purpose == DB_NOTES) /* what joins it later must last */
        purpose = DB_WRITES;
    db->began_at = clock_mono();
    db->is_writing = purpose != DB_READS;
    db->is_durable = db->is_writing && purpose != DB_NOTES;
    enum errcode err = db->driver->begin(cx, db, purpose);
    db->in_transaction = err == ERR_NONE;
    db->failed = err;
    if (err != ERR_NONE)
        db_count_end(db);
    return err;
}

/* The latest time that any process has recorded, 0: none; and why the database is closed (whole.h).
 * ERR_STORE_SCHEMA: it works with newer programs only (migrate.h). */
static enum errcode
read_latest(struct cx *cx, int64_t *latest_out, struct str *closed_out)
{
#define SEALED "(SELECT at FROM audit WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1)"
#define UNSEALED "(SELECT at FROM audit WHERE seq IS NULL ORDER BY at DESC, id DESC LIMIT 1)"
#define META                                                                        \
    ", COALESCE((SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'time'), 0), " \
    "(SELECT value FROM meta WHERE name = 'closed'), "                              \
    "(SELECT MIN(CAST(value AS BIGINT)) FROM meta WHERE name IN ('schema_least', 'schema_version'))"
    static const char all[] = "SELECT COALESCE(" UNSEALED ", " SEALED ", 0)" META;
    static const char sealed[] = "SELECT COALESCE(" SEALED ", 0)" META;
    struct db_rows *rows;
    int64_t least = 0;
    enum errcode err = db_query(cx, &rows, db_is_shared(cx->db) ? sealed : all, "");
    if (err != ERR_NONE)
        return err;
    if (db_next(cx, rows)) {
        const int64_t newest = db_int(rows, 0), kept = db_int(rows, 1);
        *latest_out = newest > kept ? newest : kept;
        *closed_out = db_text(cx, rows, 2);
        least = db_int(rows, 3);
    }
    err = db_done(cx, rows);
    if (err == ERR_NONE && least > DB_SCHEMA)
        err = err_set(cx, ERR_STORE_SCHEMA, "another server has upgraded the database's schema");
    return err;
}

enum errcode
db_take_time(struct cx *cx)
{
    int64_t latest = 0;
    struct str closed = STR_NULL;
    enum errcode err = read_latest(cx, &latest, &closed);
    if (err != ERR_NONE)
        return err;
    if (!str_is_null(closed))
        return err_set(cx, ERR_STORE, "the database is closed: %.*s", STR_ARG(closed));
    if (latest > clock_wall() + CLOCK_BEHIND_MOST)
        return err_set(cx, ERR_STORE,
                       "the database has seen %s: the machine's clock is wrong, or was wrong then",
                       clock_text(&cx->arena, latest).p);
    cx->now = clock_raise(latest);
    return ERR_NONE;
}

static enum errcode
begin_timed(struct cx *cx, enum db_purpose purpose)
{
    enum errcode err = begin(cx, purpose);
    if (err != ERR_NONE)
        return err;
    err = db_take_time(cx);
    if (err == ERR_NONE && cx->enters != NULL)
        err = cx->enters(cx);
    if (err != ERR_NONE)
        db_rollback(cx);
    return err;
}

enum errcode
db_begin(struct cx *cx)
{
    return begin_timed(cx, DB_WRITES);
}

enum errcode
db_begin_read(struct cx *cx)
{
    return begin_timed(cx, DB_READS);
}

enum errcode
db_begin_note(struct cx *cx)
{
    return begin_timed(cx, DB_NOTES);
}

void
db_write_beside(struct db *db, bool on)
{
    db->writes_beside = on;
}

enum errcode
db_begin_apart(struct cx *cx)
{
    return begin_timed(cx, DB_WRITES_APART);
}

enum errcode
db_keep_time(struct cx *cx)
{
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = db_exec(cx, NULL,
                  "INSERT INTO meta (name, value) VALUES ('time', $1) "
                  "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                  "t", arena_printf(&cx->arena, "%lld", (long long)cx->now));
    return db_end(cx, err);
}

enum errcode
db_begin_untimed(struct cx *cx)
{
    return begin(cx, DB_MIGRATES);
}

enum errcode
db_commit(struct cx *cx)
{
    struct db *db = cx->db;
    ASSERT(db->in_transaction);
    enum errcode err = db->failed;
    if (err == ERR_NONE && db->holds && db->is_writing) {
        db->is_held = true;
        db->in_transaction = false;
        return ERR_NONE;
    }
    if (err == ERR_NONE) {
        err = db->driver->commit(cx, db);
        db->n_written += db->is_durable && (err == ERR_NONE || err == ERR_STORE);
    } else {
        err_set(cx, err, "a statement of the transaction failed");
    }
    db->failed = err;
    if (err != ERR_NONE)
        db_rollback(cx);
    else
        db_count_end(db);
    db->in_transaction = db->is_held = false;
    return err;
}

enum errcode
db_end(struct cx *cx, enum errcode err)
{
    if (err == ERR_NONE)
        return db_commit(cx);
    db_rollback(cx);
    return err;
}

void
db_rollback(struct cx *cx)
{
    struct db *db = cx->db;
    if (!db->in_transaction)
        return;
    db->driver->rollback(db);
    db_count_end(db);
    db->in_transaction = db->is_held = false;
    db->failed = ERR_NONE;
}

static bool
is_open(const struct db *db)
{
    return db->in_transaction || db->is_held;
}

enum errcode
db_noted(struct db *db, enum errcode err)
{
    if (err != ERR_NONE && is_open(db) && db->failed == ERR_NONE)
        db->failed = err;
    return err;
}

static void
add_arguments(struct db_values *values, const char *types, va_list ap)
{
    for (; *types != '\0'; types++) {
        if (*types == 'i') {
            db_value_add(values, db_value_integer(va_arg(ap, int64_t)));
        } else if (*types == 'r') {
            db_value_add(values, db_value_reference(va_arg(ap, int64_t)));
        } else if (*types == 't' || *types == 'b') {
            db_value_add(values, db_value_bytes(*types, va_arg(ap, struct str)));
        } else if (*types == 'd') {
            db_value_add(values, db_value_digest(va_arg(ap, const struct digest *)));
        } else {
            ASSERT(*types == 'n');
            db_value_add(values, (struct db_value){.kind = 'n', .type = 'n'});
        }
    }
}

enum errcode
db_began(struct db *db, enum errcode err, struct db_rows **rows_out)
{
    if (err == ERR_NONE) {
        ASSERT(*rows_out != NULL);
        (*rows_out)->has_row = false;
        (*rows_out)->err = ERR_NONE;
    }
    return db_noted(db, err);
}

enum errcode
db_query_list(struct cx *cx, struct db_rows **rows_out, const char *sql, const struct db_values *values)
{
    struct db *db = cx->db;
    *rows_out = NULL;
    if (is_open(db) && db->failed != ERR_NONE) {
        err_set(cx, db->failed, "the transaction has failed already");
        return db->failed;
    }
    enum errcode err = db_may_run(cx, db, sql);
    if (err == ERR_NONE)
        err = db->driver->query(cx, db, sql, values->at, values->n, rows_out);
    return db_began(db, err, rows_out);
}

enum errcode
db_query_values(struct cx *cx, struct db_rows **rows_out, const char *sql, struct db_values *values,
                const char *types, va_list ap)
{
    add_arguments(values, types, ap);
    return db_query_list(cx, rows_out, sql, values);
}

enum errcode
db_query(struct cx *cx, struct db_rows **rows_out, const char *sql, const char *types, ...)
{
    struct db_values values;
    va_list ap;
    values.n = 0;
    va_start(ap, types);
    enum errcode err = db_query_values(cx, rows_out, sql, &values, types, ap);
    va_end(ap);
    return err;
}

bool
db_next(struct cx *cx, struct db_rows *rows)
{
    bool has_row = false;
    if (rows->err == ERR_NONE)
        rows->err = db_noted(rows->db, rows->db->driver->step(cx, rows, &has_row));
    rows->has_row = has_row && rows->err == ERR_NONE;
    return rows->has_row;
}

int64_t
db_int(struct db_rows *rows, int column)
{
    ASSERT(rows->has_row);
    return rows->db->driver->number(rows, column);
}

bool
db_is_null(struct db_rows *rows, int column)
{
    ASSERT(rows->has_row);
    return rows->db->driver->is_null(rows, column);
}

bool
db_is(struct db_rows *rows, int column, char kind)
{
    ASSERT(rows->has_row);
    return rows->db->driver->kind(rows, column) == kind;
}

static struct str
view(struct db_rows *rows, int column)
{
    ASSERT(rows->has_row);
    return rows->db->driver->bytes(rows, column);
}

struct str
db_text(struct cx *cx, struct db_rows *rows, int column)
{
    return arena_str(&cx->arena, view(rows, column));
}

struct str
db_blob(struct cx *cx, struct db_rows *rows, int column)
{
    return db_text(cx, rows, column);
}

void
db_spoil(struct cx *cx, struct db_rows *rows, const char *column)
{
    rows->err = db_noted(rows->db, err_set(cx, ERR_STORE, "the database has a wrong value for %s", column));
    rows->has_row = false;
}

struct digest
db_digest(struct db_rows *rows, int column)
{
    struct digest digest = {{0}};
    struct str s = view(rows, column);
    if (s.n == sizeof digest.bytes)
        memcpy(digest.bytes, s.p, s.n);
    return digest;
}

enum errcode
db_done(struct cx *cx, struct db_rows *rows)
{
    (void)cx; /* the error was set where it occurred */
    rows->db->driver->finish(rows);
    rows->has_row = false;
    return rows->err;
}

static enum errcode
exec(struct cx *cx, int64_t *changed_out, const char *sql, const char *types, va_list ap)
{
    struct db_values values;
    struct db_rows *rows;
    values.n = 0;
    *changed_out = 0;
    enum errcode err = db_query_values(cx, &rows, sql, &values, types, ap);
    if (err != ERR_NONE)
        return err;
    bool has_row = db_next(cx, rows);
    ASSERT(!has_row);
    if (rows->err == ERR_NONE)
        *changed_out = rows->db->driver->changed(rows);
    return db_done(cx, rows);
}

enum errcode
db_exec(struct cx *cx, int64_t *changed_out, const char *sql, const char *types, ...)
{
    int64_t changed;
    va_list ap;
    va_start(ap, types);
    enum errcode err = exec(cx, changed_out != NULL ? changed_out : &changed, sql, types, ap);
    va_end(ap);
    return err;
}

enum errcode
db_exec_one(struct cx *cx, bool *changed_out, const char *sql, const char *types, ...)
{
    int64_t changed;
    va_list ap;
    va_start(ap, types);
    enum errcode err = exec(cx, &changed, sql, types, ap);
    va_end(ap);
    *changed_out = err == ERR_NONE && changed == 1;
    return err;
}
