/* SPDX-License-Identifier: Apache-2.0 */
/* db_driver: what a kind of database provides to db.c, which has the rules that are the same for all. Not for
 * use outside of store/. */
#ifndef COUNTERSIGN_DB_DB_DRIVER_H
#define COUNTERSIGN_DB_DB_DRIVER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"

/* One bound argument. type: what the statement declares it as, i, t or b as for db_query, or n: nothing.
 * kind: the same, or n: the value is NULL. bytes is a view that is valid throughout the query. */
struct db_value {
    char type, kind;
    int64_t number;
    struct str bytes;
};

/* A driver embeds struct db at the start of its connection and struct db_rows at the start of its
 * statement. Each function sets the context's error; none uses in_transaction or failed. */
enum db_purpose { DB_READS, DB_WRITES, DB_NOTES, DB_MIGRATES, DB_WRITES_APART };

struct db_table;  /* db/whole.h */
struct db_record; /* the same */
struct db_finder; /* the same */
/* The version of the schema that this program works with (migrate.h). */
enum { DB_SCHEMA = 7 };

struct db_driver {
    const char *version; /* of the program that it belongs to */
    bool is_shared;      /* see db_is_shared */
    /* Of an existing database, unless `create` allows a new one. */
    enum errcode (*open)(struct cx *cx, struct str place, bool create, int64_t busy_timeout,
                         struct db **db_out);
    /* The connection alone, made when it is first used; for `listen`. */
    enum errcode (*prepare)(struct cx *cx, struct str place, int64_t busy_timeout, struct db **db_out);
    enum errcode (*begin)(struct cx *cx, struct db *db, enum db_purpose purpose);
    enum errcode (*commit)(struct cx *cx, struct db *db);
    void (*rollback)(struct db *db); /* without an error message; also finishes every statement */
    /* Outside of a transaction, reconnects first if necessary. */
    enum errcode (*query)(struct cx *cx, struct db *db, const char *sql, const struct db_value *values,
                          size_t n, struct db_rows **rows_out);
    /* As query, within a transaction, for any number of rows: they are fetched in parts as they are read. */
    enum errcode (*scan)(struct cx *cx, struct db *db, const char *sql, struct db_rows **rows_out);
    enum errcode (*step)(struct cx *cx, struct db_rows *rows, bool *has_row_out);
    void (*finish)(struct db_rows *rows);
    int64_t (*changed)(struct db_rows *rows);
    /* Columns of the current row; bytes are a view that is valid until the next step. */
    bool (*is_null)(struct db_rows *rows, int column);
    char (*kind)(struct db_rows *rows, int column); /* i, t, b, n as in struct db_value; otherwise 0 */
    int64_t (*number)(struct db_rows *rows, int column);
    struct str (*bytes)(struct db_rows *rows, int column);
    /* Of whole.h. load_begin and load_end NULL: there is nothing to do. */
    enum errcode (*load_begin)(struct cx *cx, struct db *db, const struct db_table *table);
    enum errcode (*load_row)(struct cx *cx, struct db *db, const struct db_table *table,
                             const struct db_record *record);
    enum errcode (*load_end)(struct cx *cx, struct db *db);
    enum errcode (*defer)(struct cx *cx, struct db *db, bool on);
    /* SELECT of a name and a definition for each object of the schema, in the order of the names' bytes; and
     * a script that makes an empty schema the current one until the transaction is rolled back; NULL: none.
     */
    const char *describe, *scratch;
    enum errcode (*examine)(struct cx *cx, struct db *db, const struct db_finder *finder);
    /* Outside of transactions: no other connection is between this and `alone(false)`; waits for one that is.
     * NULL: begin for DB_MIGRATES does that. */
    enum errcode (*alone)(struct cx *cx, struct db *db, bool begins);
    /* Whether a server runs on it. Where it can, the driver keeps one from starting until the database is
     * closed. */
    enum errcode (*is_served)(struct cx *cx, struct db *db, bool *is_served_out);
    /* Several statements without parameters or rows, for the schema. */
    enum errcode (*script)(struct cx *cx, struct db *db, const char *text);
    /* whether there is no table at all */
    enum errcode (*is_empty)(struct cx *cx, struct db *db, bool *empty_out);
    enum errcode (*map)(struct cx *cx, struct db *db, int64_t bytes);
    enum errcode (*tidy)(struct cx *cx, struct db *db);
    enum errcode (*backup)(struct cx *cx, struct db *db, struct str path); /* NULL: by its rows (whole.h) */
    void (*close)(struct db *db);
    void (*unmake)(struct db *db); /* closes a database that is_new, and removes it */
    enum errcode (*reach)(struct cx *cx, struct str place, struct db_reach *reach_out);
    /* Of a shared database, otherwise NULL: shared_news.h. Outside of transactions. */
    enum errcode (*tell)(struct cx *cx, struct db *db, struct str text);
    /* On a connection that does nothing else. *is_new_out: what others said before was not received. Reads
     * what has arrived. */
    enum errcode (*listen)(struct cx *cx, struct db *db, bool *is_new_out);
    int (*listener)(const struct db *db);                             /* descriptor; -1: none */
    bool (*hear)(struct cx *cx, struct db *db, struct str *text_out); /* the next text that has arrived */
};

struct db {
    const struct db_driver *driver;
    bool is_new; /* made by this connection: the file, or the tables */
    bool in_transaction;
    bool is_writing;
    bool holds, is_held; /* db_hold; a transaction that ended, and is not committed yet */
    bool is_durable;     /* it writes, and a crash does not undo it: not a note */
    bool writes_beside;  /* db_write_beside */
    bool is_guarded;     /* db_guard */
    int64_t began_at;    /* clock_mono: when the transaction was asked for */
    uint64_t n_written;  /* durable transactions committed, or perhaps (ERR_STORE), since it was opened */
    enum errcode failed; /* a statement of the transaction failed: no further statement runs in it, and it is
                          * not committed */
};

/* What db_guard says of a statement. */
enum errcode db_may_run(struct cx *cx, const struct db *db, const char *sql) MUST_CHECK;

/* Counts a transaction that has ended, as one that failed where db->failed says so. */
void db_count_end(const struct db *db);

struct db_rows {
    struct db *db;
    bool has_row;
    enum errcode err;
};

/* Arguments in the order of their numbers. */
enum { DB_VALUES = 32 };
struct db_values {
    size_t n;
    struct db_value at[DB_VALUES];
};
struct db_value db_value_integer(int64_t number);
struct db_value db_value_reference(int64_t number);           /* 0: NULL */
struct db_value db_value_bytes(char kind, struct str bytes);  /* null: NULL */
struct db_value db_value_digest(const struct digest *digest); /* NULL: NULL */
void db_value_add(struct db_values *values, struct db_value value);
/* db_query with `values` in front of the arguments, which are added to them. */
enum errcode db_query_values(struct cx *cx, struct db_rows **rows_out, const char *sql,
                             struct db_values *values, const char *types, va_list ap) MUST_CHECK;
enum errcode db_query_list(struct cx *cx, struct db_rows **rows_out, const char *sql,
                           const struct db_values *values) MUST_CHECK;
/* Of db.c, after each use of a driver: a statement that fails fails the whole transaction, as PostgreSQL does
 * in any case. db_began: its rows are about to be read. Both return err. */
enum errcode db_noted(struct db *db, enum errcode err) MUST_CHECK;
enum errcode db_began(struct db *db, enum errcode err, struct db_rows **rows_out) MUST_CHECK;
/* The current row is not what it must be: ends the reading, and db_done returns ERR_STORE. */
void db_spoil(struct cx *cx, struct db_rows *rows, const char *column);

/* A connection for `listen` alone; NULL if the database is not shared. It need not be reachable. Errors as
 * db_open. */
enum errcode db_listen(struct cx *cx, struct str url, int64_t busy_timeout, struct db **db_out) MUST_CHECK;

/* db_begin for a database that may have no tables yet: cx->now is unchanged. */
enum errcode db_begin_untimed(struct cx *cx) MUST_CHECK;

/* db_sqlite.c. A missing file is created with mode 0600. */
extern const struct db_driver db_sqlite;

/* Of db.c: sets cx->now. The time of a transaction is known only after waiting for the lock or taking the
 * snapshot. ERR_STORE: see db_begin. */
enum errcode db_take_time(struct cx *cx) MUST_CHECK;

#endif
