/* SPDX-License-Identifier: Apache-2.0 */
/* meta: see meta.h. */
#include "tests/unit/db/meta.h"

#include "base/str.h"
#include "db/db.h"
#include "tests/unit/unit.h"

enum errcode
meta_put(struct cx *cx, const char *name)
{
    return db_exec(cx, NULL, "INSERT INTO meta (name, value) VALUES ($1, '0')", "t", str_from_cstr(name));
}

int64_t
read_one(struct cx *cx, const char *sql)
{
    struct db_rows *rows;
    int64_t n = -1;
    assert_int_equal(db_query(cx, &rows, sql, ""), ERR_NONE);
    if (db_next(cx, rows))
        n = db_int(rows, 0);
    assert_int_equal(db_done(cx, rows), ERR_NONE);
    return n;
}

int64_t
meta_count(struct cx *cx)
{
    return read_one(cx, "SELECT count(*) FROM meta WHERE name <> 'schema_version'");
}
