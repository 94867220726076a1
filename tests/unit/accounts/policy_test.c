/* SPDX-License-Identifier: Apache-2.0 */
/* policy: every row of policy.def, and what a value may be. */
#include "tests/unit/accounts/fixture.h"

#include "accounts/company.h"
#include "accounts/company_change.h"
#include "accounts/policy.h"
#include "accounts/policy_change.h"

static const struct {
    const char *key, *value;
    enum errcode expected;
} values[] = {
    {"second_factor", "off", ERR_NONE},
    {"second_factor", "Off", ERR_RANGE},
    {"second_factor", "offx", ERR_RANGE},
    {"sign_in_mode", "saml2", ERR_POLICY},
    {"sign_in_mode", "password", ERR_NONE},
    {"sign_on_url", "https://sso.acme.example/in?a=b", ERR_NONE},
    {"sign_on_url", "javascript:alert(1)", ERR_SYNTAX},
    {"sign_on_url", "https://", ERR_SYNTAX},
    {"sign_on_url", "https:///path", ERR_SYNTAX},
    {"sign_on_url", "https://a b", ERR_SYNTAX},
    {"sign_on_url", "https://a\"b", ERR_SYNTAX},
    {"sign_on_url", "https://\xc3\xa4", ERR_SYNTAX},
    {"console_url", "http://127.0.0.1:8080/", ERR_NONE},
    {"password_strength", "excellent", ERR_NONE},
    {"password_strength", "4", ERR_RANGE},
    {"password_age", "3650", ERR_NONE},
    {"password_age", "3651", ERR_RANGE},
    {"password_age", "-1", ERR_RANGE},
    {"password_age", "1d", ERR_SYNTAX},
    {"lockout_failures", "2", ERR_RANGE},
    {"lockout_failures", "3", ERR_NONE},
    {"lockout_failures", "101", ERR_RANGE},
    {"lockout_time", "0", ERR_NONE},
    {"push_number", "off", ERR_NONE},
    {"push_number", "1", ERR_RANGE},
    {"push_digits", "1", ERR_RANGE},
    {"push_digits", "7", ERR_RANGE},
    {"push_digits", "2", ERR_NONE},
    {"push_lifetime", "29", ERR_RANGE},
    {"push_lifetime", "300", ERR_NONE},
    {"seat_full", "end-oldest", ERR_NONE},
    {"address_rules", "on", ERR_POLICY},
    {"nothing", "on", ERR_USAGE},
    {"", "on", ERR_USAGE},
};

static void
defaults(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    assert_ok(policy_get(&f->cx, f->company, &p));
    assert_true(p.second_factor == SECOND_FACTOR_REQUIRED && p.sign_in_mode == SIGN_IN_PASSWORD);
    assert_true(p.lockout_failures == 10 && p.lockout_time == 30 * CLOCK_MINUTE && p.password_history == 4);
    assert_true(p.push_number && p.push_digits == 6 && p.push_lifetime == CLOCK_MINUTE && p.seats == 0);
    assert_true(p.session_idle == CLOCK_HOUR && p.session_life == CLOCK_DAY && !p.address_rules);
    assert_true(str_is_empty(p.console_url) && !p.needs_enterprise);
}

static void
every_value(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(values); i++)
        assert_fails(
            &f->cx,
            policy_set(&f->cx, f->company, str_from_cstr(values[i].key), str_from_cstr(values[i].value)),
            values[i].expected);
    struct policy p;
    assert_ok(policy_get(&f->cx, f->company, &p));
    assert_true(p.second_factor == SECOND_FACTOR_OFF && p.password_strength == STRENGTH_EXCELLENT);
    assert_true(p.password_age == 3650 && p.lockout_failures == 3 && p.lockout_time == 0 && !p.push_number);
    assert_true(p.push_lifetime == 300 * CLOCK_S && p.seat_full == SEAT_END_OLDEST && !p.needs_enterprise);
    assert_str(p.console_url, "http://127.0.0.1:8080/");
}

/* The row of each key takes its own default, and goes back to it. */
static void
every_row(void **state)
{
    struct fixture *f = *state;
    struct policy_row *rows;
    size_t n;
    assert_ok(policy_list(&f->cx, f->company, &rows, &n));
    assert_true(n > 10);
    for (size_t i = 0; i < n; i++) {
        assert_true(rows[i].set_at == 0 && str_eq(rows[i].value, rows[i].default_value) &&
                    rows[i].doc.n > 10);
        assert_ok(policy_set(&f->cx, f->company, rows[i].key, rows[i].default_value));
    }
    assert_ok(policy_set(&f->cx, f->company, STR_LIT("seats"), STR_LIT("7")));
    assert_ok(policy_list(&f->cx, f->company, &rows, &n));
    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].key, STR_LIT("seats"))) {
            assert_str(rows[i].value, "7");
            assert_str(rows[i].set_by, "operator:test");
            assert_true(rows[i].set_at == FIXTURE_NOW);
        }
    struct str detail;
    assert_str(fixture_last_event(f, &detail), "policy.set");
    assert_str(detail, "{\"key\":\"seats\",\"value\":\"7\"}");
    struct policy p;
    assert_ok(policy_set(&f->cx, f->company, STR_LIT("seats"), STR_LIT("")));
    assert_ok(policy_get(&f->cx, f->company, &p));
    assert_true(p.seats == 0);
}

static void
the_plan(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    assert_ok(company_set_plan(&f->cx, f->company, true, true));
    assert_ok(policy_set(&f->cx, f->company, STR_LIT("sign_in_mode"), STR_LIT("sso")));
    assert_ok(policy_get(&f->cx, f->company, &p));
    assert_true(p.needs_enterprise && p.sign_in_mode == SIGN_IN_SSO);
    assert_ok(company_set_plan(&f->cx, f->company, false, false));
    assert_ok(policy_get(&f->cx, f->company, &p));
    assert_true(p.needs_enterprise);
    assert_ok(policy_set(&f->cx, f->company, STR_LIT("sign_in_mode"), STR_NULL));
    assert_ok(policy_get(&f->cx, f->company, &p));
    assert_false(p.needs_enterprise);
    assert_fails(&f->cx, policy_set(&f->cx, 1, STR_LIT("seats"), STR_LIT("1")), ERR_NOT_FOUND);
}

static void
no_guess(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    assert_ok(policy_set(&f->cx, f->company, STR_LIT("seats"), STR_LIT("1")));
    assert_ok(db_exec(&f->cx, NULL, "UPDATE policy SET value = 'many'", ""));
    assert_fails(&f->cx, policy_get(&f->cx, f->company, &p), ERR_STORE);
    assert_ok(db_exec(&f->cx, NULL, "UPDATE policy SET value = '1', key = 'chairs'", ""));
    assert_fails(&f->cx, policy_get(&f->cx, f->company, &p), ERR_STORE);
}

/* As policy_set does, and then nothing has happened. */
static void
a_preview_counts_and_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct policy_preview preview;
    struct policy p;
    const int64_t events = fixture_count_events(f, "policy.set");
    assert_ok(policy_preview(&f->cx, f->company, STR_LIT("passkey"), STR_LIT("off"), &preview));
    assert_true(preview.technicians == 2 && preview.sessions == 0 && preview.pushes == 0 &&
                preview.unready == -1);
    assert_ok(policy_preview(&f->cx, f->company, STR_LIT("second_factor"), STR_LIT("required"), &preview));
    assert_int_equal(preview.unready, 2);
    assert_ok(policy_preview(&f->cx, f->company, STR_LIT("passkey"), STR_LIT("required"), &preview));
    assert_int_equal(preview.unready, 0);
    fixture_later(f, 10 * CLOCK_DAY);
    assert_ok(policy_preview(&f->cx, f->company, STR_LIT("password_age"), STR_LIT("9"), &preview));
    assert_int_equal(preview.unready, 2);
    assert_fails(&f->cx, policy_preview(&f->cx, f->company, STR_LIT("nothing"), STR_LIT("on"), &preview),
                 ERR_USAGE);
    assert_fails(&f->cx, policy_preview(&f->cx, f->company, STR_LIT("push_digits"), STR_LIT("9"), &preview),
                 ERR_RANGE);
    assert_ok(policy_get(&f->cx, f->company, &p));
    assert_true(p.passkey == PASSKEY_POLICY_OFFERED && p.password_age == 0);
    assert_int_equal(fixture_count_events(f, "policy.set"), events);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(defaults, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(every_value, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(every_row, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_plan, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_preview_counts_and_changes_nothing, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(no_guess, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
