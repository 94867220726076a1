/* SPDX-License-Identifier: Apache-2.0 */
/* soap_client: an operation over the wire, in both versions; what is not an answer. */
#include "tests/unit/client/served.h"

#include "client/soap_client.h"

#define OPEN                                                                     \
    "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>" \
    "<logoutTechnicianResponse xmlns=\"http://microsoft.com/webservices/\">"
#define CLOSE "</logoutTechnicianResponse></e:Body></e:Envelope>"

static enum errcode
log_out(struct served *s, struct soap_client *soap, struct logoutTechnician_out *out)
{
    const struct logoutTechnician_in in = {0};
    err_forget(&s->cx);
    return soap_client_call(soap, &ct_ops[CT_OP_logoutTechnician], &in, out);
}

static void
speaks_both_versions(void **state)
{
    static const struct served_answer ok = {
        "200 OK\r\n", OPEN "<logoutTechnicianResult>consoleRet_OK</logoutTechnicianResult>" CLOSE, 0};
    const struct served_answer answers[] = {ok, ok};
    struct served *s = *state;
    struct logoutTechnician_out out;
    served_answers(s, answers, 2);
    struct soap_client soap = {.cx = &s->cx,
                               .http = served_client(s, (struct http_client_options){.ca_file = NULL})};
    assert_int_equal(log_out(s, &soap, &out), ERR_NONE);
    assert_int_equal(out.result, consoleRet_OK);
    const char *request = served_request(s);
    assert_non_null(strstr(request, "POST /WebServices/TechnicianConsole.asmx HTTP/1.1\r\n"));
    assert_non_null(strstr(request, "\r\nContent-Type: text/xml; charset=utf-8\r\n"));
    assert_non_null(
        strstr(request, "\r\nSOAPAction: \"http://microsoft.com/webservices/logoutTechnician\"\r\n"));
    soap.version = SOAP_MESSAGE_12;
    assert_int_equal(log_out(s, &soap, &out), ERR_NONE);
    request = served_request(s);
    assert_non_null(strstr(request, "\r\nContent-Type: application/soap+xml; charset=utf-8\r\n"));
    assert_null(strstr(request, "SOAPAction"));
    http_client_close(&soap.http);
}

static void
refuses_what_is_not_an_answer(void **state)
{
    static const struct served_answer answers[] = {{"503 Busy\r\n", "", 0},
                                                   {"404 Not Found\r\n", OPEN CLOSE, 0},
                                                   {"302 Found\r\nLocation: /\r\n", "", 0},
                                                   {"200 OK\r\n", "<html/>", 0},
                                                   {"500 Error\r\n", OPEN CLOSE, 0}};
    struct served *s = *state;
    struct logoutTechnician_out out;
    served_answers(s, answers, ARRAY_LEN(answers));
    struct soap_client soap = {.cx = &s->cx,
                               .http = served_client(s, (struct http_client_options){.ca_file = NULL})};
    assert_int_equal(log_out(s, &soap, &out), ERR_BUSY);
    for (size_t i = 1; i < ARRAY_LEN(answers); i++)
        assert_int_equal(log_out(s, &soap, &out), ERR_PROTOCOL);
    http_client_close(&soap.http);
}

static void
sends_at_most_a_mebibyte(void **state)
{
    struct served *s = *state;
    char *token = calloc(1, 1024 * 1024);
    assert_non_null(token);
    memset(token, 'x', 1024 * 1024 - 1);
    const struct twoFactorCheckPushAuthStatus_in in = {.sLoginToken = str_from_cstr(token)};
    struct twoFactorCheckPushAuthStatus_out out;
    struct soap_client soap = {.cx = &s->cx,
                               .http = served_client(s, (struct http_client_options){.ca_file = NULL})};
    assert_int_equal(soap_client_call(&soap, &ct_ops[CT_OP_twoFactorCheckPushAuthStatus], &in, &out),
                     ERR_LIMIT);
    free(token);
    http_client_close(&soap.http);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(speaks_both_versions, served_set_up, served_tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_is_not_an_answer, served_set_up, served_tear_down),
        cmocka_unit_test_setup_teardown(sends_at_most_a_mebibyte, served_set_up, served_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
