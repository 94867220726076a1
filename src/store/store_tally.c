/* SPDX-License-Identifier: Apache-2.0 */
/* store_tally: see store_tally.h. */
#include "store/store_tally.h"

#include "db/db.h"
#include "db/rows.h"

#define TALLY(FIRST, COLUMN, EXPRESSION)     \
    FIRST(tally_row, integer, technician_id) \
    COLUMN(tally_row, text, event)           \
    COLUMN(tally_row, text, source)          \
    COLUMN(tally_row, integer, company_id)   \
    COLUMN(tally_row, integer, began_at)     \
    COLUMN(tally_row, integer, written)      \
    COLUMN(tally_row, integer, counted)
ROWS_TYPE(tallies, tally_row, TALLY, .missing = "");

#define COLUMNS ROWS_STORED(TALLY)
#define ITS_KEY " WHERE technician_id = $1 AND event = $2 AND source = $3"

enum errcode
store_tally_take(struct cx *cx, struct tally_row *row)
{
    return rows_optional(
        cx, &tallies, row,
        "INSERT INTO tally (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, 0, 0) "
        "ON CONFLICT (technician_id, event, source) DO UPDATE SET company_id = $4 RETURNING " COLUMNS,
        "ittii", row->technician_id, row->event, row->source, row->company_id, cx->now);
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

enum errcode
store_tally_of_source(struct cx *cx, int64_t technician_id, struct str source, struct tally_row **rows_out,
                      size_t *n_out)
{
    return rows_list(cx, &tallies, rows_out, n_out,
                     "SELECT " COLUMNS " FROM tally WHERE technician_id = $1 AND source = $2 ORDER BY event",
                     "it", technician_id, source);
}

enum errcode
store_tally_over(struct cx *cx, int64_t before, int64_t limit, struct tally_row **rows_out, size_t *n_out)
{
    return rows_list(cx, &tallies, rows_out, n_out,
                     "SELECT " COLUMNS " FROM tally WHERE began_at < $1 ORDER BY began_at LIMIT $2", "ii",
                     before, limit);
}
