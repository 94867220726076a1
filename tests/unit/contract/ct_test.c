/* SPDX-License-Identifier: Apache-2.0 */
/* ct_test: the properties of the tables that their walkers rely on. */
#include "../unit.h"

#include "contract/ct.h"

static void
check_type(const struct ct_type *t)
{
    size_t end = 0;
    assert_true(t->n < 64);
    for (size_t i = 0; i < t->n; i++) {
        const struct ct_field *field = &t->fields[i];
        assert_non_null(field->doc);
        assert_true(field->name.n > 0 && field->name.n == strlen(field->name.p));
        assert_true(field->offset >= end && field->offset < t->size);
        end = field->offset + 1;
        assert_int_equal(field->kind == CT_ENUM, field->en != NULL);
        assert_int_equal(field->kind == CT_ARRAY, field->of != NULL);
        if (field->of != NULL)
            check_type(field->of);
        for (size_t j = 0; j < i; j++)
            assert_false(str_eq(t->fields[j].name, field->name));
    }
    assert_null(t->fields[t->n].name.p);
}

static void
test_tables(void **state)
{
    (void)state;
    for (size_t i = 0; i < CT_OP_COUNT_; i++) {
        const struct ct_op *op = &ct_ops[i];
        assert_int_equal(op->id, i);
        check_type(&op->in);
        check_type(&op->out);
        assert_ptr_equal(ct_op_find(op->name, op->face), op);
        assert_null(ct_op_find(op->name, op->face == CT_FACE_SOAP ? CT_FACE_JSON : CT_FACE_SOAP));
        assert_true(op->out.n > 0 && op->out.fields[0].kind == CT_ENUM);
        if (op->face != CT_FACE_SOAP)
            assert_str(op->out.fields[0].name, "result");
        else
            assert_true(str_starts(op->out.fields[0].name, op->name) &&
                        str_ends(op->out.fields[0].name, STR_LIT("Result")));
    }
}

/* ct_xml_get reads strings only: the contract has no other inputs. */
static void
test_soap_inputs_are_strings(void **state)
{
    (void)state;
    for (size_t i = 0; i < CT_OP_COUNT_; i++) {
        for (size_t j = 0; ct_ops[i].face == CT_FACE_SOAP && j < ct_ops[i].in.n; j++)
            assert_int_equal(ct_ops[i].in.fields[j].kind, CT_STRING);
    }
}

static void
test_published(void **state)
{
    (void)state;
    const struct ct_op *op = ct_op_find(STR_LIT("twoFactorCheckPushAuthStatus"), CT_FACE_SOAP);
    const struct ct_enum *results = op->out.fields[0].en;
    assert_int_equal(results->n, 26);
    assert_str(ct_enum_name(results, loginTwoFactorRet_UnknownError), "loginTwoFactorRet_UnknownError");
    assert_str(ct_enum_name(results, 25), "loginTwoFactorRet_OldNewPasswordsMatch");
    assert_null(ct_enum_name(results, 26).p);
    assert_null(ct_enum_name(results, -1).p);
    assert_str(op->out.fields[0].name, "twoFactorCheckPushAuthStatusResult");
    assert_str(op->out.name, "twoFactorCheckPushAuthStatusResponse");
    assert_null(ct_op_find(STR_LIT("TWOFACTORCHECKPUSHAUTHSTATUS"), CT_FACE_SOAP));
}

/* The front repeats Poll and nothing else. */
static void
test_what_waits_can_answer_poll(void **state)
{
    size_t n = 0;
    (void)state;
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++)
        if (op->pace == CT_PACE_WAITS) {
            assert_true(ct_enum_find(op->out.fields[0].en, STR_LIT("Poll")) > 0);
            n++;
        }
    assert_int_equal(n, 2);
    const struct twoFactorCheckPushAuthStatus_out out = {.result = loginTwoFactorRet_Poll};
    assert_int_equal(ct_result(&ct_ops[CT_OP_twoFactorCheckPushAuthStatus], &out), loginTwoFactorRet_Poll);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables), cmocka_unit_test(test_soap_inputs_are_strings),
        cmocka_unit_test(test_what_waits_can_answer_poll), cmocka_unit_test(test_published)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
