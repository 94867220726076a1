/* sqlite_link: one connection to the file, with the statements that were prepared on it. Transactions, and
 * what is asked of a driver, are in db_sqlite.c. Not for use outside of store/. */
#ifndef COUNTERSIGN_DB_SQLITE_LINK_H
#define COUNTERSIGN_DB_SQLITE_LINK_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/list.h"
#include "db/db_driver.h"

enum { LINK_SLOTS = 256 };

/* What it connects to. */
struct link_file {
    const char *path;
    int busy_ms;
    int64_t map; /* bytes; 0: none */
};

/* A link that only reads refuses to write, and does without cell_size_check: through a map each visit of a
 * page counts as the first one, and is checked anew. What the check is there for, that damage does not
 * spread, is for the link that writes: it keeps it. */
struct link {
    const struct link_file *file;
    bool only_reads;
    sqlite3 *handle;     /* NULL: not connected */
    struct list running; /* statements that somebody may still read */
    struct statement *slots[LINK_SLOTS];
};

struct statement {
    struct db_rows rows;
    struct statement *next;
    struct link *link;
    struct list running;
    const char *sql; /* the key: SQL is constant text */
    sqlite3_stmt *stmt;
};

void link_init(struct link *link, const struct link_file *file, bool only_reads);
void link_clear(struct link *link);

/* Sets the context's error: ERR_STORE, ERR_STORE_FULL, ERR_CONFLICT. */
enum errcode link_fail(struct cx *cx, const struct link *link, int rc, const char *what);

/* Never creates. */
enum errcode link_open(struct cx *cx, struct link *link) MUST_CHECK;
/* Opens where that is needed: also when the file at the path is another one by now. */
enum errcode link_connect(struct cx *cx, struct link *link) MUST_CHECK;
/* Statements keep their place, for somebody may still read one; they are prepared again when next needed. */
void link_disconnect(struct link *link);
/* The file at the path is not the one that is open. */
bool link_has_moved(const struct link *link);
/* Nothing is done before it is connected. */
enum errcode link_map(struct cx *cx, struct link *link) MUST_CHECK;

/* Of a link that is connected: the statement of that text, ready to be bound, and running from now on.
 * Answers a result code of SQLite. */
int link_statement(struct link *link, struct db *db, const char *sql, struct statement **st_out);
/* A statement without parameters and rows. The same. */
int link_run(struct link *link, struct db *db, const char *sql);
void statement_stop(struct statement *st);
void link_stop_all(struct link *link);

#endif
