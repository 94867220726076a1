/* db_sqlite: the driver for SQLite. One file, WAL, synchronous=FULL.
 *
 * The file may go away under an open connection (a restore, a lost mount). SQLite would go on writing to a
 * file that has no name any more, so before each transaction we ask whether the file at the path is still the
 * one that is open; where it is not, we connect again, and never create. */
#include "store/db_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

enum { SLOTS = 256 };

struct statement {
    struct db_rows rows;
    struct statement *next;
    const char *sql; /* the key: SQL is constant text */
    sqlite3_stmt *stmt;
};

struct sqlite {
    struct db db;
    sqlite3 *handle; /* NULL: not connected */
    char *path;
    int busy_ms;
    int64_t map; /* bytes; 0: none */
    struct statement *slots[SLOTS];
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

static enum errcode
fail(struct cx *cx, struct sqlite *s, int rc, const char *what)
{
    int basic = rc & 0xff;
    if (basic == SQLITE_NOMEM)
        err_no_memory();
    ASSERT(basic != SQLITE_MISUSE && basic != SQLITE_RANGE);
    enum errcode code = ERR_STORE;
    if (basic == SQLITE_FULL)
        code = ERR_STORE_FULL;
    if (rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY)
        code = ERR_CONFLICT;
    err_set(cx, code, "sqlite: %s: %s (%d)", what,
            s->handle != NULL ? sqlite3_errmsg(s->handle) : sqlite3_errstr(rc), rc);
    return code;
}

/* Statements keep their place, for somebody may still read one; they are prepared again when next needed. */
static void
disconnect(struct sqlite *s)
{
    for (size_t i = 0; i < SLOTS; i++)
        for (struct statement *st = s->slots[i]; st != NULL; st = st->next) {
            sqlite3_finalize(st->stmt);
            st->stmt = NULL;
        }
    int rc = sqlite3_close(s->handle);
    ASSERT(rc == SQLITE_OK);
    s->handle = NULL;
}

static int
settle_map(struct sqlite *s)
{
    char pragma[64];
    (void)snprintf(pragma, sizeof(pragma), "PRAGMA mmap_size = %lld", (long long)s->map);
    return sqlite3_exec(s->handle, pragma, NULL, NULL, NULL);
}

static int
settle(struct sqlite *s)
{
    static const char *const pragmas =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
        "PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON;"
        "PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864;"
        "PRAGMA wal_autocheckpoint = 16384;"; /* pages: else a commit now and then does what db_tidy does */
    int rc = sqlite3_busy_timeout(s->handle, s->busy_ms);
    if (rc == SQLITE_OK)
        rc = sqlite3_db_config(s->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(s->handle, pragmas, NULL, NULL, NULL);
    return rc == SQLITE_OK ? settle_map(s) : rc;
}

static enum errcode
connect_file(struct cx *cx, struct sqlite *s)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int rc = sqlite3_open_v2(s->path, &s->handle, flags, NULL);
    if (rc == SQLITE_OK)
        rc = settle(s);
    if (rc == SQLITE_OK)
        return ERR_NONE;
    enum errcode err = fail(cx, s, rc, s->path);
    disconnect(s);
    return err;
}

static bool
is_running(const struct sqlite *s)
{
    for (sqlite3_stmt *st = sqlite3_next_stmt(s->handle, NULL); st != NULL;
         st = sqlite3_next_stmt(s->handle, st))
        if (sqlite3_stmt_busy(st))
            return true;
    return false;
}

static bool
has_moved(const struct sqlite *s)
{
    int moved = 0;
    sqlite3_file_control(s->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return moved != 0;
}

/* ERR_STORE whatever the cause: for a running server a file that is gone is a store that is down. */
static enum errcode
be_connected(struct cx *cx, struct sqlite *s)
{
    if (s->handle != NULL) {
        if (!has_moved(s))
            return ERR_NONE;
        if (is_running(s))
            return err_set(cx, ERR_STORE, "sqlite: %s is not the file that was opened", s->path);
        disconnect(s);
    }
    if (access(s->path, F_OK) != 0)
        return err_set(cx, ERR_STORE, "sqlite: %s is gone", s->path);
    return connect_file(cx, s);
}

static void
end_statements(struct sqlite *s)
{
    if (s->handle == NULL)
        return;
    for (sqlite3_stmt *st = sqlite3_next_stmt(s->handle, NULL); st != NULL;
         st = sqlite3_next_stmt(s->handle, st))
        if (sqlite3_stmt_busy(st))
            sqlite3_reset(st);
}

static enum errcode
run(struct cx *cx, struct sqlite *s, const char *sql)
{
    int rc = sqlite3_exec(s->handle, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ERR_NONE : fail(cx, s, rc, "transaction");
}

static enum errcode
sqlite_begin(struct cx *cx, struct db *db, bool is_write)
{
    struct sqlite *s = sqlite_of(db);
    end_statements(s);
    enum errcode err = be_connected(cx, s);
    if (err == ERR_NONE)
        err = run(cx, s, is_write ? "BEGIN IMMEDIATE" : "BEGIN");
    return err;
}

static enum errcode
sqlite_commit(struct cx *cx, struct db *db)
{
    struct sqlite *s = sqlite_of(db);
    end_statements(s);
    if (has_moved(s))
        return err_set(cx, ERR_STORE, "sqlite: %s was taken away during a transaction", s->path);
    return run(cx, s, "COMMIT");
}

static void
sqlite_rollback(struct db *db)
{
    struct sqlite *s = sqlite_of(db);
    end_statements(s);
    /* After some errors SQLite has rolled back by itself; it says so by its autocommit flag. */
    if (s->handle != NULL && sqlite3_get_autocommit(s->handle) == 0 &&
        sqlite3_exec(s->handle, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK)
        disconnect(s);
}

static struct statement *
find_statement(struct sqlite *s, const char *sql)
{
    /* Texts are aligned by some bytes at most; the factor is 2^64 / the golden ratio. */
    size_t slot = (size_t)(((uint64_t)(uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15)) >> 56) % SLOTS;
    struct statement *st = s->slots[slot];
    while (st != NULL && st->sql != sql)
        st = st->next;
    if (st != NULL)
        return st;
    st = calloc(1, sizeof *st);
    if (st == NULL)
        err_no_memory();
    *st = (struct statement){.rows = {.db = &s->db}, .next = s->slots[slot], .sql = sql};
    s->slots[slot] = st;
    return st;
}

/* To SQLite $2 is a name, and its index is the order in which the names first appear. */
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
    if (!db->in_transaction) {
        enum errcode err = be_connected(cx, s);
        if (err != ERR_NONE)
            return err;
    }
    struct statement *st = find_statement(s, sql);
    int rc = SQLITE_OK;
    if (st->stmt == NULL)
        rc = sqlite3_prepare_v3(s->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &st->stmt, NULL);
    else
        sqlite3_reset(st->stmt); /* tells the last run's error once more: it was told */
    if (rc == SQLITE_OK)
        ASSERT((size_t)sqlite3_bind_parameter_count(st->stmt) == n);
    for (int at = 1; (size_t)at <= n && rc == SQLITE_OK; at++) {
        size_t number = number_of(st->stmt, at);
        ASSERT(number <= n);
        rc = bind(st->stmt, at, &values[number - 1]);
    }
    if (rc != SQLITE_OK)
        return fail(cx, s, rc, sql);
    *rows_out = &st->rows;
    return ERR_NONE;
}

static enum errcode
sqlite_step(struct cx *cx, struct db_rows *rows, bool *has_row_out)
{
    struct statement *st = statement_of(rows);
    struct sqlite *s = sqlite_of(rows->db);
    if (st->stmt == NULL)
        return err_set(cx, ERR_STORE, "sqlite: the connection was lost");
    int rc = sqlite3_step(st->stmt);
    *has_row_out = rc == SQLITE_ROW;
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? ERR_NONE : fail(cx, s, rc, st->sql);
}

static void
sqlite_finish(struct db_rows *rows)
{
    struct statement *st = statement_of(rows);
    if (st->stmt == NULL)
        return;
    sqlite3_reset(st->stmt);
    sqlite3_clear_bindings(st->stmt);
}

static int64_t
sqlite_changed(struct db_rows *rows)
{
    return sqlite3_changes64(sqlite_of(rows->db)->handle);
}

static bool
sqlite_is_null(struct db_rows *rows, int column)
{
    return sqlite3_column_type(statement_of(rows)->stmt, column) == SQLITE_NULL;
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
    if (sqlite3_column_type(stmt, column) == SQLITE_NULL)
        return STR_NULL;
    const char *p = sqlite3_column_blob(stmt, column);
    int n = sqlite3_column_bytes(stmt, column);
    return (struct str){p != NULL ? p : "", (size_t)n};
}

static enum errcode
sqlite_script(struct cx *cx, struct db *db, const char *text)
{
    struct sqlite *s = sqlite_of(db);
    int rc = sqlite3_exec(s->handle, text, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ERR_NONE : fail(cx, s, rc, "script");
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
sqlite_map(struct cx *cx, struct db *db, int64_t bytes)
{
    struct sqlite *s = sqlite_of(db);
    s->map = bytes;
    int rc = s->handle != NULL ? settle_map(s) : SQLITE_OK; /* else once it is connected again */
    return rc == SQLITE_OK ? ERR_NONE : fail(cx, s, rc, "map");
}

/* SQLITE_BUSY: somebody else is at it. */
static enum errcode
sqlite_tidy(struct cx *cx, struct db *db)
{
    struct sqlite *s = sqlite_of(db);
    enum errcode err = be_connected(cx, s);
    if (err != ERR_NONE)
        return err;
    int rc = sqlite3_wal_checkpoint_v2(s->handle, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY ? ERR_NONE : fail(cx, s, rc, "checkpoint");
}

static void
sqlite_close(struct db *db)
{
    struct sqlite *s = sqlite_of(db);
    disconnect(s);
    for (size_t i = 0; i < SLOTS; i++)
        while (s->slots[i] != NULL) {
            struct statement *st = s->slots[i];
            s->slots[i] = st->next;
            free(st);
        }
    free(s->path);
    free(s);
}

static const struct db_driver driver = {
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .query = sqlite_query,
    .step = sqlite_step,
    .finish = sqlite_finish,
    .changed = sqlite_changed,
    .is_null = sqlite_is_null,
    .number = sqlite_number,
    .bytes = sqlite_bytes,
    .script = sqlite_script,
    .is_empty = sqlite_is_empty,
    .map = sqlite_map,
    .tidy = sqlite_tidy,
    .close = sqlite_close,
};

/* SQLite gives -wal and -shm the mode of the file itself. */
static enum errcode
create_file(struct cx *cx, const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return ERR_NONE;
    if (fd < 0)
        return err_set(cx, ERR_STORE, "%s: %s", path, strerror(errno));
    close(fd);
    return ERR_NONE;
}

enum errcode
sqlite_open(struct cx *cx, struct str path, bool create, int64_t busy_timeout, struct db **db_out)
{
    int64_t busy_ms = busy_timeout / CLOCK_MS;
    struct sqlite *s = calloc(1, sizeof *s);
    if (s == NULL)
        err_no_memory();
    s->db.driver = &driver;
    s->busy_ms = busy_ms > INT_MAX ? INT_MAX : (int)busy_ms;
    s->path = strndup(path.p, path.n);
    if (s->path == NULL)
        err_no_memory();
    enum errcode err = ERR_NONE;
    bool is_file = strcmp(s->path, ":memory:") != 0;
    if (is_file && create)
        err = create_file(cx, s->path);
    else if (is_file && access(s->path, F_OK) != 0 && errno == ENOENT)
        err = err_set(cx, ERR_NOT_FOUND, "there is no database %s", s->path);
    if (err == ERR_NONE)
        err = connect_file(cx, s);
    if (err != ERR_NONE)
        sqlite_close(&s->db);
    *db_out = err == ERR_NONE ? &s->db : NULL;
    return err;
}
