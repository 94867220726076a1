/* SPDX-License-Identifier: Apache-2.0 */
/* store_operator: see store_operator.h. */
#include "store/store_operator.h"

#include "db/db.h"
#include "db/rows.h"

const char *const operator_role_names[4] = {"auditor", "helpdesk", "admin", "owner"};
const char *const operator_state_names[3] = {"active", "disabled", "deleted"};

#define ROWS_C_operator_role enum operator_role
#define ROWS_IS_operator_role ROWS_WORDS(ROWS_WORD, operator_role_names)
#define ROWS_C_operator_state enum operator_state
#define ROWS_IS_operator_state ROWS_WORDS(ROWS_WORD, operator_state_names)

#define OPERATOR(FIRST, COLUMN, EXPRESSION) \
    FIRST(operator, integer, id)            \
    COLUMN(operator, text, email)           \
    COLUMN(operator, text, email_key)       \
    COLUMN(operator, text, name)            \
    COLUMN(operator, operator_role, role)   \
    COLUMN(operator, flag, everything)      \
    COLUMN(operator, operator_state, state) \
    COLUMN(operator, integer, created_at)
ROWS_TYPE(operators, operator, OPERATOR, .missing = "there is no such operator");

#define SELECT "SELECT " ROWS_COLUMNS(OPERATOR) " FROM operator "

enum errcode
store_operator_insert(struct cx *cx, const struct operator* o)
{
    static const char sql[] =
        "INSERT INTO operator (" ROWS_STORED(OPERATOR) ", changed_at) "
                                                       "VALUES (" ROWS_PARAMETERS(OPERATOR) ", $9)";
    return rows_insert(cx, &operators, o, sql, "i", cx->now);
}

enum errcode
store_operator_get(struct cx *cx, int64_t id, struct operator* o_out)
{
    return rows_one(cx, &operators, o_out, SELECT "WHERE id = $1", "i", id);
}

enum errcode
store_operator_find(struct cx *cx, struct str email_key, struct operator* o_out)
{
    return rows_one(cx, &operators, o_out, SELECT "WHERE email_key = $1", "t", email_key);
}

enum errcode
store_operator_list(struct cx *cx, struct operator** list_out, size_t *n_out)
{
    return rows_list(cx, &operators, list_out, n_out, SELECT "WHERE state <> 'deleted' ORDER BY email_key",
                     "");
}

enum errcode
store_operator_page(struct cx *cx, struct str after, int64_t limit, struct operator** list_out, size_t *n_out)
{
    static const char sql[] =
        SELECT "WHERE email_key > $1 AND state <> 'deleted' ORDER BY email_key LIMIT $2";
    return rows_list(cx, &operators, list_out, n_out, sql, "ti", str_is_null(after) ? STR_LIT("") : after,
                     limit);
}

enum errcode
store_operator_update(struct cx *cx, const struct operator* o)
{
    return db_exec(cx, NULL,
                   "UPDATE operator SET email_key = $2, name = $3, role = $4, everything = $5, state = $6, "
                   "changed_at = $7 WHERE id = $1",
                   "itttiti", o->id, o->email_key, o->name, str_from_cstr(operator_role_names[o->role]),
                   (int64_t)o->everything, str_from_cstr(operator_state_names[o->state]), cx->now);
}

enum errcode
store_operator_other_owners(struct cx *cx, int64_t id, int64_t *n_out)
{
    return db_exec(
        cx, n_out,
        "UPDATE operator SET changed_at = $2 WHERE role = 'owner' AND state = 'active' AND id <> $1", "ii",
        id, cx->now);
}

enum errcode
store_reach_set(struct cx *cx, int64_t holder_id, const int64_t *companies, size_t n)
{
    enum errcode err = db_exec(cx, NULL, "DELETE FROM operator_reach WHERE holder_id = $1", "i", holder_id);
    for (size_t i = 0; i < n && err == ERR_NONE; i++)
        err = db_exec(cx, NULL,
                      "INSERT INTO operator_reach (holder_id, company_id) VALUES ($1, $2) "
                      "ON CONFLICT (holder_id, company_id) DO NOTHING",
                      "ii", holder_id, companies[i]);
    return err;
}

enum errcode
store_reach_list(struct cx *cx, int64_t holder_id, int64_t **companies_out, size_t *n_out)
{
    return rows_list(cx, &rows_integers, companies_out, n_out,
                     "SELECT company_id FROM operator_reach WHERE holder_id = $1 ORDER BY company_id", "i",
                     holder_id);
}

enum errcode
store_reach_has(struct cx *cx, int64_t holder_id, int64_t company_id, bool *has_out)
{
    int64_t n = 0;
    enum errcode err =
        rows_number(cx, &n, "SELECT count(*) FROM operator_reach WHERE holder_id = $1 AND company_id = $2",
                    "ii", holder_id, company_id);
    *has_out = err == ERR_NONE && n == 1;
    return err;
}

#define LINK(FIRST, COLUMN, EXPRESSION)        \
    FIRST(operator_link, integer, operator_id) \
    COLUMN(operator_link, integer, created_at) \
    COLUMN(operator_link, integer, expires_at)
ROWS_TYPE(links, operator_link, LINK, .missing = "the link is unknown, used or expired");

enum errcode
store_operator_link_put(struct cx *cx, const struct operator_link *link, const struct digest *digest)
{
    static const char sql[] = "INSERT INTO operator_link (" ROWS_STORED(
        LINK) ", digest) "
              "VALUES (" ROWS_PARAMETERS(
                  LINK) ", $4) "
                        "ON CONFLICT (operator_id) DO UPDATE SET digest = excluded.digest, "
                        "created_at = excluded.created_at, expires_at = excluded.expires_at";
    return rows_insert(cx, &links, link, sql, "d", digest);
}

enum errcode
store_operator_link_get(struct cx *cx, const struct digest *digest, struct operator_link *link_out)
{
    static const char sql[] =
        "SELECT " ROWS_COLUMNS(LINK) " FROM operator_link WHERE digest = $1 AND expires_at > $2";
    return rows_one(cx, &links, link_out, sql, "di", digest, cx->now);
}

enum errcode
store_operator_link_remove(struct cx *cx, int64_t operator_id, bool *was_open_out)
{
    int64_t expires = 0;
    enum errcode err = store_operator_link_end(cx, operator_id, &expires);
    *was_open_out = err == ERR_NONE && expires != 0;
    if (err != ERR_NONE)
        return err;
    return db_exec(cx, NULL, "DELETE FROM operator_link WHERE operator_id = $1", "i", operator_id);
}

enum errcode
store_operator_link_end(struct cx *cx, int64_t operator_id, int64_t *expires_out)
{
    return rows_number(cx, expires_out,
                       "SELECT expires_at FROM operator_link WHERE operator_id = $1 AND expires_at > $2",
                       "ii", operator_id, cx->now);
}

enum errcode
store_operator_link_sweep(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out)
{
    return db_exec(cx, n_out,
                   "DELETE FROM operator_link WHERE operator_id IN (SELECT operator_id FROM operator_link "
                   "WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
                   "ii", before, limit);
}
