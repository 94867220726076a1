/* SPDX-License-Identifier: Apache-2.0 */
/* decide: the table, in the contract's order ("What twoFactorCheckPushAuthStatus answers, and why"). */
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
    return f->push == CHALLENGE_pending && !f->is_push_over;
}

static bool
push_is_over(const struct facts *f)
{
    return f->push == CHALLENGE_expired || (f->push == CHALLENGE_pending && f->is_push_over);
}

static bool
push_was_refused(const struct facts *f)
{
    return f->push == CHALLENGE_rejected || f->push == CHALLENGE_reported;
}

static bool
number_was_wrong(const struct facts *f)
{
    return f->push == CHALLENGE_spent_tries;
}

static bool
code_is_wrong(const struct facts *f)
{
    return f->is_code_wrong;
}

static bool
push_failed(const struct facts *f)
{
    return f->push == CHALLENGE_failed;
}

static bool
push_is_not_approved(const struct facts *f)
{
    return f->push != CHALLENGE_approved;
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
    {SIGNIN_InvalidToken, AT_TOKEN, "a token is unknown, expired, spent, or not of this login", token_is_bad},
    {SIGNIN_CompanyIsNotActive, AT_ALL, "the company is inactive", company_is_inactive},
    {SIGNIN_CompanyBanned, AT_ALL, "the company is banned", company_is_banned},
    {SIGNIN_EnterpriseDisabled, AT_ALL, "the enterprise plan is switched off", enterprise_is_off},
    {SIGNIN_RequiredEnterprise, AT_ALL, "the policy asks for what the plan lacks", enterprise_is_missing},
    {SIGNIN_NoSuchUser, AT_ALL, "the account is deleted", account_is_deleted},
    {SIGNIN_UserIsNotTechnician, AT_ALL, "the account is not a technician", account_is_no_technician},
    {SIGNIN_UserNotActiveForThisRole, AT_ALL, "the technician role is off", role_is_off},
    {SIGNIN_UserLockedOut, AT_ALL, "the operator locked the account", operator_locked},
    {SIGNIN_UserLockedOut, AT_USE, "failures locked the account", failures_locked},
    {SIGNIN_IPNotAllowed, AT_ANY, "the address rules refuse the caller", address_is_refused},
    {SIGNIN_OnlySSOLoginAllowed, AT_ANY, "the company signs in by SSO", mode_is_sso},
    {SIGNIN_OnlySaml2LoginAllowed, AT_ANY, "the company signs in by SAML 2.0", mode_is_saml2},
    {SIGNIN_InvalidPassword, AT_TOKEN, "the password was changed since", password_is_another},
    {SIGNIN_Poll, AT_CHECK, "the push waits for an answer", push_waits},
    {SIGNIN_TimeOut, AT_CHECK, "nobody answered in time", push_is_over},
    {SIGNIN_TwoFactorRejected, AT_TOKEN, "the phone said no", push_was_refused},
    {SIGNIN_InvalidCode, AT_TOKEN, "the number was wrong for the last time", number_was_wrong},
    {SIGNIN_InvalidCode, AT_CODE, "the code is wrong", code_is_wrong},
    {SIGNIN_TwoFactorError, AT_CHECK, "no device could be reached", push_failed},
    {SIGNIN_InvalidToken, AT_CHECK, "the push was not approved", push_is_not_approved},
    {SIGNIN_UserPasswordExpired, AT_END,
     "the password is past its age, to be changed, or against the policy in force", password_is_expired},
    {SIGNIN_PasswordStrengthNotMeetRequirement, AT_END, "the new password is weak", new_password_is_weak},
    {SIGNIN_OldNewPasswordsMatch, AT_END, "the new password is the old one", new_password_is_old},
    {SIGNIN_AlreadyUsedPassword, AT_END, "the new password was used before", new_password_was_used},
    {SIGNIN_UserNotLoggedIn, AT_END, "the session of the change has ended", session_is_over},
    {SIGNIN_ConcurrentLimitExceeded, AT_END, "every seat is taken", seats_are_taken},
};
const size_t conditions_n = sizeof(conditions) / sizeof(conditions[0]);

enum signin_result
decide(const struct facts *f, enum decide_at at)
{
    for (size_t i = 0; i < conditions_n; i++)
        if ((conditions[i].at & (unsigned)at) != 0 && conditions[i].holds(f))
            return conditions[i].result;
    return SIGNIN_OK;
}
