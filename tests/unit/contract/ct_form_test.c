/* SPDX-License-Identifier: Apache-2.0 */
/* Form bodies and query strings are read as ASP.NET reads them, and operations with a Result alone are bound.
 */
#include "tests/unit/unit.h"

#include "contract/ct_form.h"

struct state {
    struct arena arena;
    struct ct_form form;
};

static int
setup(void **state)
{
    static struct state s;
    arena_init(&s.arena);
    *state = &s;
    return 0;
}

static int
teardown(void **state)
{
    struct state *s = *state;
    arena_clear(&s->arena);
    return 0;
}

static struct str
value(struct state *s, const char *text, const char *name)
{
    assert_int_equal(ct_form_read(&s->arena, str_from_cstr(text), &s->form), ERR_NONE);
    return ct_form_value(&s->form, &s->arena, str_from_cstr(name));
}

static void
test_names_and_values(void **state)
{
    struct state *s = *state;

    assert_str(value(s, "a=1&b=2", "b"), "2");
    assert_str(value(s, "a=1&b=2", "A"), "1");
    assert_str(value(s, "a=1=2", "a"), "1=2");
    assert_str(value(s, "a=", "a"), "");
    assert_str(value(s, "=x", ""), "x");
    assert_true(str_is_null(value(s, "a", "a")));
    assert_true(str_is_null(value(s, "", "a")));
    assert_true(str_is_null(value(s, NULL, "a")));
}

static void
test_repeated_values_are_joined(void **state)
{
    struct state *s = *state;

    assert_str(value(s, "a=1&b=2&A=3", "a"), "1,3");
    assert_str(value(s, "a=&a=", "a"), ",");
    assert_str(value(s, "wsdl&x=1", NULL), "wsdl");
    assert_str(value(s, "wsdl&disco", NULL), "wsdl,disco");
    assert_str(value(s, "wsdl&", NULL), "wsdl,");
}

static void
test_escapes(void **state)
{
    struct state *s = *state;

    assert_str(value(s, "a=x+y%20z%2b", "a"), "x y z+");
    assert_str(value(s, "%61%3D=%C3%A9", "a="), "\xc3\xa9");
    assert_str(value(s, "a=%&b=%4&c=%zz", "a"), "%");
    assert_str(value(s, "a=%&b=%4&c=%zz", "b"), "%4");
    assert_str(value(s, "a=%&b=%4&c=%zz", "c"), "%zz");
    assert_str(value(s, "a=%41", "a"), "A");
    assert_str(value(s, "a=%u0041", "a"), "%u0041");
    assert_str(value(s, "a=x%ffy", "a"), "x\xef\xbf\xbdy");
}

static void
test_too_many_items(void **state)
{
    struct state *s = *state;
    char text[2 * (CT_FORM_ITEMS_MAX + 1) + 1];

    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 2 == 0 ? 'a' : '&';
    struct str most = {text, 2 * CT_FORM_ITEMS_MAX - 1};
    assert_int_equal(ct_form_read(&s->arena, most, &s->form), ERR_NONE);
    assert_int_equal(s->form.n, CT_FORM_ITEMS_MAX);
    struct str more = {text, 2 * CT_FORM_ITEMS_MAX + 1};
    assert_int_equal(ct_form_read(&s->arena, more, &s->form), ERR_LIMIT);
    assert_int_equal(s->form.n, 0);
}

static void
test_callable_operations(void **state)
{
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < CT_OP_COUNT_; i++)
        n += ct_form_is_callable(&ct_ops[i]);
    assert_int_equal(n, 4);
    assert_true(ct_form_is_callable(&ct_ops[CT_OP_changePassword]));
    assert_true(ct_form_is_callable(&ct_ops[CT_OP_keepConsoleAlive]));
    assert_true(ct_form_is_callable(&ct_ops[CT_OP_logoutTechnician]));
    assert_true(ct_form_is_callable(&ct_ops[CT_OP_twoFactorCancelPushAuth]));
}

static void
test_parameters(void **state)
{
    struct state *s = *state;
    const struct ct_op *op = &ct_ops[CT_OP_changePassword];
    const struct ct_field *missing = NULL;
    struct changePassword_in in = {0};

    (void)value(s, "sNewPassword=new&extra=1&SOLDPASSWORD=old", "");
    assert_int_equal(ct_form_get(&s->form, &s->arena, op, &in, &missing), ERR_NONE);
    assert_str(in.sOldPassword, "old");
    assert_str(in.sNewPassword, "new");
    (void)value(s, "sOldPassword=old", "");
    assert_int_equal(ct_form_get(&s->form, &s->arena, op, &in, &missing), ERR_NOT_FOUND);
    assert_str(missing->name, "sNewPassword");
}

static void
test_answer(void **state)
{
    struct keepConsoleAlive_out out = {.result = consoleRet_OK};
    struct buf b;

    (void)state;
    buf_init(&b, 1024);
    assert_int_equal(ct_form_put(&b, &ct_ops[CT_OP_keepConsoleAlive], &out), ERR_NONE);
    assert_str(buf_view(&b),
               "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n"
               "<ConsoleRet xmlns=\"http://microsoft.com/webservices/\">consoleRet_OK</ConsoleRet>");
    out.result = consoleRet_COUNT_;
    assert_int_equal(ct_form_put(&b, &ct_ops[CT_OP_keepConsoleAlive], &out), ERR_RANGE);
    buf_clear(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_names_and_values, setup, teardown),
        cmocka_unit_test_setup_teardown(test_repeated_values_are_joined, setup, teardown),
        cmocka_unit_test_setup_teardown(test_escapes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_many_items, setup, teardown),
        cmocka_unit_test_setup_teardown(test_callable_operations, setup, teardown),
        cmocka_unit_test_setup_teardown(test_parameters, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answer, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
