/* SPDX-License-Identifier: Apache-2.0 */
/* near: what is suggested for a slip of the keyboard, and what is not. */
#include "tests/unit/unit.h"

#include "base/near.h"

static const char *const words[] = {"technician", "company", "policy", "device", "login", "audit", "enrol"};

static struct str
meant_by(const char *typed)
{
    struct near n;
    near_begin(&n, str_from_cstr(typed));
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        near_offer(&n, str_from_cstr(words[i]));
    return n.best;
}

static void
suggests_what_was_meant(void **state)
{
    static const struct {
        const char *typed, *meant;
    } cases[] = {{"technicain", "technician"}, {"tehcnician", "technician"}, {"tech", "technician"},
                 {"comapny", "company"},       {"polcy", "policy"},          {"devicee", "device"},
                 {"Login", "login"},           {"audti", "audit"},           {"enroll", "enrol"}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_true(str_eq(meant_by(cases[i].typed), str_from_cstr(cases[i].meant)));
}

static void
suggests_nothing_far_off(void **state)
{
    static const char *const typed[] = {
        "", "x", "t", "frobnicate", "lo", "technicians of every company that there is, with their devices"};
    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_true(str_is_null(meant_by(typed[i])));
    assert_true(str_eq(meant_by(typed[4]), STR_LIT("login")));
    assert_true(str_is_null(meant_by(typed[5])));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(suggests_what_was_meant),
        cmocka_unit_test(suggests_nothing_far_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
