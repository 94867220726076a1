/* SPDX-License-Identifier: Apache-2.0 */
/* store_lockout: see store_lockout.h. A lock changes its row for the last time when it ends; changed_at is
 * set to that time, so that permanent locks are not examined whenever old rows are removed. */
#include "store/store_lockout.h"

#include "db/db.h"
#include "db/rows.h"

#define LOCKOUT(FIRST, COLUMN, EXPRESSION)       \
    FIRST(lockout_row, digest, key)              \
    COLUMN(lockout_row, digest_or_null, account) \
    COLUMN(lockout_row, integer, technician_id)  \
    COLUMN(lockout_row, text, source)            \
    COLUMN(lockout_row, integer, failures)       \
    COLUMN(lockout_row, integer, locked_until)   \
    COLUMN(lockout_row, integer, turned_away)    \
    COLUMN(lockout_row, integer, period)         \
    COLUMN(lockout_row, integer, counted)        \
    COLUMN(lockout_row, integer, refusals)       \
    COLUMN(lockout_row, integer, proved_at)
ROWS_TYPE(lockouts, lockout_row, LOCKOUT, .missing = "");

#define SOURCE(FIRST, COLUMN, EXPRESSION) \
    FIRST(lockout_source, text, source)   \
    EXPRESSION(lockout_source, integer, until, "locked_until")
ROWS_TYPE(sources, lockout_source, SOURCE, .missing = "");

enum errcode
store_lockout_get(struct cx *cx, const struct digest *key, struct lockout_row *row_out)
{
    return rows_optional(cx, &lockouts, row_out,
                         "SELECT " ROWS_COLUMNS(LOCKOUT) " FROM lockout WHERE key = $1", "d", key);
}

enum errcode
store_lockout_take(struct cx *cx, struct lockout_row *row)
{
    static const char sql[] =
        "INSERT INTO lockout (key, failures, locked_until, changed_at, account, technician_id, source) "
        "VALUES ($1, 0, 0, $2, $3, $4, $5) ON CONFLICT (key) DO UPDATE "
        "SET account = $3, technician_id = $4, source = $5 RETURNING " ROWS_COLUMNS(LOCKOUT);
    return rows_optional(cx, &lockouts, row, sql, "didit", &row->key, cx->now, &row->account,
                         row->technician_id, row->source);
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
    static const char sql[] =
        "SELECT " ROWS_COLUMNS(LOCKOUT) " FROM lockout WHERE locked_until <> 0 "
                                        "AND locked_until <= $1 ORDER BY locked_until LIMIT $2";
    return rows_list(cx, &lockouts, rows_out, n_out, sql, "ii", cx->now, limit);
}

enum errcode
store_lockout_count_recent(struct cx *cx, const struct store_lockout_recent *recent, int64_t *n_out)
{
    return rows_number(
        cx, n_out,
        "SELECT count(*) FROM (SELECT key FROM lockout WHERE locked_until <> 0 AND locked_until > $1 "
        "AND changed_at > $2 AND technician_id > 0 AND source = '' LIMIT $3) x",
        "iii", cx->now, recent->since, recent->most);
}

enum errcode
store_lockout_sources(struct cx *cx, const struct digest *account, int64_t limit,
                      struct lockout_source **sources_out, size_t *n_out)
{
    static const char sql[] =
        "SELECT " ROWS_COLUMNS(SOURCE) " FROM lockout WHERE account = $1 AND source <> '' "
                                       "AND locked_until > $2 ORDER BY locked_until DESC, source LIMIT $3";
    return rows_list(cx, &sources, sources_out, n_out, sql, "dii", account, cx->now, limit);
}

enum errcode
store_lockout_forget(struct cx *cx, const struct digest *account, int64_t until, int64_t *turned_away_out)
{
    int64_t *turned_away;
    size_t n;
    enum errcode err =
        rows_list(cx, &rows_integers, &turned_away, &n,
                  "DELETE FROM lockout WHERE key IN (SELECT key FROM lockout WHERE account = $1 "
                  "UNION SELECT key FROM lockout WHERE key = $1) AND locked_until <= $2 "
                  "RETURNING turned_away",
                  "di", account, until);
    *turned_away_out = 0;
    for (size_t i = 0; i < n; i++)
        *turned_away_out += turned_away[i];
    return err;
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
