/* SPDX-License-Identifier: Apache-2.0 */
/* store_passkey: see store_passkey.h. */
#include "store/store_passkey.h"

#include "db/db.h"

enum errcode
store_passkey_insert(struct cx *cx, const struct passkey_row *r)
{
    static const char sql[] =
        "INSERT INTO passkey (device_id, credential_id, algorithm, public_key, sign_count, backup_eligible, "
        "backed_up, created_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
    return db_exec(cx, NULL, sql, "ibibiiii", r->device_id, r->credential_id, r->algorithm, r->public_key,
                   r->sign_count, (int64_t)r->backup_eligible, (int64_t)r->backed_up, cx->now);
}

enum errcode
store_passkey_get(struct cx *cx, int64_t device_id, struct passkey_row *row_out)
{
    static const char sql[] = "SELECT credential_id, algorithm, public_key, sign_count, backup_eligible, "
                              "backed_up FROM passkey WHERE device_id = $1";
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, sql, "i", device_id);
    if (err != ERR_NONE)
        return err;
    bool found = db_next(cx, rows);
    if (found)
        *row_out = (struct passkey_row){.device_id = device_id,
                                        .credential_id = db_blob(cx, rows, 0),
                                        .algorithm = db_int(rows, 1),
                                        .public_key = db_blob(cx, rows, 2),
                                        .sign_count = db_int(rows, 3),
                                        .backup_eligible = db_int(rows, 4) != 0,
                                        .backed_up = db_int(rows, 5) != 0};
    err = db_done(cx, rows);
    if (err == ERR_NONE && !found)
        err = err_set(cx, ERR_NOT_FOUND, "the device has no passkey");
    return err;
}

enum errcode
store_passkey_use(struct cx *cx, const struct passkey_row *row, int64_t before, bool *changed_out)
{
    static const char sql[] = "UPDATE passkey SET sign_count = $2, backed_up = $3, used_at = $4 "
                              "WHERE device_id = $1 AND sign_count = $5";
    int64_t n = 0;
    enum errcode err = db_exec(cx, &n, sql, "iiiii", row->device_id, row->sign_count, (int64_t)row->backed_up,
                               cx->now, before);
    *changed_out = n == 1;
    return err;
}

enum errcode
store_passkey_remove(struct cx *cx, int64_t device_id)
{
    return db_exec(cx, NULL, "DELETE FROM passkey WHERE device_id = $1", "i", device_id);
}
