/* SPDX-License-Identifier: Apache-2.0 */
/* store_login: the SQL of logins. */
#include "store/store_login.h"

#include "db/db.h"

enum { TRIMMED = 64 };

#define LOGIN_COLUMNS                                                                             \
    "id, token_digest, technician_id, purpose, state, nonce, source, console, language, "         \
    "password_generation, new_password_hash, new_password_verdict, new_password_strength, "       \
    "new_password_length, session_id, created_at, expires_at, result, result_at, result_source, " \
    "result_session_id, password_length, password_strength, password_known, new_password_context, network"

enum errcode
store_login_insert(struct cx *cx, const struct login_row *r)
{
    static const char sql[] =
        "INSERT INTO login (" LOGIN_COLUMNS ") VALUES ($1, $2, $3, $4, 'open', $5, $6, $7, "
        "$8, $9, $10, $11, $12, $13, NULLIF($14, 0), $15, $16, '', 0, '', NULL, $17, $18, $19, $20, $21)";
    return db_exec(cx, NULL, sql, "iditbtttittiiiiiiiidt", r->id, &r->token_digest, r->technician_id,
                   r->purpose, r->nonce, r->source, r->console, r->language, r->password_generation,
                   r->new_password_hash, r->new_password_verdict, r->new_password_strength,
                   r->new_password_length, r->session_id, r->created_at, r->expires_at, r->password_length,
                   r->password_strength, (int64_t)r->password_known, &r->new_password_context, r->network);
}

static void
read_row(struct cx *cx, struct db_rows *rows, struct login_row *r)
{
    r->id = db_int(rows, 0);
    r->token_digest = db_digest(rows, 1);
    r->technician_id = db_int(rows, 2);
    r->purpose = db_text(cx, rows, 3);
    r->state = db_text(cx, rows, 4);
    r->nonce = db_blob(cx, rows, 5);
    r->source = db_text(cx, rows, 6);
    r->console = db_text(cx, rows, 7);
    r->language = db_text(cx, rows, 8);
    r->password_generation = db_int(rows, 9);
    r->new_password_hash = db_text(cx, rows, 10);
    r->new_password_verdict = db_text(cx, rows, 11);
    r->new_password_strength = db_int(rows, 12);
    r->new_password_length = db_int(rows, 13);
    r->session_id = db_int(rows, 14);
    r->created_at = db_int(rows, 15);
    r->expires_at = db_int(rows, 16);
    r->result = db_text(cx, rows, 17);
    r->result_at = db_int(rows, 18);
    r->result_source = db_text(cx, rows, 19);
    r->result_session_id = db_int(rows, 20);
    r->password_length = db_int(rows, 21);
    r->password_strength = db_int(rows, 22);
    r->password_known = db_int(rows, 23) != 0;
    r->new_password_context = db_digest(rows, 24);
    r->network = db_text(cx, rows, 25);
}

/* The one row of the query just started. */
static enum errcode
one_row(struct cx *cx, struct db_rows *rows, struct login_row *row_out)
{
    bool found = db_next(cx, rows);
    if (found)
        read_row(cx, rows, row_out);
    enum errcode err = db_done(cx, rows);
    if (err == ERR_NONE && !found)
        err = err_set(cx, ERR_NOT_FOUND, "no such login");
    return err;
}

enum errcode
store_login_by_token(struct cx *cx, const struct digest *token, struct login_row *row_out)
{
    struct db_rows *rows;
    enum errcode err =
        db_query(cx, &rows, "SELECT " LOGIN_COLUMNS " FROM login WHERE token_digest = $1", "d", token);
    return err != ERR_NONE ? err : one_row(cx, rows, row_out);
}

enum errcode
store_login_get(struct cx *cx, int64_t id, struct login_row *row_out)
{
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, "SELECT " LOGIN_COLUMNS " FROM login WHERE id = $1", "i", id);
    return err != ERR_NONE ? err : one_row(cx, rows, row_out);
}

enum errcode
store_login_spend(struct cx *cx, const struct login_end *end, bool *won_out)
{
    static const char sql[] = "UPDATE login SET state = 'spent', new_password_hash = '', "
                              "password_length = 0, password_strength = 0, password_known = 0, result = $1, "
                              "result_at = $2, result_source = $3, result_session_id = NULLIF($4, 0) "
                              "WHERE id = $5 AND state = 'open'";
    int64_t changed = 0;
    enum errcode err =
        db_exec(cx, &changed, sql, "titii", end->result, end->at, end->source, end->session_id, end->id);
    *won_out = err == ERR_NONE && changed == 1;
    return err;
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
store_push_counters_set(struct cx *cx, int64_t technician_id, const struct push_counters *c)
{
    static const char sql[] = "UPDATE technician SET push_unanswered = $1, push_refused = $2, "
                              "push_rests_until = $3, push_last_at = $4, push_early_at = $5 WHERE id = $6";
    return db_exec(cx, NULL, sql, "iiiiii", c->unanswered, c->refused, c->rests_until, c->last_at,
                   c->early_at, technician_id);
}

enum errcode
store_login_hold_push(struct cx *cx, int64_t id, bool *first_out)
{
    int64_t changed = 0;
    enum errcode err =
        db_exec(cx, &changed, "UPDATE login SET push_held_at = $2 WHERE id = $1 AND push_held_at = 0", "ii",
                id, cx->now);
    *first_out = err == ERR_NONE && changed == 1;
    return err;
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
