/* decide: the table, in the order of the contract ("What twoFactorCheckPushAuthStatus answers, and why"). */
#include "auth/decide.h"

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
account_is_locked(const struct facts *f)
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
    AT_ANY = AT_LOGIN | AT_ALONE | AT_TOKEN
};

const struct condition conditions[] = {
    {SIGNIN_InvalidToken, "a token is unknown, expired, spent, or not of this login", token_is_bad, AT_TOKEN},
    {SIGNIN_CompanyIsNotActive, "the company is inactive", company_is_inactive, AT_ANY},
    {SIGNIN_CompanyBanned, "the company is banned", company_is_banned, AT_ANY},
    {SIGNIN_EnterpriseDisabled, "the enterprise plan is switched off", enterprise_is_off, AT_ANY},
    {SIGNIN_RequiredEnterprise, "the policy asks for what the plan lacks", enterprise_is_missing, AT_ANY},
    {SIGNIN_NoSuchUser, "the account is deleted", account_is_deleted, AT_ANY},
    {SIGNIN_UserIsNotTechnician, "the account is no technician", account_is_no_technician, AT_ANY},
    {SIGNIN_UserNotActiveForThisRole, "the technician role is off", role_is_off, AT_ANY},
    {SIGNIN_UserLockedOut, "the account is locked", account_is_locked, AT_ANY},
    {SIGNIN_IPNotAllowed, "the address rules refuse the caller", address_is_refused, AT_ANY},
    {SIGNIN_OnlySSOLoginAllowed, "the company signs in by SSO", mode_is_sso, AT_ANY},
    {SIGNIN_OnlySaml2LoginAllowed, "the company signs in by SAML 2.0", mode_is_saml2, AT_ANY},
    {SIGNIN_InvalidPassword, "the password was changed since", password_is_another, AT_TOKEN},
    {SIGNIN_Poll, "the push waits for an answer", push_waits, AT_CHECK},
    {SIGNIN_TimeOut, "nobody answered in time", push_is_over, AT_CHECK},
    {SIGNIN_TwoFactorRejected, "the phone said no", push_was_refused, AT_TOKEN},
    {SIGNIN_InvalidCode, "the number was wrong for the last time", number_was_wrong, AT_TOKEN},
    {SIGNIN_InvalidCode, "the code is wrong", code_is_wrong, AT_CODE},
    {SIGNIN_TwoFactorError, "no device could be reached", push_failed, AT_CHECK},
    {SIGNIN_InvalidToken, "the push was not approved", push_is_not_approved, AT_CHECK},
    {SIGNIN_UserPasswordExpired, "the password is past its age", password_is_expired, AT_END},
    {SIGNIN_PasswordStrengthNotMeetRequirement, "the new password is weak", new_password_is_weak, AT_END},
    {SIGNIN_OldNewPasswordsMatch, "the new password is the old one", new_password_is_old, AT_END},
    {SIGNIN_AlreadyUsedPassword, "the new password was used before", new_password_was_used, AT_END},
    {SIGNIN_UserNotLoggedIn, "the session of the change has ended", session_is_over, AT_END},
    {SIGNIN_ConcurrentLimitExceeded, "every seat is taken", seats_are_taken, AT_END},
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
