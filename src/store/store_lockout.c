/* SPDX-License-Identifier: Apache-2.0 */
/* store_lockout: see store_lockout.h. A lock changes its row for the last time when it ends; changed_at is
 * set to that time, so that permanent locks are not examined whenever old rows are removed. */
#include "store/store_lockout.h"

#include "db/db.h"
#include "db/rows.h"

#define COLUMNS                                                                                             \
    "key, account, technician_id, source, failures, locked_until, turned_away, period, counted, refusals, " \
    "proved_at"

static struct lockout_row
row_of(struct cx *cx, struct db_rows *rows)
{
    return (struct lockout_row){.key = db_digest(rows, 0),
                                .account = db_digest(rows, 1),
                                .technician_id = db_int(rows, 2),
                                .source = db_text(cx, rows, 3),
                                .failures = db_int(rows, 4),
                                .locked_until = db_int(rows, 5),
                                .turned_away = db_int(rows, 6),
                                .period = db_int(rows, 7),
                                .counted = db_int(rows, 8),
                                .refusals = db_int(rows, 9),
                                .proved_at = db_int(rows, 10)};
}

static enum errcode
read_one(struct cx *cx, struct db_rows *rows, struct lockout_row *row_out)
{
    *row_out = (struct lockout_row){.failures = 0};
    if (db_next(cx, rows))
        *row_out = row_of(cx, rows);
    return db_done(cx, rows);
}

enum errcode
store_lockout_get(struct cx *cx, const struct digest *key, struct lockout_row *row_out)
{
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, "SELECT " COLUMNS " FROM lockout WHERE key = $1", "d", key);
    return err != ERR_NONE ? err : read_one(cx, rows, row_out);
}

enum errcode
store_lockout_take(struct cx *cx, struct lockout_row *row)
{
    struct db_rows *rows;
    enum errcode err = db_query(
        cx, &rows,
        "INSERT INTO lockout (key, failures, locked_until, changed_at, account, technician_id, source) "
        "VALUES ($1, 0, 0, $2, $3, $4, $5) ON CONFLICT (key) DO UPDATE "
        "SET account = $3, technician_id = $4, source = $5 RETURNING " COLUMNS,
        "didit", &row->key, cx->now, &row->account, row->technician_id, row->source);
    return err != ERR_NONE ? err : read_one(cx, rows, row);
}

enum errcode
store_lockout_put(struct cx *cx, const struct lockout_row *row)
{
    const int64_t changed = row->locked_until > cx->now ? row->locked_until : cx->now;
    return db_exec(cx, NULL,
                   "UPDATE lockout SET failures = $2, locked_until = $3, turned_away = $4, period = $5, "
                   "counted = $6, refusals = $7, proved_at = $8, changed_at = $9 WHERE key = $1",
                   "diiiiiiii", &row->key, row->failures, row->locked_until, row->turned_away, row->period,
                   row->counted, row->refusals, row->proved_at, changed);
}

enum errcode
store_lockout_over(struct cx *cx, int64_t limit, struct lockout_row **rows_out, size_t *n_out)
{
    struct lockout_row *list = NULL;
    struct db_rows *rows;
    size_t n = 0;
    *rows_out = NULL;
    *n_out = 0;
    enum errcode err = db_query(cx, &rows,
                                "SELECT " COLUMNS " FROM lockout WHERE locked_until <> 0 "
                                "AND locked_until <= $1 ORDER BY locked_until LIMIT $2",
                                "ii", cx->now, limit);
    if (err != ERR_NONE)
        return err;
    for (; db_next(cx, rows); n++) {
        list = rows_grow(cx, list, n, sizeof *list);
        list[n] = row_of(cx, rows);
    }
    *rows_out = list;
    *n_out = n;
    return db_done(cx, rows);
}

enum errcode
store_lockout_sources(struct cx *cx, const struct digest *account, int64_t limit,
                      struct lockout_source **sources_out, size_t *n_out)
{
    struct lockout_source *list = NULL;
    struct db_rows *rows;
    size_t n = 0;
    *sources_out = NULL;
    *n_out = 0;
    enum errcode err =
        db_query(cx, &rows,
                 "SELECT source, locked_until FROM lockout WHERE account = $1 AND source <> '' "
                 "AND locked_until > $2 ORDER BY locked_until DESC, source LIMIT $3",
                 "dii", account, cx->now, limit);
    if (err != ERR_NONE)
        return err;
    for (; db_next(cx, rows); n++) {
        list = rows_grow(cx, list, n, sizeof *list);
        list[n] = (struct lockout_source){db_text(cx, rows, 0), db_int(rows, 1)};
    }
    *sources_out = list;
    *n_out = n;
    return db_done(cx, rows);
}

enum errcode
store_lockout_forget(struct cx *cx, const struct digest *account, int64_t until, int64_t *turned_away_out)
{
    struct db_rows *rows;
    *turned_away_out = 0;
    enum errcode err = db_query(cx, &rows,
                                "DELETE FROM lockout WHERE (account = $1 OR key = $1) AND locked_until <= $2 "
                                "RETURNING turned_away",
                                "di", account, until);
    if (err != ERR_NONE)
        return err;
    while (db_next(cx, rows))
        *turned_away_out += db_int(rows, 0);
    return db_done(cx, rows);
}

enum errcode
store_lockout_clear(struct cx *cx, const struct digest *key)
{
    return db_exec(cx, NULL, "DELETE FROM lockout WHERE key = $1", "d", key);
}

enum errcode
store_lockout_remove(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out)
{
    return db_exec(cx, n_out,
                   "DELETE FROM lockout WHERE key IN (SELECT key FROM lockout "
                   "WHERE changed_at < $1 AND locked_until <= $2 LIMIT $3)",
                   "iii", before, cx->now, limit);
}
