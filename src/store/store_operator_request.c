/* SPDX-License-Identifier: Apache-2.0 */
/* store_operator_request: see store_operator_request.h. */
#include "store/store_operator_request.h"

#include "db/db.h"
#include "db/rows.h"

#define REQUEST(FIRST, COLUMN, EXPRESSION)           \
    FIRST(operator_request, integer, id)             \
    COLUMN(operator_request, integer, holder_id)     \
    COLUMN(operator_request, digest, key_digest)     \
    COLUMN(operator_request, digest, request_digest) \
    COLUMN(operator_request, integer, created_at)    \
    COLUMN(operator_request, blob, answer)
ROWS_TYPE(requests, operator_request, REQUEST, .missing = "the key was not used");

enum errcode
store_operator_request_get(struct cx *cx, const struct operator_request *of, int64_t after,
                           struct operator_request *r_out)
{
    static const char sql[] =
        "SELECT " ROWS_COLUMNS(REQUEST) " FROM operator_request "
                                        "WHERE holder_id = $1 AND key_digest = $2 AND created_at > $3";
    return rows_one(cx, &requests, r_out, sql, "idi", of->holder_id, &of->key_digest, after);
}

enum errcode
store_operator_request_count(struct cx *cx, int64_t holder_id, int64_t after, int64_t *n_out)
{
    static const char sql[] =
        "SELECT COUNT(*) FROM operator_request WHERE holder_id = $1 AND created_at > $2";
    return rows_number(cx, n_out, sql, "ii", holder_id, after);
}

enum errcode
store_operator_request_put(struct cx *cx, const struct operator_request *r)
{
    static const char add[] =
        "INSERT INTO operator_request (" ROWS_STORED(REQUEST) ") VALUES (" ROWS_PARAMETERS(REQUEST) ")";
    enum errcode err =
        db_exec(cx, NULL, "DELETE FROM operator_request WHERE holder_id = $1 AND key_digest = $2", "id",
                r->holder_id, &r->key_digest);
    return err != ERR_NONE ? err : rows_insert(cx, &requests, r, add, "");
}

enum errcode
store_operator_request_sweep(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out)
{
    static const char sql[] = "DELETE FROM operator_request WHERE id IN (SELECT id FROM operator_request "
                              "WHERE created_at < $1 ORDER BY created_at LIMIT $2)";
    return db_exec(cx, n_out, sql, "ii", before, limit);
}
