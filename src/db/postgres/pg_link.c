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

enum { RESULTS_MOST = 1024 /* of one text; the schema's longest script has some 100 statements */ };

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

/* A server that ends says so before: its words are read first. */
bool
pg_link_was_closed(struct pg_link *link)
{
    enum { READS = 8 };
    struct pollfd p = {.fd = PQsocket(link->conn), .events = POLLIN};
    for (int i = 0; i < READS && PQstatus(link->conn) == CONNECTION_OK && poll(&p, 1, 0) > 0; i++)
        (void)PQconsumeInput(link->conn);
    return PQstatus(link->conn) != CONNECTION_OK;
}

/* Until the answer is there; until: clock_mono, 0: without end. False: the connection is of no use any more.
 */
static bool
await(struct pg_link *link, int64_t until)
{
    while (PQisBusy(link->conn)) {
        struct pollfd p = {.fd = PQsocket(link->conn), .events = POLLIN};
        int64_t left = until - clock_mono();
        if (until != 0 && left <= 0)
            return false;
        int wait = until == 0 ? -1 : (int)(left / CLOCK_MS) + 1;
        if (poll(&p, 1, wait) < 0 && errno != EINTR)
            return false;
        if (p.revents != 0 && PQconsumeInput(link->conn) == 0)
            return false;
    }
    return true;
}

static bool
only_reads(const PGresult *failed)
{
    const char *state = failed != NULL ? PQresultErrorField(failed, PG_DIAG_SQLSTATE) : NULL;
    return state != NULL && strcmp(state, "25006") == 0;
}

/* What no statement of ours is answered by. After each of these PQgetResult returns the same again. */
static bool
is_copy(ExecStatusType status)
{
    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

/* The first result that is an error, otherwise the last; false: the connection is of no use any more. The
 * patience is for all of them, and a server that does not come to an end is not waited for. */
static bool
take_results(struct pg_link *link, int64_t patience, PGresult **kept_out, bool *has_failed_out)
{
    const int64_t until = patience == 0 ? 0 : clock_mono() + patience;
    *kept_out = NULL;
    *has_failed_out = false;
    for (int i = 0; i < RESULTS_MOST && await(link, until); i++) {
        PGresult *next = PQgetResult(link->conn);
        if (next == NULL)
            return true;
        const ExecStatusType status = PQresultStatus(next);
        PQclear(*has_failed_out ? next : *kept_out);
        if (!*has_failed_out)
            *kept_out = next;
        if (is_copy(status))
            return false;
        *has_failed_out = *has_failed_out || (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK &&
                                              status != PGRES_EMPTY_QUERY);
    }
    return false;
}

/* Sets the context's error; the caller clears *result_out, which is NULL then. */
static enum errcode
collect(struct cx *cx, struct pg_link *link, const char *what, int64_t patience, PGresult **result_out)
{
    PGresult *kept = NULL;
    bool has_failed = false;
    enum errcode err;
    *result_out = NULL;
    if (!take_results(link, patience, &kept, &has_failed)) {
        PQclear(kept);
        err = PQstatus(link->conn) == CONNECTION_BAD
                  ? pg_fail(cx, link, NULL, what)
                  : err_set(cx, ERR_STORE,
                            "postgresql: %s: the server, or a pool in front of it, does not answer", what);
        pg_link_disconnect(link);
        return err;
    }
    if (kept != NULL && !has_failed) {
        *result_out = kept;
        return ERR_NONE;
    }
    err = pg_fail(cx, link, kept, what);
    link->only_reads = only_reads(kept);
    PQclear(kept);
    if (PQstatus(link->conn) == CONNECTION_BAD)
        pg_link_disconnect(link);
    return err;
}

/* Of a transaction whose COMMIT was not sent. */
static bool
was_uncommitted(const struct pg_link *link, const char *what)
{
    return (link->is_inside && strcmp(what, "COMMIT") != 0) || strcmp(what, "LOCK TABLE") == 0 ||
           strcmp(what, "BEGIN") == 0;
}

/* With the words of the error before: the first one is the one that stays. */
static enum errcode
may_repeat(struct cx *cx)
{
    struct str words = arena_str(&cx->arena, str_from_cstr(cx->detail));
    err_forget(cx);
    return err_set(cx, ERR_STORE_RACE, "the connection was lost before the commit: try again; %.*s",
                   STR_ARG(words));
}

enum errcode
pg_link_collect(struct cx *cx, struct pg_link *link, bool was_sent, const char *what, int64_t patience,
                PGresult **result_out)
{
    const int64_t began = clock_mono();
    *result_out = NULL;
    link->only_reads = false;
    enum errcode err =
        was_sent ? collect(cx, link, what, patience, result_out) : pg_fail(cx, link, NULL, what);
    if (link->conn != NULL && PQstatus(link->conn) == CONNECTION_BAD)
        pg_link_disconnect(link);
    /* Nothing of it was committed: the server or the network has ended it, perhaps because it was idle for
     * too long (25P03, whose words are lost on the way when something was sent meanwhile). A wait that is
     * over is not waited for again. */
    if (err == ERR_STORE && link->conn == NULL && clock_mono() - began < patience &&
        was_uncommitted(link, what))
        err = may_repeat(cx);
    /* Another host may be the one that writes, and a new connection is refused in plain words until it is. */
    if (link->only_reads)
        pg_link_disconnect(link);
    link->is_inside = pg_link_in_transaction(link);
    return err;
}

enum errcode
pg_link_number(struct cx *cx, const struct pg_result *result, int column, int64_t least, int64_t *number_out)
{
    const char *text =
        PQntuples(result) == 1 && column < PQnfields(result) ? PQgetvalue(result, 0, column) : NULL;
    if (str_to_i64(str_from_cstr(text), least, INT64_MAX, number_out) == ERR_NONE)
        return ERR_NONE;
    return err_set(cx, ERR_STORE, "store.url: what answers there is not PostgreSQL");
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
    if (link->conn == NULL || pg_link_was_closed(link)) {
        (void)pg_fail(cx, link, NULL, "COMMIT was not sent");
        pg_link_disconnect(link);
        return may_repeat(cx);
    }
    link->was_warned = false;
    enum errcode err = pg_link_run(cx, link, "COMMIT", "COMMIT", pg_link_patience(link));
    if (err != ERR_NONE || !link->was_warned)
        return err;
    pg_link_disconnect(link);
    return err_set(cx, ERR_STORE, "postgresql: the commit was not confirmed by a synchronous replica");
}
