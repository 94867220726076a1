/* SPDX-License-Identifier: Apache-2.0 */
/* soap_encode_test: results and faults as bytes, where the recorded exchanges do not show them. */
#include "../unit.h"

#include "soap/soap.h"

#define BEFORE                                                  \
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope " \
    "xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" " \
    "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "  \
    "xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">"           \
    "<soap:Body>"
#define AFTER "</soap:Body></soap:Envelope>"

static void
assert_encoded(enum ct_op_id op, const void *out, int status, const char *expected)
{
    struct buf body;
    buf_init(&body, 65536);
    buf_add_cstr(&body, "kept");
    struct soap_response answer = {.body = &body};
    soap_encode(SOAP_11, &ct_ops[op], out, &answer);
    assert_int_equal(answer.status, status);
    assert_str(buf_view(&body), expected);
    buf_clear(&body);
}

static void
test_arrays(void **state)
{
    (void)state;
    struct TwoFactorAuthenticationMethod methods[] = {{STR("Push")}, {STR_NULL}};
    struct changePassword_v7_2_out out = {.result = changePassword_v2_OK, .sLoginToken = STR("t")};
    out.oTwoFactorAuthenticationMethods = (struct ct_array){methods, 2, false};
    assert_encoded(
        CT_OP_changePassword_v7_2, &out, 200,
        "kept" BEFORE "<changePassword_v7_2Response xmlns=\"http://microsoft.com/webservices/\">"
        "<changePassword_v7_2Result>changePassword_v2_OK</changePassword_v7_2Result>"
        "<oTwoFactorAuthenticationMethods><TwoFactorAuthenticationMethod><AuthMethodName>Push</"
        "AuthMethodName>"
        "</TwoFactorAuthenticationMethod><TwoFactorAuthenticationMethod /></oTwoFactorAuthenticationMethods>"
        "<sLoginToken>t</sLoginToken></changePassword_v7_2Response>" AFTER);
    out.oTwoFactorAuthenticationMethods.n = 0;
    assert_encoded(CT_OP_changePassword_v7_2, &out, 200,
                   "kept" BEFORE "<changePassword_v7_2Response xmlns=\"http://microsoft.com/webservices/\">"
                   "<changePassword_v7_2Result>changePassword_v2_OK</changePassword_v7_2Result>"
                   "<oTwoFactorAuthenticationMethods "
                   "/><sLoginToken>t</sLoginToken></changePassword_v7_2Response>" AFTER);
    out.oTwoFactorAuthenticationMethods.is_null = true;
    out.sLoginToken = STR_NULL;
    assert_encoded(CT_OP_changePassword_v7_2, &out, 200,
                   "kept" BEFORE "<changePassword_v7_2Response xmlns=\"http://microsoft.com/webservices/\">"
                   "<changePassword_v7_2Result>changePassword_v2_OK</changePassword_v7_2Result>"
                   "</changePassword_v7_2Response>" AFTER);
}

/* a23: what was written of the result is taken back. */
static void
test_bad_enum(void **state)
{
    (void)state;
    struct twoFactorCancelPushAuth_out out;
    memset(&out, 0, sizeof out);
    unsigned bad = 99;
    memcpy(&out.result, &bad, sizeof bad);
    assert_encoded(
        CT_OP_twoFactorCancelPushAuth, &out, 500,
        "kept" BEFORE
        "<soap:Fault><faultcode>soap:Server</faultcode><faultstring>Server was unable to process "
        "request. ---&gt; There was an error generating the XML document. ---&gt; Instance validation error: "
        "'99' is not a valid value for LoginTwoFactorRet.</faultstring><detail /></soap:Fault>" AFTER);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_arrays), cmocka_unit_test(test_bad_enum)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
