/* SPDX-License-Identifier: Apache-2.0 */
/* store_company: see store_company.h. */
#include "store/store_company.h"

#include "db/db.h"
#include "db/rows.h"

static const char *const plans[] = {"standard", "enterprise"};
static const char *const states[] = {"active", "inactive", "banned"};

const char *
company_state_name(enum company_state state)
{
    ASSERT((size_t)state < ARRAY_LEN(states));
    return states[state];
}

static struct str
plan_of(const struct company *company)
{
    return str_from_cstr(plans[company->is_enterprise]);
}

#define ROWS_C_company_state enum company_state
#define ROWS_IS_company_state ROWS_WORDS(ROWS_WORD, states)
#define ROWS_C_company_plan bool
#define ROWS_IS_company_plan ROWS_WORDS(ROWS_EITHER, plans)

#define COMPANY(FIRST, COLUMN, EXPRESSION) \
    FIRST(company, integer, id)            \
    COLUMN(company, text, name)            \
    COLUMN(company, text, title)           \
    COLUMN(company, company_state, state)  \
    COLUMN(company, flag, enterprise_on)   \
    COLUMN(company, integer, created_at)   \
    EXPRESSION(company, company_plan, is_enterprise, "plan")
ROWS_TYPE(companies, company, COMPANY, .missing = "there is no such company");

#define SELECT "SELECT " ROWS_COLUMNS(COMPANY) " FROM company "

enum errcode
store_company_insert(struct cx *cx, const struct company *company)
{
    static const char sql[] =
        "INSERT INTO company (" ROWS_STORED(COMPANY) ", plan, changed_at) "
                                                     "VALUES (" ROWS_PARAMETERS(COMPANY) ", $7, $8)";
    return rows_insert(cx, &companies, company, sql, "ti", plan_of(company), company->created_at);
}

enum errcode
store_company_get(struct cx *cx, int64_t id, struct company *company_out)
{
    return rows_one(cx, &companies, company_out, SELECT "WHERE id = $1", "i", id);
}

enum errcode
store_company_find(struct cx *cx, struct str name, struct company *company_out)
{
    return rows_one(cx, &companies, company_out, SELECT "WHERE name = $1", "t", name);
}

enum errcode
store_company_list(struct cx *cx, struct company **companies_out, size_t *n_out)
{
    return rows_list(cx, &companies, companies_out, n_out, SELECT "ORDER BY name", "");
}

#define REACHED_BY(n) " AND id IN (SELECT company_id FROM operator_reach WHERE holder_id = $" #n ")"
#define PAGE(reached) SELECT "WHERE name > $1" reached " ORDER BY name LIMIT $2"

enum errcode
store_company_page(struct cx *cx, const struct company_choice *choice, struct company **companies_out,
                   size_t *n_out)
{
    const struct str after = str_is_null(choice->after) ? STR_LIT("") : choice->after;
    const int64_t limit = choice->limit, first = choice->holders[0], second = choice->holders[1];
    if (first != 0 && second != 0)
        return rows_list(cx, &companies, companies_out, n_out, PAGE(REACHED_BY(3) REACHED_BY(4)), "tiii",
                         after, limit, first, second);
    if (first != 0 || second != 0)
        return rows_list(cx, &companies, companies_out, n_out, PAGE(REACHED_BY(3)), "tii", after, limit,
                         first + second);
    return rows_list(cx, &companies, companies_out, n_out, PAGE(""), "ti", after, limit);
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
