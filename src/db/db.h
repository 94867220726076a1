/* SPDX-License-Identifier: Apache-2.0 */
/* db: one connection to one database of any kind; a driver is a const struct of functions (db_sqlite.c).
 *
 * SQL is constant text with parameters $1, $2, ...; the connection prepares each text once and keeps it. A
 * statement is run by db_query, bound by a format, and read row by row; it is finished (reset) by db_done or
 * by the next db_query of the same text; the end of a transaction ends all. The text's address is the key of
 * that cache: it must be a literal or a static constant. Errors are ERR_STORE (not reachable, broken),
 * ERR_STORE_FULL, ERR_CONFLICT (a unique constraint), ERR_STORE_RACE (nothing of the transaction was
 * committed, and it may run again: another one has changed what it relies on, or its connection was lost
 * before the commit was sent), each set in the context with the driver's words. Nothing here retries: the
 * caller's transaction fails as a whole; a race is repeated where operations are dispatched. */
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

/* DB_CREATE: mode 0600, creates the schema; ERR_EXISTS when the database already has a table. DB_MIGRATE:
 * opens it, and upgrades an older schema to this program's version. DB_RAW: opens it whatever it has, also if
 * it is empty or closed (whole.h). */
enum db_mode { DB_OPEN, DB_CREATE, DB_MIGRATE, DB_RAW };

/* url: postgresql://... (db/postgres/pg_url.h), sqlite:PATH, or the path alone of an SQLite file; the path
 * ":memory:" is a private database, for tests. ERR_NOT_FOUND when the file does not exist, ERR_STORE_SCHEMA
 * when the schema has another version (see migrate.h), ERR_CONFIG when the address is not usable.
 * busy_timeout: microseconds. *db_out is freed by db_close.
 *
 * A connection recovers by itself: when the file is removed or replaced under it, each use returns
 * ERR_STORE until a file exists again, which is then opened, and never created; when a server is lost, it
 * is connected to again, with a growing pause between attempts. */
enum errcode db_open(struct cx *cx, struct str url, enum db_mode mode, int64_t busy_timeout,
                     struct db **db_out) MUST_CHECK;
void db_close(struct db **db);
/* Closes; removes the file, or the tables, if this connection made them (DB_CREATE). */
void db_unmake(struct db **db);
/* The same for one that an earlier connection made: everything in it is lost. */
void db_discard(struct db **db);

enum { DB_PLACES = 24, DB_PORTS = 16 };
/* What a confined process must be able to reach, to open this database again: files, and, of a server,
 * sockets of this machine or TCP ports. */
struct db_reach {
    struct {
        const char *path;
        bool writable;
    } places[DB_PLACES];
    size_t n_places;
    uint16_t ports[DB_PORTS];
    size_t n_ports;
    bool is_server;
};
/* Texts are in the arena. Errors as db_open, without opening anything but the driver. */
enum errcode db_reach(struct cx *cx, struct str url, struct db_reach *reach_out) MUST_CHECK;

/* From now on, also after a reconnect, transactions that only read use a map of the file's first `bytes`; 0,
 * the initial value: the connection's own cache. If a mapped file is truncated in place, or the disk fails, a
 * read ends the process (SIGBUS): only for processes that are restarted. */
enum errcode db_map(struct cx *cx, int64_t bytes) MUST_CHECK;

/* Maintenance that the database needs from time to time, outside of any transaction and best between
 * requests, so that no commit has to do it: moves SQLite's log into the file, as far as no reader needs
 * the older state. A commit only does this once the log has reached 64 MiB. ERR_STORE, ERR_STORE_FULL: no
 * harm is done. */
enum errcode db_tidy(struct cx *cx) MUST_CHECK;

/* Outside of any transaction: writes a consistent copy into the empty file at path, while others continue
 * to read and write. Durable once the caller has synced it. ERR_STORE, ERR_STORE_FULL (of either file). Only
 * for a kind of database that db_copies_itself. */
bool db_copies_itself(const struct db *db);
enum errcode db_backup(struct cx *cx, struct str path) MUST_CHECK;

/* Transactions do not nest (ASSERT). db_begin takes the write lock at once. db_rollback is safe at any time
 * and logs nothing. What a server writes, it writes in one (db_guard): a statement outside of a transaction
 * is not SERIALIZABLE on PostgreSQL, takes no part in its locks, and is not counted by db_writes.
 *
 * All begin functions, and db_open, set the time: cx->now is clock_now when the lock was obtained or the
 * snapshot taken, and never earlier than the newest audit row or the time saved by db_keep_time; these
 * raise clock_now when another process saw a later time. In a shared database the newest row is the newest
 * sealed one, a moment old: what each writer reads must not be what every other one writes. ERR_STORE_SCHEMA
 * when another program has meanwhile upgraded the schema beyond what this one works with. ERR_STORE when that
 * is more than CLOCK_BEHIND_MOST ahead of the machine's clock: then no time is plausible; or when the
 * database is closed (whole.h): it has moved, or is not complete yet. Then cx->enters runs, if there is one;
 * its error is returned, and no transaction is open. */
enum errcode db_begin(struct cx *cx) MUST_CHECK;
enum errcode db_begin_read(struct cx *cx) MUST_CHECK; /* one snapshot for several reads */
/* For what may be forgotten, such as when somebody was last seen. As db_begin, but it must decide nothing by
 * what it reads, and its commit does not wait for the disk or a replica: a crash of the machine, or a
 * failover, may undo the latest notes. The commit of any other transaction makes those before it durable, so
 * what it has read of them is not lost without it. */
enum errcode db_begin_note(struct cx *cx) MUST_CHECK;
enum errcode db_commit(struct cx *cx) MUST_CHECK; /* on error everything is rolled back */
void db_rollback(struct cx *cx);
/* Ends a transaction whose steps returned `err`: commits on ERR_NONE, otherwise rolls back and returns
 * err. So a function that changes something ends with `return db_end(cx, err);`. */
enum errcode db_end(struct cx *cx, enum errcode err) MUST_CHECK;
/* From now on the writing transaction that begins next is not committed at its end, but held: what begins
 * after it joins it, until db_release commits it with everything (err: ERR_NONE), or rolls it back and
 * returns err. So what several functions write becomes one transaction. What fails within rolls back all of
 * it, and what begins after that is a new one. Between db_hold and db_release nothing may wait. */
void db_hold(struct db *db);
bool db_holds(const struct db *db);   /* db_hold was called, and db_release was not */
bool db_is_held(const struct db *db); /* such a transaction waits for db_release */
/* Rolls it back, if there is one. */
void db_drop(struct cx *cx);
enum errcode db_release(struct cx *cx, enum errcode err) MUST_CHECK;
/* Whether the writing transactions that follow run beside others: then one may lose a race (ERR_STORE_RACE),
 * and the caller must repeat it. Off, the initial value: each waits until no other one is under way, none
 * begins before its end, and it loses no race. On SQLite a writing transaction is the only one anyway. */
void db_write_beside(struct db *db, bool on);
/* From now on nothing is written outside of a writing transaction: what does not begin with SELECT is refused
 * there with ERR_STORE, before it is sent. For servers and commands; tests prepare their data without. */
void db_guard(struct db *db);
/* Begins a writing transaction of another kind, for the sealer of the audit log and its like: one at a time
 * in the whole database, ERR_BUSY while there is another. Where others are SERIALIZABLE it is READ COMMITTED:
 * so it never makes one of them run again. That is safe for a transaction that changes only what no other
 * kind of transaction changes or decides by, and that reads only what is never changed again. */
enum errcode db_begin_apart(struct cx *cx) MUST_CHECK;
/* Saves the time for processes that start later; in a transaction of its own. */
enum errcode db_keep_time(struct cx *cx) MUST_CHECK;
/* Whether a writing transaction, other than a note, was committed since the database was opened, or may have
 * been: the answer to its commit was ERR_STORE. */
bool db_has_written(const struct db *db);
/* Whether servers on other machines may use it: then what another process left there may belong to a
 * process that lives. */
bool db_is_shared(const struct db *db);
/* How many. What ended with ERR_STORE_RACE may run again as a whole if there are no more than before it. */
uint64_t db_writes(const struct db *db);

/* Binds by `types`, one letter per argument: i int64_t, r int64_t of which 0 is NULL, t struct str as text
 * (null: NULL), b struct str as blob (null: NULL), d const struct digest * (NULL: NULL), n no argument
 * (NULL). The arguments' types must match exactly: a plain 0 is wrong for i. */
enum errcode
db_query(struct cx *cx, struct db_rows **rows_out, const char *sql, const char *types, ...) MUST_CHECK;
/* True: a row is available. False: no more rows, or an error: see db_done. */
bool db_next(struct cx *cx, struct db_rows *rows);
int64_t db_int(struct db_rows *rows, int column); /* NULL reads as 0 */
bool db_is_null(struct db_rows *rows, int column);
/* Whether the column has exactly that type: 'i', 't', 'b' or 'n', as for db_query. SQLite stores any type
 * in any column, and converts text to numbers when reading. */
bool db_is(struct db_rows *rows, int column, char kind);
struct str db_text(struct cx *cx, struct db_rows *rows, int column); /* copied into the arena; NULL is null */
struct str db_blob(struct cx *cx, struct db_rows *rows, int column); /* the same */
struct digest db_digest(struct db_rows *rows, int column);           /* zero if NULL or of another length */
/* Finishes the statement; returns whether it ran to its end without an error. */
enum errcode db_done(struct cx *cx, struct db_rows *rows) MUST_CHECK;

/* For a statement without rows; *changed_out (may be NULL) is the number of changed rows. */
enum errcode db_exec(struct cx *cx, int64_t *changed_out, const char *sql, const char *types, ...) MUST_CHECK;
/* For a statement that changes one row at most; *changed_out: it did. */
enum errcode
db_exec_one(struct cx *cx, bool *changed_out, const char *sql, const char *types, ...) MUST_CHECK;

#endif
