/* SPDX-License-Identifier: Apache-2.0 */
/* signin: what the two logins answer, what they reveal to a stranger, and what they count. */
#include "tests/unit/signin/world.h"

#include "accounts/account.h"
#include "accounts/code.h"
#include "accounts/company_change.h"
#include "accounts/device_change.h"
#include "accounts/enrolment.h"
#include "accounts/session.h"
#include "accounts/technician_change.h"
#include "base/buf.h"
#include "signin/challenge_answer.h"
#include "accounts/tally.h"
#include "signin/attempt.h"

static void
a_right_password_asks_for_the_second_factor(void **state)
{
    struct world *w = *state;
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(w->login.n, 43);
    assert_true(w->answer.has_methods);
    assert_int_equal(w->answer.methods, METHOD_CHALLENGE);
    assert_true(str_is_null(w->answer.session));
    struct str uri, codes[RECOVERY_CODES];
    assert_ok(totp_enrol(w->cx, w->technician, &uri));
    assert_ok(recovery_codes_new(w->cx, w->technician, codes));
    assert_int_equal(world_login_as(w, "  ALICE@Example.com ", WORLD_PASSWORD),
                     SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(w->answer.methods, METHOD_CHALLENGE | METHOD_CODE | METHOD_RECOVERY);
}

static void
a_stranger_is_told_nothing(void **state)
{
    static const struct {
        const char *email, *password;
    } cases[] = {{WORLD_EMAIL, "wrong"}, {"nobody@example.com", "wrong"}, {NULL, NULL},   {"", ""},
                 {WORLD_EMAIL, NULL},    {NULL, WORLD_PASSWORD},          {"x", "wrong"}, {"\xff@x", "\xff"}};
    struct world *w = *state;
    world_policy(w, "password_age", "30");
    world_policy(w, "password_strength", "good");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        world_source(w, i % 2 == 0 ? "198.51.100.1" : "198.51.100.2");
        assert_int_equal(world_login_as(w, cases[i].email, cases[i].password), SIGNIN_InvalidPassword);
        const struct signin_outcome *a = &w->answer;
        assert_int_equal(a->password_days, -1);
        assert_int_equal(a->minimum_strength, 0);
        assert_false(a->is_console_running || a->has_methods);
        assert_true(str_is_null(a->url) && str_is_null(a->login_token) && str_is_null(a->setup_url));
    }
}

static void
unknown_users_are_revealed_only_when_told_to(void **state)
{
    struct world *w = *state;
    w->f->env.reveal_unknown_users = true;
    assert_int_equal(world_login_as(w, "nobody@example.com", "wrong"), SIGNIN_NoSuchUser);
    assert_int_equal(world_login_as(w, WORLD_EMAIL, "wrong"), SIGNIN_InvalidPassword);
    assert_ok(technician_delete(w->cx, w->technician));
    assert_int_equal(world_login(w), SIGNIN_NoSuchUser);
}

static void
lock_by_name(struct world *w, const char *email, const char *password)
{
    for (int i = 0; i < 10; i++) {
        world_source(w, i < 4 ? "198.51.100.1" : i < 8 ? "198.51.100.2" : "198.51.100.3");
        assert_int_equal(world_login_as(w, email, "wrong"), SIGNIN_InvalidPassword);
    }
    world_source(w, "198.51.100.4");
    assert_int_equal(world_login_as(w, email, password), SIGNIN_UserLockedOut);
    assert_int_equal(w->answer.attempts_left, 0);
    world_later(w, 31 * CLOCK_MINUTE);
}

static void
known_and_unknown_names_lock_alike(void **state)
{
    struct world *w = *state;
    lock_by_name(w, WORLD_EMAIL, WORLD_PASSWORD);
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    lock_by_name(w, "nobody@example.com", "x");
    assert_int_equal(world_login_as(w, "nobody@example.com", "x"), SIGNIN_InvalidPassword);
}

static void
a_stranger_uses_their_own_budget_up(void **state)
{
    struct world *w = *state;
    world_source(w, "198.51.100.9");
    for (int i = 0; i < 5; i++) {
        assert_int_equal(world_login_as(w, WORLD_EMAIL, "wrong"), SIGNIN_InvalidPassword);
        assert_int_equal(w->answer.attempts_left, 4 - i);
    }
    assert_int_equal(world_login(w), SIGNIN_InvalidPassword); /* not looked at */
    world_source(w, FIXTURE_SOURCE);
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(w->answer.attempts_left, 5);
}

static void
conditions_are_told_only_with_the_right_password(void **state)
{
    struct world *w = *state;
    assert_ok(company_set_plan(w->cx, w->company, true, true));
    world_policy(w, "sign_on_url", "https://sso.example/start");
    world_policy(w, "sign_in_mode", "sso");
    assert_int_equal(world_login(w), SIGNIN_OnlySSOLoginAllowed);
    assert_str(w->answer.url, "https://sso.example/start");
    world_policy(w, "sign_in_mode", "saml2");
    assert_int_equal(world_login(w), SIGNIN_OnlySaml2LoginAllowed);
    world_policy(w, "address_rules", "on");
    assert_ok(address_rule_add(w->cx, w->company, 0, true, STR_LIT("203.0.113.0/24")));
    assert_int_equal(world_login(w), SIGNIN_IPNotAllowed);
    assert_ok(technician_set_flags(w->cx, w->technician, true, false));
    assert_int_equal(world_login(w), SIGNIN_UserNotActiveForThisRole);
    assert_ok(technician_set_flags(w->cx, w->technician, false, false));
    assert_int_equal(world_login(w), SIGNIN_UserIsNotTechnician);
    assert_ok(company_set_plan(w->cx, w->company, false, true));
    assert_int_equal(world_login(w), SIGNIN_RequiredEnterprise);
    assert_ok(company_set_plan(w->cx, w->company, true, false));
    assert_int_equal(world_login(w), SIGNIN_EnterpriseDisabled);
    assert_ok(company_set_state(w->cx, w->company, COMPANY_BANNED));
    assert_int_equal(world_login(w), SIGNIN_CompanyBanned);
    assert_ok(company_set_state(w->cx, w->company, COMPANY_INACTIVE));
    assert_int_equal(world_login(w), SIGNIN_CompanyIsNotActive);
    assert_int_equal(world_login_as(w, WORLD_EMAIL, "wrong"), SIGNIN_InvalidPassword);
    assert_int_equal(world_int(w, "SELECT COUNT(*) FROM login WHERE technician_id = $1", w->technician), 0);
}

static void
without_a_second_factor_one_is_set_up_first(void **state)
{
    struct world *w = *state;
    struct handset other;
    int64_t id = world_technician(w, "carol@example.com");
    assert_int_equal(world_login_as(w, "carol@example.com", WORLD_PASSWORD), SIGNIN_OkTwoFactorSetupRequired);
    assert_true(str_starts(w->answer.setup_url, STR_LIT("https://sign-in.example/approve/#")));
    assert_true(str_is_null(w->login) && !w->answer.has_methods);
    assert_int_equal(fixture_count_events(w->f, "enrolment.self"), 1);
    handset_enrol(w, id, &other);
    assert_int_equal(world_login_as(w, "carol@example.com", WORLD_PASSWORD),
                     SIGNIN_OkTwoFactorAuthenticationRequired);
    /* Whose last phone is disabled does not get another by the password alone. */
    assert_ok(device_set_state(w->cx, other.device.id, DEVICE_DISABLED));
    assert_int_equal(world_login_as(w, "carol@example.com", WORLD_PASSWORD),
                     SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_ok(device_set_state(w->cx, other.device.id, DEVICE_REMOVED));
    assert_int_equal(world_login_as(w, "carol@example.com", WORLD_PASSWORD),
                     SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_true(w->answer.has_methods && w->answer.methods == 0 && str_is_null(w->answer.setup_url));
    phone_clear(&other.key);
}

static int64_t
logins(struct world *w)
{
    return world_int(w, "SELECT COUNT(*) FROM login WHERE technician_id = $1", w->technician);
}

/* With the password alone, sign-ins can be begun any number of times; the newest is always served. */
static void
logins_that_lead_nowhere_are_few(void **state)
{
    struct world *w = *state;
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    struct str first = w->login, second = STR_NULL;
    for (int i = 1; i < 3 * LOGINS_OF_SOURCE; i++) {
        if (i % 2 == 0)
            world_later(w, 1);
        assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
        if (i == 2 * LOGINS_OF_SOURCE + 2)
            second = w->login;
        assert_true(logins(w) <= LOGINS_OF_SOURCE);
    }
    assert_int_equal(logins(w), LOGINS_OF_SOURCE);
    assert_int_equal(fixture_count_events(w->f, "login.begun"), TALLY_OF_SOURCE);
    struct str newest = w->login;
    w->login = first;
    assert_int_equal(world_send(w), SIGNIN_InvalidToken);
    w->login = second;
    assert_int_equal(world_code(w, "123456"), SIGNIN_InvalidCode);
    w->login = newest;
    assert_int_equal(world_send(w), SIGNIN_OK);
    assert_int_equal(world_approve(w), ANSWER_OK);
    assert_int_equal(world_check(w), SIGNIN_OK);
}

/* A push is on its phone already: others with the password do not end it. */
static void
a_login_with_a_push_is_not_displaced(void **state)
{
    struct world *w = *state;
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
    struct str login = w->login;
    for (int i = 0; i < LOGINS_OF_SOURCE + 5; i++)
        assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(logins(w), LOGINS_OF_SOURCE + 1);
    w->login = login;
    assert_int_equal(world_approve(w), ANSWER_OK);
    assert_int_equal(world_check(w), SIGNIN_OK);
}

static void
many_sources_open_few_logins(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < LOGINS_OF_ACCOUNT + 20; i++) {
        world_source(w, arena_printf(&w->kept, "198.51.%d.%d", i / 200, i % 200 + 1).p);
        assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
        world_later(w, 1);
    }
    assert_int_equal(logins(w), LOGINS_OF_ACCOUNT);
    assert_int_equal(fixture_count_events(w->f, "login.begun"), TALLY_OF_ACCOUNT);
    assert_int_equal(world_send(w), SIGNIN_OK);
}

/* A refusal after the right password writes a login too. */
static void
what_the_password_alone_is_refused_is_counted(void **state)
{
    struct world *w = *state;
    world_policy(w, "second_factor", "off");
    world_policy(w, "password_strength", "excellent");
    for (int i = 0; i < 2 * TALLY_OF_SOURCE; i++)
        assert_int_equal(world_login(w), SIGNIN_UserPasswordExpired);
    assert_int_equal(logins(w), LOGINS_OF_SOURCE);
    assert_int_equal(fixture_count_events(w->f, "login.refused"), TALLY_OF_SOURCE);
}

static void
the_password_alone(void **state)
{
    struct world *w = *state;
    struct session s;
    struct account a;
    struct redeemed r;
    world_policy(w, "second_factor", "off");
    world_policy(w, "seats", "1");
    assert_int_equal(world_login(w), SIGNIN_OK);
    assert_true(str_is_null(w->answer.login_token));
    assert_ok(session_enter(w->cx, w->session, &s, &a));
    static const char prefix[] = "https://sign-in.example/console/#ticket=";
    assert_true(str_starts(w->answer.url, str_from_cstr(prefix)));
    struct str ticket = arena_str(&w->kept, str_sub(w->answer.url, sizeof prefix - 1, w->answer.url.n));
    assert_ok(session_redeem(w->cx, ticket, &r));
    assert_str(r.account, WORLD_EMAIL);
    assert_str(r.company, "Acme Support Ltd");
    assert_fails(w->cx, session_redeem(w->cx, ticket, &r), ERR_NOT_FOUND);
    assert_int_equal(world_login(w), SIGNIN_ConcurrentLimitExceeded);
    assert_true(w->answer.is_console_running);
    world_policy(w, "seats", "0");
    world_policy(w, "password_age", "1");
    world_later(w, 2 * CLOCK_DAY);
    assert_int_equal(world_login(w), SIGNIN_UserPasswordExpired);
    assert_str(w->answer.url, "https://sign-in.example/account/password");
    assert_int_equal(world_login_new(w, WORLD_PASSWORD, WORLD_PASSWORD), SIGNIN_UserPasswordExpired);
    assert_int_equal(world_login_new(w, WORLD_PASSWORD, "short"), SIGNIN_UserPasswordExpired);
    assert_int_equal(world_login_new(w, WORLD_PASSWORD, WORLD_NEW_PASSWORD), SIGNIN_OK);
    assert_int_equal(w->answer.password_days, 1);
    assert_int_equal(world_login(w), SIGNIN_InvalidPassword);
}

static void
a_password_is_held_against_the_policy_in_force(void **state)
{
    struct world *w = *state;
    world_policy(w, "password_strength", "excellent");
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(w->answer.password_days, 0);
    assert_int_equal(world_send(w), SIGNIN_OK);
    assert_int_equal(world_approve(w), ANSWER_OK);
    assert_int_equal(world_check(w), SIGNIN_UserPasswordExpired);
    world_policy(w, "second_factor", "off");
    assert_int_equal(world_login(w), SIGNIN_UserPasswordExpired);
    assert_int_equal(w->answer.password_days, 0);
    world_policy(w, "password_strength", "none");
    assert_int_equal(world_login(w), SIGNIN_OK);
    assert_int_equal(w->answer.password_days, -1);
    assert_ok(company_set(w->cx, w->company, &(struct company_wish){.title = STR_LIT(WORLD_PASSWORD)}));
    assert_int_equal(world_login(w), SIGNIN_UserPasswordExpired);
}

static void
a_stale_hash_is_renewed(void **state)
{
    struct world *w = *state;
    struct technician before, after;
    assert_ok(technician_get(w->cx, w->technician, &before));
    w->f->env.argon2_passes = 2;
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_ok(technician_get(w->cx, w->technician, &after));
    assert_false(str_eq(before.password_hash, after.password_hash));
    assert_int_equal(before.password_generation, after.password_generation);
    assert_int_equal(world_send(w), SIGNIN_OK);
    assert_int_equal(world_approve(w), ANSWER_OK);
    assert_int_equal(world_check(w), SIGNIN_OK);
}

static void
a_sign_in_clears_the_failures(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(world_login_as(w, WORLD_EMAIL, "wrong"), SIGNIN_InvalidPassword);
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(w->answer.attempts_left, 7); /* the password alone clears nothing */
    assert_int_equal(world_send(w), SIGNIN_OK);
    assert_int_equal(world_approve(w), ANSWER_OK);
    assert_int_equal(world_check(w), SIGNIN_OK);
    assert_int_equal(w->answer.attempts_left, 10);
}

static void
no_secret_is_in_the_database(void **state)
{
    struct world *w = *state;
    world_sign_in(w);
    static const char sql[] = "SELECT COUNT(*) FROM audit WHERE instr(detail, $1) > 0";
    const struct str secrets[] = {w->login, w->push, w->session, STR_LIT(WORLD_PASSWORD)};
    for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
        struct db_rows *found;
        assert_ok(db_query(w->cx, &found, sql, "t", secrets[i]));
        assert_true(db_next(w->cx, found));
        assert_int_equal(db_int(found, 0), 0);
        assert_ok(db_done(w->cx, found));
    }
}

/* What answers that a phone may be enrolled makes the link, or neither is true. */
static void
a_link_is_made_by_the_transaction_that_decides(void **state)
{
    struct world *w = *state;
    world_technician(w, "carol@example.com");
    assert_ok(db_exec(w->cx, NULL, "ALTER TABLE enrolment RENAME TO gone", ""));
    assert_fails(
        w->cx,
        signin_begin(w->cx, STR_LIT("carol@example.com"), STR_LIT(WORLD_PASSWORD), STR_LIT("en"), &w->answer),
        ERR_STORE);
    assert_int_equal(fixture_count_events(w->f, "enrolment.self"), 0);
    assert_ok(db_exec(w->cx, NULL, "ALTER TABLE gone RENAME TO enrolment", ""));
    assert_int_equal(world_login_as(w, "carol@example.com", WORLD_PASSWORD), SIGNIN_OkTwoFactorSetupRequired);
    assert_int_equal(fixture_count_events(w->f, "enrolment.self"), 1);
    assert_str(fixture_last_event(w->f, NULL), "enrolment.created");
}

static void
the_password_alone_keeps_few_links_open(void **state)
{
    struct world *w = *state;
    const int64_t carol = world_technician(w, "carol@example.com");
    struct enrolment_link *links;
    struct enrolment_view view;
    struct str first = STR_NULL;
    size_t n = 0;
    for (int i = 0; i < ENROLMENT_SELF_MAX + 1; i++) {
        assert_int_equal(world_login_as(w, "carol@example.com", WORLD_PASSWORD),
                         SIGNIN_OkTwoFactorSetupRequired);
        if (i == 0)
            first = arena_str(&w->kept, phone_ticket(w->answer.setup_url));
        else
            assert_ok(enrolment_look(w->cx, phone_ticket(w->answer.setup_url), &view));
        world_later(w, 1);
    }
    assert_ok(enrolment_list(w->cx, carol, &links, &n));
    assert_int_equal(n, ENROLMENT_SELF_MAX);
    assert_fails(w->cx, enrolment_look(w->cx, first, &view), ERR_NOT_FOUND);
    world_later(w, CLOCK_HOUR);
    assert_ok(enrolment_list(w->cx, carol, &links, &n));
    assert_int_equal(n, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_right_password_asks_for_the_second_factor),
        TEST(a_stranger_is_told_nothing),
        TEST(unknown_users_are_revealed_only_when_told_to),
        TEST(known_and_unknown_names_lock_alike),
        TEST(a_stranger_uses_their_own_budget_up),
        TEST(conditions_are_told_only_with_the_right_password),
        TEST(without_a_second_factor_one_is_set_up_first),
        TEST(a_link_is_made_by_the_transaction_that_decides),
        TEST(the_password_alone_keeps_few_links_open),
        TEST(logins_that_lead_nowhere_are_few),
        TEST(a_login_with_a_push_is_not_displaced),
        TEST(many_sources_open_few_logins),
        TEST(what_the_password_alone_is_refused_is_counted),
        TEST(the_password_alone),
        TEST(a_password_is_held_against_the_policy_in_force),
        TEST(a_stale_hash_is_renewed),
        TEST(a_sign_in_clears_the_failures),
        TEST(no_secret_is_in_the_database),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
