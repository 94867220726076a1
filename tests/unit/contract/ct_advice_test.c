/* SPDX-License-Identifier: Apache-2.0 */
/* ct_advice: each result of the SOAP face says what to do, and each row of the list is about one of them. */
#include "tests/unit/unit.h"

#include <string.h>

#include "contract/ct.h"
#include "contract/ct_advice.h"

static void
each_result_has_its_advice(void **state)
{
    (void)state;
    for (size_t i = 0; i < CT_OP_COUNT_; i++) {
        const struct ct_enum *e = ct_ops[i].out.fields[0].en;
        for (size_t k = 0; ct_ops[i].face == CT_FACE_SOAP && k < e->n; k++) {
            struct ct_advice advice;
            assert_true(ct_advice_find(e, e->values[k].bare, &advice));
            assert_true(strlen(advice.doc) > 0);
            assert_null(strpbrk(advice.person, "\"\\"));
        }
    }
}

static bool
is_used(struct str type, struct str value)
{
    for (size_t i = 0; i < CT_OP_COUNT_; i++) {
        const struct ct_enum *e = ct_ops[i].out.fields[0].en;
        bool is_own = str_eq(type, str_from_cstr(e->type)) || str_eq(type, STR_LIT("ANY"));
        if (ct_ops[i].face == CT_FACE_SOAP && is_own && ct_enum_find(e, value) >= 0)
            return true;
    }
    return false;
}

static void
each_row_is_about_a_result(void **state)
{
    static const struct {
        struct str type, value;
    } rows[] = {
#define ADVICE(type, value, next, person) {STR(#type), STR(#value)},
#include "contract/advice.def"
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_true(is_used(rows[i].type, rows[i].value));
}

/* One name, two meanings: the row of the enumeration goes before the common one. */
static void
an_own_row_goes_first(void **state)
{
    struct ct_advice login, check, change;
    (void)state;
    assert_true(ct_advice_find(&ct_enum_LoginV2, STR_LIT("InvalidPassword"), &login));
    assert_true(ct_advice_find(&ct_enum_LoginTwoFactorRet, STR_LIT("InvalidPassword"), &check));
    assert_true(ct_advice_find(&ct_enum_ChangePasswordRet, STR_LIT("InvalidPassword"), &change));
    assert_string_equal(login.next, "TYPE_AGAIN");
    assert_string_equal(check.next, "SIGN_IN");
    assert_string_equal(change.person, "The old password is wrong.");
    assert_false(ct_advice_find(&ct_enum_LoginV2, STR_LIT("NoSuchValue"), &login));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_result_has_its_advice),
        cmocka_unit_test(each_row_is_about_a_result),
        cmocka_unit_test(an_own_row_goes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
