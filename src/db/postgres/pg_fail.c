/* SPDX-License-Identifier: Apache-2.0 */
/* pg_fail: what the server's error codes mean here (PostgreSQL, appendix A). */
#include <libpq-fe.h>
#include <string.h>

#include "db/postgres/pg_link.h"

/* A row for a class has two characters. words: what an operator can do about it. */
static const struct {
    const char *state;
    enum errcode code;
    const char *words;
} meanings[] = {
    {"23505", ERR_CONFLICT, NULL},
    {"40001", ERR_STORE_RACE, "another change came first: try again"},
    {"40P01", ERR_STORE_RACE, "another change came first: try again"},
    {"25P03", ERR_STORE_RACE, "the transaction stood still for too long, and was ended: try again"},
    {"53100", ERR_STORE_FULL, "the database server's disk is full"},
    {"53200", ERR_STORE_FULL, "the database server is out of memory"},
    {"53300", ERR_STORE, "the database server has no connection left: raise max_connections"},
    {"55P03", ERR_STORE, "another transaction held a lock for longer than store.busy_timeout"},
    {"57014", ERR_STORE, "a statement took too long and was ended"},
    {"25006", ERR_STORE, "the database server only reads: it is not the primary"},
    {"42501", ERR_STORE, "the role of store.url lacks a right: its tables must belong to it"},
    {"XX001", ERR_STORE, "the database is damaged: stop the server and restore a backup"},
    {"XX002", ERR_STORE, "an index of the database is damaged: REINDEX DATABASE"},
};

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
    struct str line = str_trim(str_from_cstr(text), " \n");
    return err_set(cx, code, "%s%spostgresql: %.*s%s%s%s: %s", words != NULL ? words : "",
                   words != NULL ? "; " : "", STR_ARG(line), state != NULL ? " (" : "",
                   state != NULL ? state : "", state != NULL ? ")" : "", what);
}
