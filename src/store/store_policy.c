/* SPDX-License-Identifier: Apache-2.0 */
/* store_policy: see store_policy.h. */
#include "store/store_policy.h"

#include "db/db.h"
#include "db/rows.h"

#define POLICY(FIRST, COLUMN, EXPRESSION) \
    FIRST(policy_value, text, key)        \
    COLUMN(policy_value, text, value)     \
    COLUMN(policy_value, text, set_by)    \
    COLUMN(policy_value, integer, set_at)
#define COLUMNS ROWS_STORED(POLICY)
ROWS_TYPE(policies, policy_value, POLICY, .missing = "");

static const char *const verdicts[] = {"deny", "allow"};
#define ROWS_C_verdict bool
#define ROWS_IS_verdict ROWS_WORDS(ROWS_EITHER, verdicts)

#define RULE(FIRST, COLUMN, EXPRESSION)     \
    FIRST(address_rule, integer, id)        \
    COLUMN(address_rule, integer, position) \
    COLUMN(address_rule, text, net)         \
    EXPRESSION(address_rule, verdict, allow, "verdict")
ROWS_TYPE(rules, address_rule, RULE, .missing = "");

struct removed_rule {
    struct address_rule rule;
    int64_t technician_id;
};
#define REMOVED(FIRST, COLUMN, EXPRESSION)           \
    FIRST(removed_rule, reference, technician_id)    \
    EXPRESSION(removed_rule, integer, rule.id, "id") \
    EXPRESSION(removed_rule, text, rule.net, "net")  \
    EXPRESSION(removed_rule, verdict, rule.allow, "verdict")
ROWS_TYPE(removed_rules, removed_rule, REMOVED, .missing = "there is no such rule");

enum errcode
store_policy_list(struct cx *cx, int64_t company_id, struct policy_value **values_out, size_t *n_out)
{
    return rows_list(cx, &policies, values_out, n_out, "SELECT " COLUMNS " FROM policy WHERE company_id = $1",
                     "i", company_id);
}

enum errcode
store_policy_set(struct cx *cx, int64_t company_id, const struct policy_value *value)
{
    static const char sql[] = "INSERT INTO policy (" COLUMNS ", company_id) VALUES (" ROWS_PARAMETERS(
        POLICY) ", $5) "
                "ON CONFLICT (company_id, key) DO UPDATE SET value = excluded.value, "
                "set_by = excluded.set_by, set_at = excluded.set_at";
    return rows_insert(cx, &policies, value, sql, "i", company_id);
}

enum errcode
store_policy_unset(struct cx *cx, int64_t company_id, struct str key)
{
    return db_exec(cx, NULL, "DELETE FROM policy WHERE company_id = $1 AND key = $2", "it", company_id, key);
}

#define SELECT_RULES "SELECT " ROWS_COLUMNS(RULE) " FROM address_rule WHERE company_id = $1 "
#define OF_COMPANY "AND technician_id IS NULL "
#define OF_TECHNICIAN "AND technician_id = $2 "
#define IN_ORDER "ORDER BY position, id"

enum errcode
store_address_rule_list(struct cx *cx, int64_t company_id, int64_t technician_id,
                        struct address_rule **rules_out, size_t *n_out)
{
    if (technician_id == 0)
        return rows_list(cx, &rules, rules_out, n_out, SELECT_RULES OF_COMPANY IN_ORDER, "i", company_id);
    return rows_list(cx, &rules, rules_out, n_out, SELECT_RULES OF_TECHNICIAN IN_ORDER, "ii", company_id,
                     technician_id);
}

enum errcode
store_address_rule_page(struct cx *cx, const struct address_rule_choice *c, struct address_rule **rules_out,
                        size_t *n_out)
{
    static const char of_company[] =
        SELECT_RULES OF_COMPANY "AND (position, id) > ($2, $3) " IN_ORDER " LIMIT $4";
    static const char of_technician[] =
        SELECT_RULES OF_TECHNICIAN "AND (position, id) > ($3, $4) " IN_ORDER " LIMIT $5";
    if (c->technician_id == 0)
        return rows_list(cx, &rules, rules_out, n_out, of_company, "iiii", c->company_id, c->after_position,
                         c->after_id, c->limit);
    return rows_list(cx, &rules, rules_out, n_out, of_technician, "iiiii", c->company_id, c->technician_id,
                     c->after_position, c->after_id, c->limit);
}

enum errcode
store_address_rule_add(struct cx *cx, int64_t company_id, int64_t technician_id,
                       const struct address_rule *rule)
{
    return db_exec(cx, NULL,
                   "INSERT INTO address_rule (id, company_id, technician_id, position, verdict, net) "
                   "SELECT $1, $2, $3, COALESCE(MAX(position), 0) + 1, $4, $5 FROM address_rule "
                   "WHERE company_id = $2",
                   "iirtt", rule->id, company_id, technician_id, str_from_cstr(verdicts[rule->allow]),
                   rule->net);
}

enum errcode
store_address_rule_remove(struct cx *cx, int64_t company_id, int64_t rule_id, struct address_rule *rule_out,
                          int64_t *technician_out)
{
    struct removed_rule removed;
    enum errcode err = rows_one(cx, &removed_rules, &removed,
                                "DELETE FROM address_rule WHERE id = $1 AND company_id = $2 "
                                "RETURNING " ROWS_COLUMNS(REMOVED),
                                "ii", rule_id, company_id);
    *rule_out = removed.rule;
    *technician_out = removed.technician_id;
    return err;
}
