/* SPDX-License-Identifier: Apache-2.0 */
/* explain_condition: see the header. Each function sets the value, where it was set, and what would end
 * the condition; whether it holds is decided by decide.c alone, except for what is not known yet. */
#include "report/explain_condition.h"

#include <string.h>

#include "base/clock.h"
#include "base/shell.h"
#include "keys/env.h"

#define SAY(...) arena_printf(&cx->arena, __VA_ARGS__)

struct str
explain_command(struct cx *cx, const struct explaining *e, const char *verb)
{
    return SAY("countersign %s %.*s", verb, STR_ARG(shell_operand(&cx->arena, e->x->account.t.email)));
}

struct str
explain_devices(struct cx *cx, const struct explaining *e)
{
    return SAY("countersign device list --technician %.*s",
               STR_ARG(shell_word(&cx->arena, e->x->account.t.email)));
}

/* "countersign company set --state active acme" */
static struct str
company_command(struct cx *cx, const struct explaining *e, const char *verb)
{
    return SAY("countersign %s %.*s", verb, STR_ARG(shell_operand(&cx->arena, e->x->account.c.name)));
}

static const struct policy_row *
policy_of(const struct explaining *e, const char *key)
{
    size_t i = 0;
    while (i < e->policies_n && !str_eq(e->policies[i].key, str_from_cstr(key)))
        i++;
    ASSERT(i < e->policies_n);
    return &e->policies[i];
}

struct explain_set
explain_policy(const struct explaining *e, const char *key)
{
    const struct policy_row *p = policy_of(e, key);
    if (p->set_at == 0)
        return (struct explain_set){.where = "default", .key = p->key};
    return (struct explain_set){.where = "company policy", .key = p->key, .by = p->set_by, .at = p->set_at};
}

static void
of_company(struct explain_line *line, struct str value, struct str mend)
{
    line->value = value;
    line->set.where = "company";
    line->mend = mend;
}

/* What belongs to one sign-in: not known of one that has not begun. */
static void
of_signin(const struct explaining *e, struct explain_line *line, struct str value, const char *mend)
{
    line->set.where = "sign-in";
    line->mend = str_from_cstr(mend);
    line->value = e->login != NULL ? value : STR_LIT("not known before the sign-in");
    if (e->login == NULL)
        line->holds = EXPLAIN_OPEN;
}

static struct str
push_text(struct cx *cx, const struct explaining *e)
{
    if (e->login == NULL)
        return STR_NULL;
    return SAY("push: %s%s", challenge_state_name(e->facts.challenge),
               e->facts.is_challenge_over ? ", overdue" : "");
}

static void
explain_token_is_bad(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    const struct login_row *l = e->login;
    struct str value = STR_NULL;
    if (l != NULL && !str_is_empty(l->result))
        value = SAY("spent: %.*s at %.*s", STR_ARG(l->result), STR_ARG(clock_text(&cx->arena, l->result_at)));
    else if (l != NULL)
        value = SAY("valid until %.*s", STR_ARG(clock_text(&cx->arena, l->expires_at)));
    line->holds = e->is_login_over ? EXPLAIN_YES : EXPLAIN_NO;
    of_signin(e, line, value, "the person signs in anew");
}

static void
explain_company_is_inactive(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    of_company(line, str_from_cstr(company_state_name(e->x->account.c.state)),
               company_command(cx, e, "company enable"));
}

static void
explain_company_is_banned(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    of_company(line, str_from_cstr(company_state_name(e->x->account.c.state)),
               company_command(cx, e, "company set --state active"));
}

static struct str
plan_text(struct cx *cx, const struct explaining *e)
{
    const struct company *c = &e->x->account.c;
    return c->is_enterprise ? SAY("plan enterprise, switched %s", c->enterprise_on ? "on" : "off")
                            : STR_LIT("plan standard");
}

static void
explain_enterprise_is_off(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    of_company(line, plan_text(cx, e), company_command(cx, e, "company set --enterprise on"));
}

static void
explain_enterprise_is_missing(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    struct str value = plan_text(cx, e);
    for (size_t i = 0; i < e->policies_n; i++) {
        const struct policy_row *p = &e->policies[i];
        if (!p->is_enterprise || str_eq(p->value, p->default_value))
            continue;
        value = SAY("%.*s; %.*s = %.*s", STR_ARG(value), STR_ARG(p->key), STR_ARG(p->value));
        line->set = explain_policy(e, p->key.p);
    }
    const struct explain_set set = line->set;
    of_company(line, value, company_command(cx, e, "company set --plan enterprise"));
    if (set.where != NULL)
        line->set = set;
}

static void
explain_account_is_deleted(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    const int64_t at = e->x->account.t.deleted_at;
    line->value = at != 0 ? SAY("deleted at %.*s", STR_ARG(clock_text(&cx->arena, at))) : STR_LIT("exists");
    line->set = explain_technician_set(e, at != 0 ? AUDIT_TECHNICIAN_DELETED : AUDIT_TECHNICIAN_ADDED);
    line->mend = SAY("countersign technician add EMAIL --company %.*s",
                     STR_ARG(shell_word(&cx->arena, e->x->account.c.name)));
}

static void
explain_account_is_no_technician(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    line->value = e->x->account.t.is_technician ? STR_LIT("technician") : STR_LIT("not a technician");
    line->set = explain_flag_set(cx, e, "is_technician", e->x->account.t.is_technician);
    line->mend = explain_command(cx, e, "technician set --technician on");
}

static void
explain_role_is_off(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    line->value = e->x->account.t.role_on ? STR_LIT("role on") : STR_LIT("role off");
    line->set = explain_flag_set(cx, e, "role_on", e->x->account.t.role_on);
    line->mend = explain_command(cx, e, "technician enable");
}

static void
explain_operator_locked(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    const int64_t at = e->x->account.t.locked_at;
    line->value = at != 0 ? SAY("locked at %.*s, until unlocked", STR_ARG(clock_text(&cx->arena, at)))
                          : STR_LIT("not locked");
    line->set = explain_lock_set(e, at);
    line->mend = explain_command(cx, e, "technician unlock");
}

static void
explain_failures_locked(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    const struct lockout *l = &e->x->account.l;
    const int64_t limit = e->x->account.p.lockout_failures;
    if (!l->account_locked)
        line->value = SAY("%lld of %lld failures", (long long)(limit - l->account_left), (long long)limit);
    else if (l->locked_until == INT64_MAX)
        line->value = STR_LIT("locked until unlocked");
    else
        line->value = SAY("locked until %.*s", STR_ARG(clock_text(&cx->arena, l->locked_until)));
    line->set = explain_policy(e, "lockout_failures");
    line->mend = explain_command(cx, e, "technician unlock");
}

/* Asked of sessions, not of a sign-in, which gets its second factor by itself. */
static void
explain_factor_is_missing(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    line->holds = EXPLAIN_OPEN;
    line->value =
        SAY("asked of each session: second_factor = %.*s", STR_ARG(policy_of(e, "second_factor")->value));
    line->set = explain_policy(e, "second_factor");
}

static struct str
address_text(struct cx *cx, const struct explaining *e)
{
    const struct address_verdict *v = &e->address;
    const char *whose = v->is_company ? "the company" : "the account";
    if (v->rule != NULL)
        return SAY("%.*s: %s %.*s of %s", STR_ARG(e->x->from), v->rule->allow ? "allow" : "deny",
                   STR_ARG(v->rule->net), whose);
    if (!v->is_allowed)
        return SAY("%.*s: no rule of %s matches, and one allows others", STR_ARG(e->x->from), whose);
    return SAY("%.*s: no rule matches", STR_ARG(e->x->from));
}

static void
explain_address_is_refused(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    line->set = explain_policy(e, "address_rules");
    struct str whom = shell_word(&cx->arena, e->x->account.t.email);
    line->mend = company_command(
        cx, e,
        e->address.is_company ? "address list" : SAY("address list --technician %.*s", STR_ARG(whom)).p);
    if (!e->x->account.p.address_rules) {
        line->value = STR_LIT("no rules are in force");
    } else if (str_is_null(e->x->from)) {
        line->value = STR_LIT("not known without an address: --from ADDRESS");
        line->holds = EXPLAIN_OPEN;
    } else {
        line->value = address_text(cx, e);
    }
}

static void
of_sign_in_mode(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    line->value = policy_of(e, "sign_in_mode")->value;
    line->set = explain_policy(e, "sign_in_mode");
    line->mend = SAY("%.*s sign_in_mode", STR_ARG(company_command(cx, e, "policy unset")));
}

static void
explain_mode_is_sso(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    of_sign_in_mode(cx, e, line);
}

static void
explain_mode_is_saml2(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    of_sign_in_mode(cx, e, line);
}

static void
explain_password_is_another(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    of_signin(e, line,
              e->facts.is_password_current
                  ? STR_LIT("the one that was proved")
                  : SAY("set at %.*s", STR_ARG(clock_text(&cx->arena, e->x->account.t.password_set_at))),
              "the person signs in anew, with the new password");
}

static void
explain_push_waits(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    of_signin(e, line, push_text(cx, e), "the person answers on the phone");
}

static void
explain_push_is_over(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    of_signin(e, line, push_text(cx, e), "the person signs in anew");
}

static void
explain_push_was_refused(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    of_signin(e, line, push_text(cx, e), "the person signs in anew, if it was them");
}

static void
explain_number_was_wrong(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    of_signin(e, line, push_text(cx, e),
              "the person signs in anew, and types the number that the console shows");
}

static void
explain_code_is_wrong(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    (void)cx;
    of_signin(e, line, STR_LIT("known when one is typed"), "the person types another code");
    line->holds = EXPLAIN_OPEN;
}

static void
explain_push_failed(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    of_signin(e, line, push_text(cx, e), explain_devices(cx, e).p);
}

static void
explain_push_is_not_approved(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    of_signin(e, line, push_text(cx, e), "the person approves on the phone, or types a code");
}

static void
explain_password_is_expired(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    const struct technician *t = &e->x->account.t;
    const int32_t days = account_password_days(cx, &e->x->account);
    line->set = explain_policy(e, "password_age");
    line->mend = SAY("the person chooses another at %.*s/account/password", STR_ARG(cx->env->public_url));
    if (t->password_must_change) {
        line->value = STR_LIT("to be changed: set by an operator, or reported by a phone");
        line->set = explain_must_change_set(e);
    } else if (days < 0) {
        line->value = STR_LIT("no age; the rest is measured at the sign-in");
    } else if (days == 0) {
        line->value = SAY("set at %.*s: past its age, or against the policy in force",
                          STR_ARG(clock_text(&cx->arena, t->password_set_at)));
    } else {
        line->value = SAY("%d days left; the rest is measured at the sign-in", (int)days);
    }
}

static struct str
new_password_text(const struct login_row *l)
{
    const bool is_fine = str_is_empty(l->new_password_verdict);
    return is_fine ? STR_LIT("acceptable when it was typed") : l->new_password_verdict;
}

static void
of_new_password(const struct explaining *e, struct explain_line *line)
{
    const bool brings = e->login != NULL && e->facts.brings_password;
    of_signin(e, line, brings ? new_password_text(e->login) : STR_LIT("it brings no new password"),
              "the person chooses another new password");
    if (brings)
        line->holds = EXPLAIN_OPEN;
}

static void
explain_new_password_is_weak(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    (void)cx;
    of_new_password(e, line);
}

static void
explain_new_password_is_old(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    (void)cx;
    of_new_password(e, line);
}

static void
explain_new_password_was_used(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    (void)cx;
    of_new_password(e, line);
}

static void
explain_session_is_over(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    (void)cx;
    of_signin(e, line, e->facts.is_change ? STR_LIT("a password change") : STR_LIT("not a password change"),
              "the person signs in, and changes the password then");
}

static void
explain_seats_are_taken(struct cx *cx, const struct explaining *e, struct explain_line *line)
{
    const struct policy *p = &e->x->account.p;
    line->value = p->seats == 0
                      ? STR_LIT("unlimited")
                      : SAY("%lld of %lld seats taken, at the last: %.*s", (long long)e->seats.taken,
                            (long long)p->seats, STR_ARG(policy_of(e, "seat_full")->value));
    line->set = explain_policy(e, "seats");
    line->mend = SAY("countersign session list --company %.*s; countersign session end SESSION",
                     STR_ARG(shell_word(&cx->arena, e->x->account.c.name)));
}

void
explain_conditions(struct cx *cx, struct explaining *e)
{
    static void (*const explainers[])(struct cx *, const struct explaining *, struct explain_line *) = {
#define CONDITION(id, result, at, why) explain_##id,
#include "accounts/decide.def"
    };
    _Static_assert(ARRAY_LEN(explainers) <= EXPLAIN_LINES, "room for every condition");
    for (size_t i = 0; i < conditions_n; i++) {
        struct explain_line *line = &e->x->lines[i];
        *line = (struct explain_line){.condition = &conditions[i]};
        line->holds = conditions[i].holds(&e->facts) ? EXPLAIN_YES : EXPLAIN_NO;
        explainers[i](cx, e, line);
        if (line->holds != EXPLAIN_YES)
            line->mend = STR_NULL;
    }
    e->x->lines_n = conditions_n;
}
