/* SPDX-License-Identifier: Apache-2.0 */
/* pg_statement: the statements of a connection: prepared once, with the types that they are bound with; all
 * values are binary in both directions. */
#include <endian.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/postgres/pg_link.h"
#include "db/postgres/pg_wait.h"

enum { NAME_MOST = 40 }; /* the name of a statement */

char
pg_kind_of(unsigned type)
{
    switch (type) {
    case PG_BOOL:
    case PG_INT2:
    case PG_INT4:
    case PG_INT8:
        return 'i';
    case PG_TEXT:
    case PG_NAME:
    case PG_VARCHAR:
        return 't';
    case PG_BYTEA:
        return 'b';
    default:
        return 0;
    }
}

/* So that nothing uses its table any more. The end of the transaction does it too. */
static void
close_cursor(struct pg_statement *st)
{
    struct cx quiet;
    char text[40];
    (void)snprintf(text, sizeof text, "CLOSE c%llu", (unsigned long long)st->cursor);
    cx_init(&quiet);
    if (st->link->conn != NULL && PQtransactionStatus(st->link->conn) == PQTRANS_INTRANS &&
        pg_link_run(&quiet, st->link, text, "CLOSE CURSOR", pg_link_patience(st->link)) != ERR_NONE)
        pg_link_disconnect(st->link);
    cx_clear(&quiet);
}

void
pg_statement_stop(struct pg_statement *st)
{
    list_remove(&st->running);
    PQclear(st->result);
    st->result = NULL;
    if (st->cursor != 0)
        close_cursor(st);
    st->cursor = 0;
}

void
pg_link_stop_all(struct pg_link *link)
{
    LIST_EACH (it, next, &link->running)
        pg_statement_stop(LIST_ITEM(it, struct pg_statement, running));
}

void
pg_link_clear(struct pg_link *link)
{
    pg_link_stop_all(link);
    pg_link_disconnect(link);
    for (size_t i = 0; i < PG_SLOTS; i++)
        while (link->slots[i] != NULL) {
            struct pg_statement *st = link->slots[i];
            link->slots[i] = st->next;
            free(st);
        }
    pg_url_clear(&link->url);
}

static bool
is_of(const struct pg_statement *st, const char *sql, const struct db_value *values, size_t n)
{
    if (st->sql != sql || strlen(st->types) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (st->types[i] != values[i].type)
            return false;
    return true;
}

struct pg_statement *
pg_link_statement(struct pg_link *link, struct db *db, const char *sql, const struct db_value *values,
                  size_t n)
{
    /* Texts are aligned by only a few bytes; the factor is 2^64 / the golden ratio. */
    size_t slot = (size_t)(((uint64_t)(uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15)) >> 56) % PG_SLOTS;
    struct pg_statement *st = link->slots[slot];
    while (st != NULL && !is_of(st, sql, values, n))
        st = st->next;
    if (st != NULL) {
        pg_statement_stop(st);
        return st;
    }
    ASSERT(n < PG_TYPES);
    st = calloc(1, sizeof *st);
    if (st == NULL)
        err_no_memory();
    *st = (struct pg_statement){.rows = {.db = db}, .next = link->slots[slot], .sql = sql};
    st->number = ++link->named;
    for (size_t i = 0; i < n; i++)
        st->types[i] = values[i].type;
    list_init(&st->running);
    link->slots[slot] = st;
    return st;
}

/* With the connection's own number: a pool that exchanges connections must not let us run another's
 * statement. */
static void
name_of(const struct pg_link *link, const struct pg_statement *st, char name[NAME_MOST])
{
    (void)snprintf(name, NAME_MOST, "s%llu_%d", (unsigned long long)st->number, PQbackendPID(link->conn));
}

static Oid
declared(char type)
{
    return type == 'i' ? PG_INT8 : type == 't' ? PG_TEXT : type == 'b' ? PG_BYTEA : 0;
}

static enum errcode
prepare(struct cx *cx, struct pg_link *link, struct pg_statement *st)
{
    Oid types[PG_TYPES];
    char name[NAME_MOST];
    int n = 0;
    PGresult *result = NULL;
    for (; st->types[n] != '\0'; n++)
        types[n] = declared(st->types[n]);
    name_of(link, st, name);
    bool sent = PQsendPrepare(link->conn, name, st->sql, n, types) == 1;
    enum errcode err = pg_link_collect(cx, link, sent, st->sql, pg_link_patience(link), &result);
    PQclear(result);
    if (err == ERR_NONE)
        st->generation = link->generation;
    return err;
}

/* A column of another type would be misread: its statement needs a CAST. */
static enum errcode
check_columns(struct cx *cx, const struct pg_statement *st)
{
    for (int i = 0; i < PQnfields(st->result); i++)
        if (pg_kind_of(PQftype(st->result, i)) == 0)
            return err_set(cx, ERR_STORE, "postgresql: %s: column %d has the type %u", st->sql, i,
                           PQftype(st->result, i));
    return ERR_NONE;
}

enum errcode
pg_link_query(struct cx *cx, struct pg_link *link, struct pg_statement *st, const struct db_value *values,
              size_t n)
{
    const char *places[PG_TYPES];
    int lengths[PG_TYPES], formats[PG_TYPES];
    int64_t numbers[PG_TYPES];
    char name[NAME_MOST];
    if (link->conn == NULL)
        return err_set(cx, ERR_STORE, "postgresql: the connection was lost");
    enum errcode err = st->generation == link->generation ? ERR_NONE : prepare(cx, link, st);
    if (err != ERR_NONE)
        return err;
    for (size_t i = 0; i < n; i++) {
        const struct db_value *v = &values[i];
        ASSERT(v->bytes.n <= INT32_MAX);
        numbers[i] = (int64_t)htobe64((uint64_t)v->number);
        places[i] = v->kind == 'n' ? NULL : v->kind == 'i' ? (const char *)&numbers[i] : v->bytes.p;
        lengths[i] = v->kind == 'i' ? (int)sizeof numbers[i] : (int)v->bytes.n;
        formats[i] = 1;
    }
    name_of(link, st, name);
    bool sent = PQsendQueryPrepared(link->conn, name, (int)n, places, lengths, formats, 1) == 1;
    err = pg_link_collect(cx, link, sent, st->sql, pg_link_patience(link), &st->result);
    st->row = -1;
    if (err != ERR_NONE)
        return err;
    list_add_last(&link->running, &st->running);
    err = check_columns(cx, st);
    if (err != ERR_NONE)
        pg_statement_stop(st);
    return err;
}

enum { PART = 500 }; /* rows */

static enum errcode
fetch_part(struct cx *cx, struct pg_statement *st)
{
    char text[64];
    (void)snprintf(text, sizeof text, "FETCH FORWARD %d FROM c%llu", PART, (unsigned long long)st->cursor);
    PQclear(st->result);
    st->result = NULL;
    st->row = -1;
    if (st->link->conn == NULL)
        return err_set(cx, ERR_STORE, "postgresql: the connection was lost");
    bool sent = PQsendQueryParams(st->link->conn, text, 0, NULL, NULL, NULL, NULL, 1) == 1;
    return pg_link_collect(cx, st->link, sent, st->sql, pg_link_patience(st->link), &st->result);
}

enum errcode
pg_link_scan(struct cx *cx, struct pg_link *link, struct pg_statement *st)
{
    const uint64_t number = ++link->cursors;
    struct str text = arena_printf(&cx->arena, "DECLARE c%llu NO SCROLL CURSOR FOR %s",
                                   (unsigned long long)number, st->sql);
    enum errcode err = pg_link_run(cx, link, text.p, "DECLARE CURSOR", pg_link_patience(link));
    if (err != ERR_NONE)
        return err;
    list_add_last(&link->running, &st->running);
    st->link = link;
    st->cursor = number;
    err = fetch_part(cx, st);
    if (err == ERR_NONE)
        err = check_columns(cx, st);
    if (err != ERR_NONE)
        pg_statement_stop(st);
    return err;
}

enum errcode
pg_statement_step(struct cx *cx, struct pg_statement *st, bool *has_row_out)
{
    enum errcode err = ERR_NONE;
    *has_row_out = false;
    if (st->cursor != 0 && st->result != NULL && st->row + 1 == PART)
        err = fetch_part(cx, st);
    if (err != ERR_NONE || st->result == NULL || st->row + 1 >= PQntuples(st->result))
        return err;
    st->row++;
    *has_row_out = true;
    return ERR_NONE;
}
