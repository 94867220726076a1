/* SPDX-License-Identifier: Apache-2.0 */
/* ops_admin_company: what operators do to companies, their policies and rules, and to reports. Each calls the
 * function that the command line calls. */
#include "accounts/company_change.h"
#include "accounts/policy.h"
#include "accounts/policy_change.h"
#include "accounts/reported.h"
#include "db/db.h"
#include "ops/ops.h"
#include "ops/ops_admin.h"
#include "ops/ops_admin_show.h"
#include "ops/ops_device.h"

enum errcode
op_admin_company_add(struct cx *cx, const struct operator_right *by, const struct admin_company_add_in *in,
                     struct admin_company_add_out *out)
{
    int64_t id = 0;
    (void)by;
    return ops_done(company_add(cx, in->sName, ops_given(in->sTitle), &id), &out->result);
}

/* The values of a change; wish points to those that were given. */
struct given {
    enum company_state state;
    bool is_enterprise, enterprise_on;
    struct company_wish wish;
};

static enum errcode
read_state(struct cx *cx, struct str state, struct given *given)
{
    if (str_is_empty(state))
        return ERR_NONE;
    for (unsigned i = COMPANY_ACTIVE; i <= COMPANY_BANNED; i++)
        if (str_eq(state, str_from_cstr(company_state_name((enum company_state)i)))) {
            given->state = (enum company_state)i;
            given->wish.state = &given->state;
            return ERR_NONE;
        }
    return err_set(cx, ERR_SYNTAX, "sState is active, inactive or banned");
}

static enum errcode
read_plan(struct cx *cx, struct str plan, struct given *given)
{
    if (str_is_empty(plan))
        return ERR_NONE;
    given->is_enterprise = str_eq(plan, STR_LIT("enterprise"));
    given->wish.is_enterprise = &given->is_enterprise;
    if (given->is_enterprise || str_eq(plan, STR_LIT("standard")))
        return ERR_NONE;
    return err_set(cx, ERR_SYNTAX, "sPlan is standard or enterprise");
}

enum errcode
op_admin_company_set(struct cx *cx, const struct operator_right *by, const struct admin_company_set_in *in,
                     struct admin_company_set_out *out)
{
    struct given given = {.wish.title = ops_given(in->sTitle)};
    const struct company_wish *wish = &given.wish;
    enum errcode err = read_state(cx, in->sState, &given);
    if (err == ERR_NONE)
        err = read_plan(cx, in->sPlan, &given);
    if (err == ERR_NONE)
        err = ops_switch(cx, in->sEnterprise, "sEnterprise", &given.enterprise_on, &given.wish.enterprise_on);
    if (err == ERR_NONE && str_is_null(wish->title) && wish->state == NULL && wish->is_enterprise == NULL &&
        wish->enterprise_on == NULL)
        err = err_set(cx, ERR_SYNTAX, "nothing to set: sTitle, sState, sPlan or sEnterprise");
    return ops_done(err == ERR_NONE ? company_set(cx, by->company, wish) : err, &out->result);
}

enum errcode
op_admin_policy_set(struct cx *cx, const struct operator_right *by, const struct admin_policy_set_in *in,
                    struct admin_policy_set_out *out)
{
    struct str value = str_is_null(in->sValue) ? STR_LIT("") : in->sValue;
    return ops_done(policy_set(cx, by->company, in->sKey, value), &out->result);
}

enum errcode
op_admin_policy_preview(struct cx *cx, const struct operator_right *by,
                        const struct admin_policy_preview_in *in, struct admin_policy_preview_out *out)
{
    struct str value = str_is_null(in->sValue) ? STR_LIT("") : in->sValue;
    struct policy_preview preview;
    enum errcode err = policy_preview(cx, by->company, in->sKey, value, &preview);
    out->iTechnicians = ops_count(preview.technicians);
    out->iSessions = ops_count(preview.sessions);
    out->iPushes = ops_count(preview.pushes);
    out->iUnready = ops_count(preview.unready);
    return ops_done(err, &out->result);
}

enum errcode
op_admin_address_add(struct cx *cx, const struct operator_right *by, const struct admin_address_add_in *in,
                     struct admin_address_add_out *out)
{
    const bool allow = str_eq(in->sVerdict, STR_LIT("allow"));
    if (!allow && !str_eq(in->sVerdict, STR_LIT("deny")))
        return err_set(cx, ERR_SYNTAX, "sVerdict is allow or deny");
    return ops_done(address_rule_add(cx, by->company, by->technician, allow, in->sNet), &out->result);
}

enum errcode
op_admin_address_remove(struct cx *cx, const struct operator_right *by,
                        const struct admin_address_remove_in *in, struct admin_address_remove_out *out)
{
    int64_t rule = 0;
    enum errcode err = ops_number(cx, in->sRuleId, "sRuleId", 0, &rule);
    return ops_done(err == ERR_NONE ? address_rule_remove(cx, by->company, rule) : err, &out->result);
}

static enum errcode
read_reports(struct cx *cx, int64_t company, struct ct_array *out)
{
    struct reported_row *rows = NULL;
    size_t n = 0;
    enum errcode err = reported_list(cx, company, &rows, &n);
    return err != ERR_NONE ? err : ops_reports(cx, rows, n, out);
}

enum errcode
op_admin_reported_list(struct cx *cx, const struct operator_right *by,
                       const struct admin_reported_list_in *in, struct admin_reported_list_out *out)
{
    (void)in;
    enum errcode err = db_begin_read(cx);
    if (err == ERR_NONE)
        err = db_end(cx, read_reports(cx, by->company, &out->aReports));
    return ops_done(err, &out->result);
}

enum errcode
op_admin_reported_take(struct cx *cx, const struct operator_right *by,
                       const struct admin_reported_take_in *in, struct admin_reported_take_out *out)
{
    int64_t report = 0;
    enum errcode err = ops_number(cx, in->sReportId, "sReportId", 0, &report);
    return ops_done(err == ERR_NONE ? reported_take(cx, by->technician, report) : err, &out->result);
}
