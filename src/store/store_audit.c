/* SPDX-License-Identifier: Apache-2.0 */
/* store_audit: see store_audit.h. Rows are read, appended and sealed once, and otherwise never changed. */
#include "store/store_audit.h"

#include "db/db.h"
#include "db/rows.h"

#define AUDIT(FIRST, COLUMN, EXPRESSION)        \
    FIRST(audit_row, integer, at)               \
    COLUMN(audit_row, integer, id)              \
    COLUMN(audit_row, reference, seq)           \
    COLUMN(audit_row, text, event)              \
    COLUMN(audit_row, text, actor)              \
    COLUMN(audit_row, text, source)             \
    COLUMN(audit_row, text, detail)             \
    COLUMN(audit_row, reference, company_id)    \
    COLUMN(audit_row, reference, technician_id) \
    COLUMN(audit_row, digest_or_null, digest)
/* Damaged rows are returned as well: ledger/verify.c reports where. */
ROWS_TYPE(events, audit_row, AUDIT, .verdict = offsetof(struct audit_row, is_sound));

/* One that is missing is an error. */
ROWS_TYPE(event, audit_row, AUDIT, .missing = "there is no such event");

#define PLACE(FIRST, COLUMN, EXPRESSION) \
    FIRST(audit_place, integer, at)      \
    COLUMN(audit_place, integer, id)
ROWS_TYPE(places, audit_place, PLACE, .missing = "");

#define SELECT "SELECT " ROWS_COLUMNS(AUDIT) " FROM audit "

enum errcode
store_audit_add(struct cx *cx, const struct audit_row *row)
{
    static const char sql[] =
        "INSERT INTO audit (" ROWS_STORED(AUDIT) ") VALUES (" ROWS_PARAMETERS(AUDIT) ")";
    return rows_insert(cx, &events, row, sql, "");
}

enum errcode
store_audit_last(struct cx *cx, int64_t *seq_out)
{
    return rows_number(cx, seq_out, "SELECT seq FROM audit WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1",
                       "");
}

enum errcode
store_audit_get(struct cx *cx, int64_t seq, struct audit_row *row_out)
{
    return rows_one(cx, &event, row_out, SELECT "WHERE seq = $1", "i", seq);
}

/* One text per index: a condition with OR would scan the table. */
enum errcode
store_audit_list(struct cx *cx, const struct audit_range *range, struct audit_row **rows_out, size_t *n_out)
{
    if (range->technician != 0 && range->company != 0)
        return rows_list(cx, &events, rows_out, n_out,
                         SELECT
                         "WHERE technician_id = $1 AND company_id = $2 AND seq > $3 ORDER BY seq LIMIT $4",
                         "iiii", range->technician, range->company, range->after, range->limit);
    if (range->technician != 0)
        return rows_list(cx, &events, rows_out, n_out,
                         SELECT "WHERE technician_id = $1 AND seq > $2 ORDER BY seq LIMIT $3", "iii",
                         range->technician, range->after, range->limit);
    if (range->company != 0)
        return rows_list(cx, &events, rows_out, n_out,
                         SELECT "WHERE company_id = $1 AND seq > $2 ORDER BY seq LIMIT $3", "iii",
                         range->company, range->after, range->limit);
    return rows_list(cx, &events, rows_out, n_out, SELECT "WHERE seq > $1 ORDER BY seq LIMIT $2", "ii",
                     range->after, range->limit);
}

enum errcode
store_audit_count(struct cx *cx, int64_t *n_out)
{
    return rows_number(cx, n_out, "SELECT count(*) FROM audit WHERE seq IS NOT NULL", "");
}

enum errcode
store_audit_unsealed(struct cx *cx, int64_t limit, struct audit_row **rows_out, size_t *n_out)
{
    return rows_list(cx, &events, rows_out, n_out, SELECT "WHERE seq IS NULL ORDER BY at, id LIMIT $1", "i",
                     limit);
}

enum errcode
store_audit_is_unsealed(struct cx *cx, bool *any_out)
{
    int64_t at = 0;
    enum errcode err =
        rows_number(cx, &at, "SELECT 1 FROM audit WHERE seq IS NULL ORDER BY at, id LIMIT 1", "");
    *any_out = at != 0;
    return err;
}

enum errcode
store_audit_unsealed_since(struct cx *cx, int64_t *at_out)
{
    return rows_number(cx, at_out, "SELECT at FROM audit WHERE seq IS NULL ORDER BY at, id LIMIT 1", "");
}

enum errcode
store_audit_count_unsealed(struct cx *cx, int64_t *n_out)
{
    return rows_number(cx, n_out, "SELECT count(*) FROM audit WHERE seq IS NULL", "");
}

enum errcode
store_audit_seal(struct cx *cx, const struct audit_row *row)
{
    bool changed = false;
    enum errcode err = db_exec_one(cx, &changed,
                                   "UPDATE audit SET seq = $1, digest = $2 "
                                   "WHERE at = $3 AND id = $4 AND seq IS NULL",
                                   "idii", row->seq, &row->digest, row->at, row->id);
    if (err == ERR_NONE && !changed)
        return err_set(cx, ERR_STORE, "an event was removed while it was sealed");
    return err;
}

enum errcode
store_audit_before(struct cx *cx, const struct audit_range *range, struct audit_row **rows_out, size_t *n_out)
{
    if (range->technician != 0 && range->company != 0)
        return rows_list(
            cx, &events, rows_out, n_out,
            SELECT "WHERE technician_id = $1 AND company_id = $2 AND seq < $3 ORDER BY seq DESC LIMIT $4",
            "iiii", range->technician, range->company, range->after, range->limit);
    if (range->technician != 0)
        return rows_list(cx, &events, rows_out, n_out,
                         SELECT "WHERE technician_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3", "iii",
                         range->technician, range->after, range->limit);
    if (range->company != 0)
        return rows_list(cx, &events, rows_out, n_out,
                         SELECT "WHERE company_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3", "iii",
                         range->company, range->after, range->limit);
    return rows_list(cx, &events, rows_out, n_out, SELECT "WHERE seq < $1 ORDER BY seq DESC LIMIT $2", "ii",
                     range->after, range->limit);
}

enum errcode
store_audit_newest(struct cx *cx, int64_t technician_id, int64_t limit, struct audit_row **rows_out,
                   size_t *n_out)
{
    return rows_list(cx, &events, rows_out, n_out,
                     SELECT "WHERE technician_id = $1 ORDER BY at DESC, id DESC LIMIT $2", "ii",
                     technician_id, limit);
}

enum errcode
store_audit_of(struct cx *cx, const struct audit_span *span, struct audit_row **rows_out, size_t *n_out)
{
    return rows_list(cx, &events, rows_out, n_out,
                     SELECT "WHERE technician_id = $1 AND (at, id) > ($2, $3) ORDER BY at, id LIMIT $4",
                     "iiii", span->technician, span->after.at, span->after.id, span->limit);
}

/* A quote within a value is escaped there, so only the member itself matches. */
enum errcode
store_audit_first_of(struct cx *cx, int64_t technician_id, struct str login, struct audit_place *place_out)
{
    struct str member = arena_printf(&cx->arena, "%%\"login\":\"%.*s\"%%", STR_ARG(login));
    return rows_optional(
        cx, &places, place_out,
        "SELECT " ROWS_COLUMNS(PLACE) " FROM audit "
                                      "WHERE technician_id = $1 AND detail LIKE $2 ORDER BY at, id LIMIT 1",
        "it", technician_id, member);
}

/* Each condition matches that of an index in 0005.sql literally. */
#define ATTEMPTS(condition) \
    SELECT "WHERE technician_id = $1 AND " condition " ORDER BY at DESC, id DESC LIMIT $2"

const char *
store_audit_attempts_sql(enum audit_attempt kind)
{
    static const char *const queries[] = {
        [AUDIT_GRANTED] = ATTEMPTS("event = 'login.granted'"),
        [AUDIT_REFUSED_INSIDE] =
            ATTEMPTS("event IN ('login.refused', 'code.refused') AND detail LIKE '%\"purpose\":%'"),
        [AUDIT_REFUSED] = ATTEMPTS("event = 'login.refused' AND detail NOT LIKE '%\"purpose\":%'"),
        [AUDIT_LOCKED] = ATTEMPTS("event = 'account.locked'"),
        [AUDIT_ONLY_COUNTED] =
            ATTEMPTS("event IN ('audit.counted', 'account.lock-ended', 'source.refusal-ended')"),
    };
    return queries[kind];
}

enum errcode
store_audit_attempts(struct cx *cx, int64_t technician_id, enum audit_attempt kind, int64_t limit,
                     struct audit_row **rows_out, size_t *n_out)
{
    return rows_list(cx, &events, rows_out, n_out, store_audit_attempts_sql(kind), "ii", technician_id,
                     limit);
}
