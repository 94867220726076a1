/* SPDX-License-Identifier: Apache-2.0 */
/* store_alarm: see the header. */
#include "store/store_alarm.h"

#include "db/db.h"
#include "db/rows.h"

#define ALARM(FIRST, COLUMN, EXPRESSION)  \
    FIRST(alarm_row, integer, id)         \
    COLUMN(alarm_row, text, class)        \
    COLUMN(alarm_row, text, subject)      \
    COLUMN(alarm_row, text, detail)       \
    COLUMN(alarm_row, integer, raised_at) \
    COLUMN(alarm_row, integer, seen_at)   \
    COLUMN(alarm_row, integer, cleared_at)
ROWS_TYPE(alarms, alarm_row, ALARM, .missing = "no such alarm");

#define SELECT "SELECT " ROWS_COLUMNS(ALARM) " FROM alarm "

enum errcode
store_alarm_standing(struct cx *cx, struct str class, struct str subject, struct alarm_row *row_out)
{
    struct alarm_row *rows = NULL;
    size_t n = 0;
    enum errcode err = rows_list(cx, &alarms, &rows, &n,
                                 SELECT "WHERE class = $1 AND subject = $2 AND cleared_at = 0 LIMIT $3",
                                 "tti", class, subject, (int64_t)1);
    *row_out = n == 1 ? rows[0] : (struct alarm_row){.id = 0};
    return err;
}

enum errcode
store_alarm_insert(struct cx *cx, const struct alarm_row *r, bool *is_new_out)
{
    return db_exec_one(
        cx, is_new_out,
        "INSERT INTO alarm (" ROWS_STORED(ALARM) ") VALUES (" ROWS_PARAMETERS(ALARM) ") "
                                                                                     "ON CONFLICT DO NOTHING",
        "itttiii", r->id, r->class, r->subject, r->detail, r->raised_at, r->seen_at, r->cleared_at);
}

enum errcode
store_alarm_clear(struct cx *cx, int64_t id, int64_t at, bool *changed_out)
{
    return db_exec_one(cx, changed_out, "UPDATE alarm SET cleared_at = $2 WHERE id = $1 AND cleared_at = 0",
                       "ii", id, at);
}

enum errcode
store_alarm_seen(struct cx *cx, int64_t id, int64_t at)
{
    return db_exec(cx, NULL, "UPDATE alarm SET seen_at = $2 WHERE id = $1 AND cleared_at = 0", "ii", id, at);
}

enum errcode
store_alarm_list(struct cx *cx, int64_t limit, struct alarm_row **rows_out, size_t *n_out)
{
    return rows_list(cx, &alarms, rows_out, n_out,
                     SELECT "WHERE cleared_at = 0 ORDER BY raised_at, id LIMIT $1", "i", limit);
}

enum errcode
store_alarm_unseen(struct cx *cx, int64_t before, struct str except, int64_t limit,
                   struct alarm_row **rows_out, size_t *n_out)
{
    return rows_list(cx, &alarms, rows_out, n_out,
                     SELECT "WHERE cleared_at = 0 AND seen_at < $1 AND class <> $2 ORDER BY seen_at LIMIT $3",
                     "iti", before, except, limit);
}

enum errcode
store_alarm_remove(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out)
{
    static const char sql[] = "DELETE FROM alarm WHERE id IN (SELECT id FROM alarm WHERE cleared_at > 0 AND "
                              "cleared_at < $1 ORDER BY cleared_at LIMIT $2)";
    return db_exec(cx, n_out, sql, "ii", before, limit);
}
