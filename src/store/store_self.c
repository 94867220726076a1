/* SPDX-License-Identifier: Apache-2.0 */
/* store_self: see store_self.h. */
#include "store/store_self.h"

#include "base/rand.h"
#include "db/db.h"
#include "db/rows.h"

#define OPENING(FIRST, COLUMN, EXPRESSION)      \
    FIRST(self_row, integer, id)                \
    COLUMN(self_row, integer, device_id)        \
    COLUMN(self_row, blob_or_null, seed_sealed) \
    COLUMN(self_row, integer, expires_at)
ROWS_TYPE(openings, self_row, OPENING, .missing = "the self-service is not open for this device");

enum errcode
store_self_open(struct cx *cx, const struct self_opening *o)
{
    enum errcode err = store_self_end(cx, o->device_id);
    if (err != ERR_NONE)
        return err;
    return db_exec(cx, NULL,
                   "INSERT INTO self_service (id, device_id, nonce_digest, token_digest, created_at, "
                   "expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
                   "iiddii", rand_id(), o->device_id, &o->nonce, &o->token, cx->now, o->expires_at);
}

enum errcode
store_self_get(struct cx *cx, int64_t device_id, const struct digest *token, struct self_row *row_out)
{
    static const char sql[] =
        "SELECT " ROWS_COLUMNS(OPENING) " FROM self_service "
                                        "WHERE token_digest = $2 AND device_id = $1 AND expires_at > $3";
    return rows_one(cx, &openings, row_out, sql, "idi", device_id, token, cx->now);
}

enum errcode
store_self_seed(struct cx *cx, int64_t id, struct str sealed)
{
    return db_exec(cx, NULL, "UPDATE self_service SET seed_sealed = $2 WHERE id = $1", "ib", id, sealed);
}

enum errcode
store_self_end(struct cx *cx, int64_t device_id)
{
    return db_exec(cx, NULL, "DELETE FROM self_service WHERE device_id = $1", "i", device_id);
}

enum errcode
store_self_remove(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out)
{
    return db_exec(cx, n_out,
                   "DELETE FROM self_service WHERE id IN "
                   "(SELECT id FROM self_service WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
                   "ii", before, limit);
}

enum errcode
store_self_end_account(struct cx *cx, int64_t technician_id, int64_t except_device)
{
    return db_exec(cx, NULL,
                   "DELETE FROM self_service WHERE device_id <> $2 "
                   "AND device_id IN (SELECT id FROM device WHERE technician_id = $1)",
                   "ii", technician_id, except_device);
}

enum errcode
store_self_end_company(struct cx *cx, int64_t company_id)
{
    return db_exec(cx, NULL,
                   "DELETE FROM self_service WHERE device_id IN (SELECT d.id FROM device d "
                   "JOIN technician t ON t.id = d.technician_id WHERE t.company_id = $1)",
                   "i", company_id);
}
