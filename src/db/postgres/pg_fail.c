/* SPDX-License-Identifier: Apache-2.0 */
/* pg_fail: what the server's error codes mean here (PostgreSQL, appendix A). */
#include <libpq-fe.h>
#include <string.h>

#include "db/postgres/pg_link.h"
#include "db/postgres/pg_pool.h"

#define ONLY_READS \
    "the database only reads: it is a standby, or default_transaction_read_only is on (SHOW says which)"

#define NO_CONNECTION_LEFT                                                                          \
    "no connection is left for this server: raise max_connections, CONNECTION LIMIT or the pool's " \
    "max_client_conn"

/* words: what an operator can do about it. */
static const struct {
    const char *state;
    enum errcode code;
    const char *words;
} meanings[] = {
    {"23505", ERR_CONFLICT, NULL},
    {"40001", ERR_STORE_RACE, "another change came first: try again"},
    {"40P01", ERR_STORE_RACE, "another change came first: try again"},
    {"25P03", ERR_STORE_RACE, "the transaction stood still for too long, and was ended: try again"},
    {"53100", ERR_STORE_FULL, "the database server's disk is full: make room on it"},
    {"53200", ERR_STORE_FULL, "the database server is out of memory"},
    {"55P03", ERR_STORE, "another transaction held a lock for longer than store.busy_timeout"},
    {"57014", ERR_STORE,
     "the database server has ended a statement: it took too long, or was cancelled by hand"},
    {"57P01", ERR_STORE, "an administrator has ended the connection"},
    {"25006", ERR_STORE, ONLY_READS},
    {"26000", ERR_STORE, "the connection was exchanged for another one: " PG_POOL_WORDS},
    {"42501", ERR_STORE, "the role of store.url lacks a right: its tables must belong to it"},
    {"XX001", ERR_STORE, "the database is damaged: stop the server and restore a backup"},
    {"XX002", ERR_STORE, "an index of the database is damaged: REINDEX DATABASE"},
};

/* libpq passes on no code of a connection that was refused. The first is libpq's own text, the others are
 * those of a server that speaks English; of another one the words are missing, not the text. */
static const struct {
    const char *text, *words;
} refusals[] = {
    {"session is read-only", ONLY_READS},
    {"too many clients already", NO_CONNECTION_LEFT},
    {"connection slots are reserved", NO_CONNECTION_LEFT},
    {"too many connections for ", NO_CONNECTION_LEFT},
    {"no more connections allowed", NO_CONNECTION_LEFT},
};

static const char *
words_for_refusal(const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
        if (strstr(text, refusals[i].text) != NULL)
            return refusals[i].words;
    return NULL;
}

enum errcode
pg_fail(struct cx *cx, const struct pg_link *link, const struct pg_result *result, const char *what)
{
    const char *state = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *text = result != NULL ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    enum errcode code = ERR_STORE;
    const char *words = NULL;
    for (size_t i = 0; state != NULL && i < ARRAY_LEN(meanings); i++)
        if (strcmp(state, meanings[i].state) == 0) {
            code = meanings[i].code;
            words = meanings[i].words;
        }
    if (text == NULL)
        text = link->conn != NULL ? PQerrorMessage(link->conn) : "the connection was lost";
    if (state == NULL)
        words = words_for_refusal(text);
    struct str line = str_trim(str_from_cstr(text), " \n");
    return err_set(cx, code, "%s%spostgresql: %.*s%s%s%s: %s", words != NULL ? words : "",
                   words != NULL ? "; " : "", STR_ARG(line), state != NULL ? " (" : "",
                   state != NULL ? state : "", state != NULL ? ")" : "", what);
}
