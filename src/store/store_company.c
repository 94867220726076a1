/* SPDX-License-Identifier: Apache-2.0 */
/* store_company: see store_company.h. */
#include "store/store_company.h"

#include "db/db.h"
#include "db/rows.h"

#define COLUMNS "id, name, title, state, plan, enterprise_on, created_at"

static const char *const states[] = {"active", "inactive", "banned"};

const char *
company_state_name(enum company_state state)
{
    ASSERT((size_t)state < sizeof states / sizeof states[0]);
    return states[state];
}

/* An unknown state is read as the strictest one: fail closed. */
static enum company_state
state_of(struct str text)
{
    enum company_state state = COMPANY_ACTIVE;
    while (state < COMPANY_BANNED && !str_eq(text, str_from_cstr(states[state])))
        state++;
    return state;
}

static struct str
plan_of(const struct company *company)
{
    return company->is_enterprise ? STR_LIT("enterprise") : STR_LIT("standard");
}

static void
read_row(struct cx *cx, struct db_rows *rows, struct company *company_out)
{
    *company_out = (struct company){
        .id = db_int(rows, 0),
        .name = db_text(cx, rows, 1),
        .title = db_text(cx, rows, 2),
        .state = state_of(db_text(cx, rows, 3)),
        .is_enterprise = str_eq(db_text(cx, rows, 4), STR_LIT("enterprise")),
        .enterprise_on = db_int(rows, 5) != 0,
        .created_at = db_int(rows, 6),
    };
}

static enum errcode
read_one(struct cx *cx, struct db_rows *rows, struct company *company_out)
{
    bool found = db_next(cx, rows);
    if (found)
        read_row(cx, rows, company_out);
    enum errcode err = db_done(cx, rows);
    if (err == ERR_NONE && !found)
        err = err_set(cx, ERR_NOT_FOUND, "there is no such company");
    return err;
}

enum errcode
store_company_insert(struct cx *cx, const struct company *company)
{
    return db_exec(
        cx, NULL,
        "INSERT INTO company (id, name, title, state, plan, enterprise_on, created_at, changed_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
        "ittttii", company->id, company->name, company->title,
        str_from_cstr(company_state_name(company->state)), plan_of(company), (int64_t)company->enterprise_on,
        company->created_at);
}

enum errcode
store_company_get(struct cx *cx, int64_t id, struct company *company_out)
{
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, "SELECT " COLUMNS " FROM company WHERE id = $1", "i", id);
    return err != ERR_NONE ? err : read_one(cx, rows, company_out);
}

enum errcode
store_company_find(struct cx *cx, struct str name, struct company *company_out)
{
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, "SELECT " COLUMNS " FROM company WHERE name = $1", "t", name);
    return err != ERR_NONE ? err : read_one(cx, rows, company_out);
}

enum errcode
store_company_list(struct cx *cx, struct company **companies_out, size_t *n_out)
{
    struct db_rows *rows;
    struct company *list = NULL;
    size_t n = 0;
    *companies_out = NULL;
    *n_out = 0;
    enum errcode err = db_query(cx, &rows, "SELECT " COLUMNS " FROM company ORDER BY name", "");
    if (err != ERR_NONE)
        return err;
    for (; db_next(cx, rows); n++) {
        list = rows_grow(cx, list, n, sizeof *list);
        read_row(cx, rows, &list[n]);
    }
    *companies_out = list;
    *n_out = n;
    return db_done(cx, rows);
}

enum errcode
store_company_update(struct cx *cx, const struct company *company)
{
    return db_exec(
        cx, NULL,
        "UPDATE company SET title = $2, state = $3, plan = $4, enterprise_on = $5, changed_at = $6 "
        "WHERE id = $1",
        "itttii", company->id, company->title, str_from_cstr(company_state_name(company->state)),
        plan_of(company), (int64_t)company->enterprise_on, cx->now);
}
