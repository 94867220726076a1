/* SPDX-License-Identifier: Apache-2.0 */
/* password_change: the values of both operations by their real causes. */
#include "tests/unit/signin/world.h"

#include "accounts/account.h"
#include "accounts/device_change.h"
#include "accounts/session.h"
#include "accounts/technician_change.h"
#include "self/password_change.h"
#include "self/self_service.h"
#include "signin/challenge_answer.h"

static enum signin_result
change(struct world *w, const char *old_password, const char *new_password)
{
    enum signin_result r = SIGNIN_UnknownError;
    assert_ok(
        password_change(w->cx, w->session, str_from_cstr(old_password), str_from_cstr(new_password), &r));
    return r;
}

static enum signin_result
change2(struct world *w, const char *old_password, const char *new_password)
{
    assert_ok(password_change2(w->cx, w->session, str_from_cstr(old_password), str_from_cstr(new_password),
                               &w->answer));
    w->login = arena_str(&w->kept, w->answer.login_token);
    return w->answer.result;
}

static void
refusals(void **state)
{
    struct world *w = *state;
    assert_int_equal(change(w, WORLD_PASSWORD, WORLD_NEW_PASSWORD), SIGNIN_UserNotLoggedIn);
    world_sign_in(w);
    assert_int_equal(change(w, "wrong", WORLD_NEW_PASSWORD), SIGNIN_InvalidPassword);
    assert_int_equal(change(w, NULL, WORLD_NEW_PASSWORD), SIGNIN_InvalidPassword);
    assert_int_equal(change(w, WORLD_PASSWORD, "1234"), SIGNIN_PasswordAtLeast5Chars);
    assert_int_equal(change(w, WORLD_PASSWORD, NULL), SIGNIN_PasswordAtLeast5Chars);
    assert_int_equal(change(w, WORLD_PASSWORD, WORLD_PASSWORD), SIGNIN_OldNewPasswordMatches);
    assert_int_equal(change(w, WORLD_PASSWORD, WORLD_NEW_PASSWORD), SIGNIN_OK);
    assert_int_equal(change(w, WORLD_NEW_PASSWORD, WORLD_PASSWORD), SIGNIN_AlreadyUsedPassword);
    for (int i = 0; i < 3; i++)
        assert_int_equal(change(w, "wrong", "x"), SIGNIN_InvalidPassword);
    /* The budget of this address is used up: the right one is not verified any more. */
    assert_int_equal(change(w, WORLD_NEW_PASSWORD, "ten herons over Vadstena"), SIGNIN_InvalidPassword);
    assert_ok(technician_delete(w->cx, w->technician));
    assert_int_equal(change(w, WORLD_NEW_PASSWORD, WORLD_PASSWORD), SIGNIN_NoSuchUser);
    assert_int_equal(change2(w, WORLD_NEW_PASSWORD, WORLD_PASSWORD), SIGNIN_NoSuchUser);
}

static void
a_change_ends_the_other_sessions(void **state)
{
    struct world *w = *state;
    struct session s;
    struct account a;
    world_sign_in(w);
    struct str first = w->session;
    world_later(w, CLOCK_MINUTE);
    world_sign_in(w);
    assert_true(w->answer.is_console_running);
    assert_int_equal(change(w, WORLD_PASSWORD, WORLD_NEW_PASSWORD), SIGNIN_OK);
    assert_ok(session_enter(w->cx, w->session, &s, &a));
    assert_fails(w->cx, session_enter(w->cx, first, &s, &a), ERR_NOT_FOUND);
    world_later(w, CLOCK_MINUTE);
    assert_int_equal(world_login_as(w, WORLD_EMAIL, WORLD_NEW_PASSWORD),
                     SIGNIN_OkTwoFactorAuthenticationRequired);
}

static void
with_a_second_factor(void **state)
{
    struct world *w = *state;
    struct challenge_view shown;
    world_sign_in(w);
    world_later(w, CLOCK_MINUTE);
    assert_int_equal(change2(w, "wrong", WORLD_NEW_PASSWORD), SIGNIN_InvalidPassword);
    assert_int_equal(change2(w, WORLD_PASSWORD, WORLD_PASSWORD), SIGNIN_OldNewPasswordMatches);
    assert_int_equal(change2(w, WORLD_PASSWORD, "1234"), SIGNIN_PasswordAtLeast5Chars);
    assert_int_equal(change2(w, WORLD_PASSWORD, WORLD_NEW_PASSWORD),
                     SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(w->answer.methods, METHOD_CHALLENGE);
    assert_int_equal(world_send(w), SIGNIN_OK);
    handset_sees(w, &w->phone, &shown);
    assert_str(shown.purpose, "change-password");
    assert_int_equal(world_approve(w), ANSWER_OK);
    struct str session = w->session;
    assert_int_equal(world_check(w), SIGNIN_OK);
    assert_true(str_is_null(w->answer.session) && str_is_null(w->answer.url));
    assert_false(w->answer.is_console_running);
    assert_int_equal(world_check(w), SIGNIN_OK); /* the same answer again */
    struct session s;
    struct account a;
    assert_ok(session_enter(w->cx, session, &s, &a));
    assert_int_equal(change2(w, WORLD_NEW_PASSWORD, WORLD_PASSWORD), SIGNIN_AlreadyUsedPassword);
}

static void
the_session_of_the_change_ended(void **state)
{
    struct world *w = *state;
    bool was_alive = false;
    world_sign_in(w);
    world_later(w, CLOCK_MINUTE);
    assert_int_equal(change2(w, WORLD_PASSWORD, WORLD_NEW_PASSWORD),
                     SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
    assert_int_equal(world_approve(w), ANSWER_OK);
    assert_ok(session_log_out(w->cx, w->session, &was_alive));
    assert_int_equal(world_check(w), SIGNIN_UserNotLoggedIn);
    world_later(w, CLOCK_MINUTE);
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired); /* still the old one */
}

static void
other_ways_of_a_second_factor(void **state)
{
    struct world *w = *state;
    world_sign_in(w);
    assert_ok(device_set_state(w->cx, w->phone.device.id, DEVICE_DISABLED));
    assert_int_equal(change2(w, WORLD_PASSWORD, WORLD_NEW_PASSWORD), SIGNIN_TwoFactorError);
    assert_ok(device_set_state(w->cx, w->phone.device.id, DEVICE_REMOVED));
    assert_int_equal(change2(w, WORLD_PASSWORD, WORLD_NEW_PASSWORD), SIGNIN_TwoFactorError);
    assert_ok(technician_allow_self_enrolment(w->cx, w->technician));
    assert_int_equal(change2(w, WORLD_PASSWORD, WORLD_NEW_PASSWORD), SIGNIN_OkTwoFactorSetupRequired);
    assert_false(str_is_null(w->answer.setup_url));
    world_policy(w, "second_factor", "off");
    assert_int_equal(change2(w, WORLD_PASSWORD, WORLD_NEW_PASSWORD), SIGNIN_OK);
    assert_int_equal(change2(w, WORLD_NEW_PASSWORD, WORLD_PASSWORD), SIGNIN_AlreadyUsedPassword);
}

static enum self_result
change_by_phone(struct world *w, const struct self_proof *proof, const char *old_password,
                const char *new_password, struct self_password *p)
{
    enum self_result r = SELF_BAD_REQUEST;
    assert_ok(self_password(w->cx, handset_acts(w, proof), str_from_cstr(old_password),
                            str_from_cstr(new_password), p, &r));
    return r;
}

static void
by_the_phone(void **state)
{
    struct world *w = *state;
    struct self_password p;
    struct session s;
    struct account a;
    world_sign_in(w);
    const struct self_proof proof = handset_opens(w, &w->phone), none = {proof.device, STR_LIT("x"), NULL};
    assert_int_equal(change_by_phone(w, &none, WORLD_PASSWORD, WORLD_NEW_PASSWORD, &p), SELF_PROOF_REQUIRED);
    assert_int_equal(fixture_count_events(w->f, "password.change-refused"), 0);
    assert_int_equal(change_by_phone(w, &proof, "wrong", WORLD_NEW_PASSWORD, &p), SELF_WRONG_PASSWORD);
    assert_int_equal(p.attempts_left, 9);
    assert_int_equal(change_by_phone(w, &proof, NULL, WORLD_NEW_PASSWORD, &p), SELF_WRONG_PASSWORD);
    assert_int_equal(change_by_phone(w, &proof, WORLD_PASSWORD, "1234", &p), SELF_PASSWORD_REFUSED);
    assert_string_equal(p.rule, "length");
    assert_int_equal(p.attempts_left, 8);
    assert_int_equal(change_by_phone(w, &proof, WORLD_PASSWORD, NULL, &p), SELF_PASSWORD_REFUSED);
    assert_string_equal(p.rule, "length");
    assert_int_equal(change_by_phone(w, &proof, WORLD_PASSWORD, "password1", &p), SELF_PASSWORD_REFUSED);
    assert_string_equal(p.rule, "well-known");
    assert_int_equal(change_by_phone(w, &proof, WORLD_PASSWORD, WORLD_PASSWORD, &p), SELF_PASSWORD_REFUSED);
    assert_string_equal(p.rule, "same");
    assert_ok(session_enter(w->cx, w->session, &s, &a));
    assert_int_equal(change_by_phone(w, &proof, WORLD_PASSWORD, WORLD_NEW_PASSWORD, &p), SELF_OK);
    assert_null(p.rule);
    assert_fails(w->cx, session_enter(w->cx, w->session, &s, &a), ERR_NOT_FOUND);
    assert_int_equal(change_by_phone(w, &proof, WORLD_NEW_PASSWORD, WORLD_PASSWORD, &p),
                     SELF_PASSWORD_REFUSED);
    assert_string_equal(p.rule, "used");
    world_policy(w, "password_strength", "excellent");
    assert_int_equal(change_by_phone(w, &proof, WORLD_NEW_PASSWORD, "ten herons over Vadstena", &p),
                     SELF_PASSWORD_REFUSED);
    assert_string_equal(p.rule, "strength");
}

static void
by_a_phone_that_guesses(void **state)
{
    struct world *w = *state;
    struct self_password p;
    const struct self_proof proof = handset_opens(w, &w->phone);
    for (int i = 0; i < 5; i++)
        assert_int_equal(change_by_phone(w, &proof, "wrong", WORLD_NEW_PASSWORD, &p), SELF_WRONG_PASSWORD);
    assert_int_equal(change_by_phone(w, &proof, WORLD_PASSWORD, WORLD_NEW_PASSWORD, &p), SELF_TOO_MANY);
    assert_int_equal(p.attempts_left, 5);
    world_source(w, "192.0.2.200");
    for (int i = 0; i < 5; i++)
        assert_int_equal(change_by_phone(w, &proof, "wrong", WORLD_NEW_PASSWORD, &p), SELF_WRONG_PASSWORD);
    assert_int_equal(p.attempts_left, 0);
    world_source(w, "192.0.2.201");
    assert_int_equal(change_by_phone(w, &proof, WORLD_PASSWORD, WORLD_NEW_PASSWORD, &p), SELF_LOCKED);
    assert_int_equal(p.attempts_left, 0);
    assert_int_equal(world_login(w), SIGNIN_UserLockedOut);
    assert_ok(technician_unlock(w->cx, w->technician));
    struct str detail;
    assert_str(fixture_last_event(w->f, &detail), "account.unlocked");
    assert_non_null(strstr(detail.p, "\"turned_away\":\"2\"")); /* by the source, and by the lock */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(refusals),
        TEST(a_change_ends_the_other_sessions),
        TEST(with_a_second_factor),
        TEST(the_session_of_the_change_ended),
        TEST(other_ways_of_a_second_factor),
        TEST(by_the_phone),
        TEST(by_a_phone_that_guesses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
