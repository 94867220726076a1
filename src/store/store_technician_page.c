/* SPDX-License-Identifier: Apache-2.0 */
/* store_technician_page: see the header. */
#include "store/store_technician_page.h"

#include "db/db.h"
#include "db/rows.h"

/* Accounts that failures locked are few, and found by an index of their own. */
#define IS_LOCKED                                                                              \
    "(locked_at <> 0 OR id IN (SELECT technician_id FROM lockout WHERE locked_until <> 0 AND " \
    "locked_until > $6 AND source = '' AND technician_id <> 0))"
#define IS_ON "(is_technician <> 0 AND role_on <> 0)"
#define PAGE(condition)                                                                          \
    "SELECT id FROM technician WHERE email_key > $1 AND deleted_at = 0" condition                \
    " AND ($2 = '' OR email_key LIKE $2 ESCAPE '!' OR lower(name) LIKE $2 ESCAPE '!')"           \
    " AND ($3 = 0 OR ($3 = 1 AND " IS_ON " AND NOT " IS_LOCKED ") OR ($3 = 2 AND NOT " IS_ON ")" \
    " OR ($3 = 3 AND " IS_LOCKED "))"                                                            \
    " AND ($4 = 0 OR NOT EXISTS (SELECT 1 FROM audit a WHERE a.technician_id = technician.id"    \
    " AND a.event = 'login.granted'))"                                                           \
    " ORDER BY email_key LIMIT $5"

const char *
store_technician_page_sql(bool is_of_company)
{
    static const char of_all[] = PAGE(""), of_company[] = PAGE(" AND company_id = $7");
    return is_of_company ? of_company : of_all;
}

/* '%' and '_' in what is looked for stand for themselves. */
static struct str
pattern_of(struct cx *cx, struct str search)
{
    if (str_is_empty(search))
        return STR_LIT("");
    char *p = arena_alloc(&cx->arena, 2 * search.n + 3);
    size_t n = 0;
    p[n++] = '%';
    for (size_t i = 0; i < search.n; i++) {
        if (search.p[i] == '%' || search.p[i] == '_' || search.p[i] == '!')
            p[n++] = '!';
        p[n++] = search.p[i];
    }
    p[n++] = '%';
    p[n] = '\0';
    return (struct str){p, n};
}

enum errcode
store_technician_page(struct cx *cx, const struct technician_choice *c, int64_t **ids_out, size_t *n_out)
{
    struct str after = str_is_null(c->after) ? STR_LIT("") : c->after, like = pattern_of(cx, c->search);
    const int64_t state = (int64_t)c->state, never = c->never_signed_in ? 1 : 0;
    if (c->company_id == 0)
        return rows_list(cx, &rows_integers, ids_out, n_out, store_technician_page_sql(false), "ttiiii",
                         after, like, state, never, c->limit, cx->now);
    return rows_list(cx, &rows_integers, ids_out, n_out, store_technician_page_sql(true), "ttiiiii", after,
                     like, state, never, c->limit, cx->now, c->company_id);
}

enum errcode
store_technician_without_phone(struct cx *cx, int64_t company_id, int64_t limit, int64_t **ids_out,
                               size_t *n_out)
{
    static const char sql[] = "SELECT id FROM technician WHERE company_id = $1 AND deleted_at = 0 AND " IS_ON
                              " AND NOT EXISTS (SELECT 1 FROM device d WHERE d.technician_id = technician.id "
                              "AND d.state <> 'removed')"
                              " ORDER BY email_key LIMIT $2";
    return rows_list(cx, &rows_integers, ids_out, n_out, sql, "ii", company_id, limit);
}
