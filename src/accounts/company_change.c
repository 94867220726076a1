/* SPDX-License-Identifier: Apache-2.0 */
/* company_change: see the header. Each change is one transaction with its audit event. */
#include "accounts/company_change.h"

#include "accounts/audit.h"
#include "accounts/company.h"
#include "accounts/policy.h"
#include "accounts/revoke.h"
#include "text/text.h"
#include "base/rand.h"
#include "db/db.h"

enum { NAME_MAX_BYTES = 64, TITLE_MAX_BYTES = 200 };

static enum errcode
check_title(struct cx *cx, struct str title)
{
    if (text_is_printable(title, TITLE_MAX_BYTES))
        return ERR_NONE;
    return err_set(cx, ERR_SYNTAX, "a title is 1 to %d bytes of printable text", TITLE_MAX_BYTES);
}

static enum errcode
insert(struct cx *cx, const struct company *company)
{
    struct company other;
    enum errcode err = store_company_find(cx, company->name, &other);
    if (err == ERR_NONE)
        return err_set(cx, ERR_EXISTS, "there is a company %.*s already", STR_ARG(company->name));
    if (err != ERR_NOT_FOUND)
        return err;
    err_forget(cx);
    err = store_company_insert(cx, company);
    if (err == ERR_NONE)
        err = audit_append(cx, (struct audit_of){.company = company->id}, AUDIT_COMPANY_ADDED, "name",
                           company->name, "title", company->title, NULL);
    return err;
}

enum errcode
company_add(struct cx *cx, struct str name, struct str title, int64_t *id_out)
{
    struct company company = {
        .id = rand_id(),
        .name = name,
        .title = str_is_null(title) ? name : title,
        .state = COMPANY_ACTIVE,
        .created_at = cx->now,
    };
    if (!text_is_label(name, NAME_MAX_BYTES))
        return err_set(cx, ERR_SYNTAX, "a company's name is 1 to %d of a-z 0-9 - . _", NAME_MAX_BYTES);
    enum errcode err = check_title(cx, company.title);
    if (err == ERR_NONE)
        err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = insert(cx, &company);
    err = db_end(cx, err);
    *id_out = err == ERR_NONE ? company.id : 0;
    return err;
}

/* Begins, and reads the row as it is now. On an error no transaction is open. */
static enum errcode
begin_change(struct cx *cx, int64_t id, struct company *company_out)
{
    enum errcode err = db_begin(cx);
    if (err == ERR_NONE)
        err = store_company_get(cx, id, company_out);
    if (err != ERR_NONE)
        db_rollback(cx);
    return err;
}

static enum errcode
end_change(struct cx *cx, const struct company *company, enum audit_event event, struct str value)
{
    enum errcode err = store_company_update(cx, company);
    if (err == ERR_NONE)
        err = audit_append(cx, (struct audit_of){.company = company->id}, event, "value", value, NULL);
    return db_end(cx, err);
}

/* Made inactive again a company does not change; what was made since the first time ends too. */
enum errcode
company_set_state(struct cx *cx, int64_t id, enum company_state state)
{
    struct company company;
    const char *name = company_state_name(state);
    enum errcode err = begin_change(cx, id, &company);
    if (err != ERR_NONE)
        return err;
    const bool is_same = company.state == state;
    company.state = state;
    if (state != COMPANY_ACTIVE)
        err = revoke_company(cx, id, name);
    return is_same || err != ERR_NONE ? db_end(cx, err)
                                      : end_change(cx, &company, AUDIT_COMPANY_STATE, str_from_cstr(name));
}

enum errcode
company_set_title(struct cx *cx, int64_t id, struct str title)
{
    struct company company;
    enum errcode err = check_title(cx, title);
    if (err == ERR_NONE)
        err = begin_change(cx, id, &company);
    if (err != ERR_NONE)
        return err;
    if (str_eq(company.title, title)) {
        db_rollback(cx);
        return ERR_NONE;
    }
    company.title = title;
    return end_change(cx, &company, AUDIT_COMPANY_TITLE, title);
}

/* Whether its plan lets no account sign in: EnterpriseDisabled, RequiredEnterprise. */
static enum errcode
plan_is_short(struct cx *cx, const struct company *company, bool *short_out)
{
    struct policy policy;
    enum errcode err = policy_get(cx, company->id, &policy);
    *short_out = company->is_enterprise ? !company->enterprise_on : policy.needs_enterprise;
    return err;
}

enum errcode
company_set_plan(struct cx *cx, int64_t id, bool enterprise, bool on)
{
    struct company company;
    bool is_short = true;
    enum errcode err = begin_change(cx, id, &company);
    if (err != ERR_NONE)
        return err;
    const bool is_same = company.is_enterprise == enterprise && company.enterprise_on == on;
    company.is_enterprise = enterprise;
    company.enterprise_on = on;
    err = plan_is_short(cx, &company, &is_short);
    if (err == ERR_NONE && is_short)
        err = revoke_company(cx, id, "plan");
    if (is_same || err != ERR_NONE)
        return db_end(cx, err);
    struct str value = !enterprise ? STR_LIT("standard")
                       : on        ? STR_LIT("enterprise")
                                   : STR_LIT("enterprise, switched off");
    return end_change(cx, &company, AUDIT_COMPANY_PLAN, value);
}
