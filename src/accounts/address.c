/* SPDX-License-Identifier: Apache-2.0 */
/* address: allow and deny rules by network (policy.h). */
#include "accounts/audit.h"
#include "accounts/company.h"
#include "accounts/policy.h"
#include "accounts/technician.h"
#include "base/inet.h"
#include "base/rand.h"
#include "db/db.h"

/* addr NULL: the source is not an address. An unreadable rule refuses: fail closed. */
static bool
rules_allow(const struct address_rule *rules, size_t n, const struct inet_addr *addr,
            const struct address_rule **rule_out)
{
    bool has_allow = false;
    *rule_out = NULL;
    if (n > 0 && addr == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        struct inet_net net;
        const bool is_readable = inet_net_parse(rules[i].net, &net) == ERR_NONE;
        if (!is_readable || inet_net_has(&net, addr)) {
            *rule_out = &rules[i];
            return is_readable && rules[i].allow;
        }
        has_allow = has_allow || rules[i].allow;
    }
    return !has_allow;
}

enum errcode
address_judge(struct cx *cx, int64_t company_id, int64_t technician_id, struct str source,
              struct address_verdict *verdict_out)
{
    struct inet_addr parsed;
    const struct inet_addr *addr =
        !str_is_null(source) && inet_parse(source, &parsed) == ERR_NONE ? &parsed : NULL;
    const int64_t owners[] = {0, technician_id};
    *verdict_out = (struct address_verdict){.is_allowed = false};
    for (size_t i = 0; i < ARRAY_LEN(owners); i++) {
        struct address_rule *rules;
        const struct address_rule *rule = NULL;
        size_t n;
        enum errcode err = store_address_rule_list(cx, company_id, owners[i], &rules, &n);
        if (err != ERR_NONE)
            return err;
        const bool allowed = rules_allow(rules, n, addr, &rule);
        if (rule != NULL || !allowed)
            *verdict_out = (struct address_verdict){.is_company = owners[i] == 0, .rule = rule};
        if (!allowed)
            return ERR_NONE;
    }
    verdict_out->is_allowed = true;
    return ERR_NONE;
}

enum errcode
address_is_allowed(struct cx *cx, int64_t company_id, int64_t technician_id, struct str source,
                   bool *allowed_out)
{
    struct address_verdict verdict;
    enum errcode err = address_judge(cx, company_id, technician_id, source, &verdict);
    *allowed_out = err == ERR_NONE && verdict.is_allowed;
    return err;
}

static enum errcode
check_owner(struct cx *cx, int64_t company_id, int64_t technician_id)
{
    struct company company;
    struct technician technician;
    enum errcode err = company_get(cx, company_id, &company);
    if (err != ERR_NONE || technician_id == 0)
        return err;
    err = technician_get(cx, technician_id, &technician);
    if (err == ERR_NONE && technician.company_id != company_id)
        err = err_set(cx, ERR_NOT_FOUND, "the company has no such technician");
    return err;
}

static enum errcode
audit_rule(struct cx *cx, struct audit_of of, enum audit_event event, const struct address_rule *rule)
{
    return audit_append(cx, of, event, "verdict", rule->allow ? STR_LIT("allow") : STR_LIT("deny"), "net",
                        rule->net, NULL);
}

enum errcode
address_rule_add(struct cx *cx, int64_t company_id, int64_t technician_id, bool allow, struct str net)
{
    struct inet_net parsed;
    enum errcode err = inet_net_parse(net, &parsed);
    if (err != ERR_NONE)
        return err_set(cx, err, "%.*s is not a network such as 192.0.2.0/24 or 2001:db8::/32", STR_ARG(net));
    err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    struct address_rule rule = {.id = rand_id(), .allow = allow, .net = inet_net_format(&cx->arena, &parsed)};
    err = check_owner(cx, company_id, technician_id);
    if (err == ERR_NONE)
        err = store_address_rule_add(cx, company_id, technician_id, &rule);
    if (err == ERR_NONE)
        err = audit_rule(cx, (struct audit_of){company_id, technician_id}, AUDIT_ADDRESS_RULE_ADDED, &rule);
    return db_end(cx, err);
}

enum errcode
address_rule_list(struct cx *cx, int64_t company_id, int64_t technician_id, struct address_rule **rules_out,
                  size_t *n_out)
{
    return store_address_rule_list(cx, company_id, technician_id, rules_out, n_out);
}

enum errcode
address_rule_page(struct cx *cx, const struct address_rule_choice *choice, struct address_rule **rules_out,
                  size_t *n_out, bool *more_out)
{
    struct address_rule_choice one_more = *choice;
    one_more.limit++;
    enum errcode err = store_address_rule_page(cx, &one_more, rules_out, n_out);
    *more_out = (int64_t)*n_out > choice->limit;
    *n_out -= *more_out;
    return err;
}

enum errcode
address_rule_remove(struct cx *cx, int64_t company_id, int64_t rule_id)
{
    struct address_rule rule;
    int64_t technician = 0;
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = store_address_rule_remove(cx, company_id, rule_id, &rule, &technician);
    if (err == ERR_NONE)
        err = audit_rule(cx, (struct audit_of){company_id, technician}, AUDIT_ADDRESS_RULE_REMOVED, &rule);
    return db_end(cx, err);
}
