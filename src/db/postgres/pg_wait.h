/* SPDX-License-Identifier: Apache-2.0 */
/* pg_wait: what the files of this folder share about libpq. Not for use outside of it. */
#ifndef COUNTERSIGN_DB_POSTGRES_PG_WAIT_H
#define COUNTERSIGN_DB_POSTGRES_PG_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "db/postgres/pg_link.h"

/* The object numbers of PostgreSQL's types (pg_type.dat): they never change. */
enum {
    PG_BOOL = 16,
    PG_BYTEA = 17,
    PG_NAME = 19,
    PG_INT8 = 20,
    PG_INT2 = 21,
    PG_INT4 = 23,
    PG_TEXT = 25,
    PG_VARCHAR = 1043
};

/* i, t or b as for db_query; 0: a type that is not read here. */
char pg_kind_of(unsigned type);

/* How long the server lets a writer stand still in a transaction. */
int64_t pg_link_idle(const struct pg_link *link);
/* Microseconds to wait for one answer: longer than the server lets a statement take. */
int64_t pg_link_patience(const struct pg_link *link);
/* Waits for all results of what was sent; was_sent: what libpq's function for sending has returned. One
 * result is passed on, to be freed by PQclear; after an error it is NULL. */
enum errcode pg_link_collect(struct cx *cx, struct pg_link *link, bool was_sent, const char *what,
                             int64_t patience, struct pg_result **result_out) MUST_CHECK;

/* A number of the answer's one row, as text. ERR_STORE, with words, if the answer has none that is at least
 * `least` there: then another program answers. */
enum errcode pg_link_number(struct cx *cx, const struct pg_result *result, int column, int64_t least,
                            int64_t *number_out) MUST_CHECK;

#endif
