/* SPDX-License-Identifier: Apache-2.0 */
/* store_notice: see store_notice.h. */
#include "store/store_notice.h"

#include "db/db.h"

enum { FOLDED = 1000 }; /* at a time: an earlier version kept any number */

enum errcode
store_notice_insert(struct cx *cx, int64_t device_id, const struct notice *n)
{
    return db_exec(cx, NULL,
                   "INSERT INTO notice (id, device_id, public_id, kind, subject, created_at, times, since) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                   "iitttiii", n->id, device_id, n->public_id, n->kind, n->subject, n->created_at, n->times,
                   n->since);
}

/* Rows of times and since. */
static enum errcode
add_all(struct cx *cx, struct db_rows *rows, int64_t *times, int64_t *since)
{
    while (db_next(cx, rows)) {
        *times += db_int(rows, 0);
        *since = db_int(rows, 1) < *since ? db_int(rows, 1) : *since;
    }
    return db_done(cx, rows);
}

enum errcode
store_notice_join(struct cx *cx, int64_t device_id, struct notice *n)
{
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows,
                                "DELETE FROM notice WHERE device_id = $1 AND kind = $2 AND subject = $3 "
                                "RETURNING times, since",
                                "itt", device_id, n->kind, n->subject);
    return err != ERR_NONE ? err : add_all(cx, rows, &n->times, &n->since);
}

enum errcode
store_notice_fold(struct cx *cx, int64_t device_id, const struct notice *n, int64_t most)
{
    struct db_rows *rows;
    int64_t times = 0, since = n->since;
    enum errcode err = db_query(cx, &rows,
                                "DELETE FROM notice WHERE id IN (SELECT id FROM notice WHERE device_id = $1 "
                                "AND kind = $2 AND id <> $3 ORDER BY created_at DESC, id LIMIT $5 OFFSET $4) "
                                "RETURNING times, since",
                                "itiii", device_id, n->kind, n->id, most - 1, (int64_t)FOLDED);
    if (err == ERR_NONE)
        err = add_all(cx, rows, &times, &since);
    if (err != ERR_NONE || times == 0)
        return err;
    return db_exec(
        cx, NULL,
        "UPDATE notice SET times = times + $3, since = CASE WHEN since < $4 THEN since ELSE $4 END "
        "WHERE id = (SELECT id FROM notice WHERE device_id = $1 AND kind = $2 "
        "ORDER BY created_at, id DESC LIMIT 1)",
        "itii", device_id, n->kind, times, since);
}

enum errcode
store_notice_list(struct cx *cx, int64_t device_id, int64_t limit, struct notice **notices_out, size_t *n_out)
{
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows,
                                "SELECT id, public_id, kind, subject, created_at, times, since FROM notice "
                                "WHERE device_id = $1 ORDER BY created_at DESC, id LIMIT $2",
                                "ii", device_id, limit);
    *notices_out = NULL;
    *n_out = 0;
    if (err != ERR_NONE)
        return err;
    struct notice *list = arena_array(&cx->arena, (size_t)limit, sizeof(*list));
    size_t n = 0;
    while (n < (size_t)limit && db_next(cx, rows))
        list[n++] = (struct notice){.id = db_int(rows, 0),
                                    .public_id = db_text(cx, rows, 1),
                                    .kind = db_text(cx, rows, 2),
                                    .subject = db_text(cx, rows, 3),
                                    .created_at = db_int(rows, 4),
                                    .times = db_int(rows, 5),
                                    .since = db_int(rows, 6)};
    *notices_out = list;
    *n_out = n;
    return db_done(cx, rows);
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
