/* SPDX-License-Identifier: Apache-2.0 */
/* store_policy: see store_policy.h. */
#include "store/store_policy.h"

#include "db/db.h"
#include "db/rows.h"

enum errcode
store_policy_list(struct cx *cx, int64_t company_id, struct policy_value **values_out, size_t *n_out)
{
    struct db_rows *rows;
    struct policy_value *list = NULL;
    size_t n = 0;
    *values_out = NULL;
    *n_out = 0;
    enum errcode err = db_query(
        cx, &rows, "SELECT key, value, set_by, set_at FROM policy WHERE company_id = $1", "i", company_id);
    if (err != ERR_NONE)
        return err;
    while (db_next(cx, rows)) {
        list = rows_grow(cx, list, n, sizeof *list);
        list[n++] = (struct policy_value){
            .key = db_text(cx, rows, 0),
            .value = db_text(cx, rows, 1),
            .set_by = db_text(cx, rows, 2),
            .set_at = db_int(rows, 3),
        };
    }
    *values_out = list;
    *n_out = n;
    return db_done(cx, rows);
}

enum errcode
store_policy_set(struct cx *cx, int64_t company_id, const struct policy_value *value)
{
    return db_exec(cx, NULL,
                   "INSERT INTO policy (company_id, key, value, set_by, set_at) VALUES ($1, $2, $3, $4, $5) "
                   "ON CONFLICT (company_id, key) DO UPDATE "
                   "SET value = excluded.value, set_by = excluded.set_by, set_at = excluded.set_at",
                   "ittti", company_id, value->key, value->value, value->set_by, value->set_at);
}

enum errcode
store_policy_unset(struct cx *cx, int64_t company_id, struct str key)
{
    return db_exec(cx, NULL, "DELETE FROM policy WHERE company_id = $1 AND key = $2", "it", company_id, key);
}

enum errcode
store_address_rule_list(struct cx *cx, int64_t company_id, int64_t technician_id,
                        struct address_rule **rules_out, size_t *n_out)
{
    struct db_rows *rows;
    struct address_rule *list = NULL;
    size_t n = 0;
    *rules_out = NULL;
    *n_out = 0;
    enum errcode err = db_query(cx, &rows,
                                "SELECT id, verdict, net FROM address_rule "
                                "WHERE company_id = $1 AND coalesce(technician_id, 0) = $2 ORDER BY position",
                                "ii", company_id, technician_id);
    if (err != ERR_NONE)
        return err;
    while (db_next(cx, rows)) {
        list = rows_grow(cx, list, n, sizeof *list);
        list[n++] = (struct address_rule){
            .id = db_int(rows, 0),
            .allow = str_eq(db_text(cx, rows, 1), STR_LIT("allow")),
            .net = db_text(cx, rows, 2),
        };
    }
    *rules_out = list;
    *n_out = n;
    return db_done(cx, rows);
}

enum errcode
store_address_rule_add(struct cx *cx, int64_t company_id, int64_t technician_id,
                       const struct address_rule *rule)
{
    return db_exec(cx, NULL,
                   "INSERT INTO address_rule (id, company_id, technician_id, position, verdict, net) "
                   "SELECT $1, $2, nullif($3, 0), coalesce(max(position), 0) + 1, $4, $5 FROM address_rule "
                   "WHERE company_id = $2",
                   "iiitt", rule->id, company_id, technician_id,
                   rule->allow ? STR_LIT("allow") : STR_LIT("deny"), rule->net);
}

enum errcode
store_address_rule_remove(struct cx *cx, int64_t company_id, int64_t rule_id, struct address_rule *rule_out,
                          int64_t *technician_out)
{
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows,
                                "DELETE FROM address_rule WHERE id = $1 AND company_id = $2 "
                                "RETURNING verdict, net, technician_id",
                                "ii", rule_id, company_id);
    if (err != ERR_NONE)
        return err;
    bool found = db_next(cx, rows);
    if (found) {
        *rule_out = (struct address_rule){
            .id = rule_id,
            .allow = str_eq(db_text(cx, rows, 0), STR_LIT("allow")),
            .net = db_text(cx, rows, 1),
        };
        *technician_out = db_int(rows, 2);
    }
    err = db_done(cx, rows);
    if (err == ERR_NONE && !found)
        err = err_set(cx, ERR_NOT_FOUND, "there is no such rule");
    return err;
}
