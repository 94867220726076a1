/* SPDX-License-Identifier: Apache-2.0 */
/* store_challenge: the SQL of challenges. */
#include "store/store_challenge.h"

#include "db/db.h"

#define CHALLENGE_COLUMNS                                                                               \
    "id, login_id, technician_id, public_id, token_digest, nonce, state, number_required, tries_left, " \
    "seen_at, created_at, expires_at, answered_at, answered_by"

enum errcode
store_challenge_insert(struct cx *cx, const struct challenge_row *r)
{
    static const char sql[] = "INSERT INTO challenge (" CHALLENGE_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, "
                              "'pending', $7, $8, 0, $9, $10, 0, NULL)";
    return db_exec(cx, NULL, sql, "iiitdbiiii", r->id, r->login_id, r->technician_id, r->public_id,
                   &r->token_digest, r->nonce, (int64_t)r->number_required, r->tries_left, r->created_at,
                   r->expires_at);
}

static void
read_row(struct cx *cx, struct db_rows *rows, struct challenge_row *r)
{
    r->id = db_int(rows, 0);
    r->login_id = db_int(rows, 1);
    r->technician_id = db_int(rows, 2);
    r->public_id = db_text(cx, rows, 3);
    r->token_digest = db_digest(rows, 4);
    r->nonce = db_blob(cx, rows, 5);
    r->state = db_text(cx, rows, 6);
    r->number_required = db_int(rows, 7) != 0;
    r->tries_left = db_int(rows, 8);
    r->seen_at = db_int(rows, 9);
    r->created_at = db_int(rows, 10);
    r->expires_at = db_int(rows, 11);
    r->answered_at = db_int(rows, 12);
    r->answered_by = db_int(rows, 13);
}

static enum errcode
one_row(struct cx *cx, struct db_rows *rows, struct challenge_row *row_out)
{
    bool found = db_next(cx, rows);
    if (found)
        read_row(cx, rows, row_out);
    enum errcode err = db_done(cx, rows);
    if (err == ERR_NONE && !found)
        err = err_set(cx, ERR_NOT_FOUND, "no such challenge");
    return err;
}

/* At most `limit` rows of the query just started. */
static enum errcode
some_rows(struct cx *cx, struct db_rows *rows, int64_t limit, struct challenge_row **rows_out, size_t *n_out)
{
    struct challenge_row *list = arena_array(&cx->arena, (size_t)limit, sizeof(*list));
    size_t n = 0;
    while (n < (size_t)limit && db_next(cx, rows))
        read_row(cx, rows, &list[n++]);
    *rows_out = list;
    *n_out = n;
    return db_done(cx, rows);
}

enum errcode
store_challenge_get(struct cx *cx, int64_t id, struct challenge_row *row_out)
{
    struct db_rows *rows;
    enum errcode err =
        db_query(cx, &rows, "SELECT " CHALLENGE_COLUMNS " FROM challenge WHERE id = $1", "i", id);
    return err != ERR_NONE ? err : one_row(cx, rows, row_out);
}

enum errcode
store_challenge_by_token(struct cx *cx, const struct digest *token, struct challenge_row *row_out)
{
    struct db_rows *rows;
    enum errcode err = db_query(
        cx, &rows, "SELECT " CHALLENGE_COLUMNS " FROM challenge WHERE token_digest = $1", "d", token);
    return err != ERR_NONE ? err : one_row(cx, rows, row_out);
}

enum errcode
store_challenge_by_public_id(struct cx *cx, struct str public_id, struct challenge_row *row_out)
{
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, "SELECT " CHALLENGE_COLUMNS " FROM challenge WHERE public_id = $1",
                                "t", public_id);
    return err != ERR_NONE ? err : one_row(cx, rows, row_out);
}

enum errcode
store_challenge_list(struct cx *cx, int64_t technician_id, struct str state, int64_t limit,
                     struct challenge_row **rows_out, size_t *n_out)
{
    static const char sql[] =
        "SELECT " CHALLENGE_COLUMNS " FROM challenge WHERE technician_id = $1 AND state = $2 "
        "ORDER BY created_at DESC, id LIMIT $3";
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, sql, "iti", technician_id, state, limit);
    return err != ERR_NONE ? err : some_rows(cx, rows, limit, rows_out, n_out);
}

enum errcode
store_challenge_open_of(struct cx *cx, int64_t login_id, struct challenge_row *row_out)
{
    static const char sql[] = "SELECT " CHALLENGE_COLUMNS " FROM challenge WHERE login_id = $1 "
                              "AND state IN ('pending', 'approved') ORDER BY created_at DESC, id LIMIT 1";
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, sql, "i", login_id);
    return err != ERR_NONE ? err : one_row(cx, rows, row_out);
}

enum errcode
store_challenge_refused_of(struct cx *cx, int64_t login_id, struct challenge_row *row_out)
{
    static const char sql[] = "SELECT " CHALLENGE_COLUMNS " FROM challenge WHERE login_id = $1 AND state IN "
                              "('rejected', 'reported', 'spent_tries') ORDER BY created_at DESC, id LIMIT 1";
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, sql, "i", login_id);
    return err != ERR_NONE ? err : one_row(cx, rows, row_out);
}

enum errcode
store_challenge_without_passkey(struct cx *cx, int64_t company_id, int64_t limit,
                                struct challenge_row **rows_out, size_t *n_out)
{
    static const char sql[] =
        "SELECT " CHALLENGE_COLUMNS " FROM challenge WHERE state = 'approved' "
        "AND technician_id IN (SELECT id FROM technician WHERE company_id = $1) "
        "AND NOT EXISTS (SELECT 1 FROM passkey p WHERE p.device_id = challenge.answered_by) LIMIT $2";
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, sql, "ii", company_id, limit);
    return err != ERR_NONE ? err : some_rows(cx, rows, limit, rows_out, n_out);
}

enum errcode
store_challenge_without_number(struct cx *cx, int64_t company_id, int64_t limit,
                               struct challenge_row **rows_out, size_t *n_out)
{
    static const char sql[] =
        "SELECT " CHALLENGE_COLUMNS
        " FROM challenge WHERE state IN ('pending', 'approved') AND number_required = 0 "
        "AND technician_id IN (SELECT id FROM technician WHERE company_id = $1) LIMIT $2";
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, sql, "ii", company_id, limit);
    return err != ERR_NONE ? err : some_rows(cx, rows, limit, rows_out, n_out);
}

enum errcode
store_challenge_open_of_account(struct cx *cx, int64_t technician_id, int64_t limit,
                                struct challenge_row **rows_out, size_t *n_out)
{
    static const char sql[] = "SELECT " CHALLENGE_COLUMNS " FROM challenge WHERE technician_id = $1 "
                              "AND state IN ('pending', 'approved') LIMIT $2";
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, sql, "ii", technician_id, limit);
    return err != ERR_NONE ? err : some_rows(cx, rows, limit, rows_out, n_out);
}

enum errcode
store_challenge_open_of_company(struct cx *cx, int64_t company_id, int64_t limit,
                                struct challenge_row **rows_out, size_t *n_out)
{
    static const char sql[] =
        "SELECT " CHALLENGE_COLUMNS " FROM challenge WHERE state IN ('pending', 'approved') "
        "AND technician_id IN (SELECT id FROM technician WHERE company_id = $1) LIMIT $2";
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, sql, "ii", company_id, limit);
    return err != ERR_NONE ? err : some_rows(cx, rows, limit, rows_out, n_out);
}

enum errcode
store_challenge_overdue(struct cx *cx, int64_t now, int64_t limit, struct challenge_row **rows_out,
                        size_t *n_out)
{
    static const char sql[] = "SELECT " CHALLENGE_COLUMNS " FROM challenge WHERE state = 'pending' "
                              "AND expires_at <= $1 ORDER BY expires_at LIMIT $2";
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, sql, "ii", now, limit);
    return err != ERR_NONE ? err : some_rows(cx, rows, limit, rows_out, n_out);
}

enum errcode
store_challenge_move(struct cx *cx, const struct challenge_change *c, int64_t *technician_out)
{
    static const char plain[] =
        "UPDATE challenge SET state = $1 WHERE id = $2 AND state = $3 RETURNING technician_id";
    static const char answered[] =
        "UPDATE challenge SET state = $1, answered_at = $2, answered_by = NULLIF($3, 0) "
        "WHERE id = $4 AND state = $5 RETURNING technician_id";
    struct db_rows *rows;
    *technician_out = 0;
    enum errcode err = c->answered_at == 0 ? db_query(cx, &rows, plain, "tit", c->to, c->id, c->from)
                                           : db_query(cx, &rows, answered, "tiiit", c->to, c->answered_at,
                                                      c->answered_by, c->id, c->from);
    if (err != ERR_NONE)
        return err;
    /* SQLite completes an UPDATE ... RETURNING only when it is stepped to its end. */
    while (db_next(cx, rows))
        *technician_out = db_int(rows, 0);
    return db_done(cx, rows);
}

enum errcode
store_challenge_take_try(struct cx *cx, int64_t id, int64_t *left_out)
{
    static const char sql[] =
        "UPDATE challenge SET tries_left = tries_left - 1 WHERE id = $1 AND state = 'pending' "
        "AND tries_left > 0 RETURNING tries_left";
    struct db_rows *rows;
    *left_out = -1;
    enum errcode err = db_query(cx, &rows, sql, "i", id);
    if (err != ERR_NONE)
        return err;
    if (db_next(cx, rows))
        *left_out = db_int(rows, 0);
    /* SQLite completes an UPDATE ... RETURNING only when it is stepped to its end. */
    while (db_next(cx, rows))
        continue;
    return db_done(cx, rows);
}

enum errcode
store_challenge_seen(struct cx *cx, int64_t id, int64_t now)
{
    return db_exec(cx, NULL, "UPDATE challenge SET seen_at = $1 WHERE id = $2 AND seen_at = 0", "ii", now,
                   id);
}
