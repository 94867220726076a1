/* SPDX-License-Identifier: Apache-2.0 */
/* address: which rule decides. */
#include "tests/unit/accounts/fixture.h"

#include "accounts/company.h"
#include "accounts/company_change.h"
#include "accounts/policy.h"

static bool
allowed(struct fixture *f, const char *source)
{
    bool is = true;
    assert_ok(address_is_allowed(&f->cx, f->company, f->ann, str_from_cstr(source), &is));
    return is;
}

static void
add(struct fixture *f, int64_t technician, bool allow, const char *net)
{
    assert_ok(address_rule_add(&f->cx, f->company, technician, allow, str_from_cstr(net)));
}

static void
no_rule_allows(void **state)
{
    struct fixture *f = *state;
    assert_true(allowed(f, "192.0.2.1") && allowed(f, NULL) && allowed(f, "nonsense"));
}

static void
the_first_that_matches(void **state)
{
    struct fixture *f = *state;
    add(f, 0, false, "192.0.2.7");
    add(f, 0, true, "192.0.2.0/24");
    assert_false(allowed(f, "192.0.2.7"));
    assert_false(allowed(f, "::ffff:192.0.2.7"));
    assert_true(allowed(f, "192.0.2.8"));
    assert_false(allowed(f, "198.51.100.1"));
    assert_false(allowed(f, "2001:db8::1"));
    assert_false(allowed(f, NULL));
    assert_false(allowed(f, "nonsense"));
}

static void
deny_alone_lets_others_in(void **state)
{
    struct fixture *f = *state;
    add(f, 0, false, "2001:db8::/32");
    assert_false(allowed(f, "2001:db8::1"));
    assert_true(allowed(f, "2001:db9::1"));
    assert_true(allowed(f, "192.0.2.1"));
}

static void
both_must_agree(void **state)
{
    struct fixture *f = *state;
    bool is = false;
    add(f, 0, true, "192.0.2.0/24");
    add(f, f->ann, true, "192.0.2.7");
    add(f, f->ann, true, "198.51.100.0/24");
    assert_true(allowed(f, "192.0.2.7"));
    assert_false(allowed(f, "192.0.2.8"));
    assert_false(allowed(f, "198.51.100.1"));
    assert_ok(address_is_allowed(&f->cx, f->company, f->ben, STR_LIT("192.0.2.8"), &is));
    assert_true(is);
}

static void
listed_and_removed(void **state)
{
    struct fixture *f = *state;
    struct address_rule *rules;
    size_t n;
    int64_t other;
    struct str detail;
    add(f, 0, true, "192.0.2.0/24");
    add(f, 0, false, "::/0");
    assert_ok(address_rule_list(&f->cx, f->company, 0, &rules, &n));
    assert_int_equal(n, 2);
    assert_true(rules[0].allow && !rules[1].allow);
    assert_str(rules[0].net, "192.0.2.0/24");
    assert_ok(company_add(&f->cx, STR_LIT("other"), STR_NULL, &other));
    assert_fails(&f->cx, address_rule_remove(&f->cx, other, rules[0].id), ERR_NOT_FOUND);
    assert_ok(address_rule_remove(&f->cx, f->company, rules[0].id));
    assert_str(fixture_last_event(f, &detail), "address.rule-removed");
    assert_str(detail, "{\"verdict\":\"allow\",\"net\":\"192.0.2.0/24\"}");
    assert_ok(address_rule_list(&f->cx, f->company, 0, &rules, &n));
    assert_int_equal(n, 1);
    assert_fails(&f->cx, address_rule_add(&f->cx, other, f->ann, true, STR_LIT("::1")), ERR_NOT_FOUND);
    assert_fails(&f->cx, address_rule_add(&f->cx, 1, 0, true, STR_LIT("::1")), ERR_NOT_FOUND);
    assert_fails(&f->cx, address_rule_add(&f->cx, f->company, 0, true, STR_LIT("host")), ERR_SYNTAX);
    assert_fails(&f->cx, address_rule_add(&f->cx, f->company, 0, true, STR_LIT("10.0.0.0/33")), ERR_RANGE);
    assert_fails(&f->cx, address_rule_add(&f->cx, f->company, 0, true, STR_NULL), ERR_SYNTAX);
}

static void
a_rule_that_cannot_be_read_refuses(void **state)
{
    struct fixture *f = *state;
    add(f, 0, false, "192.0.2.0/24");
    assert_ok(db_exec(&f->cx, NULL, "UPDATE address_rule SET net = 'x'", ""));
    assert_false(allowed(f, "198.51.100.1"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_rule_allows, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_first_that_matches, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(deny_alone_lets_others_in, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(both_must_agree, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(listed_and_removed, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_rule_that_cannot_be_read_refuses, fixture_set_up,
                                        fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
