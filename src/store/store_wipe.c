/* SPDX-License-Identifier: Apache-2.0 */
/* store_wipe: see store_wipe.h. */
#include "store/store_wipe.h"

#include <stddef.h>

#include "db/db.h"

#define ITS_DEVICES " WHERE device_id IN (SELECT id FROM device WHERE technician_id = $1)"

/* A phone's row stays, marked as removed and without its key: a call in progress may still refer to it.
 * Its token column is unique, and keeps half a digest, which no digest equals. */
static const char *const statements[] = {
    "UPDATE technician SET password_hash = '', password_generation = password_generation + 1, "
    "totp_sealed = NULL, totp_last_step = 0 WHERE id = $1",
    "UPDATE login SET new_password_hash = '' WHERE technician_id = $1",
    "DELETE FROM password_history WHERE technician_id = $1",
    "DELETE FROM recovery_code WHERE technician_id = $1",
    "DELETE FROM enrolment WHERE technician_id = $1",
    "DELETE FROM self_service" ITS_DEVICES,
    "DELETE FROM notice" ITS_DEVICES,
    "DELETE FROM passkey" ITS_DEVICES,
    "DELETE FROM push_subscription" ITS_DEVICES,
    "UPDATE device SET state = 'removed', public_key = substr(public_key, 1, 0), "
    "token_digest = substr(token_digest, 1, 16) WHERE technician_id = $1",
};

enum errcode
store_account_wipe(struct cx *cx, int64_t technician_id)
{
    enum errcode err = ERR_NONE;
    for (size_t i = 0; i < ARRAY_LEN(statements) && err == ERR_NONE; i++)
        err = db_exec(cx, NULL, statements[i], "i", technician_id);
    return err;
}
