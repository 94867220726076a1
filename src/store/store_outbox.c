/* SPDX-License-Identifier: Apache-2.0 */
/* store_outbox: the SQL of the courier's deliveries. */
#include "store/store_outbox.h"

#include "db/db.h"

enum errcode
store_outbox_insert(struct cx *cx, const struct outbox_row *r)
{
    static const char sql[] =
        "INSERT INTO outbox (id, challenge_id, notice_id, device_id, transport, state, attempts, next_at, "
        "created_at, expires_at) VALUES ($1, NULLIF($2, 0), NULLIF($3, 0), NULLIF($4, 0), $5, 'waiting', 0, "
        "$6, $7, $8)";
    cx->has_posted = true;
    return db_exec(cx, NULL, sql, "iiiitiii", r->id, r->challenge_id, r->notice_id, r->device_id,
                   r->transport, r->next_at, r->created_at, r->expires_at);
}

enum errcode
store_outbox_rings(struct cx *cx, int64_t device_id, int64_t *n_out)
{
    struct db_rows *rows;
    *n_out = 0;
    enum errcode err = db_query(cx, &rows,
                                "SELECT COUNT(*) FROM outbox WHERE device_id = $1 AND state = 'waiting' "
                                "AND notice_id IS NOT NULL",
                                "i", device_id);
    if (err != ERR_NONE)
        return err;
    if (db_next(cx, rows))
        *n_out = db_int(rows, 0);
    return db_done(cx, rows);
}

#define OUTBOX_WAITING                                                                            \
    "SELECT o.id, o.challenge_id, o.notice_id, o.device_id, o.transport, o.attempts, o.next_at, " \
    "o.created_at, o.expires_at, COALESCE(c.public_id, n.public_id), "                            \
    "CASE WHEN c.state = 'pending' OR n.id IS NOT NULL THEN 1 ELSE 0 END, "                       \
    "p.endpoint, p.p256dh, p.auth, p.rests_until FROM outbox o "                                  \
    "LEFT JOIN challenge c ON c.id = o.challenge_id LEFT JOIN notice n ON n.id = o.notice_id "    \
    "LEFT JOIN push_subscription p ON p.device_id = o.device_id AND EXISTS (SELECT 1 FROM "       \
    "device d WHERE d.id = o.device_id AND d.state = 'active') WHERE o.state = 'waiting' "

static enum errcode
read_rows(struct cx *cx, struct db_rows *rows, int64_t limit, struct outbox_row **rows_out, size_t *n_out)
{
    struct outbox_row *list = arena_array(&cx->arena, (size_t)limit, sizeof(*list));
    size_t n = 0;
    while (n < (size_t)limit && db_next(cx, rows)) {
        struct outbox_row *r = &list[n++];
        r->id = db_int(rows, 0);
        r->challenge_id = db_int(rows, 1);
        r->notice_id = db_int(rows, 2);
        r->device_id = db_int(rows, 3);
        r->transport = db_text(cx, rows, 4);
        r->attempts = db_int(rows, 5);
        r->next_at = db_int(rows, 6);
        r->created_at = db_int(rows, 7);
        r->expires_at = db_int(rows, 8);
        r->public_id = db_text(cx, rows, 9);
        r->is_pending = db_int(rows, 10) != 0;
        r->push = (struct push_subscription){.device_id = r->device_id,
                                             .endpoint = db_text(cx, rows, 11),
                                             .p256dh = db_blob(cx, rows, 12),
                                             .auth = db_blob(cx, rows, 13),
                                             .rests_until = db_int(rows, 14)};
    }
    *rows_out = list;
    *n_out = n;
    return db_done(cx, rows);
}

enum errcode
store_outbox_due(struct cx *cx, int64_t now, int64_t limit, struct outbox_row **rows_out, size_t *n_out)
{
    static const char sql[] = OUTBOX_WAITING "AND o.next_at <= $1 ORDER BY o.next_at, o.id LIMIT $2";
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, sql, "ii", now, limit);
    return err != ERR_NONE ? err : read_rows(cx, rows, limit, rows_out, n_out);
}

enum errcode
store_outbox_claimed(struct cx *cx, int64_t limit, struct outbox_row **rows_out, size_t *n_out)
{
    static const char sql[] = OUTBOX_WAITING "AND o.claimed <> 0 ORDER BY o.next_at, o.id LIMIT $1";
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, sql, "i", limit);
    return err != ERR_NONE ? err : read_rows(cx, rows, limit, rows_out, n_out);
}

enum errcode
store_outbox_next(struct cx *cx, int64_t *at_out)
{
    struct db_rows *rows;
    *at_out = 0;
    enum errcode err = db_query(
        cx, &rows, "SELECT next_at FROM outbox WHERE state = 'waiting' ORDER BY next_at LIMIT 1", "");
    if (err != ERR_NONE)
        return err;
    if (db_next(cx, rows))
        *at_out = db_int(rows, 0);
    return db_done(cx, rows);
}

enum errcode
store_outbox_move(struct cx *cx, const struct outbox_row *row, const struct outbox_move *m, bool *moved_out)
{
    static const char sql[] =
        "UPDATE outbox SET state = $3, next_at = $4, attempts = attempts + $5, claimed = $6 "
        "WHERE id = $1 AND state = 'waiting' AND next_at = $2";
    int64_t n = 0;
    enum errcode err = db_exec(cx, &n, sql, "iitiii", row->id, row->next_at, str_from_cstr(m->state),
                               m->next_at, (int64_t)m->is_attempt, (int64_t)m->is_claim);
    *moved_out = n != 0;
    return err;
}

enum errcode
store_outbox_undelivered(struct cx *cx, int64_t since, int64_t limit, int64_t **ids_out, size_t *n_out)
{
    /* CROSS: SQLite keeps the order of such a join, and examines few rows. */
    static const char sql[] =
        "SELECT c.id FROM (SELECT DISTINCT challenge_id FROM outbox WHERE state = 'failed' AND next_at > $3) "
        "f "
        "CROSS JOIN challenge c WHERE c.id = f.challenge_id "
        "AND c.expires_at > $1 AND c.state = 'pending' AND c.seen_at = 0 "
        "AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.challenge_id = c.id AND o.state IN ('waiting', "
        "'sent')) "
        "AND NOT EXISTS (SELECT 1 FROM device d WHERE d.technician_id = c.technician_id AND "
        "d.state = 'active' AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.challenge_id = c.id AND "
        "o.state = 'failed' AND (o.device_id = d.id OR (o.device_id IS NULL AND NOT EXISTS (SELECT 1 FROM "
        "outbox p WHERE p.challenge_id = c.id AND p.device_id = d.id))))) "
        "ORDER BY c.expires_at LIMIT $2";
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, sql, "iii", cx->now, limit, since);
    if (err != ERR_NONE)
        return err;
    *ids_out = arena_array(&cx->arena, (size_t)limit, sizeof(**ids_out));
    *n_out = 0;
    while (*n_out < (size_t)limit && db_next(cx, rows))
        (*ids_out)[(*n_out)++] = db_int(rows, 0);
    return db_done(cx, rows);
}
