/* SPDX-License-Identifier: Apache-2.0 */
/* store_code: see store_code.h. */
#include "store/store_code.h"

#include "base/rand.h"
#include "db/db.h"
#include "db/rows.h"

struct totp {
    struct str totp_sealed;
    int64_t totp_last_step;
};
#define TOTP(FIRST, COLUMN, EXPRESSION)    \
    FIRST(totp, blob_or_null, totp_sealed) \
    COLUMN(totp, integer, totp_last_step)
ROWS_TYPE(totps, totp, TOTP, .missing = "there is no such account");

enum errcode
store_totp_get(struct cx *cx, int64_t technician_id, struct str *sealed_out, int64_t *last_step_out)
{
    struct totp totp;
    enum errcode err = rows_one(
        cx, &totps, &totp, "SELECT " ROWS_COLUMNS(TOTP) " FROM technician WHERE id = $1", "i", technician_id);
    *sealed_out = totp.totp_sealed;
    *last_step_out = totp.totp_last_step;
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
    return db_exec_one(cx, won_out,
                       "UPDATE technician SET totp_last_step = $3 WHERE id = $1 AND totp_last_step = $2",
                       "iii", technician_id, last_step, step);
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
    return db_exec_one(
        cx, won_out,
        "UPDATE recovery_code SET used_at = $3 WHERE technician_id = $1 AND digest = $2 AND used_at = 0",
        "idi", technician_id, digest, cx->now);
}

enum errcode
store_recovery_count(struct cx *cx, int64_t technician_id, int64_t *n_out)
{
    return rows_number(cx, n_out,
                       "SELECT count(*) FROM recovery_code WHERE technician_id = $1 AND used_at = 0", "i",
                       technician_id);
}
