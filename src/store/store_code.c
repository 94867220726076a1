/* SPDX-License-Identifier: Apache-2.0 */
/* store_code: see store_code.h. */
#include "store/store_code.h"

#include "base/rand.h"
#include "db/db.h"

enum errcode
store_totp_get(struct cx *cx, int64_t technician_id, struct str *sealed_out, int64_t *last_step_out)
{
    struct db_rows *rows;
    *sealed_out = STR_NULL;
    *last_step_out = 0;
    enum errcode err = db_query(cx, &rows, "SELECT totp_sealed, totp_last_step FROM technician WHERE id = $1",
                                "i", technician_id);
    if (err != ERR_NONE)
        return err;
    bool found = db_next(cx, rows);
    if (found) {
        *sealed_out = db_blob(cx, rows, 0);
        *last_step_out = db_int(rows, 1);
    }
    err = db_done(cx, rows);
    if (err == ERR_NONE && !found)
        err = err_set(cx, ERR_NOT_FOUND, "there is no such account");
    return err;
}

enum errcode
store_totp_set(struct cx *cx, int64_t technician_id, struct str sealed)
{
    return db_exec(
        cx, NULL, "UPDATE technician SET totp_sealed = $2, totp_last_step = 0, changed_at = $3 WHERE id = $1",
        "ibi", technician_id, sealed, cx->now);
}

enum errcode
store_totp_step(struct cx *cx, int64_t technician_id, int64_t last_step, int64_t step, bool *won_out)
{
    int64_t n;
    enum errcode err =
        db_exec(cx, &n, "UPDATE technician SET totp_last_step = $3 WHERE id = $1 AND totp_last_step = $2",
                "iii", technician_id, last_step, step);
    *won_out = n == 1;
    return err;
}

enum errcode
store_recovery_clear(struct cx *cx, int64_t technician_id)
{
    return db_exec(cx, NULL, "DELETE FROM recovery_code WHERE technician_id = $1", "i", technician_id);
}

enum errcode
store_recovery_add(struct cx *cx, int64_t technician_id, const struct digest *digest)
{
    return db_exec(cx, NULL,
                   "INSERT INTO recovery_code (id, technician_id, digest, used_at) VALUES ($1, $2, $3, 0)",
                   "iid", rand_id(), technician_id, digest);
}

enum errcode
store_recovery_spend(struct cx *cx, int64_t technician_id, const struct digest *digest, bool *won_out)
{
    int64_t n;
    enum errcode err = db_exec(cx, &n,
                               "UPDATE recovery_code SET used_at = $3 "
                               "WHERE technician_id = $1 AND digest = $2 AND used_at = 0",
                               "idi", technician_id, digest, cx->now);
    *won_out = n == 1;
    return err;
}

enum errcode
store_recovery_count(struct cx *cx, int64_t technician_id, int64_t *n_out)
{
    struct db_rows *rows;
    *n_out = 0;
    enum errcode err =
        db_query(cx, &rows, "SELECT count(*) FROM recovery_code WHERE technician_id = $1 AND used_at = 0",
                 "i", technician_id);
    if (err != ERR_NONE)
        return err;
    if (db_next(cx, rows))
        *n_out = db_int(rows, 0);
    return db_done(cx, rows);
}
