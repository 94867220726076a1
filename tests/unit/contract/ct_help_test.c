/* SPDX-License-Identifier: Apache-2.0 */
/* Each operation has its call in the words of each toolkit. That these run is for the end-to-end tests. */
#include "tests/unit/unit.h"

#include "contract/ct_help.h"

#define ADDRESS "http://127.0.0.1:8480" CT_PATH

static struct str
snippet(struct buf *out, enum ct_help_tool tool, enum ct_op_id op)
{
    struct ct_pen_plain pen;

    buf_reset(out);
    ct_pen_plain_init(&pen, out, false);
    ct_help_snippet(&pen.pen, tool, &ct_ops[op], STR_LIT(ADDRESS));
    return buf_view(out);
}

static bool
has(struct str s, const char *part)
{
    return str_find_str(s, str_from_cstr(part)) < s.n;
}

static void
test_every_parameter_has_an_example(void **state)
{
    (void)state;
    for (size_t i = 0; i < CT_OP_COUNT_; i++) {
        if (ct_ops[i].face != CT_FACE_SOAP)
            continue;
        for (size_t k = 0; k < ct_ops[i].in.n; k++)
            assert_false(str_is_empty(ct_help_example(&ct_ops[i].in.fields[k])));
    }
}

static void
test_every_snippet_names_its_operation(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 1 << 16);
    for (int tool = 0; tool < CT_HELP_COUNT_; tool++) {
        assert_non_null(ct_help_about((enum ct_help_tool)tool)->note);
        for (size_t i = 0; i < CT_OP_COUNT_; i++) {
            if (ct_ops[i].face != CT_FACE_SOAP)
                continue;
            struct str s = snippet(&b, (enum ct_help_tool)tool, ct_ops[i].id);
            assert_true(has(s, ADDRESS) && str_ends(s, STR_LIT("\n")));
            assert_true(tool == CT_HELP_JAVA || str_find_str(s, ct_ops[i].name) < s.n);
        }
    }
    buf_clear(&b);
}

static void
test_names_and_outputs(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 1 << 16);
    struct str s = snippet(&b, CT_HELP_JAVA, CT_OP_loginTechnicianFromStandalone_v7_2);
    assert_true(has(s, "port.loginTechnicianFromStandaloneV72(\n    \"ann@acme.example\",\n"));
    assert_true(has(s, "Holder<ArrayOfTwoFactorAuthenticationMethod> oTwoFactorAuthenticationMethods"));
    s = snippet(&b, CT_HELP_JAVA, CT_OP_keepConsoleAlive);
    assert_true(has(s, "ConsoleRet result = port.keepConsoleAlive();\n"));
    s = snippet(&b, CT_HELP_DOTNET, CT_OP_changePassword_v7_2);
    assert_true(has(s, "TwoFactorAuthenticationMethod[] oTwoFactorAuthenticationMethods;\n"));
    assert_true(has(s, ",\n    out sLoginToken);\n"));
    s = snippet(&b, CT_HELP_CURL, CT_OP_logoutTechnician);
    assert_true(has(s, "<logoutTechnician xmlns=\"" CT_NAMESPACE "\" />\n"));
    s = snippet(&b, CT_HELP_ZEEP, CT_OP_logoutTechnician);
    assert_true(has(s, ".logoutTechnician()\nprint(answer)\n"));
    buf_clear(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_parameter_has_an_example),
        cmocka_unit_test(test_every_snippet_names_its_operation),
        cmocka_unit_test(test_names_and_outputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
