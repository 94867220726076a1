/* SPDX-License-Identifier: Apache-2.0 */
/* store_passkey: see store_passkey.h. */
#include "store/store_passkey.h"

#include "db/db.h"
#include "db/rows.h"

#define PASSKEY(FIRST, COLUMN, EXPRESSION)     \
    FIRST(passkey_row, integer, device_id)     \
    COLUMN(passkey_row, blob, credential_id)   \
    COLUMN(passkey_row, integer, algorithm)    \
    COLUMN(passkey_row, blob, public_key)      \
    COLUMN(passkey_row, integer, sign_count)   \
    COLUMN(passkey_row, flag, backup_eligible) \
    COLUMN(passkey_row, flag, backed_up)
ROWS_TYPE(passkeys, passkey_row, PASSKEY, .missing = "the device has no passkey");

enum errcode
store_passkey_insert(struct cx *cx, const struct passkey_row *r)
{
    static const char sql[] =
        "INSERT INTO passkey (" ROWS_STORED(PASSKEY) ", created_at, used_at) "
                                                     "VALUES (" ROWS_PARAMETERS(PASSKEY) ", $8, $8)";
    return rows_insert(cx, &passkeys, r, sql, "i", cx->now);
}

enum errcode
store_passkey_get(struct cx *cx, int64_t device_id, struct passkey_row *row_out)
{
    return rows_one(cx, &passkeys, row_out,
                    "SELECT " ROWS_COLUMNS(PASSKEY) " FROM passkey WHERE device_id = $1", "i", device_id);
}

enum errcode
store_passkey_use(struct cx *cx, const struct passkey_row *row, int64_t before, bool *changed_out)
{
    static const char sql[] = "UPDATE passkey SET sign_count = $2, backed_up = $3, used_at = $4 "
                              "WHERE device_id = $1 AND sign_count = $5";
    return db_exec_one(cx, changed_out, sql, "iiiii", row->device_id, row->sign_count,
                       (int64_t)row->backed_up, cx->now, before);
}

enum errcode
store_passkey_remove(struct cx *cx, int64_t device_id)
{
    return db_exec(cx, NULL, "DELETE FROM passkey WHERE device_id = $1", "i", device_id);
}
