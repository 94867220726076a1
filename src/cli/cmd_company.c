/* SPDX-License-Identifier: Apache-2.0 */
/* company, policy, address: the customers and what they ask for. */
#include "accounts/company_change.h"
#include "accounts/policy_change.h"
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/print.h"

#include "accounts/policy.h"

static const char *
state_name(enum company_state state)
{
    static const char *const names[] = {"active", "inactive", "banned"};
    ASSERT((size_t)state < ARRAY_LEN(names));
    return names[state];
}

static json_t *
company_document(struct cli *cli, const struct company *c)
{
    json_t *o = print_object();
    print_put_str(o, "name", c->name);
    print_put_str(o, "title", c->title);
    print_put_cstr(o, "state", state_name(c->state));
    print_put_cstr(o, "plan", c->is_enterprise ? "enterprise" : "standard");
    print_put_bool(o, "enterprise_on", c->enterprise_on);
    print_put_time(cli, o, "created", c->created_at);
    return o;
}

static enum errcode
show_company(struct cli *cli, struct str name)
{
    struct company c = {0};
    enum errcode err = cli_find_company(cli, name, &c);
    if (err != ERR_NONE)
        return err;
    struct policy_row *rows;
    size_t n;
    err = policy_list(&cli->cx, c.id, &rows, &n);
    if (err != ERR_NONE)
        return err;
    json_t *o = company_document(cli, &c);
    json_t *own = print_object();
    for (size_t i = 0; i < n; i++)
        if (rows[i].set_at != 0)
            print_put_str(own, arena_cstr(&cli->cx.arena, rows[i].key), rows[i].value);
    print_put(o, "policy", own);
    print_record(cli, o);
    return ERR_NONE;
}

enum errcode
cmd_company_add(struct cli *cli)
{
    struct str name = args_word(&cli->args, 0);
    int64_t id;
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = company_add(&cli->cx, name, args_option(&cli->args, "title"), &id);
    return err == ERR_NONE ? show_company(cli, name) : err;
}

enum errcode
cmd_company_show(struct cli *cli)
{
    enum errcode err = cli_open_store(cli);
    return err == ERR_NONE ? show_company(cli, args_word(&cli->args, 0)) : err;
}

enum errcode
cmd_company_list(struct cli *cli)
{
    struct company *companies;
    size_t n;
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = company_list(&cli->cx, &companies, &n);
    if (err != ERR_NONE)
        return err;
    json_t *rows = print_array();
    for (size_t i = 0; i < n; i++)
        print_add(rows, company_document(cli, &companies[i]));
    print_table(cli, "companies", rows, "There is no company yet: countersign company add COMPANY");
    return ERR_NONE;
}

/* The values that `company set` was given; wish points into it. */
struct given {
    enum company_state state;
    bool is_enterprise, enterprise_on;
    struct company_wish wish;
};

static enum errcode
read_state(struct cli *cli, struct str state, struct given *given)
{
    for (unsigned value = COMPANY_ACTIVE; value <= COMPANY_BANNED; value++)
        if (str_eq(state, str_from_cstr(state_name((enum company_state)value)))) {
            given->state = (enum company_state)value;
            given->wish.state = &given->state;
            return ERR_NONE;
        }
    return err_set(&cli->cx, ERR_USAGE, "--state is active, inactive or banned, not '%.*s'", STR_ARG(state));
}

static enum errcode
read_plan(struct cli *cli, struct str plan, struct given *given)
{
    given->is_enterprise = str_eq(plan, STR_LIT("enterprise"));
    given->wish.is_enterprise = &given->is_enterprise;
    if (given->is_enterprise || str_eq(plan, STR_LIT("standard")))
        return ERR_NONE;
    return err_set(&cli->cx, ERR_USAGE, "--plan is standard or enterprise, not '%.*s'", STR_ARG(plan));
}

static enum errcode
read_wish(struct cli *cli, struct given *given)
{
    struct str state = args_option(&cli->args, "state"), plan = args_option(&cli->args, "plan");
    enum errcode err = str_is_null(state) ? ERR_NONE : read_state(cli, state, given);
    if (err == ERR_NONE && !str_is_null(plan))
        err = read_plan(cli, plan, given);
    if (err == ERR_NONE && args_has(&cli->args, "enterprise")) {
        given->wish.enterprise_on = &given->enterprise_on;
        err = cli_read_switch(cli, "enterprise", false, &given->enterprise_on);
    }
    given->wish.title = args_option(&cli->args, "title");
    return err;
}

enum errcode
cmd_company_set(struct cli *cli)
{
    struct str name = args_word(&cli->args, 0);
    struct company c = {0};
    struct given given = {.wish.title = STR_NULL};
    const struct company_wish *wish = &given.wish;
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = cli_find_company(cli, name, &c);
    if (err == ERR_NONE)
        err = read_wish(cli, &given);
    if (err == ERR_NONE && str_is_null(wish->title) && wish->state == NULL && wish->is_enterprise == NULL &&
        wish->enterprise_on == NULL)
        err = err_set(&cli->cx, ERR_USAGE, "nothing to set: --title, --state, --plan or --enterprise");
    if (err == ERR_NONE)
        err = company_set(&cli->cx, c.id, wish);
    return err == ERR_NONE ? show_company(cli, name) : err;
}

static enum errcode
set_state(struct cli *cli, enum company_state state)
{
    struct str name = args_word(&cli->args, 0);
    struct company c = {0};
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = cli_find_company(cli, name, &c);
    if (err == ERR_NONE)
        err = company_set_state(&cli->cx, c.id, state);
    return err == ERR_NONE ? show_company(cli, name) : err;
}

enum errcode
cmd_company_disable(struct cli *cli)
{
    return set_state(cli, COMPANY_INACTIVE);
}

enum errcode
cmd_company_enable(struct cli *cli)
{
    return set_state(cli, COMPANY_ACTIVE);
}

enum errcode
cmd_policy_list(struct cli *cli)
{
    struct company c = {0};
    struct policy_row *rows;
    size_t n;
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = cli_find_company(cli, args_word(&cli->args, 0), &c);
    if (err == ERR_NONE)
        err = policy_list(&cli->cx, c.id, &rows, &n);
    if (err != ERR_NONE)
        return err;
    json_t *table = print_array();
    for (size_t i = 0; i < n; i++) {
        json_t *o = print_object();
        print_put_str(o, "key", rows[i].key);
        print_put_str(o, "value", rows[i].value);
        print_put_str(o, "default", rows[i].default_value);
        print_put_str(o, "values", rows[i].values);
        print_put_str(o, "set_by", rows[i].set_by);
        print_put_time(cli, o, "set_at", rows[i].set_at);
        print_put_str(o, "meaning", rows[i].doc);
        print_add(table, o);
    }
    print_table(cli, "policies", table, "There is no policy.");
    return ERR_NONE;
}

static enum errcode
set_policy(struct cli *cli, struct str value)
{
    struct str name = args_word(&cli->args, 0), key = args_word(&cli->args, 1);
    struct company c = {0};
    struct policy_row *rows;
    size_t n, i = 0;
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = cli_find_company(cli, name, &c);
    if (err == ERR_NONE)
        err = policy_set(&cli->cx, c.id, key, value);
    if (err == ERR_NONE)
        err = policy_list(&cli->cx, c.id, &rows, &n);
    if (err != ERR_NONE)
        return err;
    while (i < n && !str_eq(rows[i].key, key))
        i++;
    ASSERT(i < n);
    json_t *o = print_object();
    print_put_str(o, "company", c.name);
    print_put_str(o, "key", key);
    print_put_str(o, "value", rows[i].value);
    print_put_str(o, "default", rows[i].default_value);
    print_done(cli, o, "%s: %s is now %s", print_safe(cli, c.name), print_safe(cli, key),
               rows[i].value.n > 0 ? print_safe(cli, rows[i].value) : "empty");
    return ERR_NONE;
}

enum errcode
cmd_policy_set(struct cli *cli)
{
    return set_policy(cli, args_word(&cli->args, 2));
}

enum errcode
cmd_policy_unset(struct cli *cli)
{
    return set_policy(cli, STR_LIT(""));
}

/* The company and, with --technician, one of its accounts. */
static enum errcode
open_rules(struct cli *cli, struct company *c, int64_t *technician_id_out)
{
    struct technician t = {0};
    struct str email = args_option(&cli->args, "technician");
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = cli_find_company(cli, args_word(&cli->args, 0), c);
    if (err == ERR_NONE && !str_is_null(email))
        err = cli_find_technician(cli, email, &t);
    if (err == ERR_NONE && t.id != 0 && t.company_id != c->id)
        err = err_set(&cli->cx, ERR_USAGE, "'%.*s' does not belong to the company '%.*s'", STR_ARG(email),
                      STR_ARG(c->name));
    *technician_id_out = t.id;
    return err;
}

static enum errcode
list_rules(struct cli *cli, const struct company *c, int64_t technician_id)
{
    struct address_rule *rules;
    size_t n;
    enum errcode err = address_rule_list(&cli->cx, c->id, technician_id, &rules, &n);
    if (err != ERR_NONE)
        return err;
    json_t *table = print_array();
    for (size_t i = 0; i < n; i++) {
        json_t *o = print_object();
        print_put_id(o, "id", rules[i].id);
        print_put_cstr(o, "verdict", rules[i].allow ? "allow" : "deny");
        print_put_str(o, "net", rules[i].net);
        print_add(table, o);
    }
    print_table(cli, "rules", table, "There is no rule.");
    return ERR_NONE;
}

enum errcode
cmd_address_list(struct cli *cli)
{
    struct company c = {0};
    int64_t technician_id;
    enum errcode err = open_rules(cli, &c, &technician_id);
    return err == ERR_NONE ? list_rules(cli, &c, technician_id) : err;
}

enum errcode
cmd_address_add(struct cli *cli)
{
    struct str verdict = args_word(&cli->args, 1);
    bool allow = str_eq(verdict, STR_LIT("allow"));
    if (!allow && !str_eq(verdict, STR_LIT("deny")))
        return err_set(&cli->cx, ERR_USAGE, "a rule is allow or deny, not '%.*s'", STR_ARG(verdict));
    struct company c = {0};
    int64_t technician_id;
    enum errcode err = open_rules(cli, &c, &technician_id);
    if (err == ERR_NONE)
        err = address_rule_add(&cli->cx, c.id, technician_id, allow, args_word(&cli->args, 2));
    return err == ERR_NONE ? list_rules(cli, &c, technician_id) : err;
}

enum errcode
cmd_address_remove(struct cli *cli)
{
    struct str word = args_word(&cli->args, 1);
    struct company c = {0};
    int64_t rule;
    enum errcode err = cli_open_store(cli);
    if (err == ERR_NONE)
        err = cli_find_company(cli, args_word(&cli->args, 0), &c);
    if (err == ERR_NONE)
        err = cli_find_id(cli, STORE_ID_RULE, word, "rule", &rule);
    if (err == ERR_NONE)
        err = cli_not_found(cli, address_rule_remove(&cli->cx, c.id, rule), "rule", word);
    if (err != ERR_NONE)
        return err;
    json_t *o = print_object();
    print_put_id(o, "removed", rule);
    print_done(cli, o, "removed");
    return ERR_NONE;
}
