/* SPDX-License-Identifier: Apache-2.0 */
/* decide: every row of the table, and that an earlier one wins over each later one. */
#include "tests/unit/unit.h"

#include "accounts/decide.h"

struct picture {
    struct account account;
    struct facts facts;
};

/* No condition holds: the answer is always OK. */
static struct picture
good(void)
{
    struct picture p = {.account = {.t = {.is_technician = true, .role_on = true},
                                    .c = {.state = COMPANY_ACTIVE},
                                    .is_address_allowed = true},
                        .facts = {.is_password_current = true, .challenge = CHALLENGE_approved}};
    return p;
}

/* Makes one of the account's conditions hold; false when the row is not one of them. */
static bool
spoil_account(struct account *a, const struct condition *row)
{
    switch ((int)row->result) {
    case SIGNIN_CompanyIsNotActive:
        a->c.state = COMPANY_INACTIVE;
        return true;
    case SIGNIN_CompanyBanned:
        a->c.state = COMPANY_BANNED;
        return true;
    case SIGNIN_EnterpriseDisabled:
        a->c.is_enterprise = true;
        return true;
    case SIGNIN_RequiredEnterprise:
        a->p.needs_enterprise = true;
        return true;
    case SIGNIN_NoSuchUser:
        a->t.deleted_at = 1;
        return true;
    case SIGNIN_UserIsNotTechnician:
        a->t.is_technician = false;
        return true;
    case SIGNIN_UserNotActiveForThisRole:
        a->t.role_on = false;
        return true;
    case SIGNIN_UserLockedOut:
        if ((row->at & AT_SESSION) != 0)
            a->t.locked_at = 1;
        else
            a->l.account_locked = true;
        return true;
    case SIGNIN_IPNotAllowed:
        a->is_address_allowed = false;
        return true;
    case SIGNIN_OnlySSOLoginAllowed:
        a->p.sign_in_mode = SIGN_IN_SSO;
        return true;
    case SIGNIN_OnlySaml2LoginAllowed:
        a->p.sign_in_mode = SIGN_IN_SAML2;
        return true;
    default:
        return false;
    }
}

static void
bring(struct facts *f, enum password_verdict verdict)
{
    f->brings_password = true;
    f->new_password = verdict;
}

/* Makes one row of the table hold. */
static void
spoil(struct picture *p, size_t row)
{
    struct facts *f = &p->facts;
    const bool of_code = conditions[row].at == AT_CODE, of_push = conditions[row].at == AT_CHECK;
    if (spoil_account(&p->account, &conditions[row]))
        return;
    switch ((int)conditions[row].result) {
    case SIGNIN_InvalidToken:
        if (of_push)
            f->challenge = CHALLENGE_used;
        else
            f->account = NULL;
        break;
    case SIGNIN_InvalidPassword:
        f->is_password_current = false;
        break;
    case SIGNIN_Poll:
        f->challenge = CHALLENGE_pending;
        break;
    case SIGNIN_TimeOut:
        f->challenge = CHALLENGE_expired;
        break;
    case SIGNIN_TwoFactorRejected:
        f->challenge = CHALLENGE_rejected;
        break;
    case SIGNIN_InvalidCode:
        f->is_code_wrong = of_code;
        f->challenge = of_code ? f->challenge : CHALLENGE_spent_tries;
        break;
    case SIGNIN_TwoFactorError:
        f->challenge = CHALLENGE_failed;
        break;
    case SIGNIN_UserPasswordExpired:
        f->is_password_expired = true;
        f->brings_password = false;
        break;
    case SIGNIN_PasswordStrengthNotMeetRequirement:
        bring(f, PASSWORD_WEAK);
        break;
    case SIGNIN_OldNewPasswordsMatch:
        bring(f, PASSWORD_SAME);
        break;
    case SIGNIN_AlreadyUsedPassword:
        bring(f, PASSWORD_USED);
        break;
    case SIGNIN_UserNotLoggedIn:
        f->is_change = f->is_session_over = true;
        break;
    case SIGNIN_OkTwoFactorAuthenticationRequired:
        f->is_alone = true;
        break;
    case SIGNIN_ConcurrentLimitExceeded:
        f->is_full = true;
        break;
    default:
        fail_msg("a row without a test: %zu", row);
    }
}

static const enum decide_at places[] = {AT_LOGIN, AT_ALONE, AT_SEND, AT_CHECK, AT_CODE, AT_SELF, AT_SESSION};
enum { PLACES = ARRAY_LEN(places) };

static void
is_ok_when_nothing_holds(void **state)
{
    (void)state;
    struct picture p = good();
    p.facts.account = &p.account;
    for (size_t i = 0; i < PLACES; i++)
        assert_int_equal(decide(&p.facts, places[i]), SIGNIN_OK);
}

static void
each_row_is_reached_where_it_belongs(void **state)
{
    (void)state;
    for (size_t row = 0; row < conditions_n; row++) {
        for (size_t i = 0; i < PLACES; i++) {
            struct picture p = good();
            p.facts.account = &p.account;
            spoil(&p, row);
            if (p.facts.account == NULL && (places[i] & (AT_SEND | AT_CHECK | AT_CODE)) == 0)
                continue; /* no token is asked for there: the account is always known */
            bool looked_at = (conditions[row].at & (unsigned)places[i]) != 0;
            assert_true(conditions[row].holds(&p.facts));
            assert_int_equal(decide(&p.facts, places[i]), looked_at ? conditions[row].result : SIGNIN_OK);
        }
    }
}

/* Of two that hold the earlier one is the answer. Rows that exclude one another (one state has one value) are
 * distinguished by the first one not holding any more. */
static void
the_first_that_holds_is_the_answer(void **state)
{
    (void)state;
    for (size_t early = 1; early < conditions_n; early++) {
        for (size_t late = early + 1; late < conditions_n; late++) {
            struct picture p = good();
            p.facts.account = &p.account;
            spoil(&p, late);
            spoil(&p, early);
            for (size_t i = 0; i < PLACES; i++)
                if ((conditions[early].at & (unsigned)places[i]) != 0)
                    assert_int_equal(decide(&p.facts, places[i]), conditions[early].result);
        }
    }
}

/* The order of the contract, spelled out. */
static void
stands_in_the_published_order(void **state)
{
    static const enum signin_result order[] = {SIGNIN_InvalidToken,
                                               SIGNIN_CompanyIsNotActive,
                                               SIGNIN_CompanyBanned,
                                               SIGNIN_EnterpriseDisabled,
                                               SIGNIN_RequiredEnterprise,
                                               SIGNIN_NoSuchUser,
                                               SIGNIN_UserIsNotTechnician,
                                               SIGNIN_UserNotActiveForThisRole,
                                               SIGNIN_UserLockedOut,
                                               SIGNIN_IPNotAllowed,
                                               SIGNIN_OnlySSOLoginAllowed,
                                               SIGNIN_OnlySaml2LoginAllowed,
                                               SIGNIN_InvalidPassword,
                                               SIGNIN_Poll,
                                               SIGNIN_TimeOut,
                                               SIGNIN_TwoFactorRejected,
                                               SIGNIN_InvalidCode,
                                               SIGNIN_TwoFactorError,
                                               SIGNIN_UserPasswordExpired,
                                               SIGNIN_PasswordStrengthNotMeetRequirement,
                                               SIGNIN_OldNewPasswordsMatch,
                                               SIGNIN_AlreadyUsedPassword,
                                               SIGNIN_UserNotLoggedIn,
                                               SIGNIN_ConcurrentLimitExceeded};
    (void)state;
    size_t at = 0;
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        while (at < conditions_n && conditions[at].result != order[i])
            at++;
        assert_true(at < conditions_n);
        assert_non_null(conditions[at].why);
    }
}

/* Of all states of a push, only one is an approval. */
static void
only_an_approved_push_is_a_way_in(void **state)
{
    (void)state;
    for (unsigned s = 0; s < CHALLENGE_STATE_COUNT_; s++) {
        struct picture p = good();
        p.facts.account = &p.account;
        p.facts.challenge = (enum challenge_state)s;
        assert_int_equal(decide(&p.facts, AT_CHECK) == SIGNIN_OK, s == CHALLENGE_approved);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_ok_when_nothing_holds),
        cmocka_unit_test(each_row_is_reached_where_it_belongs),
        cmocka_unit_test(the_first_that_holds_is_the_answer),
        cmocka_unit_test(stands_in_the_published_order),
        cmocka_unit_test(only_an_approved_push_is_a_way_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
