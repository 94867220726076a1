/* SPDX-License-Identifier: Apache-2.0 */
/* code_check: a code signs in once, a wrong one counts and spends nothing. */
#include "tests/unit/signin/world.h"

#include "accounts/code.h"
#include "accounts/company_change.h"
#include "base/codec.h"
#include "signin/challenge_answer.h"

static struct str
enrol(struct world *w)
{
    struct str uri;
    assert_ok(totp_enrol(w->cx, w->technician, &uri));
    return arena_str(&w->kept, uri);
}

static void
login(struct world *w)
{
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
}

static void
a_code_signs_in_once(void **state)
{
    struct world *w = *state;
    struct str uri = enrol(w);
    const char *code = world_totp(w, uri);
    login(w);
    assert_int_equal(world_code(w, code), SIGNIN_OK);
    assert_false(str_is_null(w->answer.session));
    assert_int_equal(world_code(w, code), SIGNIN_InvalidToken);
    login(w);
    assert_int_equal(world_code(w, code), SIGNIN_InvalidCode);
    world_later(w, 30 * CLOCK_S);
    assert_int_equal(world_code(w, world_totp(w, uri)), SIGNIN_OK);
}

static void
a_slip_costs_a_try_and_not_the_login(void **state)
{
    struct world *w = *state;
    struct str uri = enrol(w);
    const char *code = world_totp(w, uri);
    const char *wrong = strcmp(code, "000000") == 0 ? "000001" : "000000";
    login(w);
    assert_int_equal(world_code(w, wrong), SIGNIN_InvalidCode);
    assert_int_equal(w->answer.attempts_left, 9);
    assert_int_equal(world_code(w, code), SIGNIN_OK);
}

static void
what_cannot_be_a_code_does_not_count(void **state)
{
    static const char *const slips[] = {
        NULL, "", "  ", "12345", "1234567", "12345a", "+12345", "AAAA-AAAA-AAAA-AAA1", "nonsense", "\xff"};
    struct world *w = *state;
    struct str uri = enrol(w);
    login(w);
    for (size_t i = 0; i < ARRAY_LEN(slips); i++) {
        assert_int_equal(world_code(w, slips[i]), SIGNIN_InvalidCode);
        assert_int_equal(w->answer.attempts_left, 10);
    }
    assert_int_equal(world_code(w, world_totp(w, uri)), SIGNIN_OK);
}

static void
guessing_is_bounded(void **state)
{
    struct world *w = *state;
    struct str uri = enrol(w);
    login(w);
    struct str first = w->login;
    for (int i = 0; i < 5; i++)
        assert_int_equal(world_code(w, "AAAA-AAAA-AAAA-AAAA"), SIGNIN_InvalidCode);
    assert_int_equal(world_code(w, world_totp(w, uri)), SIGNIN_InvalidCode); /* not looked at */
    world_source(w, "198.51.100.1");
    login(w);
    for (int i = 0; i < 5; i++)
        assert_int_equal(world_code(w, "AAAA-AAAA-AAAA-AAAA"), SIGNIN_InvalidCode);
    assert_int_equal(w->answer.attempts_left, 0);
    world_source(w, "198.51.100.2");
    assert_int_equal(world_code(w, world_totp(w, uri)), SIGNIN_UserLockedOut);
    assert_int_equal(world_code(w, world_totp(w, uri)), SIGNIN_InvalidToken);
    w->login = first;
    world_later(w, 9 * CLOCK_MINUTE);
    assert_int_equal(world_code(w, world_totp(w, uri)), SIGNIN_UserLockedOut);
}

static void
a_code_takes_the_pending_push_back(void **state)
{
    struct world *w = *state;
    struct str codes[RECOVERY_CODES];
    struct challenge_view *views;
    size_t n = 1;
    assert_ok(recovery_codes_new(w->cx, w->technician, codes));
    struct str code = arena_str(&w->kept, codes[3]);
    login(w);
    assert_int_equal(world_send(w), SIGNIN_OK);
    assert_int_equal(world_code(w, code.p), SIGNIN_OK);
    assert_ok(challenge_pending(w->cx, &w->phone.device, &views, &n));
    assert_int_equal(n, 0);
    assert_int_equal(world_check(w), SIGNIN_InvalidToken);
    login(w);
    assert_int_equal(world_code(w, code.p), SIGNIN_InvalidCode); /* used */
}

static void
a_refused_account_does_not_spend_the_code(void **state)
{
    struct world *w = *state;
    struct str uri = enrol(w);
    const char *code = world_totp(w, uri);
    login(w);
    assert_ok(company_set_state(w->cx, w->company, COMPANY_BANNED));
    assert_int_equal(world_code(w, code), SIGNIN_CompanyBanned);
    assert_int_equal(world_code(w, code), SIGNIN_InvalidToken);
    assert_ok(company_set_state(w->cx, w->company, COMPANY_ACTIVE));
    login(w);
    assert_int_equal(world_code(w, code), SIGNIN_OK);
}

struct code_race {
    struct world *w;
    const char *code;
};

static bool
signs_in(struct cx *cx, void *arg)
{
    struct code_race *r = arg;
    struct signin_outcome a;
    return signin_validate_code(cx, r->w->login, str_from_cstr(r->code), &a) == ERR_NONE &&
           a.result == SIGNIN_OK;
}

static void
one_code_is_one_sign_in(void **state)
{
    struct world *w = *state;
    struct str uri = enrol(w);
    for (int i = 0; i < 15; i++) {
        world_later(w, CLOCK_MINUTE);
        login(w);
        struct code_race r = {w, world_totp(w, uri)};
        assert_int_equal(fixture_race(w->f, signs_in, &r), 1);
        assert_int_equal(world_int(w, "SELECT COUNT(*) FROM session WHERE technician_id = $1", w->technician),
                         i + 1);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_code_signs_in_once),
        TEST(a_slip_costs_a_try_and_not_the_login),
        TEST(what_cannot_be_a_code_does_not_count),
        TEST(guessing_is_bounded),
        TEST(a_code_takes_the_pending_push_back),
        TEST(a_refused_account_does_not_spend_the_code),
        cmocka_unit_test_setup_teardown(one_code_is_one_sign_in, world_set_up_file, world_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
