/* SPDX-License-Identifier: Apache-2.0 */
/* face_form: the form binding: who may use it, and which answer each caller gets. */
#include "tests/unit/front/harness.h"

#include <unistd.h>

#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

static int
set_up(void **state)
{
    struct harness *h = harness_new("[server]\npublic_url = https://sign-in.example\n");
    listen_on(h);
    worker_add(h, 0, false);
    *state = h;
    return 0;
}

static int
post(struct harness *h, const char *name, const char *headers, const char *body)
{
    int c = client_connect(h);
    client_send(c, text_printf(h,
                               "POST " CT_PATH
                               "/%s HTTP/1.1\r\nHost: localhost:8443\r\n%sContent-Length: %zu\r\n\r\n%s",
                               name, headers, strlen(body), body));
    return c;
}

/* The answer of a request that no worker sees. */
static const char *
refused(struct harness *h, const char *name, const char *headers, const char *body)
{
    int c = post(h, name, headers, body);
    const char *answer = client_read(h, c);
    worker_has_none(h, 0);
    (void)close(c);
    return answer;
}

static void
a_form_is_a_call(void **state)
{
    static const struct call_reply done = {.status = CALL_DONE};
    static const struct changePassword_out out = {.result = changePassword_InvalidPassword};
    struct harness *h = *state;
    int c = post(h, "changePassword", FORM "Cookie: countersign_session=s\r\n",
                 "sOldPassword=a+b%26&sNewPassword=c");

    struct worker *w = worker_take(h, 0);
    const struct changePassword_in *in = w->op_in;
    assert_int_equal(w->op->id, CT_OP_changePassword);
    assert_str(in->sOldPassword, "a b&");
    assert_str(in->sNewPassword, "c");
    assert_str(w->call.session, "s");
    worker_reply(h, 0, &done, &out);
    const char *answer = client_read(h, c);
    assert_starts(answer, "HTTP/1.1 200 OK\r\nCache-Control: private, max-age=0\r\n"
                          "Content-Type: text/xml; charset=utf-8\r\n");
    assert_has(
        answer,
        "\r\n\r\n<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<ChangePasswordRet xmlns=\"" CT_NAMESPACE
        "\">changePassword_InvalidPassword</ChangePasswordRet>");
    (void)close(c);
}

static void
an_exception_is_text(void **state)
{
    static const struct call_reply fault = {.status = CALL_FAULT, .fault = STR("a <b>")};
    struct harness *h = *state;
    int c = post(h, "keepConsoleAlive", FORM, "");

    (void)worker_take(h, 0);
    worker_reply(h, 0, &fault, NULL);
    const char *answer = client_read(h, c);
    assert_starts(answer, "HTTP/1.1 500 Internal Server Error\r\nCache-Control: private\r\n"
                          "Content-Type: text/plain; charset=utf-8\r\n");
    assert_has(answer, "\r\n\r\na &lt;b&gt;\r\n");
    (void)close(c);
}

static void
errors_are_those_of_the_recordings(void **state)
{
    static const struct {
        const char *name, *headers, *body, *text;
    } cases[] = {
        {"twoFactorCheckPushAuthStatus", FORM, "sLoginToken=a&sPushToken=b",
         "twoFactorCheckPushAuthStatus Web Service method name is not valid."},
        {"no%3Csuch", FORM, "", "no&lt;such Web Service method name is not valid."},
        {"CHANGEPASSWORD", FORM, "",
         "Invalid method name &#39;CHANGEPASSWORD&#39;,  method names are case sensitive.   The method name "
         "&#39;changePassword&#39; with the same name but different casing was found.\r\nParameter name: "
         "methodName"},
        {"changePassword", FORM, "x=1", "Missing parameter: sOldPassword."},
        {"changePassword", FORM, "sOldPassword=1", "Missing parameter: sNewPassword."},
        {"changePassword", "Content-Type: text/plain\r\n", "sOldPassword=1&sNewPassword=2",
         "Request format is invalid: text/plain."},
        {"keepConsoleAlive", "", "", "Request format is invalid: ."},
    };
    struct harness *h = *state;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *answer = refused(h, cases[i].name, cases[i].headers, cases[i].body);
        assert_starts(answer, "HTTP/1.1 500 Internal Server Error\r\nCache-Control: private\r\n"
                              "Content-Type: text/plain; charset=utf-8\r\n");
        assert_non_null(strstr(answer, text_printf(h, "\r\n\r\n%s\r\n", cases[i].text)));
    }
}

static void
scripts_are_told_that_there_is_no_script_service(void **state)
{
    struct harness *h = *state;
    const char *answer =
        refused(h, "changePassword", "Content-Type: application/json; charset=utf-8\r\n", "{}");

    assert_starts(answer, "HTTP/1.1 500 ");
    assert_has(answer, "Only Web services with a [ScriptService] attribute");
}

static void
remote_callers_have_no_forms(void **state)
{
    struct harness *h = *state;
    const char *answer =
        refused(h, "changePassword", FORM "X-Forwarded-For: 127.0.0.1\r\n", "sOldPassword=a&sNewPassword=b");

    assert_starts(answer, "HTTP/1.1 500 Internal Server Error\r\nCache-Control: private\r\n"
                          "Content-Type: text/html; charset=utf-8\r\n");
    assert_has(answer, "<h2>Runtime Error</h2>");
    assert_has_not(answer, "changePassword");
}

static void
foreign_pages_have_no_forms(void **state)
{
    static const char *const foreign[] = {"http://evil.example",    "null",
                                          "https://localhost:8443", "http://localhost",
                                          "http://sign-in.example", ""};
    static const char *const ours[] = {"http://localhost:8443", "https://sign-in.example"};
    static const struct call_reply done = {.status = CALL_DONE};
    static const struct keepConsoleAlive_out out = {.result = consoleRet_UserNotLoggedIn};
    struct harness *h = *state;

    for (size_t i = 0; i < ARRAY_LEN(foreign); i++)
        assert_starts(refused(h, "keepConsoleAlive", text_printf(h, FORM "Origin: %s\r\n", foreign[i]), ""),
                      "HTTP/1.1 403 Forbidden\r\n");
    for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
        int c = post(h, "keepConsoleAlive", text_printf(h, FORM "Origin: %s\r\n", ours[i]), "");
        (void)worker_take(h, 0);
        worker_reply(h, 0, &done, &out);
        assert_has(client_read(h, c), ">consoleRet_UserNotLoggedIn</ConsoleRet>");
        (void)close(c);
    }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, harness_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_form_is_a_call),
        CASE(an_exception_is_text),
        CASE(errors_are_those_of_the_recordings),
        CASE(scripts_are_told_that_there_is_no_script_service),
        CASE(remote_callers_have_no_forms),
        CASE(foreign_pages_have_no_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
