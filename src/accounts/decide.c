/* SPDX-License-Identifier: Apache-2.0 */
/* decide: the functions behind the table (decide.def). */
#include "accounts/decide.h"

static bool
token_is_bad(const struct facts *f)
{
    return f->account == NULL;
}

static bool
company_is_inactive(const struct facts *f)
{
    return f->account->c.state == COMPANY_INACTIVE;
}

static bool
company_is_banned(const struct facts *f)
{
    return f->account->c.state == COMPANY_BANNED;
}

static bool
enterprise_is_off(const struct facts *f)
{
    return f->account->c.is_enterprise && !f->account->c.enterprise_on;
}

static bool
enterprise_is_missing(const struct facts *f)
{
    return !f->account->c.is_enterprise && f->account->p.needs_enterprise;
}

static bool
account_is_deleted(const struct facts *f)
{
    return f->account->t.deleted_at != 0;
}

static bool
account_is_no_technician(const struct facts *f)
{
    return !f->account->t.is_technician;
}

static bool
role_is_off(const struct facts *f)
{
    return !f->account->t.role_on;
}

static bool
operator_locked(const struct facts *f)
{
    return f->account->t.locked_at != 0;
}

static bool
failures_locked(const struct facts *f)
{
    return f->account->l.account_locked;
}

static bool
address_is_refused(const struct facts *f)
{
    return !f->account->is_address_allowed;
}

static bool
mode_is_sso(const struct facts *f)
{
    return f->account->p.sign_in_mode == SIGN_IN_SSO;
}

static bool
mode_is_saml2(const struct facts *f)
{
    return f->account->p.sign_in_mode == SIGN_IN_SAML2;
}

static bool
password_is_another(const struct facts *f)
{
    return !f->is_password_current;
}

static bool
push_waits(const struct facts *f)
{
    return f->challenge == CHALLENGE_pending && !f->is_challenge_over;
}

static bool
push_is_over(const struct facts *f)
{
    return f->challenge == CHALLENGE_expired || (f->challenge == CHALLENGE_pending && f->is_challenge_over);
}

static bool
push_was_refused(const struct facts *f)
{
    return f->challenge == CHALLENGE_rejected || f->challenge == CHALLENGE_reported;
}

static bool
number_was_wrong(const struct facts *f)
{
    return f->challenge == CHALLENGE_spent_tries;
}

static bool
code_is_wrong(const struct facts *f)
{
    return f->is_code_wrong;
}

static bool
push_failed(const struct facts *f)
{
    return f->challenge == CHALLENGE_failed;
}

static bool
push_is_not_approved(const struct facts *f)
{
    return f->challenge != CHALLENGE_approved;
}

static bool
password_is_expired(const struct facts *f)
{
    return f->is_password_expired && !f->brings_password;
}

static bool
new_password_is_weak(const struct facts *f)
{
    return f->brings_password && f->new_password == PASSWORD_WEAK;
}

static bool
new_password_is_old(const struct facts *f)
{
    return f->brings_password && f->new_password == PASSWORD_SAME;
}

static bool
new_password_was_used(const struct facts *f)
{
    return f->brings_password && f->new_password == PASSWORD_USED;
}

static bool
session_is_over(const struct facts *f)
{
    return f->is_change && f->is_session_over;
}

static bool
factor_is_missing(const struct facts *f)
{
    return f->is_alone && f->account->p.second_factor == SECOND_FACTOR_REQUIRED;
}

static bool
seats_are_taken(const struct facts *f)
{
    return !f->is_change && f->is_full;
}

enum {
    AT_TOKEN = AT_SEND | AT_CHECK | AT_CODE,
    AT_END = AT_ALONE | AT_CHECK | AT_CODE,
    AT_ANY = AT_LOGIN | AT_ALONE | AT_TOKEN,
    AT_USE = AT_ANY | AT_SELF,
    AT_ALL = AT_USE | AT_SESSION
};

const struct condition conditions[] = {
#define CONDITION(id, result, at, why) {SIGNIN_##result, at, #id, why, id},
#include "accounts/decide.def"
};
const size_t conditions_n = ARRAY_LEN(conditions);

const struct condition *
decide_first(const struct facts *f, enum decide_at at)
{
    for (size_t i = 0; i < conditions_n; i++)
        if ((conditions[i].at & (unsigned)at) != 0 && conditions[i].holds(f))
            return &conditions[i];
    return NULL;
}

enum signin_result
decide(const struct facts *f, enum decide_at at)
{
    const struct condition *first = decide_first(f, at);
    return first != NULL ? first->result : SIGNIN_OK;
}
