/* SPDX-License-Identifier: Apache-2.0 */
/* store_revival: see store_revival.h. */
#include "store/store_revival.h"

#include <string.h>

#include "db/db.h"

#define LEAPS "1000000000" /* more changes than a phone ever signs */

static const struct store_revival revivals[] = {
    {"meta", NULL, "", "facts about the database"},
    {"company", NULL, "", "the operator's; what was changed since is lost"},
    {"policy", NULL, "", "the same"},
    {"address_rule", NULL, "", "the same"},
    {"technician",
     "UPDATE technician SET totp_last_step = CASE WHEN totp_sealed IS NOT NULL AND totp_last_step < $1 "
     "THEN $1 ELSE totp_last_step END, factor_since = CASE WHEN factor_since = 0 THEN $2 ELSE factor_since "
     "END",
     "si",
     "codes up to now may have been used; a first second factor may have been set up, after which the "
     "password alone enrols nothing"},
    {"password_history", NULL, "", "a password that was replaced since is the current one again"},
    {"recovery_code", "UPDATE recovery_code SET used_at = $1 WHERE used_at = 0", "i", "may have been used"},
    {"enrolment", "DELETE FROM enrolment WHERE used_at = 0", "", "may have been used"},
    {"device", "UPDATE device SET deeds = deeds + " LEAPS, "",
     "changes that were signed since could be repeated"},
    {"passkey", NULL, "", "a lower counter refuses nothing that the phone signs next"},
    {"push_subscription", NULL, "", "one that ended is refused by its push service"},
    {"self_service", "DELETE FROM self_service", "", "openings; some may have been closed"},
    {"lockout", NULL, "", "failures since are not known; a lock lasts as long as it would have"},
    {"tally", NULL, "", "only counts"},
    {"login", "UPDATE login SET expires_at = created_at WHERE state = 'open'", "", "may have been spent"},
    {"challenge", "UPDATE challenge SET state = 'cancelled' WHERE state IN ('pending', 'approved')", "",
     "may have been answered, and an approval used"},
    {"session", "UPDATE session SET ended_at = $1, end_reason = 'restored' WHERE ended_at = 0", "i",
     "may have been ended"},
    {"notice", NULL, "", "shown again"},
    {"reported", NULL, "", "one that was taken since waits again"},
    {"alarm", NULL, "", "cleared once its cause is gone"},
    {"outbox", "UPDATE outbox SET state = 'dropped' WHERE state = 'waiting'", "", "would ring for nothing"},
    {"operator", "UPDATE operator SET state = 'disabled', changed_at = $1 WHERE state = 'active'", "i",
     "may have been removed, or have lost a role or a passkey: the command line enables them again"},
    {"operator_reach", NULL, "", "the same"},
    {"operator_passkey", NULL, "", "of no use while the operator is disabled"},
    {"operator_link", "DELETE FROM operator_link", "", "may have been used"},
    {"operator_session", "UPDATE operator_session SET ended_at = $1 WHERE ended_at = 0", "i",
     "may have been ended"},
    {"operator_token", "UPDATE operator_token SET revoked_at = $1 WHERE revoked_at = 0", "i",
     "may have been revoked"},
    {"operator_request", "DELETE FROM operator_request", "", "what was made may not be there any more"},
    {"audit", NULL, "", "what was written stays"},
    {"audit_log", NULL, "", "the same"},
    {"audit_node", NULL, "", "the same"},
    {"audit_checkpoint", NULL, "", "who has kept a later one sees that the log was put back"},
};

const struct store_revival *
store_revivals(size_t *n_out)
{
    *n_out = ARRAY_LEN(revivals);
    return revivals;
}

enum errcode
store_revival_prevent(struct cx *cx, int64_t step, int64_t *changed)
{
    enum errcode err = ERR_NONE;
    for (size_t i = 0; i < ARRAY_LEN(revivals) && err == ERR_NONE; i++) {
        const struct store_revival *r = &revivals[i];
        changed[i] = 0;
        if (r->sql == NULL)
            continue;
        if (r->takes[0] == '\0')
            err = db_exec(cx, &changed[i], r->sql, "");
        else if (r->takes[0] == 'i')
            err = db_exec(cx, &changed[i], r->sql, "i", cx->now);
        else
            err = db_exec(cx, &changed[i], r->sql, "ii", step, cx->now);
    }
    return err;
}
