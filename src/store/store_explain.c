/* SPDX-License-Identifier: Apache-2.0 */
/* store_explain: see store_explain.h. */
#include "store/store_explain.h"

#include "db/db.h"
#include "db/rows.h"

enum errcode
store_explain_pushes(struct cx *cx, int64_t login_id, int64_t limit, struct explain_push **pushes_out,
                     size_t *n_out)
{
    struct db_rows *rows;
    struct explain_push *list = NULL;
    size_t n = 0;
    enum errcode err = db_query(cx, &rows,
                                "SELECT id, public_id, state, created_at, seen_at, expires_at FROM challenge "
                                "WHERE login_id = $1 ORDER BY created_at, id LIMIT $2",
                                "ii", login_id, limit);
    if (err != ERR_NONE)
        return err;
    while (db_next(cx, rows)) {
        list = rows_grow(cx, list, n, sizeof *list);
        list[n++] = (struct explain_push){.id = db_int(rows, 0),
                                          .public_id = db_text(cx, rows, 1),
                                          .state = db_text(cx, rows, 2),
                                          .created_at = db_int(rows, 3),
                                          .seen_at = db_int(rows, 4),
                                          .expires_at = db_int(rows, 5)};
    }
    *pushes_out = list;
    *n_out = n;
    return db_done(cx, rows);
}

enum errcode
store_explain_deliveries(struct cx *cx, int64_t challenge_id, int64_t limit,
                         struct explain_delivery **deliveries_out, size_t *n_out)
{
    struct db_rows *rows;
    struct explain_delivery *list = NULL;
    size_t n = 0;
    enum errcode err = db_query(
        cx, &rows,
        "SELECT o.transport, o.state, p.endpoint, o.device_id, o.attempts, o.created_at FROM outbox o "
        "LEFT JOIN push_subscription p ON p.device_id = o.device_id "
        "WHERE o.challenge_id = $1 ORDER BY o.created_at, o.id LIMIT $2",
        "ii", challenge_id, limit);
    if (err != ERR_NONE)
        return err;
    while (db_next(cx, rows)) {
        list = rows_grow(cx, list, n, sizeof *list);
        list[n++] = (struct explain_delivery){.transport = db_text(cx, rows, 0),
                                              .state = db_text(cx, rows, 1),
                                              .endpoint = db_text(cx, rows, 2),
                                              .device_id = db_int(rows, 3),
                                              .attempts = db_int(rows, 4),
                                              .created_at = db_int(rows, 5)};
    }
    *deliveries_out = list;
    *n_out = n;
    return db_done(cx, rows);
}

enum errcode
store_explain_open_logins(struct cx *cx, int64_t technician_id, int64_t *n_out)
{
    struct db_rows *rows;
    *n_out = 0;
    enum errcode err = db_query(cx, &rows,
                                "SELECT count(*) FROM login WHERE technician_id = $1 AND state = 'open' AND "
                                "expires_at > $2",
                                "ii", technician_id, cx->now);
    if (err != ERR_NONE)
        return err;
    if (db_next(cx, rows))
        *n_out = db_int(rows, 0);
    return db_done(cx, rows);
}
