/* SPDX-License-Identifier: Apache-2.0 */
/* pg_link: one connection to the server, with the statements that were prepared on it. Transactions, and what
 * is asked of a driver, are in db_postgres.c.
 *
 * Nothing waits without end: the server ends statements and waits for locks by its own clock, and if the
 * server cannot be reached, the connection is given up a little later. */
#ifndef COUNTERSIGN_DB_POSTGRES_PG_LINK_H
#define COUNTERSIGN_DB_POSTGRES_PG_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/list.h"
#include "db/db_driver.h"
#include "db/postgres/pg_url.h"
#include "db/whole.h"

enum { PG_SLOTS = 256, PG_TYPES = 33 };

struct pg_conn;   /* libpq's PGconn */
struct pg_result; /* libpq's PGresult */

struct pg_link {
    struct pg_url url;
    int64_t patience;     /* of a wait for a lock; a statement may take twice as long */
    struct pg_conn *conn; /* NULL: not connected */
    uint64_t generation;  /* which connection it is */
    uint64_t listens;     /* the generation that has said LISTEN; 0: none */
    uint64_t named;       /* statements that were given a name */
    int64_t compared_at;  /* clock_mono: when the clocks were compared */
    int64_t retry_at;     /* clock_mono: not before */
    int64_t pause;        /* of the back-off; 0: the last attempt succeeded */
    bool is_inside;       /* a transaction, as of the last answer */
    bool only_reads;      /* the server, as of the last answer */
    bool was_warned;      /* by the server, since this was last false */
    uint64_t cursors;     /* the number of the last one */
    struct buf loading;   /* rows for a COPY that were not sent yet */
    struct list running;  /* statements whose rows may still be read */
    struct pg_statement *slots[PG_SLOTS];
};

struct pg_statement {
    struct db_rows rows;
    struct pg_statement *next;
    struct list running;
    const char *sql;      /* the key, with the types: SQL is constant text */
    char types[PG_TYPES]; /* as declared to the server */
    uint64_t number, generation;
    struct pg_result *result;
    int row;              /* -1: before the first */
    struct pg_link *link; /* of a cursor, which has a number: `result` is a part of its rows */
    uint64_t cursor;      /* 0: all rows are in `result` */
};

/* *url becomes the link's. */
void pg_link_init(struct pg_link *link, const struct pg_url *url, int64_t patience);
void pg_link_clear(struct pg_link *link);

/* Connects if necessary: also when the server has closed the connection. Refuses a server whose version,
 * encoding or collation does not serve, or whose clock differs by more than two seconds; what the connection
 * can see was confirmed by the synchronous replica. ERR_STORE at once while the back-off lasts. Outside of
 * transactions. */
enum errcode pg_link_connect(struct cx *cx, struct pg_link *link) MUST_CHECK;
void pg_link_disconnect(struct pg_link *link);
/* Whether the server has closed the connection, as far as this is known without asking. */
bool pg_link_was_closed(struct pg_link *link);
/* Whether the server has an open transaction of ours. */
bool pg_link_in_transaction(const struct pg_link *link);

/* ERR_STORE_RACE: nothing was committed, because the server refused it, or had closed the connection before
 * it was asked. Any other error means that the outcome is not known. It is one, too, if the server has given
 * up waiting for its synchronous replica: the change is in force here, but a failover may take it back. */
enum errcode pg_link_commit(struct cx *cx, struct pg_link *link) MUST_CHECK;

/* The driver's `alone` and `script`. */
enum errcode pg_link_alone(struct cx *cx, struct pg_link *link, bool begins) MUST_CHECK;
enum errcode pg_link_script(struct cx *cx, struct pg_link *link, const char *text) MUST_CHECK;

/* News (shared_news.h), outside of transactions. Each connects if necessary. */
#define PG_NEWS_CHANNEL "countersign"
enum errcode pg_link_tell(struct cx *cx, struct pg_link *link, struct str text) MUST_CHECK;
enum errcode pg_link_listen(struct cx *cx, struct pg_link *link, bool *is_new_out) MUST_CHECK;
int pg_link_listener(const struct pg_link *link);
bool pg_link_hear(struct cx *cx, struct pg_link *link, struct str *text_out);

/* Runs the text, without parameters; the command's tag must be `tag` where that is not NULL. `patience`:
 * microseconds; 0: without end. */
enum errcode pg_link_run(struct cx *cx, struct pg_link *link, const char *text, const char *tag,
                         int64_t patience) MUST_CHECK;
/* Runs a statement with all of its rows. */
enum errcode pg_link_query(struct cx *cx, struct pg_link *link, struct pg_statement *st,
                           const struct db_value *values, size_t n) MUST_CHECK;

/* The same for a text without parameters, within a transaction: a cursor, whose rows come in parts. */
enum errcode pg_link_scan(struct cx *cx, struct pg_link *link, struct pg_statement *st) MUST_CHECK;
/* The next row; of a cursor possibly after the next part was fetched. */
enum errcode pg_statement_step(struct cx *cx, struct pg_statement *st, bool *has_row_out) MUST_CHECK;
/* Rows for a table; see db/whole.h. Within a transaction. */
enum errcode pg_load_begin(struct cx *cx, struct pg_link *link, const struct db_table *table) MUST_CHECK;
enum errcode pg_load_row(struct cx *cx, struct pg_link *link, const struct db_record *record) MUST_CHECK;
enum errcode pg_load_end(struct cx *cx, struct pg_link *link) MUST_CHECK;

/* For db_defer, db_examine and db_compare_schema; connected. */
enum errcode pg_link_defer(struct cx *cx, struct pg_link *link, bool on) MUST_CHECK;
enum errcode pg_link_examine(struct cx *cx, struct pg_link *link, struct db *db,
                             const struct db_finder *finder) MUST_CHECK;
extern const char pg_describe_text[];

/* The statement of that text and those types, stopped. */
struct pg_statement *pg_link_statement(struct pg_link *link, struct db *db, const char *sql,
                                       const struct db_value *values, size_t n);
void pg_statement_stop(struct pg_statement *st);
void pg_link_stop_all(struct pg_link *link);

/* Sets the context's error from the result, or from the connection where there is none: ERR_STORE,
 * ERR_STORE_FULL, ERR_CONFLICT, ERR_STORE_RACE. */
enum errcode
pg_fail(struct cx *cx, const struct pg_link *link, const struct pg_result *result, const char *what);

#endif
