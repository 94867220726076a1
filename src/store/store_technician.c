/* SPDX-License-Identifier: Apache-2.0 */
/* store_technician: see store_technician.h. */
#include "store/store_technician.h"

#include "base/rand.h"
#include "db/db.h"
#include "db/rows.h"

#define TECHNICIAN(FIRST, COLUMN, EXPRESSION)        \
    FIRST(technician, integer, id)                   \
    COLUMN(technician, integer, company_id)          \
    COLUMN(technician, text, email)                  \
    COLUMN(technician, text, email_key)              \
    COLUMN(technician, text, name)                   \
    COLUMN(technician, flag, is_technician)          \
    COLUMN(technician, flag, role_on)                \
    COLUMN(technician, integer, deleted_at)          \
    COLUMN(technician, integer, locked_at)           \
    COLUMN(technician, text, password_hash)          \
    COLUMN(technician, integer, password_generation) \
    COLUMN(technician, integer, password_set_at)     \
    COLUMN(technician, flag, password_must_change)   \
    COLUMN(technician, integer, push_unanswered)     \
    COLUMN(technician, integer, push_refused)        \
    COLUMN(technician, integer, push_rests_until)    \
    COLUMN(technician, integer, push_last_at)        \
    COLUMN(technician, integer, push_early_at)       \
    COLUMN(technician, integer, created_at)          \
    COLUMN(technician, integer, factor_since)        \
    EXPRESSION(technician, flag, has_totp, "CASE WHEN totp_sealed IS NOT NULL THEN 1 ELSE 0 END")
ROWS_TYPE(technicians, technician, TECHNICIAN, .missing = "there is no such account");

#define SELECT "SELECT " ROWS_COLUMNS(TECHNICIAN) " FROM technician "

enum errcode
store_technician_insert(struct cx *cx, const struct technician *t)
{
    static const char sql[] =
        "INSERT INTO technician (" ROWS_STORED(TECHNICIAN) ", totp_last_step, changed_at) "
                                                           "VALUES (" ROWS_PARAMETERS(TECHNICIAN) ", 0, $21)";
    struct technician row = *t;
    row.deleted_at = row.locked_at = row.factor_since = 0;
    row.push_unanswered = row.push_refused = row.push_rests_until = row.push_last_at = row.push_early_at = 0;
    return rows_insert(cx, &technicians, &row, sql, "i", t->created_at);
}

enum errcode
store_technician_get(struct cx *cx, int64_t id, struct technician *technician_out)
{
    return rows_one(cx, &technicians, technician_out, SELECT "WHERE id = $1", "i", id);
}

enum errcode
store_technician_find(struct cx *cx, struct str email_key, struct technician *technician_out)
{
    return rows_one(cx, &technicians, technician_out, SELECT "WHERE email_key = $1 AND deleted_at = 0", "t",
                    email_key);
}

enum errcode
store_technician_update(struct cx *cx, const struct technician *t)
{
    return db_exec(cx, NULL,
                   "UPDATE technician SET email_key = $2, name = $3, is_technician = $4, role_on = $5, "
                   "deleted_at = $6, push_unanswered = $7, push_refused = $8, push_rests_until = $9, "
                   "push_last_at = $10, push_early_at = $11, changed_at = $12, locked_at = $13 WHERE id = $1",
                   "ittiiiiiiiiii", t->id, t->email_key, t->name, (int64_t)t->is_technician,
                   (int64_t)t->role_on, t->deleted_at, t->push_unanswered, t->push_refused,
                   t->push_rests_until, t->push_last_at, t->push_early_at, cx->now, t->locked_at);
}

enum errcode
store_factor_begin(struct cx *cx, int64_t technician_id)
{
    return db_exec(cx, NULL, "UPDATE technician SET factor_since = $2 WHERE id = $1 AND factor_since = 0",
                   "ii", technician_id, cx->now);
}

enum errcode
store_factor_forget(struct cx *cx, int64_t technician_id)
{
    return db_exec(cx, NULL, "UPDATE technician SET factor_since = 0, changed_at = $2 WHERE id = $1", "ii",
                   technician_id, cx->now);
}

enum errcode
store_password_set(struct cx *cx, const struct password_change *change)
{
    int64_t changed;
    enum errcode err = db_exec(cx, &changed,
                               "UPDATE technician SET password_hash = $3, "
                               "password_generation = password_generation + 1, password_set_at = $5, "
                               "password_must_change = $4, changed_at = $5 "
                               "WHERE id = $1 AND password_generation = $2 AND deleted_at = 0",
                               "iitii", change->technician_id, change->generation, change->hash,
                               (int64_t)change->must_change, cx->now);
    if (err == ERR_NONE && changed == 0)
        err = err_set(cx, ERR_CONFLICT, "the password was changed meanwhile");
    return err;
}

enum errcode
store_password_retire(struct cx *cx, int64_t technician_id, struct str hash, int64_t depth)
{
    enum errcode err = db_exec(cx, NULL,
                               "INSERT INTO password_history (id, technician_id, password_hash, retired_at) "
                               "VALUES ($1, $2, $3, $4)",
                               "iiti", rand_id(), technician_id, hash, cx->now);
    if (err != ERR_NONE)
        return err;
    return db_exec(cx, NULL,
                   "DELETE FROM password_history WHERE technician_id = $1 AND id NOT IN "
                   "(SELECT id FROM password_history WHERE technician_id = $1 "
                   "ORDER BY retired_at DESC, id DESC LIMIT $2)",
                   "ii", technician_id, depth);
}

enum errcode
store_password_history(struct cx *cx, int64_t technician_id, int64_t depth, struct str **hashes_out,
                       size_t *n_out)
{
    return rows_list(cx, &rows_texts, hashes_out, n_out,
                     "SELECT password_hash FROM password_history WHERE technician_id = $1 "
                     "ORDER BY retired_at DESC, id DESC LIMIT $2",
                     "ii", technician_id, depth);
}
