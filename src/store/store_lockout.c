/* store_lockout: see store_lockout.h. A lock changes its row for the last time when it ends: that is its
 * changed_at, so that what is locked for good is not looked at whenever old rows are removed. */
#include "store/store_lockout.h"

#include "store/db.h"
#include "store/rows.h"

static enum errcode
read_one(struct cx *cx, struct db_rows *rows, struct lockout_row *row_out)
{
    *row_out = (struct lockout_row){0};
    if (db_next(cx, rows))
        *row_out = (struct lockout_row){db_int(rows, 0), db_int(rows, 1)};
    return db_done(cx, rows);
}

enum errcode
store_lockout_get(struct cx *cx, const struct digest *key, struct lockout_row *row_out)
{
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows,
                                "SELECT failures, locked_until FROM lockout "
                                "WHERE key = $1 AND (locked_until = 0 OR locked_until > $2)",
                                "di", key, cx->now);
    return err != ERR_NONE ? err : read_one(cx, rows, row_out);
}

enum errcode
store_lockout_count(struct cx *cx, const struct lockout_key *of, struct lockout_row *row_out)
{
    struct db_rows *rows;
    enum errcode err =
        db_query(cx, &rows,
                 "INSERT INTO lockout (key, failures, locked_until, changed_at, account, source) "
                 "VALUES ($1, 1, 0, $2, $3, $4) ON CONFLICT (key) DO UPDATE SET account = $3, source = $4, "
                 "failures = CASE WHEN lockout.locked_until <> 0 AND lockout.locked_until <= $2 "
                 "THEN 1 ELSE lockout.failures + 1 END, "
                 "locked_until = CASE WHEN lockout.locked_until <= $2 THEN 0 ELSE lockout.locked_until END, "
                 "changed_at = CASE WHEN lockout.locked_until > $2 THEN lockout.locked_until ELSE $2 END "
                 "RETURNING failures, locked_until",
                 "didt", &of->key, cx->now, &of->account, of->source);
    return err != ERR_NONE ? err : read_one(cx, rows, row_out);
}

enum errcode
store_lockout_lock(struct cx *cx, const struct digest *key, int64_t until)
{
    return db_exec(cx, NULL,
                   "INSERT INTO lockout (key, failures, locked_until, changed_at) VALUES ($1, 0, $2, $2) "
                   "ON CONFLICT (key) DO UPDATE SET locked_until = $2, changed_at = $2",
                   "di", key, until);
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
store_lockout_forget(struct cx *cx, const struct digest *account, int64_t until)
{
    return db_exec(cx, NULL, "DELETE FROM lockout WHERE (account = $1 OR key = $1) AND locked_until <= $2",
                   "di", account, until);
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
