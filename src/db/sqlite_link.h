/* SPDX-License-Identifier: Apache-2.0 */
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

/* Connection parameters. */
struct link_file {
    const char *path;
    int busy_ms;
    int64_t map; /* bytes; 0: none */
};

/* A read-only link refuses writes, and does not use cell_size_check: with a map, each access to a page counts
 * as its first, and would be checked again. The check keeps damage from spreading, so the link that writes
 * keeps it; it has no map, which it would have to make again after each commit of another process. */
enum link_kind { LINK_WRITES, LINK_READS, LINK_KINDS };

struct link {
    const struct link_file *file;
    enum link_kind kind;
    bool waits;          /* a commit waits for the disk */
    sqlite3 *handle;     /* NULL: not connected */
    struct list running; /* statements that may still be read from */
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

void link_init(struct link *link, const struct link_file *file, enum link_kind kind);
void link_clear(struct link *link);

/* Sets the context's error: ERR_STORE, ERR_STORE_FULL, ERR_CONFLICT. */
enum errcode link_fail(struct cx *cx, const struct link *link, int rc, const char *what);

/* An empty file, with mode 0600, unless there is one. */
enum errcode link_create(struct cx *cx, const struct link_file *file, bool *is_new_out) MUST_CHECK;
/* Never creates. */
enum errcode link_open(struct cx *cx, struct link *link) MUST_CHECK;
/* Whether the transactions that follow wait for the disk at their commit. One that does not is durable with
 * the next one that does, which syncs the same log. Outside of a transaction, of a link that is connected. */
enum errcode link_wait(struct cx *cx, struct link *link, bool waits) MUST_CHECK;
/* Opens if necessary: also when the file at the path has been replaced. */
enum errcode link_connect(struct cx *cx, struct link *link) MUST_CHECK;
/* Statements keep their memory, since a caller may still read from one; they are prepared again when next
 * needed. */
void link_disconnect(struct link *link);
/* Whether the file at the path is not the one that is open. */
bool link_has_moved(const struct link *link);
/* Does nothing if not connected. */
enum errcode link_map(struct cx *cx, struct link *link) MUST_CHECK;

/* For a connected link: the statement of that text, ready to be bound, and marked as running. Returns an
 * SQLite result code. */
int link_statement(struct link *link, struct db *db, const char *sql, struct statement **st_out);
/* Runs a statement without parameters and rows. Returns likewise. */
int link_run(struct link *link, struct db *db, const char *sql);
void statement_stop(struct statement *st);
void link_stop_all(struct link *link);

#endif
