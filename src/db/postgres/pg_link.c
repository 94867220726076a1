/* SPDX-License-Identifier: Apache-2.0 */
/* pg_link: waiting for the server. Connecting is in pg_connect.c, statements are in pg_statement.c. */
#include "db/postgres/pg_link.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "db/postgres/pg_wait.h"

#define PATIENCE_MORE (2 * CLOCK_S)

void
pg_link_init(struct pg_link *link, const struct pg_url *url, int64_t patience)
{
    *link = (struct pg_link){.url = *url, .patience = patience};
    list_init(&link->running);
}

void
pg_link_disconnect(struct pg_link *link)
{
    PQfinish(link->conn);
    link->conn = NULL;
    buf_clear(&link->loading);
}

bool
pg_link_in_transaction(const struct pg_link *link)
{
    return link->conn != NULL && PQtransactionStatus(link->conn) != PQTRANS_IDLE;
}

/* Until the answer is there. False: the connection is of no use any more. */
static bool
await(struct pg_link *link, int64_t patience)
{
    const int64_t until = clock_mono() + patience;
    while (PQisBusy(link->conn)) {
        struct pollfd p = {.fd = PQsocket(link->conn), .events = POLLIN};
        int64_t left = until - clock_mono();
        if (patience != 0 && left <= 0)
            return false;
        int wait = patience == 0 ? -1 : (int)(left / CLOCK_MS) + 1;
        if (poll(&p, 1, wait) < 0 && errno != EINTR)
            return false;
        if (p.revents != 0 && PQconsumeInput(link->conn) == 0)
            return false;
    }
    return true;
}

/* The first result that is an error, otherwise the last. Sets the context's error; the caller clears
 * *result_out, which is NULL then. */
static enum errcode
collect(struct cx *cx, struct pg_link *link, const char *what, int64_t patience, PGresult **result_out)
{
    PGresult *kept = NULL;
    bool has_failed = false;
    *result_out = NULL;
    for (;;) {
        if (!await(link, patience)) {
            PQclear(kept);
            enum errcode err =
                PQstatus(link->conn) == CONNECTION_BAD
                    ? pg_fail(cx, link, NULL, what)
                    : err_set(cx, ERR_STORE, "postgresql: %s: the server does not answer", what);
            pg_link_disconnect(link);
            return err;
        }
        PGresult *next = PQgetResult(link->conn);
        if (next == NULL)
            break;
        if (has_failed) {
            PQclear(next);
            continue;
        }
        PQclear(kept);
        kept = next;
        ExecStatusType status = PQresultStatus(next);
        has_failed = status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY;
    }
    if (kept != NULL && !has_failed) {
        *result_out = kept;
        return ERR_NONE;
    }
    enum errcode err = pg_fail(cx, link, kept, what);
    PQclear(kept);
    if (PQstatus(link->conn) == CONNECTION_BAD)
        pg_link_disconnect(link);
    return err;
}

enum errcode
pg_link_collect(struct cx *cx, struct pg_link *link, bool was_sent, const char *what, int64_t patience,
                PGresult **result_out)
{
    const int64_t began = clock_mono();
    *result_out = NULL;
    enum errcode err =
        was_sent ? collect(cx, link, what, patience, result_out) : pg_fail(cx, link, NULL, what);
    if (link->conn != NULL && PQstatus(link->conn) == CONNECTION_BAD)
        pg_link_disconnect(link);
    const int64_t ended = clock_mono();
    const bool was_lost = link->conn == NULL && ended - began < patience,
               stood_still = ended - link->answered_before >= pg_link_idle(link);
    link->answered_before = link->answered_at;
    link->answered_at = ended;
    /* The server has ended a writer that did nothing for too long (25P03); its words were lost on the way. A
     * process that was stopped once it had sent a statement finds out at that one or at the next: so what
     * counts is the time since the answer before the last one. */
    if (err == ERR_STORE && was_lost && stood_still && strcmp(what, "COMMIT") != 0) {
        err_forget(cx); /* the first error is the one that stays */
        err = err_set(cx, ERR_STORE_RACE,
                      "the transaction stood still for too long, and its connection was lost: try again");
    }
    return err;
}

int64_t
pg_link_idle(const struct pg_link *link)
{
    return link->patience / 2;
}

int64_t
pg_link_patience(const struct pg_link *link)
{
    return 2 * link->patience + PATIENCE_MORE;
}

enum errcode
pg_link_run(struct cx *cx, struct pg_link *link, const char *text, const char *tag, int64_t patience)
{
    PGresult *result = NULL;
    if (link->conn == NULL)
        return err_set(cx, ERR_STORE, "postgresql: the connection was lost");
    bool sent = PQsendQuery(link->conn, text) == 1;
    enum errcode err = pg_link_collect(cx, link, sent, tag != NULL ? tag : "script", patience, &result);
    if (err == ERR_NONE && tag != NULL && strcmp(PQcmdStatus(result), tag) != 0)
        err = err_set(cx, ERR_STORE, "postgresql: %s was answered by %s", tag, PQcmdStatus(result));
    PQclear(result);
    return err;
}

enum errcode
pg_link_commit(struct cx *cx, struct pg_link *link)
{
    link->was_warned = false;
    enum errcode err = pg_link_run(cx, link, "COMMIT", "COMMIT", pg_link_patience(link));
    if (err != ERR_NONE || !link->was_warned)
        return err;
    pg_link_disconnect(link);
    return err_set(cx, ERR_STORE, "postgresql: the commit was not confirmed by a synchronous replica");
}
