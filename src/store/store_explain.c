/* SPDX-License-Identifier: Apache-2.0 */
/* store_explain: see store_explain.h. */
#include "store/store_explain.h"

#include "db/db.h"
#include "db/rows.h"

#define PUSH(FIRST, COLUMN, EXPRESSION)       \
    FIRST(explain_push, integer, id)          \
    COLUMN(explain_push, text, public_id)     \
    COLUMN(explain_push, text, state)         \
    COLUMN(explain_push, integer, created_at) \
    COLUMN(explain_push, integer, seen_at)    \
    COLUMN(explain_push, integer, expires_at)
ROWS_TYPE(pushes, explain_push, PUSH, .missing = "");

/* Of the outbox o, joined to its device's subscription p. */
#define DELIVERY(FIRST, COLUMN, EXPRESSION)                           \
    FIRST(explain_delivery, text, transport)                          \
    COLUMN(explain_delivery, text, state)                             \
    COLUMN(explain_delivery, text_or_null, endpoint)                  \
    COLUMN(explain_delivery, integer, attempts)                       \
    EXPRESSION(explain_delivery, reference, device_id, "o.device_id") \
    EXPRESSION(explain_delivery, integer, created_at, "o.created_at")
ROWS_TYPE(deliveries, explain_delivery, DELIVERY, .missing = "");

enum errcode
store_explain_pushes(struct cx *cx, int64_t login_id, int64_t limit, struct explain_push **pushes_out,
                     size_t *n_out)
{
    return rows_list(cx, &pushes, pushes_out, n_out,
                     "SELECT " ROWS_COLUMNS(PUSH) " FROM challenge WHERE login_id = $1 "
                                                  "ORDER BY created_at, id LIMIT $2",
                     "ii", login_id, limit);
}

enum errcode
store_explain_deliveries(struct cx *cx, int64_t challenge_id, int64_t limit,
                         struct explain_delivery **deliveries_out, size_t *n_out)
{
    return rows_list(
        cx, &deliveries, deliveries_out, n_out,
        "SELECT " ROWS_COLUMNS(DELIVERY) " FROM outbox o "
                                         "LEFT JOIN push_subscription p ON p.device_id = o.device_id "
                                         "WHERE o.challenge_id = $1 ORDER BY o.created_at, o.id LIMIT $2",
        "ii", challenge_id, limit);
}

enum errcode
store_explain_open_logins(struct cx *cx, int64_t technician_id, int64_t *n_out)
{
    return rows_number(cx, n_out,
                       "SELECT count(*) FROM login WHERE technician_id = $1 AND state = 'open' AND "
                       "expires_at > $2",
                       "ii", technician_id, cx->now);
}
