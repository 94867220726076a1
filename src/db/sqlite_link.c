/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite_link: see sqlite_link.h. One file, WAL; synchronous=FULL, except while a note is written.
 *
 * The file may go away under an open connection (a restore, a lost mount). SQLite would go on writing to a
 * file that has no name any more, so before each transaction we ask whether the file at the path is still the
 * one that is open; where it is not, we connect again, and never create. */
#include "db/sqlite_link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/sqlite_words.h"

void
link_init(struct link *link, const struct link_file *file, enum link_kind kind)
{
    *link = (struct link){.file = file, .kind = kind};
    list_init(&link->running);
}

enum errcode
link_fail(struct cx *cx, const struct link *link, int rc, const char *what)
{
    int basic = rc & 0xff;
    if (basic == SQLITE_NOMEM)
        err_no_memory();
    ASSERT(basic != SQLITE_MISUSE && basic != SQLITE_RANGE);
    const int error = link->handle != NULL ? sqlite3_system_errno(link->handle) : 0;
    const char *words = sqlite_words(rc, error, link->file->path);
    enum errcode code = sqlite_is_full(rc, error) ? ERR_STORE_FULL : ERR_STORE;
    if (rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY)
        code = ERR_CONFLICT;
    err_set(cx, code, "%s%s%s%ssqlite: %s: %s (%d)", words != NULL ? link->file->path : "",
            words != NULL ? " " : "", words != NULL ? words : "", words != NULL ? "; " : "", what,
            link->handle != NULL ? sqlite3_errmsg(link->handle) : sqlite3_errstr(rc), rc);
    return code;
}

void
link_disconnect(struct link *link)
{
    for (size_t i = 0; i < LINK_SLOTS; i++)
        for (struct statement *st = link->slots[i]; st != NULL; st = st->next) {
            sqlite3_finalize(st->stmt);
            st->stmt = NULL;
        }
    int rc = sqlite3_close(link->handle);
    ASSERT(rc == SQLITE_OK);
    link->handle = NULL;
}

void
link_clear(struct link *link)
{
    link_disconnect(link);
    for (size_t i = 0; i < LINK_SLOTS; i++)
        while (link->slots[i] != NULL) {
            struct statement *st = link->slots[i];
            link->slots[i] = st->next;
            free(st);
        }
}

static int
settle_map(struct link *link)
{
    char pragma[64];
    const int64_t bytes = link->kind == LINK_READS ? link->file->map : 0;
    (void)snprintf(pragma, sizeof pragma, "PRAGMA mmap_size = %lld", (long long)bytes);
    return sqlite3_exec(link->handle, pragma, NULL, NULL, NULL);
}

static int
settle(struct link *link)
{
    static const char *const pragmas =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
        "PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON;"
        "PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864;"
        "PRAGMA wal_autocheckpoint = 16384;"; /* pages: otherwise some commits do the work of db_tidy */
    static const char *const own[] = {
        [LINK_WRITES] = "", [LINK_READS] = "PRAGMA query_only = ON; PRAGMA cell_size_check = OFF;"};
    int rc = sqlite3_busy_timeout(link->handle, link->file->busy_ms);
    if (rc == SQLITE_OK)
        rc = sqlite3_db_config(link->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    /* A statement is not prepared again for each value that a partial index could be chosen by. */
    if (rc == SQLITE_OK)
        rc = sqlite3_db_config(link->handle, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(link->handle, pragmas, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(link->handle, own[link->kind], NULL, NULL, NULL);
    link->waits = true;
    return rc == SQLITE_OK ? settle_map(link) : rc;
}

/* SQLite gives -wal and -shm the mode of the file itself. */
enum errcode
link_create(struct cx *cx, const struct link_file *file, bool *is_new_out)
{
    const char *path = file->path;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return ERR_NONE;
    if (fd < 0)
        return err_set(cx, ERR_STORE, "%s: %s", path, strerror(errno));
    close(fd);
    *is_new_out = true;
    return ERR_NONE;
}

enum errcode
link_open(struct cx *cx, struct link *link)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int rc = sqlite3_open_v2(link->file->path, &link->handle, flags, NULL);
    if (rc == SQLITE_OK)
        rc = settle(link);
    if (rc == SQLITE_OK)
        return ERR_NONE;
    enum errcode err = link_fail(cx, link, rc, link->file->path);
    link_disconnect(link);
    return err;
}

static bool
is_running(const struct link *link)
{
    for (sqlite3_stmt *st = sqlite3_next_stmt(link->handle, NULL); st != NULL;
         st = sqlite3_next_stmt(link->handle, st))
        if (sqlite3_stmt_busy(st))
            return true;
    return false;
}

bool
link_has_moved(const struct link *link)
{
    int moved = 0;
    int rc = sqlite3_file_control(link->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    /* A database in memory does not know the question; what cannot be known is not relied on. */
    return moved != 0 || (rc != SQLITE_OK && rc != SQLITE_NOTFOUND);
}

/* ERR_STORE whatever the cause: to a running server, a missing file means that the store is down. */
enum errcode
link_connect(struct cx *cx, struct link *link)
{
    const char *path = link->file->path;
    if (link->handle != NULL) {
        if (!link_has_moved(link))
            return ERR_NONE;
        if (is_running(link))
            return err_set(cx, ERR_STORE, "sqlite: %s is not the file that was opened", path);
        link_disconnect(link);
    }
    if (access(path, F_OK) != 0)
        return err_set(cx, ERR_STORE, "sqlite: %s is gone", path);
    return link_open(cx, link);
}

enum errcode
link_wait(struct cx *cx, struct link *link, bool waits)
{
    static const char *const pragmas[] = {"PRAGMA synchronous = NORMAL", "PRAGMA synchronous = FULL"};
    if (link->waits == waits)
        return ERR_NONE;
    link->waits = false; /* also where this fails: it is then set again before the next one that waits */
    int rc = sqlite3_exec(link->handle, pragmas[waits], NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return link_fail(cx, link, rc, pragmas[waits]);
    link->waits = waits;
    return ERR_NONE;
}

enum errcode
link_map(struct cx *cx, struct link *link)
{
    int rc = link->handle != NULL ? settle_map(link) : SQLITE_OK; /* otherwise once it is connected */
    return rc == SQLITE_OK ? ERR_NONE : link_fail(cx, link, rc, "map");
}

static struct statement *
find_statement(struct link *link, struct db *db, const char *sql)
{
    /* Texts are aligned by only a few bytes; the factor is 2^64 / the golden ratio. */
    size_t slot = (size_t)(((uint64_t)(uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15)) >> 56) % LINK_SLOTS;
    struct statement *st = link->slots[slot];
    while (st != NULL && st->sql != sql)
        st = st->next;
    if (st != NULL)
        return st;
    st = calloc(1, sizeof *st);
    if (st == NULL)
        err_no_memory();
    *st = (struct statement){.rows = {.db = db}, .next = link->slots[slot], .link = link, .sql = sql};
    list_init(&st->running);
    link->slots[slot] = st;
    return st;
}

int
link_statement(struct link *link, struct db *db, const char *sql, struct statement **st_out)
{
    struct statement *st = find_statement(link, db, sql);
    int rc = SQLITE_OK;
    if (st->stmt == NULL)
        rc = sqlite3_prepare_v3(link->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &st->stmt, NULL);
    else
        sqlite3_reset(st->stmt); /* returns the last run's error again: it was already reported */
    list_remove(&st->running);
    list_add_last(&link->running, &st->running);
    *st_out = st;
    return rc;
}

int
link_run(struct link *link, struct db *db, const char *sql)
{
    struct statement *st = NULL;
    int rc = link_statement(link, db, sql, &st);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(st->stmt);
    statement_stop(st);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

void
statement_stop(struct statement *st)
{
    list_remove(&st->running);
    if (st->stmt == NULL)
        return;
    sqlite3_reset(st->stmt);
    sqlite3_clear_bindings(st->stmt);
}

void
link_stop_all(struct link *link)
{
    LIST_EACH (it, next, &link->running)
        statement_stop(LIST_ITEM(it, struct statement, running));
}
