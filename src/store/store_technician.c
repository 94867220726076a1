/* SPDX-License-Identifier: Apache-2.0 */
/* store_technician: see store_technician.h. */
#include "store/store_technician.h"

#include "base/rand.h"
#include "db/db.h"
#include "db/rows.h"

#define COLUMNS                                                                                          \
    "id, company_id, email, email_key, name, is_technician, role_on, deleted_at, password_hash, "        \
    "password_generation, password_set_at, password_must_change, push_unanswered, push_refused, "        \
    "push_rests_until, push_last_at, totp_sealed IS NOT NULL, created_at, factor_since, push_early_at, " \
    "locked_at"

static void
read_row(struct cx *cx, struct db_rows *rows, struct technician *technician_out)
{
    *technician_out = (struct technician){
        .id = db_int(rows, 0),
        .company_id = db_int(rows, 1),
        .email = db_text(cx, rows, 2),
        .email_key = db_text(cx, rows, 3),
        .name = db_text(cx, rows, 4),
        .is_technician = db_int(rows, 5) != 0,
        .role_on = db_int(rows, 6) != 0,
        .deleted_at = db_int(rows, 7),
        .password_hash = db_text(cx, rows, 8),
        .password_generation = db_int(rows, 9),
        .password_set_at = db_int(rows, 10),
        .password_must_change = db_int(rows, 11) != 0,
        .push_unanswered = db_int(rows, 12),
        .push_refused = db_int(rows, 13),
        .push_rests_until = db_int(rows, 14),
        .push_last_at = db_int(rows, 15),
        .has_totp = db_int(rows, 16) != 0,
        .created_at = db_int(rows, 17),
        .factor_since = db_int(rows, 18),
        .push_early_at = db_int(rows, 19),
        .locked_at = db_int(rows, 20),
    };
}

static enum errcode
read_one(struct cx *cx, struct db_rows *rows, struct technician *technician_out)
{
    bool found = db_next(cx, rows);
    if (found)
        read_row(cx, rows, technician_out);
    enum errcode err = db_done(cx, rows);
    if (err == ERR_NONE && !found)
        err = err_set(cx, ERR_NOT_FOUND, "there is no such account");
    return err;
}

enum errcode
store_technician_insert(struct cx *cx, const struct technician *t)
{
    return db_exec(
        cx, NULL,
        "INSERT INTO technician (id, company_id, email, email_key, name, is_technician, role_on, "
        "deleted_at, password_hash, password_generation, password_set_at, password_must_change, "
        "push_unanswered, push_refused, push_rests_until, push_last_at, totp_last_step, created_at, "
        "changed_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11, 0, 0, 0, 0, 0, $12, $12)",
        "iitttiitiiii", t->id, t->company_id, t->email, t->email_key, t->name, (int64_t)t->is_technician,
        (int64_t)t->role_on, t->password_hash, t->password_generation, t->password_set_at,
        (int64_t)t->password_must_change, t->created_at);
}

enum errcode
store_technician_get(struct cx *cx, int64_t id, struct technician *technician_out)
{
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, "SELECT " COLUMNS " FROM technician WHERE id = $1", "i", id);
    return err != ERR_NONE ? err : read_one(cx, rows, technician_out);
}

enum errcode
store_technician_find(struct cx *cx, struct str email_key, struct technician *technician_out)
{
    struct db_rows *rows;
    enum errcode err =
        db_query(cx, &rows, "SELECT " COLUMNS " FROM technician WHERE email_key = $1 AND deleted_at = 0", "t",
                 email_key);
    return err != ERR_NONE ? err : read_one(cx, rows, technician_out);
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
    struct db_rows *rows;
    struct str *list = NULL;
    size_t n = 0;
    *hashes_out = NULL;
    *n_out = 0;
    enum errcode err = db_query(cx, &rows,
                                "SELECT password_hash FROM password_history WHERE technician_id = $1 "
                                "ORDER BY retired_at DESC, id DESC LIMIT $2",
                                "ii", technician_id, depth);
    if (err != ERR_NONE)
        return err;
    while (db_next(cx, rows)) {
        list = rows_grow(cx, list, n, sizeof *list);
        list[n++] = db_text(cx, rows, 0);
    }
    *hashes_out = list;
    *n_out = n;
    return db_done(cx, rows);
}
