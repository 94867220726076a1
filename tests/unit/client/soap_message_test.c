/* SPDX-License-Identifier: Apache-2.0 */
/* soap_message: envelopes as the service reads them, answers as it writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/soap_message.h"

#define HEAD_11                                                 \
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope " \
    "xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>"
#define HEAD_12                                                 \
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope " \
    "xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\"><soap:Body>"
#define TAIL "</soap:Body></soap:Envelope>"
#define LOGIN "loginTechnicianFromStandalone_v7_2"
#define OPEN "<" LOGIN "Response xmlns=\"http://microsoft.com/webservices/\">"
#define CLOSE "</" LOGIN "Response>"
#define RESULT "<" LOGIN "Result>login_v2_OK</" LOGIN "Result>"

static int
set_up(void **state)
{
    static struct cx cx;
    cx_init(&cx);
    cx_begin(&cx);
    *state = &cx;
    return 0;
}

static int
tear_down(void **state)
{
    cx_clear(*state);
    return 0;
}

static void
assert_written(enum soap_message_version version, const struct twoFactorCheckPushAuthStatus_in *in,
               const char *expected)
{
    struct buf out;
    buf_init(&out, 4096);
    soap_message_write(&out, version, &ct_ops[CT_OP_twoFactorCheckPushAuthStatus], in);
    buf_add_byte(&out, 0);
    assert_string_equal(buf_view(&out).p, expected);
    buf_clear(&out);
}

static void
writes(void **state)
{
    (void)state;
    struct twoFactorCheckPushAuthStatus_in in = {.sLoginToken = STR("a<b>&\"'"), .sPushToken = STR("")};
    assert_written(SOAP_MESSAGE_11, &in,
                   HEAD_11 "<twoFactorCheckPushAuthStatus xmlns=\"http://microsoft.com/webservices/\">"
                           "<sLoginToken>a&lt;b&gt;&amp;\"'</sLoginToken><sPushToken></sPushToken>"
                           "</twoFactorCheckPushAuthStatus>" TAIL);
    in.sLoginToken = STR_NULL;
    assert_written(SOAP_MESSAGE_12, &in,
                   HEAD_12 "<twoFactorCheckPushAuthStatus xmlns=\"http://microsoft.com/webservices/\">"
                           "<sPushToken></sPushToken></twoFactorCheckPushAuthStatus>" TAIL);
}

static enum errcode
read_login(struct cx *cx, const char *body, struct loginTechnicianFromStandalone_v7_2_out *out)
{
    cx_begin(cx);
    return soap_message_read(cx, &ct_ops[CT_OP_loginTechnicianFromStandalone_v7_2], str_from_cstr(body), out);
}

static void
reads_every_kind(void **state)
{
    struct loginTechnicianFromStandalone_v7_2_out out;
    const char *body = HEAD_11 OPEN
        "<" LOGIN "Result>login_v2_OkTwoFactorAuthenticationRequired</" LOGIN "Result>"
        "<sLoginToken>t&amp;<![CDATA[<x>]]></sLoginToken><iAttemptRemaining>255</iAttemptRemaining>"
        "<iPasswordExpiresIn>-1</iPasswordExpiresIn><bIsTCRunning>true</bIsTCRunning><later><than/>us</later>"
        "<minimumPasswordStrength>3</minimumPasswordStrength><sUrl /><oTwoFactorAuthenticationMethods>"
        "<TwoFactorAuthenticationMethod><AuthMethodName>Push</AuthMethodName></TwoFactorAuthenticationMethod>"
        "<TwoFactorAuthenticationMethod><AuthMethodName>Code</AuthMethodName></TwoFactorAuthenticationMethod>"
        "</oTwoFactorAuthenticationMethods>" CLOSE TAIL;
    assert_int_equal(read_login(*state, body, &out), ERR_NONE);
    assert_int_equal(out.result, login_v2_OkTwoFactorAuthenticationRequired);
    assert_true(str_eq(out.sLoginToken, STR_LIT("t&<x>")));
    assert_int_equal(out.iAttemptRemaining, 255);
    assert_int_equal(out.iPasswordExpiresIn, -1);
    assert_true(out.bIsTCRunning);
    assert_int_equal(out.minimumPasswordStrength, 3);
    assert_true(str_eq(out.sUrl, STR_LIT("")));
    assert_true(str_is_null(out.sTwoFactorSetupUrl));
    const struct TwoFactorAuthenticationMethod *methods = out.oTwoFactorAuthenticationMethods.items;
    assert_int_equal(out.oTwoFactorAuthenticationMethods.n, 2);
    assert_true(str_eq(methods[1].AuthMethodName, STR_LIT("Code")));
}

static void
reads_soap12_and_empty_arrays(void **state)
{
    static const char *const bodies[] = {
        HEAD_12 OPEN RESULT "<oTwoFactorAuthenticationMethods/><sUrl>u</sUrl>" CLOSE TAIL,
        HEAD_12 OPEN RESULT
        "<oTwoFactorAuthenticationMethods></oTwoFactorAuthenticationMethods><sUrl>u</sUrl>" CLOSE TAIL,
        HEAD_12 "\n" OPEN "\n<sUrl>u</sUrl><!-- x -->\n" RESULT "\n" CLOSE "\n" TAIL,
        "<e:Envelope xmlns:e=\"urn:x\"><e:Header><a/></e:Header><e:Body>" OPEN RESULT "<sUrl>u</sUrl>" CLOSE
        "</e:Body></e:Envelope>",
    };
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct loginTechnicianFromStandalone_v7_2_out out;
        assert_int_equal(read_login(*state, bodies[i], &out), ERR_NONE);
        assert_int_equal(out.result, login_v2_OK);
        assert_true(str_eq(out.sUrl, STR_LIT("u")));
        assert_int_equal(out.oTwoFactorAuthenticationMethods.n, 0);
    }
}

static void
faults_are_told(void **state)
{
    static const char *const bodies[] = {
        HEAD_11
        "<soap:Fault><faultcode>soap:Server</faultcode><faultstring>it &gt; broke</faultstring><detail/>"
        "</soap:Fault>" TAIL,
        HEAD_12 "<soap:Fault><soap:Code><soap:Value>soap:Receiver</soap:Value></soap:Code><soap:Reason>"
                "<soap:Text xml:lang=\"en\">it &gt; broke</soap:Text></soap:Reason></soap:Fault>" TAIL,
    };
    struct cx *cx = *state;
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct loginTechnicianFromStandalone_v7_2_out out;
        assert_int_equal(read_login(cx, bodies[i], &out), ERR_PROTOCOL);
        assert_string_equal(cx->detail, "the service answered with a fault: it > broke");
    }
}

static void
refuses_what_is_no_answer(void **state)
{
    static const char *const bodies[] = {
        "",
        "<html><body>It works!</body></html>",
        "{\"result\":\"OK\"}",
        HEAD_11 TAIL,
        HEAD_11,
        HEAD_11 OPEN RESULT,
        HEAD_11 OPEN CLOSE TAIL,
        HEAD_11 "<soap:Fault/>" TAIL,
        HEAD_11 "<otherResponse xmlns=\"http://microsoft.com/webservices/\"/>" TAIL,
        HEAD_11 "<" LOGIN "Response xmlns=\"urn:other\">" RESULT CLOSE TAIL,
        HEAD_11 OPEN "<" LOGIN "Result>login_v2_Nonsense</" LOGIN "Result>" CLOSE TAIL,
        HEAD_11 OPEN "<" LOGIN "Result><b/></" LOGIN "Result>" CLOSE TAIL,
        HEAD_11 OPEN RESULT "<iAttemptRemaining>256</iAttemptRemaining>" CLOSE TAIL,
        HEAD_11 OPEN RESULT "<iPasswordExpiresIn>many</iPasswordExpiresIn>" CLOSE TAIL,
        HEAD_11 OPEN RESULT "stray" CLOSE TAIL,
        "<!DOCTYPE x [<!ENTITY e \"x\">]>" HEAD_11 OPEN RESULT CLOSE TAIL,
    };
    struct cx *cx = *state;
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct loginTechnicianFromStandalone_v7_2_out out;
        if (read_login(cx, bodies[i], &out) != ERR_PROTOCOL)
            fail_msg("taken: %s", bodies[i]);
        assert_true(cx->detail[0] != '\0');
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(writes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_every_kind, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_soap12_and_empty_arrays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(faults_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_answer, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
