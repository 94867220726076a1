/* SPDX-License-Identifier: Apache-2.0 */
/* pg_load: rows for a table by COPY, in its binary form (PostgreSQL, "COPY", "Binary Format"). */
#include <endian.h>
#include <libpq-fe.h>
#include <string.h>

#include "db/postgres/pg_link.h"
#include "db/postgres/pg_wait.h"

enum { PART = 64 * 1024 };
/* One row is added at a time, and none is as long as what PostgreSQL takes as one value. */
#define PART_MOST ((size_t)1 << 30)

static enum errcode
send(struct cx *cx, struct pg_link *link)
{
    struct str part = buf_view(&link->loading);
    if (buf_is_over(&link->loading))
        return err_set(cx, ERR_LIMIT, "postgresql: a row is too long");
    if (PQputCopyData(link->conn, part.p, (int)part.n) != 1)
        return pg_fail(cx, link, NULL, "COPY");
    buf_reset(&link->loading);
    return ERR_NONE;
}

static void
add_16(struct buf *b, uint16_t n)
{
    const uint16_t big = htobe16(n);
    buf_add(b, &big, sizeof big);
}

static void
add_32(struct buf *b, uint32_t n)
{
    const uint32_t big = htobe32(n);
    buf_add(b, &big, sizeof big);
}

/* It takes as long as there are rows. What collect() of pg_link.c takes for the last result does not end: the
 * server waits for them. */
enum errcode
pg_load_begin(struct cx *cx, struct pg_link *link, const struct db_table *table)
{
    static const char head[] = "PGCOPY\n\377\r\n";
    if (link->conn == NULL)
        return err_set(cx, ERR_STORE, "postgresql: the connection was lost");
    enum errcode err =
        pg_link_run(cx, link, "SET LOCAL statement_timeout = 0", "SET", pg_link_patience(link));
    if (err != ERR_NONE)
        return err;
    PGresult *result = PQexec(link->conn, table->load);
    if (PQresultStatus(result) != PGRES_COPY_IN)
        err = pg_fail(cx, link, result, table->load);
    PQclear(result);
    if (err != ERR_NONE)
        return err;
    buf_init(&link->loading, PART_MOST);
    buf_add(&link->loading, head, sizeof head); /* with its NUL */
    add_32(&link->loading, 0);
    add_32(&link->loading, 0);
    return ERR_NONE;
}

enum errcode
pg_load_row(struct cx *cx, struct pg_link *link, const struct db_record *record)
{
    struct buf *b = &link->loading;
    add_16(b, (uint16_t)record->n);
    for (size_t i = 0; i < record->n; i++) {
        const struct db_value *v = &record->values[i];
        if (v->kind == 'n') {
            add_32(b, UINT32_MAX);
        } else if (v->kind == 'i') {
            const uint64_t big = htobe64((uint64_t)v->number);
            add_32(b, sizeof big);
            buf_add(b, &big, sizeof big);
        } else {
            ASSERT(v->bytes.n <= INT32_MAX);
            add_32(b, (uint32_t)v->bytes.n);
            buf_add_str(b, v->bytes);
        }
    }
    return buf_view(b).n < PART ? ERR_NONE : send(cx, link);
}

enum errcode
pg_load_end(struct cx *cx, struct pg_link *link)
{
    PGresult *result = NULL;
    add_16(&link->loading, UINT16_MAX);
    enum errcode err = send(cx, link);
    buf_clear(&link->loading);
    if (err != ERR_NONE)
        return err;
    const bool sent = PQputCopyEnd(link->conn, NULL) == 1;
    err = pg_link_collect(cx, link, sent, "COPY", 0, &result);
    PQclear(result);
    return err;
}
