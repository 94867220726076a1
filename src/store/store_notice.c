/* SPDX-License-Identifier: Apache-2.0 */
/* store_notice: see store_notice.h. */
#include "store/store_notice.h"

#include "db/db.h"
#include "db/rows.h"

#define NOTICE(FIRST, COLUMN, EXPRESSION) \
    FIRST(notice, integer, id)            \
    COLUMN(notice, text, public_id)       \
    COLUMN(notice, text, kind)            \
    COLUMN(notice, text, subject)         \
    COLUMN(notice, integer, created_at)   \
    COLUMN(notice, integer, times)        \
    COLUMN(notice, integer, since)
ROWS_TYPE(notices, notice, NOTICE, .missing = "");

enum { FOLDED = 1000 }; /* at a time: an earlier version kept any number */

enum errcode
store_notice_insert(struct cx *cx, int64_t device_id, const struct notice *n)
{
    static const char sql[] =
        "INSERT INTO notice (" ROWS_STORED(NOTICE) ", device_id) VALUES (" ROWS_PARAMETERS(NOTICE) ", $8)";
    return rows_insert(cx, &notices, n, sql, "i", device_id);
}

/* Adds up those that a statement takes out. */
static void
add_all(const struct notice *gone, size_t n, int64_t *times, int64_t *since)
{
    for (size_t i = 0; i < n; i++) {
        *times += gone[i].times;
        *since = gone[i].since < *since ? gone[i].since : *since;
    }
}

#define OTHERS "device_id = $1 AND kind = $2 AND subject = $3 AND id <> $4"

enum errcode
store_notice_join(struct cx *cx, int64_t device_id, const struct notice *n)
{
    static const char letters[] = "UPDATE outbox SET notice_id = $4 WHERE claimed <> 0 AND notice_id IN "
                                  "(SELECT id FROM notice WHERE " OTHERS ")";
    static const char sql[] = "DELETE FROM notice WHERE " OTHERS " RETURNING " ROWS_COLUMNS(NOTICE);
    int64_t times = 0, since = n->since;
    struct notice *gone;
    size_t n_gone;
    enum errcode err = db_exec(cx, NULL, letters, "itti", device_id, n->kind, n->subject, n->id);
    if (err == ERR_NONE)
        err = rows_list(cx, &notices, &gone, &n_gone, sql, "itti", device_id, n->kind, n->subject, n->id);
    if (err != ERR_NONE || n_gone == 0)
        return err;
    add_all(gone, n_gone, &times, &since);
    return db_exec(cx, NULL, "UPDATE notice SET times = times + $2, since = $3 WHERE id = $1", "iii", n->id,
                   times, since);
}

enum errcode
store_notice_fold(struct cx *cx, int64_t device_id, const struct notice *n, int64_t most)
{
    static const char sql[] = "DELETE FROM notice WHERE id IN (SELECT id FROM notice WHERE device_id = $1 "
                              "AND kind = $2 AND id <> $3 ORDER BY created_at DESC, id LIMIT $5 OFFSET $4) "
                              "RETURNING " ROWS_COLUMNS(NOTICE);
    int64_t times = 0, since = n->since;
    struct notice *gone;
    size_t n_gone;
    enum errcode err = rows_list(cx, &notices, &gone, &n_gone, sql, "itiii", device_id, n->kind, n->id,
                                 most - 1, (int64_t)FOLDED);
    add_all(gone, n_gone, &times, &since);
    if (err != ERR_NONE || times == 0)
        return err;
    return db_exec(
        cx, NULL,
        "UPDATE notice SET times = times + $3, since = CASE WHEN since < $4 THEN since ELSE $4 END "
        "WHERE id = (SELECT id FROM notice WHERE device_id = $1 AND kind = $2 "
        "ORDER BY +created_at, id DESC LIMIT 1)",
        "itii", device_id, n->kind, times, since);
}

enum errcode
store_notice_list(struct cx *cx, int64_t device_id, int64_t limit, struct notice **notices_out, size_t *n_out)
{
    return rows_list(cx, &notices, notices_out, n_out,
                     "SELECT " ROWS_COLUMNS(NOTICE) " FROM notice WHERE device_id = $1 "
                                                    "ORDER BY created_at DESC, id LIMIT $2",
                     "ii", device_id, limit);
}

enum errcode
store_notice_remove(struct cx *cx, int64_t device_id, struct str public_id)
{
    return db_exec(cx, NULL, "DELETE FROM notice WHERE public_id = $2 AND device_id = $1", "it", device_id,
                   public_id);
}

enum errcode
store_notice_end(struct cx *cx, int64_t device_id)
{
    return db_exec(cx, NULL, "DELETE FROM notice WHERE device_id = $1", "i", device_id);
}

enum errcode
store_notice_sweep(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out)
{
    return db_exec(cx, n_out,
                   "DELETE FROM notice WHERE id IN "
                   "(SELECT id FROM notice WHERE created_at < $1 ORDER BY created_at LIMIT $2)",
                   "ii", before, limit);
}
