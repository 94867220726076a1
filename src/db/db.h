/* db: one connection to one database, whatever its kind; a driver is a const struct of functions
 * (db_sqlite.c).
 *
 * SQL is constant text with parameters $1, $2, ...; the connection prepares each text once and keeps it. A
 * statement is run by db_query, bound by a format, and read row by row; it is finished (reset) by db_done or
 * by the next db_query of the same text; the end of a transaction ends all. The text's address is the key of
 * that cache: it must be a literal or a static constant. Errors are ERR_STORE (not reachable, broken),
 * ERR_STORE_FULL, ERR_CONFLICT (a unique constraint), each set in the context with the driver's words.
 * Nothing here retries: the caller's transaction fails as a whole. */
#ifndef COUNTERSIGN_DB_DB_H
#define COUNTERSIGN_DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

struct db;
struct db_rows; /* a running statement; owned by the connection */

/* DB_CREATE: mode 0600, and lays the schema; ERR_EXISTS when there is one with any table. DB_MIGRATE: opens,
 * and brings an older schema up to this program's version. */
enum db_mode { DB_OPEN, DB_CREATE, DB_MIGRATE };

/* Opens the SQLite file. ERR_NOT_FOUND when there is none, ERR_STORE_SCHEMA when the schema is of another
 * version (see migrate.h). path ":memory:" is a private one, for tests. busy_timeout: microseconds.
 * *db_out is freed by db_close.
 *
 * A connection mends itself: when the file is taken away or replaced under it, each use is ERR_STORE until
 * there is a file again, which is then opened, and never created. */
enum errcode db_open(struct cx *cx, struct str path, enum db_mode mode, int64_t busy_timeout,
                     struct db **db_out) MUST_CHECK;
void db_close(struct db **db);
/* Reads go through a map of the file's first `bytes` from now on, also after it was connected again; 0, as it
 * is at first: through the connection's own cache. Where a mapped file is truncated in place, or the disk
 * fails, reading ends the process (SIGBUS): for processes that are started again. */
enum errcode db_map(struct cx *cx, int64_t bytes) MUST_CHECK;

/* What the database wants done now and then, outside of every transaction and best between requests, so that
 * no commit has to: SQLite's log is brought into the file, as far as nobody reads what was before. Whoever
 * commits does it only once the log is 64 MiB long. ERR_STORE, ERR_STORE_FULL: it is as good as before. */
enum errcode db_tidy(struct cx *cx) MUST_CHECK;

/* Outside of every transaction: writes a copy of one moment into the empty file at path, while others go on
 * reading and writing. Durable once the caller has synced it. ERR_STORE, ERR_STORE_FULL (of either file). */
enum errcode db_backup(struct cx *cx, struct str path) MUST_CHECK;

/* Transactions do not nest (ASSERT). db_begin takes the write lock at once. db_rollback is safe at any time
 * and silent.
 *
 * Both begin with the time, and so does db_open: cx->now is clock_now as of when the lock was obtained or the
 * snapshot taken, and never before the newest audit row or what db_keep_time kept, which raise clock_now
 * where another process saw a later time. ERR_STORE where that is more than CLOCK_BEHIND_MOST ahead of the
 * machine's clock: then no time is right. */
enum errcode db_begin(struct cx *cx) MUST_CHECK;
enum errcode db_begin_read(struct cx *cx) MUST_CHECK; /* one snapshot for several reads */
enum errcode db_commit(struct cx *cx) MUST_CHECK;     /* on error everything is rolled back */
void db_rollback(struct cx *cx);
/* The end of a transaction whose steps gave `err`: ERR_NONE commits, anything else rolls back and is
 * returned. So a function that changes something ends by `return db_end(cx, err);`. */
enum errcode db_end(struct cx *cx, enum errcode err) MUST_CHECK;
/* Keeps the time for processes that start later; its own transaction. */
enum errcode db_keep_time(struct cx *cx) MUST_CHECK;
/* A transaction that writes was committed since the database was opened. */
bool db_has_written(const struct db *db);

/* Binds by `types`, one letter an argument: i int64_t, t struct str as text (null: NULL), b struct str as
 * blob (null: NULL), d const struct digest * (NULL: NULL), n no argument (NULL). The arguments' types must be
 * exact: a plain 0 for i is not. */
enum errcode
db_query(struct cx *cx, struct db_rows **rows_out, const char *sql, const char *types, ...) MUST_CHECK;
/* True: a row is there. False: no more, or an error: ask db_done. */
bool db_next(struct cx *cx, struct db_rows *rows);
int64_t db_int(struct db_rows *rows, int column); /* NULL reads as 0 */
bool db_is_null(struct db_rows *rows, int column);
/* The column holds just that: 'i', 't', 'b' or 'n', as db_query binds them. SQLite keeps in any column what
 * it was given, and reads a number out of a text. */
bool db_is(struct db_rows *rows, int column, char kind);
struct str db_text(struct cx *cx, struct db_rows *rows, int column); /* copied into the arena; NULL is null */
struct str db_blob(struct cx *cx, struct db_rows *rows, int column); /* likewise */
struct digest db_digest(struct db_rows *rows, int column); /* zero where NULL or of another length */
/* Ends the statement and tells whether it ran to its end without an error. */
enum errcode db_done(struct cx *cx, struct db_rows *rows) MUST_CHECK;

/* For a statement without rows; *changed_out (may be NULL) is the number of rows that it changed. */
enum errcode db_exec(struct cx *cx, int64_t *changed_out, const char *sql, const char *types, ...) MUST_CHECK;

#endif
