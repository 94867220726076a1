/* SPDX-License-Identifier: Apache-2.0 */
/* company: names, states, plans. */
#include "tests/unit/accounts/fixture.h"

#include "accounts/company.h"
#include "accounts/company_change.h"

static void
names(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[] = {
        "",    "Acme",     "a b",
        "a/b", "\xc3\xa4", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    int64_t id = 7;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_fails(&f->cx, company_add(&f->cx, str_from_cstr(bad[i]), STR_NULL, &id), ERR_SYNTAX);
    assert_fails(&f->cx, company_add(&f->cx, STR_LIT("a\0"), STR_NULL, &id), ERR_SYNTAX);
    assert_fails(&f->cx, company_add(&f->cx, STR_LIT("b"), STR_LIT(""), &id), ERR_SYNTAX);
    assert_fails(&f->cx, company_add(&f->cx, STR_LIT("b"), STR_LIT("a\nb"), &id), ERR_SYNTAX);
    assert_fails(&f->cx, company_add(&f->cx, STR_LIT("acme"), STR_NULL, &id), ERR_EXISTS);
    assert_true(id == 0);
    assert_ok(company_add(&f->cx, STR_LIT("b-2._"), STR_NULL, &id));
    assert_str(fixture_last_event(f, NULL), "company.added");
}

static void
found_and_listed(void **state)
{
    struct fixture *f = *state;
    struct company c, *list;
    size_t n;
    int64_t id;
    assert_ok(company_add(&f->cx, STR_LIT("aaa"), STR_NULL, &id));
    assert_ok(company_list(&f->cx, &list, &n));
    assert_int_equal(n, 2);
    assert_str(list[0].title, "aaa");
    assert_str(list[1].title, "Acme Support Ltd");
    assert_ok(company_find(&f->cx, STR_LIT("acme"), &c));
    assert_true(c.id == f->company && c.state == COMPANY_ACTIVE && !c.is_enterprise && !c.enterprise_on);
    assert_true(c.created_at == FIXTURE_NOW);
    assert_fails(&f->cx, company_find(&f->cx, STR_LIT("nobody"), &c), ERR_NOT_FOUND);
    assert_fails(&f->cx, company_get(&f->cx, 1, &c), ERR_NOT_FOUND);
}

static void
changes(void **state)
{
    struct fixture *f = *state;
    struct company c;
    struct str detail;
    assert_ok(company_set_state(&f->cx, f->company, COMPANY_BANNED));
    assert_str(fixture_last_event(f, &detail), "company.state");
    assert_str(detail, "{\"value\":\"banned\"}");
    assert_ok(company_set_state(&f->cx, f->company, COMPANY_BANNED));
    assert_int_equal(fixture_count_events(f, "company.state"), 1);
    assert_ok(company_set(&f->cx, f->company, &(struct company_wish){.title = STR_LIT("Acme")}));
    const enum company_state active = COMPANY_ACTIVE;
    const struct company_wish half = {.title = STR_LIT(" Acme"), .state = &active};
    assert_fails(&f->cx, company_set(&f->cx, f->company, &half), ERR_SYNTAX);
    assert_ok(company_set_plan(&f->cx, f->company, true, false));
    assert_str(fixture_last_event(f, &detail), "company.plan");
    assert_str(detail, "{\"value\":\"enterprise, switched off\"}");
    assert_ok(company_get(&f->cx, f->company, &c));
    assert_true(c.state == COMPANY_BANNED && c.is_enterprise && !c.enterprise_on);
    assert_str(c.title, "Acme");
    assert_fails(&f->cx, company_set_state(&f->cx, 1, COMPANY_ACTIVE), ERR_NOT_FOUND);
    assert_fails(&f->cx, company_set_plan(&f->cx, 1, true, true), ERR_NOT_FOUND);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(found_and_listed, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(changes, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
