/* SPDX-License-Identifier: Apache-2.0 */
/* scenario: the table of a sandbox's users is whole, and its users are found. */
#include "tests/unit/unit.h"

#include "contract/ct.h"
#include "contract/scenario.h"

static bool
is_value(enum ct_op_id op, struct str name)
{
    const struct ct_enum *e = ct_ops[op].out.fields[0].en;
    size_t prefix = str_from_cstr(e->prefix).n + 1;
    for (size_t i = 0; i < e->n; i++)
        if (str_eq(str_sub(e->values[i].name, prefix, e->values[i].name.n), name))
            return true;
    return false;
}

/* Expected results are published ones; names are unique. */
static void
each_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < scenarios_n; i++) {
        const struct scenario *s = &scenarios[i];
        enum ct_op_id change = s->via == VIA_CHANGE ? CT_OP_changePassword : CT_OP_changePassword_v7_2;
        assert_true(is_value(CT_OP_loginTechnicianFromStandalone_v7_2, s->login));
        assert_true(s->check.n == 0 || is_value(CT_OP_twoFactorCheckPushAuthStatus, s->check));
        assert_int_equal(s->change.n > 0, s->via == VIA_CHANGE || s->via == VIA_CHANGE2);
        assert_true(s->change.n == 0 || is_value(change, s->change));
        assert_int_equal(s->new_password.n > 0, s->via != VIA_LOGIN);
        for (size_t k = 0; k < i; k++)
            assert_false(str_eq_nocase(scenarios[k].user, s->user));
    }
}

static void
found_by_address(void **state)
{
    static const char *const none[] = {"",
                                       "OK",
                                       "OK@",
                                       "@sandbox.test",
                                       "OK@sandbox.test.",
                                       "OK@sandbox.tes",
                                       "OK@x@sandbox.test",
                                       "OK+@sandbox.test",
                                       "OK+a+b@sandbox.test",
                                       "OK+a_b@sandbox.test",
                                       "OK+123456789012345678901234567890123@sandbox.test",
                                       " OK@sandbox.test",
                                       "nobody@sandbox.test"};
    static const char *const some[] = {"OK@sandbox.test", "ok@SANDBOX.test", "oK+build-7@sandbox.test"};
    (void)state;
    assert_null(scenario_find(STR_NULL));
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        assert_null(scenario_find(str_from_cstr(none[i])));
    for (size_t i = 0; i < ARRAY_LEN(some); i++) {
        const struct scenario *s = scenario_find(str_from_cstr(some[i]));
        assert_non_null(s);
        assert_str(s->user, "OK");
    }
    for (int i = 0; i < STEP_COUNT_; i++)
        assert_non_null(scenario_step_doc((enum scenario_step)i));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_row), cmocka_unit_test(found_by_address)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
