/* SPDX-License-Identifier: Apache-2.0 */
/* store_login: the SQL of logins. */
#include "store/store_login.h"

#include "db/db.h"
#include "db/rows.h"

enum { TRIMMED = 64 };

#define LOGIN(FIRST, COLUMN, EXPRESSION)                    \
    FIRST(login_row, integer, id)                           \
    COLUMN(login_row, digest, token_digest)                 \
    COLUMN(login_row, integer, technician_id)               \
    COLUMN(login_row, text, purpose)                        \
    COLUMN(login_row, text, state)                          \
    COLUMN(login_row, blob, nonce)                          \
    COLUMN(login_row, text, source)                         \
    COLUMN(login_row, text, console)                        \
    COLUMN(login_row, text, language)                       \
    COLUMN(login_row, integer, password_generation)         \
    COLUMN(login_row, integer, password_length)             \
    COLUMN(login_row, integer, password_strength)           \
    COLUMN(login_row, flag, password_known)                 \
    COLUMN(login_row, text, new_password_hash)              \
    COLUMN(login_row, text, new_password_verdict)           \
    COLUMN(login_row, integer, new_password_strength)       \
    COLUMN(login_row, integer, new_password_length)         \
    COLUMN(login_row, reference, session_id)                \
    COLUMN(login_row, integer, created_at)                  \
    COLUMN(login_row, integer, expires_at)                  \
    COLUMN(login_row, text, result)                         \
    COLUMN(login_row, integer, result_at)                   \
    COLUMN(login_row, text, result_source)                  \
    COLUMN(login_row, reference, result_session_id)         \
    COLUMN(login_row, digest_or_null, new_password_context) \
    COLUMN(login_row, text, network)
ROWS_TYPE(logins, login_row, LOGIN, .missing = "no such login");

#define SELECT "SELECT " ROWS_COLUMNS(LOGIN) " FROM login "

enum errcode
store_login_insert(struct cx *cx, const struct login_row *r)
{
    static const char sql[] =
        "INSERT INTO login (" ROWS_STORED(LOGIN) ") VALUES (" ROWS_PARAMETERS(LOGIN) ")";
    struct login_row row = *r;
    row.state = STR_LIT("open");
    row.result = row.result_source = STR_LIT("");
    row.result_at = row.result_session_id = 0;
    return rows_insert(cx, &logins, &row, sql, "");
}

enum errcode
store_login_by_token(struct cx *cx, const struct digest *token, struct login_row *row_out)
{
    return rows_one(cx, &logins, row_out, SELECT "WHERE token_digest = $1", "d", token);
}

enum errcode
store_login_get(struct cx *cx, int64_t id, struct login_row *row_out)
{
    return rows_one(cx, &logins, row_out, SELECT "WHERE id = $1", "i", id);
}

enum errcode
store_login_spend(struct cx *cx, const struct login_end *end, bool *won_out)
{
    static const char sql[] = "UPDATE login SET state = 'spent', new_password_hash = '', "
                              "password_length = 0, password_strength = 0, password_known = 0, result = $1, "
                              "result_at = $2, result_source = $3, result_session_id = $4 "
                              "WHERE id = $5 AND state || '' = 'open'";
    return db_exec_one(cx, won_out, sql, "titri", end->result, end->at, end->source, end->session_id,
                       end->id);
}

#define IN_VAIN                                                           \
    "l.result_session_id IS NULL AND l.id <> $2 "                         \
    "AND NOT EXISTS (SELECT 1 FROM challenge c WHERE c.login_id = l.id) " \
    "ORDER BY l.created_at DESC, l.id LIMIT $4 OFFSET $3)"

enum errcode
store_login_trim(struct cx *cx, const struct login_row *newest, int64_t of_source, int64_t of_account)
{
    static const char by_source[] =
        "DELETE FROM login WHERE id IN (SELECT l.id FROM login l WHERE l.technician_id = $1 "
        "AND l.network = $5 AND " IN_VAIN;
    static const char by_account[] =
        "DELETE FROM login WHERE id IN (SELECT l.id FROM login l WHERE l.technician_id = $1 AND " IN_VAIN;
    enum errcode err = db_exec(cx, NULL, by_source, "iiiit", newest->technician_id, newest->id, of_source - 1,
                               (int64_t)TRIMMED, newest->network);
    if (err != ERR_NONE)
        return err;
    return db_exec(cx, NULL, by_account, "iiii", newest->technician_id, newest->id, of_account - 1,
                   (int64_t)TRIMMED);
}

enum errcode
store_login_remove(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out)
{
    /* Three statements select the same logins with the same text: the oldest first, within one
     * transaction. */
    static const char outbox[] =
        "DELETE FROM outbox WHERE challenge_id IN (SELECT id FROM challenge WHERE login_id IN "
        "(SELECT id FROM login WHERE expires_at < $1 ORDER BY expires_at, id LIMIT $2))";
    static const char challenge[] =
        "DELETE FROM challenge WHERE login_id IN "
        "(SELECT id FROM login WHERE expires_at < $1 ORDER BY expires_at, id LIMIT $2)";
    static const char login[] =
        "DELETE FROM login WHERE id IN "
        "(SELECT id FROM login WHERE expires_at < $1 ORDER BY expires_at, id LIMIT $2)";
    *n_out = 0;
    enum errcode err = db_exec(cx, NULL, outbox, "ii", before, limit);
    if (err == ERR_NONE)
        err = db_exec(cx, NULL, challenge, "ii", before, limit);
    if (err == ERR_NONE)
        err = db_exec(cx, n_out, login, "ii", before, limit);
    return err;
}

enum errcode
store_challenge_counters_set(struct cx *cx, int64_t technician_id, const struct challenge_counters *c)
{
    static const char sql[] = "UPDATE technician SET push_unanswered = $1, push_refused = $2, "
                              "push_rests_until = $3, push_last_at = $4, push_early_at = $5 WHERE id = $6";
    return db_exec(cx, NULL, sql, "iiiiii", c->unanswered, c->refused, c->rests_until, c->last_at,
                   c->early_at, technician_id);
}

enum errcode
store_login_hold_challenge(struct cx *cx, int64_t id, bool *first_out)
{
    return db_exec_one(cx, first_out, "UPDATE login SET push_held_at = $2 WHERE id = $1 AND push_held_at = 0",
                       "ii", id, cx->now);
}

enum errcode
store_password_ask_new(struct cx *cx, int64_t technician_id, int64_t now)
{
    static const char sql[] = "UPDATE technician SET password_must_change = 1, changed_at = $1 WHERE id = $2";
    return db_exec(cx, NULL, sql, "ii", now, technician_id);
}

enum errcode
store_password_renew(struct cx *cx, int64_t technician_id, int64_t generation, struct str hash)
{
    static const char sql[] =
        "UPDATE technician SET password_hash = $1 WHERE id = $2 AND password_generation = $3";
    return db_exec(cx, NULL, sql, "tii", hash, technician_id, generation);
}
