/* SPDX-License-Identifier: Apache-2.0 */
/* db_sqlite: the driver for SQLite: one link to the file, a second one for read transactions when the file
 * is mapped (sqlite_link.h). */
#include "db/db_driver.h"

#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/served.h"
#include "db/sqlite_link.h"
#include "db/whole.h"

struct sqlite {
    struct db db;
    char *path;
    struct link_file file;
    struct link links[LINK_KINDS];
    struct link *in; /* link of the current transaction */
    int lock;        /* that a server would hold (served.h); -1: none */
};

static struct sqlite *
sqlite_of(struct db *db)
{
    return (struct sqlite *)db;
}

static struct statement *
statement_of(struct db_rows *rows)
{
    return (struct statement *)rows;
}

static bool
is_file(const struct sqlite *s)
{
    return strcmp(s->path, ":memory:") != 0;
}

/* A reader outside of a transaction has finished by now. */
static void
end_statements(struct sqlite *s)
{
    for (size_t i = 0; i < LINK_KINDS; i++)
        link_stop_all(&s->links[i]);
}

/* A database in memory has one link. */
static struct link *
link_for(struct sqlite *s, enum db_purpose purpose)
{
    return &s->links[purpose == DB_READS && s->file.map != 0 ? LINK_READS : LINK_WRITES];
}

static enum errcode
run(struct cx *cx, struct sqlite *s, const char *sql)
{
    int rc = link_run(s->in, &s->db, sql);
    return rc == SQLITE_OK ? ERR_NONE : link_fail(cx, s->in, rc, sql);
}

static enum errcode
sqlite_begin(struct cx *cx, struct db *db, enum db_purpose purpose)
{
    struct sqlite *s = sqlite_of(db);
    end_statements(s);
    s->in = link_for(s, purpose);
    enum errcode err = link_connect(cx, s->in);
    if (err == ERR_NONE && purpose != DB_READS)
        err = link_wait(cx, s->in, purpose != DB_NOTES);
    if (err == ERR_NONE)
        err = run(cx, s, purpose != DB_READS ? "BEGIN IMMEDIATE" : "BEGIN");
    return err;
}

static enum errcode
sqlite_commit(struct cx *cx, struct db *db)
{
    struct sqlite *s = sqlite_of(db);
    end_statements(s);
    if (link_has_moved(s->in))
        return err_set(cx, ERR_STORE, "sqlite: %s was removed during a transaction", s->path);
    return run(cx, s, "COMMIT");
}

static void
sqlite_rollback(struct db *db)
{
    struct sqlite *s = sqlite_of(db);
    end_statements(s);
    /* After some errors SQLite has already rolled back by itself, which its autocommit flag shows. */
    if (s->in->handle != NULL && sqlite3_get_autocommit(s->in->handle) == 0 &&
        link_run(s->in, db, "ROLLBACK") != SQLITE_OK)
        link_disconnect(s->in);
}

/* SQLite treats $2 as a name, and its index is the order in which names first occur. */
static size_t
number_of(sqlite3_stmt *stmt, int at)
{
    const char *name = sqlite3_bind_parameter_name(stmt, at);
    uint64_t number = 0;
    ASSERT(name != NULL && name[0] == '$');
    ASSERT(str_to_u64(str_from_cstr(name + 1), INT_MAX, &number) == ERR_NONE && number > 0);
    return (size_t)number;
}

static int
bind(sqlite3_stmt *stmt, int at, const struct db_value *v)
{
    switch (v->kind) {
    case 'i':
        return sqlite3_bind_int64(stmt, at, v->number);
    case 't':
        return sqlite3_bind_text64(stmt, at, v->bytes.p, v->bytes.n, SQLITE_TRANSIENT, SQLITE_UTF8);
    case 'b':
        return sqlite3_bind_blob64(stmt, at, v->bytes.p, v->bytes.n, SQLITE_TRANSIENT);
    default:
        return sqlite3_bind_null(stmt, at);
    }
}

static enum errcode
sqlite_query(struct cx *cx, struct db *db, const char *sql, const struct db_value *values, size_t n,
             struct db_rows **rows_out)
{
    struct sqlite *s = sqlite_of(db);
    const bool is_inside = db->in_transaction || db->is_held;
    struct link *link = is_inside ? s->in : link_for(s, DB_WRITES);
    struct statement *st = NULL;
    enum errcode err = is_inside ? ERR_NONE : link_connect(cx, link);
    if (err != ERR_NONE)
        return err;
    int rc = link_statement(link, db, sql, &st);
    if (rc == SQLITE_OK && !is_inside && sqlite3_stmt_readonly(st->stmt) == 0)
        err = link_wait(cx, link, true); /* it is a transaction of its own */
    if (err != ERR_NONE)
        return err;
    if (rc == SQLITE_OK)
        ASSERT((size_t)sqlite3_bind_parameter_count(st->stmt) == n);
    for (int at = 1; (size_t)at <= n && rc == SQLITE_OK; at++) {
        size_t number = number_of(st->stmt, at);
        ASSERT(number <= n);
        rc = bind(st->stmt, at, &values[number - 1]);
    }
    if (rc != SQLITE_OK)
        return link_fail(cx, link, rc, sql);
    *rows_out = &st->rows;
    return ERR_NONE;
}

static enum errcode
sqlite_scan(struct cx *cx, struct db *db, const char *sql, struct db_rows **rows_out)
{
    return sqlite_query(cx, db, sql, NULL, 0, rows_out);
}

static enum errcode
sqlite_step(struct cx *cx, struct db_rows *rows, bool *has_row_out)
{
    struct statement *st = statement_of(rows);
    if (st->stmt == NULL)
        return err_set(cx, ERR_STORE, "sqlite: the connection was lost");
    int rc = sqlite3_step(st->stmt);
    *has_row_out = rc == SQLITE_ROW;
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? ERR_NONE : link_fail(cx, st->link, rc, st->sql);
}

static void
sqlite_finish(struct db_rows *rows)
{
    statement_stop(statement_of(rows));
}

static int64_t
sqlite_changed(struct db_rows *rows)
{
    return sqlite3_changes64(statement_of(rows)->link->handle);
}

static bool
sqlite_is_null(struct db_rows *rows, int column)
{
    return sqlite3_column_type(statement_of(rows)->stmt, column) == SQLITE_NULL;
}

static char
sqlite_kind(struct db_rows *rows, int column)
{
    switch (sqlite3_column_type(statement_of(rows)->stmt, column)) {
    case SQLITE_INTEGER:
        return 'i';
    case SQLITE_TEXT:
        return 't';
    case SQLITE_BLOB:
        return 'b';
    case SQLITE_NULL:
        return 'n';
    default:
        return 0;
    }
}

static int64_t
sqlite_number(struct db_rows *rows, int column)
{
    return sqlite3_column_int64(statement_of(rows)->stmt, column);
}

static struct str
sqlite_bytes(struct db_rows *rows, int column)
{
    sqlite3_stmt *stmt = statement_of(rows)->stmt;
    const char *p = sqlite3_column_blob(stmt, column);
    if (p != NULL)
        return (struct str){p, (size_t)sqlite3_column_bytes(stmt, column)};
    return sqlite3_column_type(stmt, column) == SQLITE_NULL ? STR_NULL : STR_LIT("");
}

static enum errcode
sqlite_load_row(struct cx *cx, struct db *db, const struct db_table *table, const struct db_record *record)
{
    struct db_rows *rows = NULL;
    bool has_row = false;
    enum errcode err = sqlite_query(cx, db, table->add, record->values, record->n, &rows);
    if (err != ERR_NONE)
        return err;
    err = sqlite_step(cx, rows, &has_row);
    sqlite_finish(rows);
    return err;
}

/* The end of the transaction sets it back, and verifies. */
static enum errcode
sqlite_defer(struct cx *cx, struct db *db, bool on)
{
    return on ? run(cx, sqlite_of(db), "PRAGMA defer_foreign_keys = ON") : ERR_NONE;
}

/* Each row has words for people in its first column; `good` is not a problem. */
static enum errcode
ask(struct cx *cx, struct db *db, const char *sql, const char *good, const struct db_finder *finder)
{
    struct db_rows *rows = NULL;
    bool has_row = false;
    enum errcode err = sqlite_query(cx, db, sql, NULL, 0, &rows);
    if (err != ERR_NONE)
        return err;
    ASSERT(rows != NULL);
    while ((err = sqlite_step(cx, rows, &has_row)) == ERR_NONE && has_row) {
        struct str words = sqlite_bytes(rows, 0);
        if (!str_eq(words, str_from_cstr(good)))
            finder->found(finder->arg, words);
    }
    sqlite_finish(rows);
    return err;
}

static enum errcode
sqlite_examine(struct cx *cx, struct db *db, const struct db_finder *finder)
{
    enum errcode err = ask(cx, db, "PRAGMA integrity_check(20)", "ok", finder);
    return err != ERR_NONE ? err
                           : ask(cx, db,
                                 "SELECT 'a row of ' || \"table\" || ' refers to one of ' || parent || "
                                 "' that is not there: row ' || coalesce(rowid, '') "
                                 "FROM pragma_foreign_key_check LIMIT 20",
                                 "", finder);
}

static enum errcode
sqlite_script(struct cx *cx, struct db *db, const char *text)
{
    struct sqlite *s = sqlite_of(db);
    int rc = sqlite3_exec(s->links[LINK_WRITES].handle, text, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ERR_NONE : link_fail(cx, link_for(s, DB_WRITES), rc, "script");
}

static enum errcode
sqlite_is_empty(struct cx *cx, struct db *db, bool *empty_out)
{
    struct db_rows *rows = NULL;
    enum errcode err =
        sqlite_query(cx, db, "SELECT count(*) FROM sqlite_schema WHERE type = 'table'", NULL, 0, &rows);
    if (err != ERR_NONE)
        return err;
    ASSERT(rows != NULL);
    bool has_row = false;
    err = sqlite_step(cx, rows, &has_row);
    *empty_out = has_row && sqlite_number(rows, 0) == 0;
    sqlite_finish(rows);
    return err;
}

static enum errcode
sqlite_is_served(struct cx *cx, struct db *db, bool *is_served_out)
{
    struct sqlite *s = sqlite_of(db);
    *is_served_out = false;
    return is_file(s) && s->lock < 0 ? served_look(cx, s->path, is_served_out, &s->lock) : ERR_NONE;
}

static enum errcode
sqlite_map(struct cx *cx, struct db *db, int64_t bytes)
{
    struct sqlite *s = sqlite_of(db);
    s->file.map = is_file(s) ? bytes : 0;
    enum errcode err = ERR_NONE;
    for (size_t i = 0; i < LINK_KINDS && err == ERR_NONE; i++)
        err = link_map(cx, &s->links[i]);
    return err;
}

/* SQLITE_BUSY: another connection is already doing it. */
static enum errcode
sqlite_tidy(struct cx *cx, struct db *db)
{
    struct sqlite *s = sqlite_of(db);
    enum errcode err = link_connect(cx, link_for(s, DB_WRITES));
    if (err != ERR_NONE)
        return err;
    int rc = sqlite3_wal_checkpoint_v2(s->links[LINK_WRITES].handle, "main", SQLITE_CHECKPOINT_PASSIVE, NULL,
                                       NULL);
    return rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY
               ? ERR_NONE
               : link_fail(cx, link_for(s, DB_WRITES), rc, "checkpoint");
}

static enum errcode
sqlite_backup(struct cx *cx, struct db *db, struct str path)
{
    static const char sql[] = "VACUUM INTO $1";
    const struct db_value value = {.type = 't', .kind = 't', .bytes = path};
    struct db_rows *rows = NULL;
    bool has_row = false;
    end_statements(sqlite_of(db));
    enum errcode err = sqlite_query(cx, db, sql, &value, 1, &rows);
    if (err != ERR_NONE)
        return err;
    err = sqlite_step(cx, rows, &has_row);
    sqlite_finish(rows);
    return err;
}

static void
sqlite_close(struct db *db)
{
    struct sqlite *s = sqlite_of(db);
    for (size_t i = 0; i < LINK_KINDS; i++)
        link_clear(&s->links[i]);
    if (s->lock >= 0)
        (void)close(s->lock);
    free(s->path);
    free(s);
}

static void
sqlite_unmake(struct db *db)
{
    static const char *const tails[] = {"", "-wal", "-shm", "-journal"};
    struct cx names;
    cx_init(&names);
    struct str path = arena_str(&names.arena, str_from_cstr(sqlite_of(db)->path));
    bool has_file = is_file(sqlite_of(db));
    sqlite_close(db);
    for (size_t i = 0; has_file && i < ARRAY_LEN(tails); i++)
        (void)unlink(arena_printf(&names.arena, "%.*s%s", STR_ARG(path), tails[i]).p);
    cx_clear(&names);
}

/* Its folder: the file may be replaced, and its log comes and goes. */
static enum errcode
sqlite_reach(struct cx *cx, struct str place, struct db_reach *reach_out)
{
    while (place.n > 1 && place.p[place.n - 1] != '/')
        place.n--;
    reach_out->places[0].path = arena_cstr(&cx->arena, place);
    reach_out->places[0].writable = true;
    reach_out->n_places = 1;
    return ERR_NONE;
}

static enum errcode
sqlite_open(struct cx *cx, struct str path, bool create, int64_t busy_timeout, struct db **db_out)
{
    int64_t busy_ms = busy_timeout / CLOCK_MS;
    struct sqlite *s = calloc(1, sizeof *s);
    if (s == NULL)
        err_no_memory();
    s->db.driver = &db_sqlite;
    s->path = strndup(path.p, path.n);
    if (s->path == NULL)
        err_no_memory();
    s->file = (struct link_file){.path = s->path, .busy_ms = busy_ms > INT_MAX ? INT_MAX : (int)busy_ms};
    for (size_t i = 0; i < LINK_KINDS; i++)
        link_init(&s->links[i], &s->file, (enum link_kind)i);
    s->in = link_for(s, DB_WRITES);
    s->lock = -1;
    enum errcode err = ERR_NONE;
    if (is_file(s) && create)
        err = link_create(cx, &s->file, &s->db.is_new);
    else if (is_file(s) && access(s->path, F_OK) != 0 && errno == ENOENT)
        err = err_set(cx, ERR_NOT_FOUND, "there is no database %s: `countersign init` makes one", s->path);
    if (err == ERR_NONE)
        err = link_open(cx, s->in);
    *db_out = err == ERR_NONE ? &s->db : NULL;
    if (err != ERR_NONE && s->db.is_new)
        sqlite_unmake(&s->db);
    else if (err != ERR_NONE)
        sqlite_close(&s->db);
    return err;
}

const struct db_driver db_sqlite = {
    .version = COUNTERSIGN_VERSION,
    .open = sqlite_open,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .query = sqlite_query,
    .scan = sqlite_scan,
    .step = sqlite_step,
    .finish = sqlite_finish,
    .changed = sqlite_changed,
    .is_null = sqlite_is_null,
    .kind = sqlite_kind,
    .number = sqlite_number,
    .bytes = sqlite_bytes,
    .load_row = sqlite_load_row,
    .defer = sqlite_defer,
    .describe = "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema "
                "WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type || ' ' || name",
    .examine = sqlite_examine,
    .script = sqlite_script,
    .is_empty = sqlite_is_empty,
    .is_served = sqlite_is_served,
    .map = sqlite_map,
    .tidy = sqlite_tidy,
    .backup = sqlite_backup,
    .close = sqlite_close,
    .unmake = sqlite_unmake,
    .reach = sqlite_reach,
};
