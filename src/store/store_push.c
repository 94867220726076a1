/* SPDX-License-Identifier: Apache-2.0 */
/* store_push: see store_push.h. */
#include "store/store_push.h"

#include "db/db.h"
#include "db/rows.h"

enum errcode
store_push_get(struct cx *cx, int64_t device_id, struct push_subscription *subscription_out)
{
    static const char sql[] =
        "SELECT endpoint, p256dh, auth, rests_until FROM push_subscription WHERE device_id = $1";
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, sql, "i", device_id);
    if (err != ERR_NONE)
        return err;
    bool found = db_next(cx, rows);
    if (found)
        *subscription_out = (struct push_subscription){.device_id = device_id,
                                                       .endpoint = db_text(cx, rows, 0),
                                                       .p256dh = db_blob(cx, rows, 1),
                                                       .auth = db_blob(cx, rows, 2),
                                                       .rests_until = db_int(rows, 3)};
    err = db_done(cx, rows);
    if (err == ERR_NONE && !found)
        err = err_set(cx, ERR_NOT_FOUND, "the device is not subscribed");
    return err;
}

enum errcode
store_push_put(struct cx *cx, const struct push_subscription *s)
{
    static const char sql[] =
        "INSERT INTO push_subscription (device_id, endpoint, p256dh, auth, rests_until, created_at) "
        "VALUES ($1, $2, $3, $4, 0, $5) ON CONFLICT (device_id) DO UPDATE SET endpoint = excluded.endpoint, "
        "p256dh = excluded.p256dh, auth = excluded.auth, rests_until = 0, created_at = excluded.created_at";
    return db_exec(cx, NULL, sql, "itbbi", s->device_id, s->endpoint, s->p256dh, s->auth, cx->now);
}

enum errcode
store_push_remove(struct cx *cx, int64_t device_id, struct str endpoint, bool *changed_out)
{
    static const char sql[] =
        "DELETE FROM push_subscription WHERE device_id = $1 AND endpoint = COALESCE($2, endpoint)";
    int64_t n = 0;
    enum errcode err = db_exec(cx, &n, sql, "it", device_id, endpoint);
    *changed_out = n != 0;
    return err;
}

enum errcode
store_push_rest(struct cx *cx, int64_t device_id, struct str endpoint, int64_t until)
{
    static const char sql[] =
        "UPDATE push_subscription SET rests_until = $3 WHERE device_id = $1 AND endpoint = $2";
    return db_exec(cx, NULL, sql, "iti", device_id, endpoint, until);
}

enum errcode
store_push_devices(struct cx *cx, int64_t technician_id, int64_t **ids_out, size_t *n_out)
{
    static const char sql[] = "SELECT d.id FROM device d JOIN push_subscription p ON p.device_id = d.id "
                              "WHERE d.technician_id = $1 AND d.state = 'active' ORDER BY d.id";
    struct db_rows *rows;
    int64_t *ids = NULL;
    size_t n = 0;
    enum errcode err = db_query(cx, &rows, sql, "i", technician_id);
    if (err != ERR_NONE)
        return err;
    for (; db_next(cx, rows); n++) {
        ids = rows_grow(cx, ids, n, sizeof *ids);
        ids[n] = db_int(rows, 0);
    }
    *ids_out = ids;
    *n_out = n;
    return db_done(cx, rows);
}
