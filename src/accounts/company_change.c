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
write(struct cx *cx, const struct company *company, enum audit_event event, struct str value)
{
    enum errcode err = store_company_update(cx, company);
    if (err == ERR_NONE)
        err = audit_append(cx, (struct audit_of){.company = company->id}, event, "value", value, NULL);
    return err;
}

static enum errcode
write_title(struct cx *cx, struct company *company, struct str title)
{
    if (str_is_null(title) || str_eq(company->title, title))
        return ERR_NONE;
    company->title = title;
    return write(cx, company, AUDIT_COMPANY_TITLE, title);
}

/* Made inactive again a company does not change; what was made since the first time ends too. */
static enum errcode
write_state(struct cx *cx, struct company *company, const enum company_state *state)
{
    if (state == NULL)
        return ERR_NONE;
    const char *name = company_state_name(*state);
    const bool is_same = company->state == *state;
    enum errcode err = *state != COMPANY_ACTIVE ? revoke_company(cx, company->id, name) : ERR_NONE;
    company->state = *state;
    return is_same || err != ERR_NONE ? err : write(cx, company, AUDIT_COMPANY_STATE, str_from_cstr(name));
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

static enum errcode
write_plan(struct cx *cx, struct company *company, const struct company_wish *wish)
{
    const struct company before = *company;
    bool is_short = true;
    if (wish->is_enterprise == NULL && wish->enterprise_on == NULL)
        return ERR_NONE;
    if (wish->is_enterprise != NULL)
        company->is_enterprise = *wish->is_enterprise;
    if (wish->enterprise_on != NULL)
        company->enterprise_on = *wish->enterprise_on;
    else if (company->is_enterprise && !before.is_enterprise)
        company->enterprise_on = true;
    enum errcode err = plan_is_short(cx, company, &is_short);
    if (err == ERR_NONE && is_short)
        err = revoke_company(cx, company->id, "plan");
    if (err != ERR_NONE ||
        (company->is_enterprise == before.is_enterprise && company->enterprise_on == before.enterprise_on))
        return err;
    return write(cx, company, AUDIT_COMPANY_PLAN,
                 !company->is_enterprise  ? STR_LIT("standard")
                 : company->enterprise_on ? STR_LIT("enterprise")
                                          : STR_LIT("enterprise, switched off"));
}

enum errcode
company_set(struct cx *cx, int64_t id, const struct company_wish *wish)
{
    struct company company;
    enum errcode err = str_is_null(wish->title) ? ERR_NONE : check_title(cx, wish->title);
    if (err == ERR_NONE)
        err = begin_change(cx, id, &company);
    if (err != ERR_NONE)
        return err;
    err = write_title(cx, &company, wish->title);
    if (err == ERR_NONE)
        err = write_state(cx, &company, wish->state);
    if (err == ERR_NONE)
        err = write_plan(cx, &company, wish);
    return db_end(cx, err);
}

enum errcode
company_set_state(struct cx *cx, int64_t id, enum company_state state)
{
    return company_set(cx, id, &(struct company_wish){.state = &state});
}

enum errcode
company_set_plan(struct cx *cx, int64_t id, bool enterprise, bool on)
{
    return company_set(cx, id, &(struct company_wish){.is_enterprise = &enterprise, .enterprise_on = &on});
}
