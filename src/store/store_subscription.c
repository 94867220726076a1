/* SPDX-License-Identifier: Apache-2.0 */
/* store_subscription: see store_subscription.h. */
#include "store/store_subscription.h"

#include "db/db.h"
#include "db/rows.h"

#define SUBSCRIPTION(FIRST, COLUMN, EXPRESSION) \
    FIRST(subscription, integer, device_id)     \
    COLUMN(subscription, text, endpoint)        \
    COLUMN(subscription, blob, p256dh)          \
    COLUMN(subscription, blob, auth)            \
    COLUMN(subscription, integer, rests_until)
#define COLUMNS ROWS_STORED(SUBSCRIPTION)
#define PARAMETERS ROWS_PARAMETERS(SUBSCRIPTION)
ROWS_TYPE(subscriptions, subscription, SUBSCRIPTION, .missing = "the device is not subscribed");

enum errcode
store_subscription_get(struct cx *cx, int64_t device_id, struct subscription *subscription_out)
{
    static const char sql[] = "SELECT " COLUMNS " FROM push_subscription WHERE device_id = $1";
    return rows_one(cx, &subscriptions, subscription_out, sql, "i", device_id);
}

enum errcode
store_subscription_put(struct cx *cx, const struct subscription *s)
{
    static const char sql[] =
        "INSERT INTO push_subscription (" COLUMNS ", created_at) VALUES (" PARAMETERS ", $6) "
        "ON CONFLICT (device_id) DO UPDATE "
        "SET endpoint = excluded.endpoint, p256dh = excluded.p256dh, auth = excluded.auth, "
        "rests_until = excluded.rests_until, created_at = excluded.created_at";
    struct subscription row = *s;
    row.rests_until = 0;
    return rows_insert(cx, &subscriptions, &row, sql, "i", cx->now);
}

enum errcode
store_subscription_remove(struct cx *cx, int64_t device_id, struct str endpoint, bool *changed_out)
{
    return db_exec_one(
        cx, changed_out,
        "DELETE FROM push_subscription WHERE device_id = $1 AND endpoint = COALESCE($2, endpoint)", "it",
        device_id, endpoint);
}

enum errcode
store_subscription_rest(struct cx *cx, int64_t device_id, struct str endpoint, int64_t until)
{
    static const char sql[] =
        "UPDATE push_subscription SET rests_until = $3 WHERE device_id = $1 AND endpoint = $2";
    return db_exec(cx, NULL, sql, "iti", device_id, endpoint, until);
}

enum errcode
store_subscription_devices(struct cx *cx, int64_t technician_id, int64_t **ids_out, size_t *n_out)
{
    static const char sql[] = "SELECT d.id FROM device d JOIN push_subscription p ON p.device_id = d.id "
                              "WHERE d.technician_id = $1 AND d.state = 'active' ORDER BY d.id";
    return rows_list(cx, &rows_integers, ids_out, n_out, sql, "i", technician_id);
}
