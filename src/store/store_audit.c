/* SPDX-License-Identifier: Apache-2.0 */
/* store_audit: see store_audit.h. Rows are only read and appended, never changed. */
#include "store/store_audit.h"

#include "db/db.h"
#include "db/rows.h"

#define COLUMNS "seq, at, event, actor, source, detail, company_id, technician_id, digest"

enum errcode
store_audit_last(struct cx *cx, int64_t *seq_out, struct digest *digest_out)
{
    struct db_rows *rows;
    *seq_out = 0;
    *digest_out = (struct digest){{0}};
    enum errcode err = db_query(cx, &rows, "SELECT seq, digest FROM audit ORDER BY seq DESC LIMIT 1", "");
    if (err != ERR_NONE)
        return err;
    if (db_next(cx, rows)) {
        *seq_out = db_int(rows, 0);
        *digest_out = db_digest(rows, 1);
    }
    return db_done(cx, rows);
}

enum errcode
store_audit_add(struct cx *cx, const struct audit_row *row)
{
    return db_exec(
        cx, NULL,
        "INSERT INTO audit (seq, at, event, actor, source, company_id, technician_id, detail, digest) "
        "VALUES ($1, $2, $3, $4, $5, nullif($6, 0), nullif($7, 0), $8, $9)",
        "iitttiitd", row->seq, row->at, row->event, row->actor, row->source, row->company, row->technician,
        row->detail, &row->digest);
}

static bool
is_sound(struct db_rows *rows)
{
    static const char kinds[] = "iitttt";
    for (int i = 0; kinds[i] != '\0'; i++)
        if (!db_is(rows, i, kinds[i]))
            return false;
    for (int i = 6; i < 8; i++) /* without a company or technician it is NULL, never 0 */
        if (!db_is(rows, i, 'n') && !(db_is(rows, i, 'i') && db_int(rows, i) != 0))
            return false;
    return db_is(rows, 8, 'b');
}

/* All rows of a query of COLUMNS. */
static enum errcode
read_all(struct cx *cx, struct db_rows *rows, struct audit_row **rows_out, size_t *n_out)
{
    struct audit_row *list = NULL;
    size_t n = 0;
    while (db_next(cx, rows)) {
        list = rows_grow(cx, list, n, sizeof *list);
        list[n++] = (struct audit_row){
            .seq = db_int(rows, 0),
            .at = db_int(rows, 1),
            .event = db_text(cx, rows, 2),
            .actor = db_text(cx, rows, 3),
            .source = db_text(cx, rows, 4),
            .detail = db_text(cx, rows, 5),
            .company = db_int(rows, 6),
            .technician = db_int(rows, 7),
            .digest = db_digest(rows, 8),
            .is_sound = is_sound(rows),
        };
    }
    *rows_out = list;
    *n_out = n;
    return db_done(cx, rows);
}

enum errcode
store_audit_list(struct cx *cx, const struct audit_range *range, struct audit_row **rows_out, size_t *n_out)
{
    struct db_rows *rows;
    *rows_out = NULL;
    *n_out = 0;
    enum errcode err =
        db_query(cx, &rows,
                 "SELECT " COLUMNS " FROM audit "
                 "WHERE seq > $1 AND ($2 = 0 OR company_id = $2) AND ($3 = 0 OR technician_id = $3) "
                 "ORDER BY seq LIMIT $4",
                 "iiii", range->after, range->company, range->technician, range->limit);
    return err != ERR_NONE ? err : read_all(cx, rows, rows_out, n_out);
}

enum errcode
store_audit_newest(struct cx *cx, int64_t technician_id, int64_t limit, struct audit_row **rows_out,
                   size_t *n_out)
{
    struct db_rows *rows;
    *rows_out = NULL;
    *n_out = 0;
    enum errcode err = db_query(
        cx, &rows, "SELECT " COLUMNS " FROM audit WHERE technician_id = $1 ORDER BY seq DESC LIMIT $2", "ii",
        technician_id, limit);
    return err != ERR_NONE ? err : read_all(cx, rows, rows_out, n_out);
}

enum errcode
store_audit_of(struct cx *cx, const struct audit_range *range, struct audit_row **rows_out, size_t *n_out)
{
    struct db_rows *rows;
    *rows_out = NULL;
    *n_out = 0;
    enum errcode err = db_query(cx, &rows,
                                "SELECT " COLUMNS " FROM audit WHERE technician_id = $1 AND seq > $2 "
                                "ORDER BY seq LIMIT $3",
                                "iii", range->technician, range->after, range->limit);
    return err != ERR_NONE ? err : read_all(cx, rows, rows_out, n_out);
}

/* A quote within a value is escaped there, so only the member itself matches. */
enum errcode
store_audit_first_of(struct cx *cx, int64_t technician_id, struct str login, int64_t *seq_out)
{
    struct db_rows *rows;
    struct str member = arena_printf(&cx->arena, "%%\"login\":\"%.*s\"%%", STR_ARG(login));
    *seq_out = 0;
    enum errcode err = db_query(cx, &rows,
                                "SELECT seq FROM audit WHERE technician_id = $1 AND detail LIKE $2 "
                                "ORDER BY seq LIMIT 1",
                                "it", technician_id, member);
    if (err != ERR_NONE)
        return err;
    if (db_next(cx, rows))
        *seq_out = db_int(rows, 0);
    return db_done(cx, rows);
}

enum errcode
store_audit_count(struct cx *cx, int64_t last, int64_t *n_out)
{
    struct db_rows *rows;
    *n_out = 0;
    enum errcode err =
        db_query(cx, &rows, "SELECT count(*) FROM audit WHERE seq IS NULL OR seq <= $1", "i", last);
    if (err != ERR_NONE)
        return err;
    if (db_next(cx, rows))
        *n_out = db_int(rows, 0);
    return db_done(cx, rows);
}

/* Each condition matches that of an index in 0003.sql or 0004.sql literally. */
#define ATTEMPTS(condition) \
    "SELECT " COLUMNS " FROM audit WHERE technician_id = $1 AND " condition " ORDER BY seq DESC LIMIT $2"

const char *
store_audit_attempts_sql(enum audit_attempt kind)
{
    static const char *const queries[] = {
        [AUDIT_GRANTED] = ATTEMPTS("event = 'login.granted'"),
        [AUDIT_REFUSED_INSIDE] =
            ATTEMPTS("event IN ('login.refused', 'code.refused') AND detail LIKE '%\"purpose\":%'"),
        [AUDIT_REFUSED] = ATTEMPTS("event = 'login.refused' AND detail NOT LIKE '%\"purpose\":%'"),
        [AUDIT_LOCKED] = ATTEMPTS("event = 'account.locked'"),
    };
    return queries[kind];
}

enum errcode
store_audit_attempts(struct cx *cx, int64_t technician_id, enum audit_attempt kind, int64_t limit,
                     struct audit_row **rows_out, size_t *n_out)
{
    struct db_rows *rows;
    *rows_out = NULL;
    *n_out = 0;
    enum errcode err = db_query(cx, &rows, store_audit_attempts_sql(kind), "ii", technician_id, limit);
    return err != ERR_NONE ? err : read_all(cx, rows, rows_out, n_out);
}
