/* SPDX-License-Identifier: Apache-2.0 */
/* store_reported: see the header. */
#include "store/store_reported.h"

#include "db/db.h"
#include "db/rows.h"

#define REPORTED(FIRST, COLUMN, EXPRESSION)      \
    FIRST(reported_row, integer, id)             \
    COLUMN(reported_row, integer, technician_id) \
    COLUMN(reported_row, integer, company_id)    \
    COLUMN(reported_row, integer, login_id)      \
    COLUMN(reported_row, text, source)           \
    COLUMN(reported_row, integer, created_at)    \
    COLUMN(reported_row, integer, taken_at)      \
    COLUMN(reported_row, text, taken_by)
ROWS_TYPE(reports, reported_row, REPORTED, .missing = "no such report");

#define SELECT "SELECT " ROWS_COLUMNS(REPORTED) " FROM reported "

enum errcode
store_reported_insert(struct cx *cx, const struct reported_row *row)
{
    static const char sql[] =
        "INSERT INTO reported (" ROWS_STORED(REPORTED) ") VALUES (" ROWS_PARAMETERS(REPORTED) ")";
    return rows_insert(cx, &reports, row, sql, "");
}

#define OPEN "taken_at = 0 ORDER BY created_at LIMIT $1"
#define TAKEN "taken_at > 0 ORDER BY taken_at DESC LIMIT $1"
#define REACHED_BY(n) "company_id IN (SELECT company_id FROM operator_reach WHERE holder_id = $" #n ") AND "
#define TEXTS(which)                                                                                \
    {                                                                                               \
        SELECT "WHERE " which, SELECT "WHERE company_id = $2 AND " which,                           \
            SELECT "WHERE " REACHED_BY(2) which, SELECT "WHERE " REACHED_BY(2) REACHED_BY(3) which, \
    }

struct texts {
    const char *of_all, *of_company, *reached, *reached_by_both;
};

static enum errcode
list(struct cx *cx, const struct texts *sql, const struct reported_choice *choice,
     struct reported_row **rows_out, size_t *n_out)
{
    const int64_t limit = choice->limit, first = choice->holders[0], second = choice->holders[1];
    if (choice->company_id != 0)
        return rows_list(cx, &reports, rows_out, n_out, sql->of_company, "ii", limit, choice->company_id);
    if (first != 0 && second != 0)
        return rows_list(cx, &reports, rows_out, n_out, sql->reached_by_both, "iii", limit, first, second);
    if (first != 0 || second != 0)
        return rows_list(cx, &reports, rows_out, n_out, sql->reached, "ii", limit, first + second);
    return rows_list(cx, &reports, rows_out, n_out, sql->of_all, "i", limit);
}

enum errcode
store_reported_open(struct cx *cx, const struct reported_choice *choice, struct reported_row **rows_out,
                    size_t *n_out)
{
    static const struct texts sql = TEXTS(OPEN);
    return list(cx, &sql, choice, rows_out, n_out);
}

enum errcode
store_reported_taken(struct cx *cx, const struct reported_choice *choice, struct reported_row **rows_out,
                     size_t *n_out)
{
    static const struct texts sql = TEXTS(TAKEN);
    return list(cx, &sql, choice, rows_out, n_out);
}

enum errcode
store_reported_take(struct cx *cx, const struct reported_take *take, bool *changed_out)
{
    return db_exec_one(cx, changed_out,
                       "UPDATE reported SET taken_at = $3, taken_by = $4 "
                       "WHERE id = $1 AND technician_id = $2 AND taken_at = 0",
                       "iiit", take->id, take->technician_id, take->at, take->by);
}

enum errcode
store_reported_take_all(struct cx *cx, int64_t company_id, const struct reported_take *take,
                        struct reported_row **rows_out, size_t *n_out)
{
    return rows_list(cx, &reports, rows_out, n_out,
                     "UPDATE reported SET taken_at = $3, taken_by = $4 "
                     "WHERE company_id = $1 AND technician_id = $2 AND taken_at = 0 "
                     "RETURNING " ROWS_COLUMNS(REPORTED),
                     "iiit", company_id, take->technician_id, take->at, take->by);
}

enum errcode
store_reported_get(struct cx *cx, int64_t id, struct reported_row *row_out)
{
    return rows_one(cx, &reports, row_out, SELECT "WHERE id = $1", "i", id);
}

enum errcode
store_reported_remove(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out)
{
    return db_exec(cx, n_out,
                   "DELETE FROM reported WHERE id IN (SELECT id FROM reported "
                   "WHERE taken_at > 0 AND taken_at < $1 ORDER BY taken_at LIMIT $2)",
                   "ii", before, limit);
}
