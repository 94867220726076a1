/* SPDX-License-Identifier: Apache-2.0 */
/* store_outbox: the SQL of the courier's deliveries. */
#include "store/store_outbox.h"

#include "db/db.h"
#include "db/rows.h"

/* A letter that says so. */
#define IS_CLEARED "(a.cleared_at > 0 AND o.created_at >= a.cleared_at)"
/* Of o, joined to its challenge c, its notice n, its alarm a and its device's subscription p; only outbox has
 * the three columns without a prefix. */
#define OUTBOX(FIRST, COLUMN, EXPRESSION)                                                             \
    FIRST(outbox_row, text, transport)                                                                \
    EXPRESSION(outbox_row, integer, id, "o.id")                                                       \
    EXPRESSION(outbox_row, reference, challenge_id, "o.challenge_id")                                 \
    EXPRESSION(outbox_row, reference, notice_id, "o.notice_id")                                       \
    EXPRESSION(outbox_row, reference, alarm_id, "o.alarm_id")                                         \
    EXPRESSION(outbox_row, reference, device_id, "o.device_id")                                       \
    COLUMN(outbox_row, integer, attempts)                                                             \
    COLUMN(outbox_row, integer, claimed)                                                              \
    EXPRESSION(outbox_row, integer, next_at, "o.next_at")                                             \
    EXPRESSION(outbox_row, integer, created_at, "o.created_at")                                       \
    EXPRESSION(outbox_row, integer, expires_at, "o.expires_at")                                       \
    EXPRESSION(outbox_row, text_or_null, public_id, "COALESCE(c.public_id, n.public_id)")             \
    EXPRESSION(outbox_row, flag, is_pending,                                                          \
               "CASE WHEN c.state = 'pending' OR n.id IS NOT NULL OR a.cleared_at = 0 OR " IS_CLEARED \
               " THEN 1 ELSE 0 END")                                                                  \
    EXPRESSION(outbox_row, flag, alarm.is_cleared, "CASE WHEN " IS_CLEARED " THEN 1 ELSE 0 END")      \
    EXPRESSION(outbox_row, text_or_null, alarm.class, "a.class")                                      \
    EXPRESSION(outbox_row, text_or_null, alarm.subject, "a.subject")                                  \
    EXPRESSION(outbox_row, text_or_null, alarm.detail, "a.detail")                                    \
    EXPRESSION(outbox_row, integer, alarm.raised_at, "COALESCE(a.raised_at, 0)")                      \
    EXPRESSION(outbox_row, reference, subscription.device_id, "o.device_id")                          \
    EXPRESSION(outbox_row, text_or_null, subscription.endpoint, "p.endpoint")                         \
    EXPRESSION(outbox_row, blob_or_null, subscription.p256dh, "p.p256dh")                             \
    EXPRESSION(outbox_row, blob_or_null, subscription.auth, "p.auth")                                 \
    EXPRESSION(outbox_row, integer, subscription.rests_until, "COALESCE(p.rests_until, 0)")
ROWS_TYPE(deliveries, outbox_row, OUTBOX, .missing = "");

#define OUTBOX_COLUMNS ROWS_COLUMNS(OUTBOX)
#define SELECT_WAITING                                                                         \
    "SELECT " OUTBOX_COLUMNS " FROM outbox o "                                                 \
    "LEFT JOIN challenge c ON c.id = o.challenge_id LEFT JOIN notice n ON n.id = o.notice_id " \
    "LEFT JOIN alarm a ON a.id = o.alarm_id "                                                  \
    "LEFT JOIN push_subscription p ON p.device_id = o.device_id AND EXISTS (SELECT 1 FROM "    \
    "device d WHERE d.id = o.device_id AND d.state = 'active') WHERE o.state = 'waiting' "

enum errcode
store_outbox_insert(struct cx *cx, const struct outbox_row *r)
{
    static const char sql[] =
        "INSERT INTO outbox (id, challenge_id, notice_id, alarm_id, device_id, transport, state, attempts, "
        "next_at, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, 'waiting', 0, $7, $8, $9)";
    cx->has_posted = true;
    return db_exec(cx, NULL, sql, "irrrrtiii", r->id, r->challenge_id, r->notice_id, r->alarm_id,
                   r->device_id, r->transport, r->next_at, r->created_at, r->expires_at);
}

enum errcode
store_outbox_rings(struct cx *cx, int64_t device_id, int64_t *n_out)
{
    return rows_number(cx, n_out,
                       "SELECT COUNT(*) FROM outbox WHERE device_id = $1 AND state = 'waiting' "
                       "AND notice_id IS NOT NULL",
                       "i", device_id);
}

enum errcode
store_outbox_due(struct cx *cx, int64_t now, int64_t limit, struct outbox_row **rows_out, size_t *n_out)
{
    static const char sql[] = SELECT_WAITING "AND o.next_at <= $1 ORDER BY o.next_at, o.id LIMIT $2";
    return rows_list(cx, &deliveries, rows_out, n_out, sql, "ii", now, limit);
}

enum errcode
store_outbox_claimed(struct cx *cx, int64_t limit, struct outbox_row **rows_out, size_t *n_out)
{
    static const char sql[] = SELECT_WAITING "AND o.claimed <> 0 ORDER BY o.next_at, o.id LIMIT $1";
    return rows_list(cx, &deliveries, rows_out, n_out, sql, "i", limit);
}

enum errcode
store_outbox_claimed_by(struct cx *cx, int64_t node, int64_t limit, struct outbox_row **rows_out,
                        size_t *n_out)
{
    static const char sql[] =
        SELECT_WAITING "AND o.claimed <> 0 AND o.claimed = $1 ORDER BY o.next_at, o.id LIMIT $2";
    return rows_list(cx, &deliveries, rows_out, n_out, sql, "ii", node, limit);
}

enum errcode
store_outbox_count(struct cx *cx, int64_t *n_out)
{
    return rows_number(cx, n_out, "SELECT count(*) FROM outbox WHERE state = 'waiting'", "");
}

enum errcode
store_outbox_next(struct cx *cx, int64_t *at_out)
{
    return rows_number(cx, at_out,
                       "SELECT next_at FROM outbox WHERE state = 'waiting' ORDER BY next_at LIMIT 1", "");
}

enum errcode
store_outbox_move(struct cx *cx, const struct outbox_row *row, const struct outbox_move *m, bool *moved_out)
{
    static const char sql[] =
        "UPDATE outbox SET state = $3, next_at = $4, attempts = attempts + $5, claimed = $6 "
        "WHERE id = $1 AND state || '' = 'waiting' AND +next_at = $2";
    return db_exec_one(cx, moved_out, sql, "iitiii", row->id, row->next_at, str_from_cstr(m->state),
                       m->next_at, (int64_t)m->is_attempt, m->claim);
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
        "AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.challenge_id = c.id AND o.state || '' IN ('waiting', "
        "'sent')) "
        "AND NOT EXISTS (SELECT 1 FROM device d WHERE d.technician_id = c.technician_id AND "
        "d.state = 'active' AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.challenge_id = c.id AND "
        "o.state || '' = 'failed' AND (o.device_id = d.id OR (o.device_id IS NULL AND NOT EXISTS (SELECT 1 "
        "FROM "
        "outbox p WHERE p.challenge_id = c.id AND p.device_id = d.id))))) "
        "ORDER BY c.expires_at LIMIT $2";
    return rows_list(cx, &rows_integers, ids_out, n_out, sql, "iii", cx->now, limit, since);
}
