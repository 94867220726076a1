/* SPDX-License-Identifier: Apache-2.0 */
/* pages: what the front answers without SOAP, JSON or a worker, by path and method. */
#include "tests/unit/front/harness.h"

#include <unistd.h>

static int
set_up(void **state)
{
    struct harness *h = harness_new("");
    listen_on(h);
    *state = h;
    return 0;
}

static const char *__attribute__((nonnull)) ask(struct harness *h, const char *method, const char *path)
{
    int c = client_connect(h);
    bool has_body = strcmp(method, "POST") == 0 || strcmp(method, "post") == 0;
    client_send(c, text_printf(h, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", method, path,
                               has_body ? "Content-Length: 0\r\n" : ""));
    const char *answer = strcmp(method, "HEAD") == 0 ? client_read_head(h, c) : client_read(h, c);
    client_reads_nothing(h, c);
    (void)close(c);
    return answer;
}

static void
other_methods_of_the_service_are_405(void **state)
{
    static const char *const methods[] = {"HEAD", "PUT", "DELETE", "PATCH", "post", "TRACE"};
    struct harness *h = *state;

    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        const char *answer = ask(h, methods[i], CT_PATH "?WSDL");
        assert_starts(answer, "HTTP/1.1 405 Method Not Allowed\r\nCache-Control: private\r\n"
                              "Content-Type: text/html; charset=utf-8\r\nAllow: GET, POST, OPTIONS\r\n");
        if (i > 0)
            assert_has(answer, "<h2>Request format is unrecognized.</h2>");
    }
}

static void
options_tells_the_methods(void **state)
{
    struct harness *h = *state;
    const char *answer = ask(h, "OPTIONS", CT_PATH);

    assert_starts(answer, "HTTP/1.1 200 OK\r\nAllow: OPTIONS, TRACE, GET, HEAD, POST\r\n"
                          "Public: OPTIONS, TRACE, GET, HEAD, POST\r\n");
    assert_has(answer, "Content-Length: 0\r\n");
    assert_has_not(answer, "Access-Control");
    assert_starts(ask(h, "OPTIONS", "*"), "HTTP/1.1 200 OK\r\n");
}

static void
path_info_is_a_runtime_error(void **state)
{
    static const char *const paths[] = {CT_PATH "/", CT_PATH "/twoFactorCheckPushAuthStatus", CT_PATH "/js"};
    struct harness *h = *state;

    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        assert_starts(ask(h, "GET", paths[i]),
                      "HTTP/1.1 500 Internal Server Error\r\nCache-Control: private\r\n"
                      "Content-Type: text/html; charset=utf-8\r\n");
        assert_starts(ask(h, "POST", paths[i]), "HTTP/1.1 500 Internal Server Error\r\n");
    }
}

static void
the_service_has_a_page_in_any_case_of_its_path(void **state)
{
    struct harness *h = *state;

    assert_has(ask(h, "GET", CT_PATH),
               "<li><a href=\"TechnicianConsole.asmx?op=twoFactorCheckPushAuthStatus\">");
    assert_starts(
        ask(h, "GET", "/webservices/technicianconsole.ASMX?x"),
        "HTTP/1.1 200 OK\r\nCache-Control: private, max-age=0\r\nContent-Type: text/html; charset=utf-8\r\n");
    assert_starts(ask(h, "GET", "/WebServices/Technician%43onsole.asmx"), "HTTP/1.1 200 OK\r\n");
    assert_starts(ask(h, "GET", CT_PATH "x"), "HTTP/1.1 404 Not Found\r\n");
    assert_starts(ask(h, "GET", "/nothing"), "HTTP/1.1 404 Not Found\r\n");
    assert_has(ask(h, "GET", "/"), "<a href=\"approve/\">");
    assert_starts(ask(h, "PUT", "/"), "HTTP/1.1 405 Method Not Allowed\r\n");
}

static const char *
ask_with(struct harness *h, const char *path, const char *headers)
{
    int c = client_connect(h);
    client_send(c, text_printf(h, "GET %s HTTP/1.1\r\n%s\r\n", path, headers));
    const char *answer = client_read(h, c);
    (void)close(c);
    return answer;
}

static void
the_query_says_which_page(void **state)
{
    static const struct {
        const char *query, *status, *type, *has;
    } cases[] = {
        {"?WSDL", "200", "text/xml", "<wsdl:definitions "},
        {"?wsdl&x=1", "200", "text/xml", "<wsdl:definitions "},
        {"?op=changePassword&wsdl", "200", "text/xml", "<wsdl:definitions "},
        {"?%77sdl", "200", "text/xml", "<wsdl:definitions "},
        {"?Disco", "200", "text/xml", "<discovery "},
        {"?wsdl&disco", "200", "text/html", "The following operations are supported."},
        {"?wsdl&", "200", "text/html", "The following operations are supported."},
        {"?wsdl/", "200", "text/html", "The following operations are supported."},
        {"?", "200", "text/html", "The following operations are supported."},
        {"?op", "200", "text/html", "The following operations are supported."},
        {"?wsdl=", "500", "text/plain", "XML Web service description was not found.\r\n"},
        {"?WSDL=x&wsdl", "500", "text/plain", "XML Web service description was not found.\r\n"},
        {"?schema=x&wsdl=x", "500", "text/plain", "Schema not found.\r\n"},
        {"?OP=changePassword", "200", "text/html", "<h2>changePassword</h2>"},
        {"?op=", "200", "text/html", "Method '' was not found in service TechnicianConsole."},
        {"?op=CHANGEPASSWORD", "200", "text/html", "Method Not Found"},
        {"?op=%3Cb%3E", "200", "text/html", "Method '&lt;b&gt;' was not found"},
        {"?op=device_enrol", "200", "text/html", "Method Not Found"},
    };
    struct harness *h = *state;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *answer = ask(h, "GET", text_printf(h, CT_PATH "%s", cases[i].query));
        const char *cache = strcmp(cases[i].status, "200") == 0 ? "private, max-age=0" : "private";
        assert_non_null(strstr(answer, cases[i].has));
        assert_non_null(strstr(answer, text_printf(h, "HTTP/1.1 %s ", cases[i].status)));
        assert_non_null(
            strstr(answer, text_printf(h, "\r\nCache-Control: %s\r\nContent-Type: %s; charset=utf-8\r\n",
                                       cache, cases[i].type)));
    }
}

/* What the client asked for is repeated where it is a host and nothing else. */
static void
addresses_follow_the_host(void **state)
{
    struct harness *h = *state;

    assert_has(ask_with(h, "/WEBSERVICES/technicianconsole.asmx?wsdl", "Host: sign-in.example:8443\r\n"),
               "location=\"http://sign-in.example:8443/WEBSERVICES/technicianconsole.asmx\"");
    assert_has(ask_with(h, CT_PATH "?wsdl", "Host: sign-in.example:80\r\n"),
               "location=\"http://sign-in.example" CT_PATH "\"");
    assert_has(ask_with(h, CT_PATH "?op=keepConsoleAlive", "Host: [::1]:81\r\n"), "Host: [::1]\n");
    /* Only a listed proxy is believed. */
    assert_has(ask_with(h, CT_PATH "?wsdl", "Host: a\r\nX-Forwarded-Host: b\r\nX-Forwarded-Proto: https\r\n"),
               "location=\"http://a" CT_PATH "\"");
}

static void
local_is_who_comes_by_loopback_and_for_itself(void **state)
{
    struct harness *h = *state;

    assert_has(ask_with(h, CT_PATH "?op=keepConsoleAlive", "Host: elsewhere.example\r\n"), "'Invoke' button");
    assert_has(
        ask_with(h, CT_PATH "?op=keepConsoleAlive", "Host: localhost\r\nX-Forwarded-For: 192.0.2.1\r\n"),
        "only available for requests from the local machine");
    assert_has(ask_with(h, CT_PATH "?op=twoFactorSendPushAuth", "Host: localhost\r\n"),
               "only available for methods with primitive types as parameters");
}

static void
pages_say_what_they_may_load(void **state)
{
    static const char *const paths[] = {CT_PATH, CT_PATH "?op=x", CT_PATH "/x", "/integrate/",
                                        "/assets/pages.css"};
    struct harness *h = *state;

    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        const char *answer = ask(h, "GET", paths[i]);
        assert_has(answer, "\r\nContent-Security-Policy: default-src 'none'; ");
        assert_has(answer, "frame-ancestors 'none'\r\n");
        assert_has(answer, "\r\nX-Content-Type-Options: nosniff\r\n");
        assert_has_not(answer, "style=");
        assert_has_not(answer, "<script>");
    }
}

/* The app may ask only its own server; pages may not even do that. */
static void
the_approver_is_served(void **state)
{
    struct harness *h = *state;
    const char *page = ask(h, "GET", "/approve/");

    assert_starts(page,
                  "HTTP/1.1 200 OK\r\nCache-Control: no-cache\r\nContent-Type: text/html; charset=utf-8\r\n");
    assert_has(page, "\r\nContent-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
                     "connect-src 'self'; ");
    assert_has(page, "frame-ancestors 'none'; base-uri 'none'; form-action 'none'\r\n");
    assert_has_not(page, "style=");
    assert_has_not(page, "<script>");
    assert_has_not(ask(h, "GET", "/integrate/"), "connect-src");
    assert_has(ask(h, "GET", "/approve/manifest.webmanifest"),
               "\r\nContent-Type: application/manifest+json\r\n");
    assert_has(ask(h, "GET", "/approve/shell.js"), "\"js/views/challenge.js\"");
    assert_starts(ask(h, "GET", "/approve"), "HTTP/1.1 308 Permanent Redirect\r\n");
    assert_has(ask(h, "GET", "/approve"), "\r\nLocation: approve/\r\n");
    assert_starts(ask(h, "GET", "/approve/../approve/"), "HTTP/1.1 404 ");
    assert_starts(ask(h, "PUT", "/approve/sw.js"), "HTTP/1.1 405 ");
}

static void
a_file_is_compressed_for_a_client_that_accepts_it_and_a_page_never_is(void **state)
{
    struct harness *h = *state;
    static const char accepts[] = "Host: a\r\nAccept-Encoding: gzip, br\r\n";
    const char *plain = ask(h, "GET", "/assets/pages.js");
    const char *gzip = ask_with(h, "/assets/pages.js", accepts);

    assert_has_not(plain, "Content-Encoding");
    assert_has(plain, "\r\nVary: Accept-Encoding\r\n");
    assert_has(gzip, "\r\nContent-Encoding: gzip\r\nVary: Accept-Encoding\r\n");
    assert_has(gzip, "\r\n\r\n\x1f\x8b\x08");
    const char *etag = strstr(gzip, "\r\nETag: ");
    assert_has_not(plain, text_printf(h, "%.18s", etag + 8));
    const char *again =
        ask_with(h, "/assets/pages.js", text_printf(h, "%sIf-None-Match: %.18s\r\n", accepts, etag + 8));
    assert_starts(again, "HTTP/1.1 304 ");
    assert_has(again, "\r\nVary: Accept-Encoding\r\n");
    assert_has_not(again, "Content-Encoding");
    assert_has_not(ask_with(h, "/approve/icon-192.png", accepts), "Content-Encoding");
    assert_has_not(ask_with(h, "/WebServices/TechnicianConsole.asmx", accepts), "Content-Encoding");
    assert_has_not(ask_with(h, "/integrate/", accepts), "Content-Encoding");
}

static void
assets_are_asked_for_once(void **state)
{
    struct harness *h = *state;
    const char *answer = ask(h, "GET", "/assets/pages.js");
    const char *etag = strstr(answer, "\r\nETag: ");

    assert_has(answer, "\r\nContent-Type: text/javascript; charset=utf-8\r\n");
    assert_non_null(etag);
    const char *again =
        ask_with(h, "/assets/pages.js", text_printf(h, "Host: a\r\nIf-None-Match: %.18s\r\n", etag + 8));
    assert_starts(again, "HTTP/1.1 304 Not Modified\r\n");
    static const struct {
        const char *before, *behind;
        bool is_known;
    } lists[] = {
        {"W/", "", true},
        {"\"a,b\", ", "", true},
        {"\"a\" ,, W/\"\",W/", " , \"c\"", true},
        {"\"a\"\r\nIf-None-Match: ", "", true},
        {"\"a", "", false},
        {"w/", "", false},
        {"x ", "", false},
        {"\"a\", x, ", "", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        again = ask_with(h, "/assets/pages.js",
                         text_printf(h, "Host: a\r\nIf-None-Match: %s%.18s%s\r\n", lists[i].before, etag + 8,
                                     lists[i].behind));
        assert_starts(again, lists[i].is_known ? "HTTP/1.1 304 " : "HTTP/1.1 200 ");
    }
    assert_starts(ask_with(h, "/assets/pages.js", "Host: a\r\nIf-None-Match: *\r\n"), "HTTP/1.1 304 ");
    assert_starts(ask_with(h, "/assets/pages.js", "Host: a\r\nIf-None-Match: \"\"\r\n"), "HTTP/1.1 200 ");
    assert_starts(ask(h, "GET", "/assets/none"), "HTTP/1.1 404 ");
    assert_starts(ask(h, "PUT", "/assets/pages.js"), "HTTP/1.1 405 ");
}

static void
the_guide_has_a_page_for_each_operation(void **state)
{
    struct harness *h = *state;

    for (size_t i = 0; i < CT_OP_COUNT_; i++) {
        const char *path = text_printf(h, "/integrate/%.*s", STR_ARG(ct_ops[i].name));
        const char *status = ct_ops[i].face == CT_FACE_SOAP ? "HTTP/1.1 200 " : "HTTP/1.1 404 ";
        assert_true(strncmp(ask(h, "GET", path), status, strlen(status)) == 0);
    }
    assert_has(ask(h, "GET", "/integrate/"), "href=\"/integrate/changePassword_v7_2\"");
    assert_has(ask(h, "GET", "/integrate/keepConsoleAlive"), "<tr id=\"consoleRet_UserNotLoggedIn\">");
}

static void
health_needs_a_worker(void **state)
{
    struct harness *h = *state;
    const char *answer = ask(h, "GET", "/healthz");

    assert_starts(answer, "HTTP/1.1 503 Service Unavailable\r\n");
    assert_has(answer, "Retry-After: 1\r\n");
    worker_add(h, 0, true);
    assert_starts(ask(h, "GET", "/healthz"), "HTTP/1.1 200 OK\r\n");
    assert_starts(ask(h, "HEAD", "/healthz"), "HTTP/1.1 200 OK\r\n");
    assert_starts(ask(h, "PUT", "/healthz"), "HTTP/1.1 405 Method Not Allowed\r\n");
    worker_kill(h, 0);
    pump(h);
    assert_starts(ask(h, "GET", "/healthz"), "HTTP/1.1 503 ");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, harness_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(other_methods_of_the_service_are_405),
        CASE(options_tells_the_methods),
        CASE(path_info_is_a_runtime_error),
        CASE(the_service_has_a_page_in_any_case_of_its_path),
        CASE(the_query_says_which_page),
        CASE(addresses_follow_the_host),
        CASE(local_is_who_comes_by_loopback_and_for_itself),
        CASE(pages_say_what_they_may_load),
        CASE(the_approver_is_served),
        CASE(a_file_is_compressed_for_a_client_that_accepts_it_and_a_page_never_is),
        CASE(assets_are_asked_for_once),
        CASE(the_guide_has_a_page_for_each_operation),
        CASE(health_needs_a_worker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
