/* SPDX-License-Identifier: Apache-2.0 */
/* challenge_console: each result of a check by its real cause, what a push costs, and when none is sent. */
#include "tests/unit/signin/world.h"

#include "accounts/account.h"
#include "accounts/code.h"
#include "accounts/company_change.h"
#include "accounts/device_change.h"
#include "accounts/session.h"
#include "accounts/technician_change.h"
#include "signin/challenge_answer.h"

static int64_t
recovery_left(struct world *w)
{
    int64_t n = 0;
    assert_ok(recovery_codes_left(w->cx, w->technician, &n));
    return n;
}

static void
be_enterprise(struct world *w)
{
    assert_ok(company_set_plan(w->cx, w->company, true, true));
}

/* What happens between the push and the check. */
static void
company_inactive(struct world *w)
{
    assert_ok(company_set_state(w->cx, w->company, COMPANY_INACTIVE));
}

static void
company_banned(struct world *w)
{
    assert_ok(company_set_state(w->cx, w->company, COMPANY_BANNED));
}

static void
enterprise_off(struct world *w)
{
    assert_ok(company_set_plan(w->cx, w->company, true, false));
}

static void
enterprise_missing(struct world *w)
{
    be_enterprise(w);
    world_policy(w, "address_rules", "on");
    assert_ok(company_set_plan(w->cx, w->company, false, true));
}

static void
account_deleted(struct world *w)
{
    assert_ok(technician_delete(w->cx, w->technician));
}

static void
no_technician(struct world *w)
{
    assert_ok(technician_set_flags(w->cx, w->technician, false, true));
}

static void
role_off(struct world *w)
{
    assert_ok(technician_set_flags(w->cx, w->technician, true, false));
}

static void
locked(struct world *w)
{
    assert_ok(technician_lock(w->cx, w->technician));
}

static void
address_refused(struct world *w)
{
    be_enterprise(w);
    world_policy(w, "address_rules", "on");
    assert_ok(address_rule_add(w->cx, w->company, 0, false, STR_LIT(FIXTURE_SOURCE)));
}

static void
sso(struct world *w)
{
    be_enterprise(w);
    world_policy(w, "sign_in_mode", "sso");
}

static void
saml2(struct world *w)
{
    be_enterprise(w);
    world_policy(w, "sign_in_mode", "saml2");
}

static void
reset(struct world *w)
{
    assert_ok(technician_reset_password(w->cx, w->technician, STR_LIT(WORLD_NEW_PASSWORD), false));
}

static const struct {
    enum signin_result result;
    void (*happens)(struct world *w);
} conditions[] = {
    {SIGNIN_CompanyIsNotActive, company_inactive}, {SIGNIN_CompanyBanned, company_banned},
    {SIGNIN_EnterpriseDisabled, enterprise_off},   {SIGNIN_RequiredEnterprise, enterprise_missing},
    {SIGNIN_NoSuchUser, account_deleted},          {SIGNIN_UserIsNotTechnician, no_technician},
    {SIGNIN_UserNotActiveForThisRole, role_off},   {SIGNIN_UserLockedOut, locked},
    {SIGNIN_IPNotAllowed, address_refused},        {SIGNIN_OnlySSOLoginAllowed, sso},
    {SIGNIN_OnlySaml2LoginAllowed, saml2},         {SIGNIN_InvalidPassword, reset},
};
enum { CONDITIONS = ARRAY_LEN(conditions) };

static void
run_condition(size_t i, bool approve)
{
    void *state = NULL;
    assert_int_equal(world_set_up(&state), 0);
    struct world *w = state;
    world_wait(w);
    if (approve)
        assert_int_equal(world_approve(w), ANSWER_OK);
    conditions[i].happens(w);
    assert_int_equal(world_check(w), conditions[i].result);
    assert_true(str_is_null(w->answer.session));
    assert_int_equal(world_int(w, "SELECT COUNT(*) FROM session WHERE technician_id = $1", w->technician), 0);
    assert_int_equal(world_check(w), SIGNIN_InvalidToken);
    assert_int_equal(fixture_count_events(w->f, "login.refused"), 1);
    struct challenge_view *views;
    size_t n = 1;
    assert_ok(challenge_pending(w->cx, &w->phone.device, &views, &n));
    assert_int_equal(n, 0); /* nothing is left to approve */
    assert_int_equal(world_tear_down(&state), 0);
}

static void
conditions_refuse_for_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < CONDITIONS; i++) {
        run_condition(i, false);
        run_condition(i, true);
    }
}

static void
an_approval_signs_in_once(void **state)
{
    struct world *w = *state;
    world_policy(w, "console_url", "https://console.example/start?x=1");
    world_wait(w);
    assert_int_equal(w->wait.until, w->cx->now + CLOCK_MINUTE);
    assert_int_equal(world_approve(w), ANSWER_OK);
    assert_int_equal(w->cx->woken[w->cx->n_woken - 1], w->wait.technician_id);
    assert_int_equal(world_check(w), SIGNIN_OK);
    assert_int_equal(w->answer.attempts_left, 10);
    assert_int_equal(w->answer.password_days, -1);
    assert_false(w->answer.is_console_running);
    assert_true(str_starts(w->answer.url, STR_LIT("https://console.example/start?x=1&ticket=")));
    struct str url = arena_str(&w->kept, w->answer.url), cookie = arena_str(&w->kept, w->answer.session);
    struct session s;
    struct account a;
    assert_ok(session_enter(w->cx, cookie, &s, &a));
    /* A lost answer is repeated: the same, to the same address, for 30 seconds. */
    world_later(w, 29 * CLOCK_S);
    assert_int_equal(world_check(w), SIGNIN_OK);
    assert_true(str_eq(w->answer.url, url) && str_eq(w->answer.session, cookie));
    assert_false(w->answer.is_console_running);
    world_source(w, "198.51.100.1");
    assert_int_equal(world_check(w), SIGNIN_InvalidToken);
    world_source(w, FIXTURE_SOURCE);
    world_later(w, CLOCK_S);
    assert_int_equal(world_check(w), SIGNIN_InvalidToken);
    assert_int_equal(world_int(w, "SELECT COUNT(*) FROM session WHERE technician_id = $1", w->technician), 1);
}

static void
an_ok_is_not_repeated_once_its_session_ended(void **state)
{
    struct world *w = *state;
    bool was_alive = false;
    world_sign_in(w);
    assert_ok(session_log_out(w->cx, w->session, &was_alive));
    assert_true(was_alive);
    assert_int_equal(world_check(w), SIGNIN_InvalidToken);
}

static void
tokens_that_are_not_good(void **state)
{
    struct world *w = *state;
    world_wait(w);
    struct str login = w->login, push = w->push;
    const struct str bad[] = {STR_NULL, STR_LIT(""), STR_LIT("x"), push, str_sub(login, 0, login.n - 1)};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        w->login = bad[i];
        assert_int_equal(world_check(w), SIGNIN_InvalidToken);
        assert_int_equal(w->answer.password_days, -1);
        w->login = login;
        w->push = i == 3 ? login : bad[i];
        assert_int_equal(world_check(w), SIGNIN_InvalidToken);
        w->push = push;
    }
    assert_int_equal(world_check(w), SIGNIN_Poll);
    world_later(w, 10 * CLOCK_MINUTE);
    assert_int_equal(world_check(w), SIGNIN_InvalidToken); /* past the login's age */
}

static void
nobody_answers(void **state)
{
    struct world *w = *state;
    world_wait(w);
    world_later(w, CLOCK_MINUTE - 1);
    assert_int_equal(world_check(w), SIGNIN_Poll);
    world_later(w, 1);
    assert_int_equal(world_check(w), SIGNIN_TimeOut);
    assert_int_equal(world_check(w), SIGNIN_InvalidToken);
    assert_int_equal(world_int(w, "SELECT push_unanswered FROM technician WHERE id = $1", w->technician), 1);
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(w->answer.attempts_left, 10); /* not a failure */
}

static void
no_and_not_me(void **state)
{
    struct world *w = *state;
    world_wait(w);
    assert_int_equal(handset_answer(w, &w->phone, DECISION_REJECT, NULL), ANSWER_OK);
    assert_int_equal(world_check(w), SIGNIN_TwoFactorRejected);
    world_later(w, CLOCK_MINUTE);
    world_wait(w);
    assert_int_equal(handset_answer(w, &w->phone, DECISION_NOT_ME, NULL), ANSWER_OK);
    assert_int_equal(world_check(w), SIGNIN_TwoFactorRejected);
    assert_int_equal(fixture_count_events(w->f, "push.reported"), 1);
    world_later(w, CLOCK_MINUTE);
    world_wait(w);
    assert_int_equal(world_approve(w), ANSWER_OK);
    assert_int_equal(world_check(w), SIGNIN_UserPasswordExpired);
    assert_str(w->answer.url, "https://sign-in.example/account/password");
    assert_int_equal(w->answer.password_days, 0);
}

static void
three_wrong_numbers(void **state)
{
    struct world *w = *state;
    world_wait(w);
    const char *wrong = str_eq(w->number, STR_LIT("000000")) ? "000001" : "000000";
    for (int i = 0; i < 3; i++)
        assert_int_equal(handset_answer(w, &w->phone, DECISION_APPROVE, wrong), ANSWER_WRONG_NUMBER);
    assert_int_equal(world_check(w), SIGNIN_InvalidCode);
    assert_int_equal(w->answer.attempts_left, 7);
    assert_int_equal(world_check(w), SIGNIN_InvalidToken);
}

/* Somebody with the password must not continue after a refusal: not by another push, and not by a code. */
static void
a_refusal_ends_its_login(void **state)
{
    static const struct {
        enum decision decision;
        enum signin_result result;
    } cases[] = {{DECISION_REJECT, SIGNIN_TwoFactorRejected},
                 {DECISION_NOT_ME, SIGNIN_TwoFactorRejected},
                 {DECISION_APPROVE, SIGNIN_InvalidCode}};
    struct world *w = *state;
    struct str codes[RECOVERY_CODES];
    assert_ok(recovery_codes_new(w->cx, w->technician, codes));
    const char *code = arena_str(&w->kept, codes[0]).p;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        world_later(w, CLOCK_MINUTE);
        world_wait(w);
        const char *wrong = str_eq(w->number, STR_LIT("000000")) ? "000001" : "000000";
        for (int n = cases[i].decision == DECISION_APPROVE ? 3 : 1; n > 0; n--)
            (void)handset_answer(w, &w->phone, cases[i].decision, wrong);
        world_later(w, CLOCK_MINUTE);
        assert_int_equal(world_send(w), cases[i].result);
        assert_true(str_is_null(w->sent.token));
        assert_int_equal(world_code(w, code), cases[i].result);
        assert_int_equal(world_code(w, code), SIGNIN_InvalidToken);
    }
    assert_int_equal(recovery_left(w), RECOVERY_CODES);
}

static void
what_a_lost_phone_approved_counts_no_more(void **state)
{
    static const enum device_state states[] = {DEVICE_DISABLED, DEVICE_REMOVED};
    struct world *w = *state;
    struct handset other;
    handset_enrol(w, w->technician, &other);
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        world_later(w, CLOCK_MINUTE);
        world_wait(w);
        assert_int_equal(handset_answer(w, &other, DECISION_APPROVE, w->number.p), ANSWER_OK);
        assert_ok(device_set_state(w->cx, w->phone.device.id, DEVICE_DISABLED)); /* it approved nothing */
        assert_ok(device_set_state(w->cx, w->phone.device.id, DEVICE_ACTIVE));
        assert_ok(device_set_state(w->cx, other.device.id, states[i]));
        assert_int_equal(world_check(w), SIGNIN_InvalidToken);
        if (states[i] == DEVICE_DISABLED)
            assert_ok(device_set_state(w->cx, other.device.id, DEVICE_ACTIVE));
    }
    assert_int_equal(world_int(w, "SELECT COUNT(*) FROM session WHERE technician_id = $1", w->technician), 0);
    phone_clear(&other.key);
}

/* The console sends again after a push expired, and asks about the first: the end of the login ends
 * both. */
static void
the_end_of_a_login_is_the_end_of_each_push(void **state)
{
    struct world *w = *state;
    struct challenge_view *views;
    size_t n = 1;
    world_wait(w);
    struct str first = w->push;
    world_later(w, 61 * CLOCK_S);
    assert_int_equal(world_send(w), SIGNIN_OK);
    w->push = first;
    assert_int_equal(world_check(w), SIGNIN_TimeOut);
    assert_ok(challenge_pending(w->cx, &w->phone.device, &views, &n));
    assert_int_equal(n, 0);
}

static void
no_device_is_left(void **state)
{
    struct world *w = *state;
    world_wait(w);
    assert_ok(device_set_state(w->cx, w->phone.device.id, DEVICE_DISABLED));
    assert_int_equal(world_check(w), SIGNIN_TwoFactorError);
    /* A disabled phone is still a second factor that was set up: a password alone enrols no other. */
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(w->answer.methods, 0);
    assert_int_equal(world_send(w), SIGNIN_TwoFactorError);
    assert_true(str_is_null(w->sent.token));
}

static void
seats(void **state)
{
    struct world *w = *state;
    struct handset other;
    handset_enrol(w, world_technician(w, "bob@example.com"), &other);
    world_policy(w, "seats", "1");
    world_sign_in(w);
    struct str first = w->session;
    struct session s;
    struct account a;
    for (int round = 0; round < 2; round++) {
        assert_int_equal(world_login_as(w, "bob@example.com", WORLD_PASSWORD),
                         SIGNIN_OkTwoFactorAuthenticationRequired);
        assert_int_equal(world_send(w), SIGNIN_OK);
        assert_int_equal(handset_answer(w, &other, DECISION_APPROVE, w->number.p), ANSWER_OK);
        assert_int_equal(world_check(w), round == 0 ? SIGNIN_ConcurrentLimitExceeded : SIGNIN_OK);
        enum errcode err = session_enter(w->cx, first, &s, &a);
        err_forget(w->cx);
        assert_int_equal(err, round == 0 ? ERR_NONE : ERR_NOT_FOUND);
        world_later(w, CLOCK_MINUTE);
        world_policy(w, "seat_full", "end-oldest");
    }
    phone_clear(&other.key);
}

static void
new_passwords(void **state)
{
    static const struct {
        const char *strength, *password;
        enum signin_result result;
    } cases[] = {
        {"none", WORLD_PASSWORD, SIGNIN_OldNewPasswordsMatch},
        {"excellent", "only lower case here", SIGNIN_PasswordStrengthNotMeetRequirement},
        {"none", "password1", SIGNIN_PasswordStrengthNotMeetRequirement},
        {"none", NULL, SIGNIN_PasswordStrengthNotMeetRequirement},
        {"none", WORLD_NEW_PASSWORD, SIGNIN_OK},
    };
    struct world *w = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(world_login_new(w, WORLD_PASSWORD, cases[i].password),
                         SIGNIN_OkTwoFactorAuthenticationRequired);
        assert_int_equal(world_send(w), SIGNIN_OK);
        assert_int_equal(world_approve(w), ANSWER_OK);
        world_policy(w, "password_strength", cases[i].strength); /* the policy in force at the grant */
        assert_int_equal(world_check(w), cases[i].result);
        world_policy(w, "password_strength", "none");
        world_later(w, CLOCK_MINUTE);
    }
    assert_int_equal(world_login_new(w, WORLD_NEW_PASSWORD, WORLD_PASSWORD),
                     SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
    assert_int_equal(world_approve(w), ANSWER_OK);
    assert_int_equal(world_check(w), SIGNIN_AlreadyUsedPassword);
}

static void
an_old_password_is_told_after_the_approval(void **state)
{
    struct world *w = *state;
    world_policy(w, "password_age", "30");
    world_later(w, 31 * CLOCK_DAY);
    world_wait(w);
    assert_int_equal(world_approve(w), ANSWER_OK);
    assert_int_equal(world_check(w), SIGNIN_UserPasswordExpired);
    world_later(w, CLOCK_MINUTE);
    assert_int_equal(world_login_new(w, WORLD_PASSWORD, WORLD_NEW_PASSWORD),
                     SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
    assert_int_equal(world_approve(w), ANSWER_OK);
    assert_int_equal(world_check(w), SIGNIN_OK);
    assert_int_equal(w->answer.password_days, 30);
}

static void
sending_again_is_the_same_push(void **state)
{
    struct world *w = *state;
    w->f->env.has_webhook = true;
    world_wait(w);
    struct str push = w->push, number = w->number;
    world_later(w, 10 * CLOCK_S);
    assert_int_equal(world_send(w), SIGNIN_OK);
    assert_true(str_eq(w->push, push) && str_eq(w->number, number));
    assert_int_equal(w->sent.expires_in, 50);
    assert_int_equal(world_approve(w), ANSWER_OK);
    assert_int_equal(world_send(w), SIGNIN_OK); /* approved, not asked for */
    assert_true(str_eq(w->push, push));
    assert_int_equal(fixture_count_events(w->f, "push.sent"), 1);
    assert_int_equal(world_int(w, "SELECT COUNT(*) FROM outbox WHERE id <> $1", 0), 1);
    assert_int_equal(world_check(w), SIGNIN_OK);
}

static void
one_pending_push_for_a_technician(void **state)
{
    struct world *w = *state;
    world_wait(w);
    struct str login = w->login, push = w->push;
    world_later(w, 31 * CLOCK_S);
    world_source(w, "198.51.100.1");
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_TwoFactorError); /* another address waits */
    assert_int_equal(w->sent.expires_in, 29);
    world_source(w, FIXTURE_SOURCE);
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK); /* the same one replaces its own */
    assert_int_equal(world_check(w), SIGNIN_Poll);
    w->login = login;
    w->push = push;
    assert_int_equal(world_check(w), SIGNIN_InvalidToken);
}

static void
the_channel_rests(void **state)
{
    struct world *w = *state;
    struct str codes[RECOVERY_CODES];
    assert_ok(recovery_codes_new(w->cx, w->technician, codes));
    struct str code = arena_str(&w->kept, codes[0]);
    for (int i = 0; i < 5; i++) {
        world_wait(w);
        world_later(w, CLOCK_MINUTE);
        assert_int_equal(world_check(w), SIGNIN_TimeOut);
    }
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(w->answer.methods, METHOD_RECOVERY);
    assert_int_equal(world_send(w), SIGNIN_TwoFactorError);
    assert_int_equal(w->sent.expires_in, 3600);
    assert_int_equal(world_code(w, code.p), SIGNIN_OK);
    world_later(w, CLOCK_HOUR);
    world_sign_in(w);
    for (int i = 0; i < 3; i++) {
        world_later(w, CLOCK_MINUTE);
        world_wait(w);
        assert_int_equal(handset_answer(w, &w->phone, DECISION_REJECT, NULL), ANSWER_OK);
        assert_int_equal(world_check(w), SIGNIN_TwoFactorRejected);
    }
    world_later(w, CLOCK_MINUTE);
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_TwoFactorError);
    assert_int_equal(fixture_count_events(w->f, "push.rests"), 2);
}

static void
taken_back(void **state)
{
    struct world *w = *state;
    enum signin_result r;
    world_wait(w);
    assert_ok(signin_cancel_challenge(w->cx, w->login, STR_LIT("x"), &r));
    assert_int_equal(r, SIGNIN_InvalidToken);
    assert_int_equal(world_approve(w), ANSWER_OK);
    assert_ok(signin_cancel_challenge(w->cx, w->login, w->push, &r));
    assert_int_equal(r, SIGNIN_OK);
    assert_int_equal(world_check(w), SIGNIN_InvalidToken);
    assert_ok(signin_cancel_challenge(w->cx, w->login, w->push, &r));
    assert_int_equal(r, SIGNIN_InvalidToken);
    world_later(w, 31 * CLOCK_S);
    assert_int_equal(world_send(w), SIGNIN_OK); /* the login is still good */
    assert_int_equal(world_check(w), SIGNIN_Poll);
    assert_ok(signin_cancel_challenge(w->cx, w->login, w->push, &r));
    assert_int_equal(r, SIGNIN_OK);
    assert_int_equal(world_int(w, "SELECT push_unanswered FROM technician WHERE id = $1", w->technician), 1);
}

static void
a_waiting_check_writes_nothing(void **state)
{
    struct world *w = *state;
    world_wait(w);
    int64_t before = world_int(w, "SELECT total_changes() + 0 * $1", 0);
    for (int i = 0; i < 10; i++)
        assert_int_equal(world_check(w), SIGNIN_Poll);
    assert_int_equal(world_int(w, "SELECT total_changes() + 0 * $1", 0), before);
}

static void
a_push_of_a_deleted_account_fails_with_it(void **state)
{
    struct world *w = *state;
    bool more = false;
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
    assert_ok(technician_delete(w->cx, w->technician));
    assert_int_equal(fixture_count_events(w->f, "push.failed"), 1);
    assert_int_equal(world_check(w), SIGNIN_NoSuchUser);
    world_later(w, CLOCK_HOUR);
    assert_ok(challenge_sweep(w->cx, 10, &more));
    assert_int_equal(fixture_count_events(w->f, "push.expired"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_refuse_for_good),
        TEST(an_approval_signs_in_once),
        TEST(an_ok_is_not_repeated_once_its_session_ended),
        TEST(tokens_that_are_not_good),
        TEST(nobody_answers),
        TEST(no_and_not_me),
        TEST(a_refusal_ends_its_login),
        TEST(what_a_lost_phone_approved_counts_no_more),
        TEST(the_end_of_a_login_is_the_end_of_each_push),
        TEST(three_wrong_numbers),
        TEST(no_device_is_left),
        TEST(seats),
        TEST(new_passwords),
        TEST(an_old_password_is_told_after_the_approval),
        TEST(sending_again_is_the_same_push),
        TEST(one_pending_push_for_a_technician),
        TEST(the_channel_rests),
        TEST(taken_back),
        TEST(a_waiting_check_writes_nothing),
        TEST(a_push_of_a_deleted_account_fails_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
