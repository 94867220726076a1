/* SPDX-License-Identifier: Apache-2.0 */
/* store_challenge: the SQL of challenges.
 *
 * Where PostgreSQL expects no push to wait, as at night, the index on states would cost as little as the one
 * on accounts or ids, and lead through everybody's: so a state that goes with an id is compared as no index
 * has it, and the pair, which says the same again, is cheaper for an index that has both columns. */
#include "store/store_challenge.h"

#include "db/db.h"
#include "db/rows.h"

#define CHALLENGE(FIRST, COLUMN, EXPRESSION)      \
    FIRST(challenge_row, integer, id)             \
    COLUMN(challenge_row, integer, login_id)      \
    COLUMN(challenge_row, integer, technician_id) \
    COLUMN(challenge_row, text, public_id)        \
    COLUMN(challenge_row, digest, token_digest)   \
    COLUMN(challenge_row, blob, nonce)            \
    COLUMN(challenge_row, text, state)            \
    COLUMN(challenge_row, flag, number_required)  \
    COLUMN(challenge_row, integer, number_digits) \
    COLUMN(challenge_row, integer, tries_left)    \
    COLUMN(challenge_row, integer, seen_at)       \
    COLUMN(challenge_row, integer, created_at)    \
    COLUMN(challenge_row, integer, expires_at)    \
    COLUMN(challenge_row, integer, answered_at)   \
    COLUMN(challenge_row, reference, answered_by)
ROWS_TYPE(challenges, challenge_row, CHALLENGE, .missing = "no such challenge");

#define SELECT "SELECT " ROWS_COLUMNS(CHALLENGE) " FROM challenge "

enum errcode
store_challenge_insert(struct cx *cx, const struct challenge_row *r)
{
    static const char sql[] =
        "INSERT INTO challenge (" ROWS_STORED(CHALLENGE) ") VALUES (" ROWS_PARAMETERS(CHALLENGE) ")";
    struct challenge_row row = *r;
    row.state = STR_LIT("pending");
    row.seen_at = row.answered_at = row.answered_by = 0;
    return rows_insert(cx, &challenges, &row, sql, "");
}

enum errcode
store_challenge_get(struct cx *cx, int64_t id, struct challenge_row *row_out)
{
    return rows_one(cx, &challenges, row_out, SELECT "WHERE id = $1", "i", id);
}

enum errcode
store_challenge_by_token(struct cx *cx, const struct digest *token, struct challenge_row *row_out)
{
    return rows_one(cx, &challenges, row_out, SELECT "WHERE token_digest = $1", "d", token);
}

enum errcode
store_challenge_by_public_id(struct cx *cx, struct str public_id, struct challenge_row *row_out)
{
    return rows_one(cx, &challenges, row_out, SELECT "WHERE public_id = $1", "t", public_id);
}

enum errcode
store_challenge_list(struct cx *cx, int64_t technician_id, struct str state, int64_t limit,
                     struct challenge_row **rows_out, size_t *n_out)
{
    static const char sql[] =
        SELECT "WHERE technician_id = $1 AND state = $2 AND (technician_id, state) >= ($1, $2) "
               "ORDER BY created_at DESC, id LIMIT $3";
    return rows_list(cx, &challenges, rows_out, n_out, sql, "iti", technician_id, state, limit);
}

enum errcode
store_challenge_open_of(struct cx *cx, int64_t login_id, struct challenge_row *row_out)
{
    static const char sql[] = SELECT "WHERE login_id = $1 AND state IN ('pending', 'approved') "
                                     "ORDER BY created_at DESC, id LIMIT 1";
    return rows_one(cx, &challenges, row_out, sql, "i", login_id);
}

enum errcode
store_challenge_refused_of(struct cx *cx, int64_t login_id, struct challenge_row *row_out)
{
    static const char sql[] =
        SELECT "WHERE login_id = $1 AND state IN ('rejected', 'reported', 'spent_tries') "
               "ORDER BY created_at DESC, id LIMIT 1";
    return rows_one(cx, &challenges, row_out, sql, "i", login_id);
}

enum errcode
store_challenge_without_passkey(struct cx *cx, int64_t company_id, int64_t limit,
                                struct challenge_row **rows_out, size_t *n_out)
{
    static const char sql[] =
        SELECT "WHERE state = 'approved' "
               "AND technician_id IN (SELECT id FROM technician WHERE company_id = $1) "
               "AND NOT EXISTS (SELECT 1 FROM passkey p WHERE p.device_id = challenge.answered_by) LIMIT $2";
    return rows_list(cx, &challenges, rows_out, n_out, sql, "ii", company_id, limit);
}

enum errcode
store_challenge_short_number(struct cx *cx, const struct challenge_number *than, int64_t limit,
                             struct challenge_row **rows_out, size_t *n_out)
{
    static const char sql[] =
        SELECT "WHERE state IN ('pending', 'approved') AND (number_required = 0 OR number_digits < $2) "
               "AND technician_id IN (SELECT id FROM technician WHERE company_id = $1) LIMIT $3";
    return rows_list(cx, &challenges, rows_out, n_out, sql, "iii", than->company_id, than->digits, limit);
}

enum errcode
store_challenge_open_of_account(struct cx *cx, int64_t technician_id, int64_t limit,
                                struct challenge_row **rows_out, size_t *n_out)
{
    static const char sql[] = SELECT "WHERE technician_id = $1 AND state IN ('pending', 'approved') LIMIT $2";
    return rows_list(cx, &challenges, rows_out, n_out, sql, "ii", technician_id, limit);
}

enum errcode
store_challenge_open_of_company(struct cx *cx, int64_t company_id, int64_t limit,
                                struct challenge_row **rows_out, size_t *n_out)
{
    static const char sql[] =
        SELECT "WHERE state IN ('pending', 'approved') "
               "AND technician_id IN (SELECT id FROM technician WHERE company_id = $1) LIMIT $2";
    return rows_list(cx, &challenges, rows_out, n_out, sql, "ii", company_id, limit);
}

enum errcode
store_challenge_count_pending(struct cx *cx, int64_t *n_out)
{
    return rows_number(cx, n_out, "SELECT count(*) FROM challenge WHERE state = 'pending'", "");
}

enum errcode
store_challenge_overdue(struct cx *cx, int64_t now, int64_t limit, struct challenge_row **rows_out,
                        size_t *n_out)
{
    static const char sql[] =
        SELECT "WHERE state = 'pending' AND expires_at <= $1 ORDER BY expires_at LIMIT $2";
    return rows_list(cx, &challenges, rows_out, n_out, sql, "ii", now, limit);
}

enum errcode
store_challenge_move(struct cx *cx, const struct challenge_change *c, int64_t *technician_out)
{
    if (c->answered_at == 0)
        return rows_number(
            cx, technician_out,
            "UPDATE challenge SET state = $1 WHERE id = $2 AND state || '' = $3 RETURNING technician_id",
            "tit", c->to, c->id, c->from);
    return rows_number(cx, technician_out,
                       "UPDATE challenge SET state = $1, answered_at = $2, answered_by = $3 "
                       "WHERE id = $4 AND state || '' = $5 RETURNING technician_id",
                       "tirit", c->to, c->answered_at, c->answered_by, c->id, c->from);
}

enum errcode
store_challenge_take_try(struct cx *cx, int64_t id, int64_t *left_out)
{
    static const char sql[] =
        "UPDATE challenge SET tries_left = tries_left - 1 WHERE id = $1 AND state || '' = 'pending' "
        "AND tries_left > 0 RETURNING tries_left + 1";
    int64_t before;
    enum errcode err = rows_number(cx, &before, sql, "i", id);
    *left_out = before - 1;
    return err;
}

enum errcode
store_challenge_seen(struct cx *cx, int64_t id, int64_t now)
{
    return db_exec(cx, NULL, "UPDATE challenge SET seen_at = $1 WHERE id = $2 AND seen_at = 0", "ii", now,
                   id);
}
