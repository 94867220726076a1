/* SPDX-License-Identifier: Apache-2.0 */
/* whole: what is done with whole tables, from one database into another: backups, restores, moves. The list
 * of tables is made from the schema when the program is built (tools/schema-tables), so it cannot miss one.
 *
 * Everything here takes part in the open transaction of cx. */
#ifndef COUNTERSIGN_DB_WHOLE_H
#define COUNTERSIGN_DB_WHOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "db/db.h"
#include "db/db_driver.h"

struct db_column {
    const char *name;
    char kind; /* i, t or b, as for db_query */
};

struct db_table {
    const char *name;
    const struct db_column *columns;
    size_t n;
    const size_t *keys; /* the primary key's columns, in its order */
    size_t n_keys;
    const char *all;    /* SELECT of every row and column, in the order of the key */
    const char *one;    /* the same of the row with a key */
    const char *add;    /* INSERT of a row, RETURNING it */
    const char *remove; /* DELETE of the row with a key */
    const char *load;   /* COPY, of PostgreSQL */
};

/* All tables of this program's schema, each after those that it refers to. */
const struct db_table *db_tables(size_t *n_out);

/* A row, one value for each column, in the columns' order. Bytes are views that last until the next row, or
 * into the record itself, which is not copied. */
struct db_record {
    struct db_value values[DB_VALUES];
    size_t n;
    char digits[24];
};

/* Any number of rows, fetched in parts as they are read by db_record_next; ended by db_done. */
enum errcode db_scan(struct cx *cx, const struct db_table *table, struct db_rows **rows_out) MUST_CHECK;
/* False: no more rows, or an error: see db_done. A value of another type than the column's is ERR_STORE; but
 * a number in the place of bytes, which SQLite made of CAST(... AS BYTEA) in earlier versions, is its digits.
 */
bool db_record_next(struct cx *cx, const struct db_table *table, struct db_rows *rows,
                    struct db_record *record_out);

/* By the key of `record`, whose other values are ignored. *rows_out: as of db_scan, one row or none. */
enum errcode db_record_find(struct cx *cx, const struct db_table *table, const struct db_record *record,
                            struct db_rows **rows_out) MUST_CHECK;
/* *rows_out: the row as the database has stored it. */
enum errcode db_record_add(struct cx *cx, const struct db_table *table, const struct db_record *record,
                           struct db_rows **rows_out) MUST_CHECK;
enum errcode
db_record_remove(struct cx *cx, const struct db_table *table, const struct db_record *record) MUST_CHECK;
/* By the bytes of the key's values: less than, equal to or greater than 0, as the order of db_scan has it. */
int db_record_compare(const struct db_table *table, const struct db_record *a, const struct db_record *b);

/* Rows for an empty table, as fast as the database takes them. Between begin and end nothing else uses the
 * connection; errors may show as late as at the end. */
enum errcode db_load_begin(struct cx *cx, const struct db_table *table) MUST_CHECK;
enum errcode
db_load_row(struct cx *cx, const struct db_table *table, const struct db_record *record) MUST_CHECK;
enum errcode db_load_end(struct cx *cx) MUST_CHECK;

/* Of a new schema, before its tables are loaded: removes the rows that it has: its version, and where the
 * audit log begins. */
enum errcode db_forget_version(struct cx *cx) MUST_CHECK;

/* On: rows may refer to others that come later in the transaction; off, before its end: all must be there.
 * No statement is running. */
enum errcode db_defer(struct cx *cx, bool on) MUST_CHECK;

/* What the database itself can find out about its own soundness: of SQLite, the structure of the file, and
 * that each row has those that it refers to; of PostgreSQL, that every constraint and index is in force.
 * Calls `found` for each problem, with words for the operator, at most some dozens. Outside of a transaction.
 */
struct db_finder {
    void (*found)(void *arg, struct str words);
    void *arg;
};
enum errcode db_examine(struct cx *cx, const struct db_finder *finder) MUST_CHECK;

/* The same for what the schema has: tables, columns, constraints, indexes; and nothing else. */
enum errcode db_compare_schema(struct cx *cx, const struct db_finder *finder) MUST_CHECK;

/* A database that is closed refuses every transaction and every connection but these: the reason is a row of
 * the table meta, for people. Null: it is open. */
#define DB_CLOSED STR_LIT("closed")
enum errcode db_closed(struct cx *cx, struct str *reason_out) MUST_CHECK;
/* Null opens it. */
enum errcode db_close_for(struct cx *cx, struct str reason) MUST_CHECK;

#endif
