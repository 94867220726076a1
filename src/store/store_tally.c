/* SPDX-License-Identifier: Apache-2.0 */
/* store_tally: see store_tally.h. */
#include "store/store_tally.h"

#include "db/db.h"
#include "db/rows.h"

#define COLUMNS "technician_id, event, source, company_id, began_at, written, counted"
#define ITS_KEY " WHERE technician_id = $1 AND event = $2 AND source = $3"

static struct tally_row
row_of(struct cx *cx, struct db_rows *rows)
{
    return (struct tally_row){.technician_id = db_int(rows, 0),
                              .event = db_text(cx, rows, 1),
                              .source = db_text(cx, rows, 2),
                              .company_id = db_int(rows, 3),
                              .began_at = db_int(rows, 4),
                              .written = db_int(rows, 5),
                              .counted = db_int(rows, 6)};
}

enum errcode
store_tally_take(struct cx *cx, struct tally_row *row)
{
    struct db_rows *rows;
    enum errcode err = db_query(
        cx, &rows,
        "INSERT INTO tally (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, 0, 0) "
        "ON CONFLICT (technician_id, event, source) DO UPDATE SET company_id = $4 RETURNING " COLUMNS,
        "ittii", row->technician_id, row->event, row->source, row->company_id, cx->now);
    if (err != ERR_NONE)
        return err;
    if (db_next(cx, rows))
        *row = row_of(cx, rows);
    return db_done(cx, rows);
}

enum errcode
store_tally_put(struct cx *cx, const struct tally_row *row)
{
    return db_exec(cx, NULL, "UPDATE tally SET began_at = $4, written = $5, counted = $6" ITS_KEY, "ittiii",
                   row->technician_id, row->event, row->source, row->began_at, row->written, row->counted);
}

enum errcode
store_tally_remove(struct cx *cx, const struct tally_row *row)
{
    return db_exec(cx, NULL, "DELETE FROM tally" ITS_KEY, "itt", row->technician_id, row->event, row->source);
}

static enum errcode
read_all(struct cx *cx, struct db_rows *rows, struct tally_row **rows_out, size_t *n_out)
{
    struct tally_row *list = NULL;
    size_t n = 0;
    for (; db_next(cx, rows); n++) {
        list = rows_grow(cx, list, n, sizeof *list);
        list[n] = row_of(cx, rows);
    }
    *rows_out = list;
    *n_out = n;
    return db_done(cx, rows);
}

enum errcode
store_tally_of_source(struct cx *cx, int64_t technician_id, struct str source, struct tally_row **rows_out,
                      size_t *n_out)
{
    struct db_rows *rows;
    *rows_out = NULL;
    *n_out = 0;
    enum errcode err = db_query(
        cx, &rows, "SELECT " COLUMNS " FROM tally WHERE technician_id = $1 AND source = $2 ORDER BY event",
        "it", technician_id, source);
    return err != ERR_NONE ? err : read_all(cx, rows, rows_out, n_out);
}

enum errcode
store_tally_over(struct cx *cx, int64_t before, int64_t limit, struct tally_row **rows_out, size_t *n_out)
{
    struct db_rows *rows;
    *rows_out = NULL;
    *n_out = 0;
    enum errcode err =
        db_query(cx, &rows, "SELECT " COLUMNS " FROM tally WHERE began_at < $1 ORDER BY began_at LIMIT $2",
                 "ii", before, limit);
    return err != ERR_NONE ? err : read_all(cx, rows, rows_out, n_out);
}
