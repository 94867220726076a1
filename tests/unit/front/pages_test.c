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

static int
tear_down(void **state)
{
    harness_free(*state);
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

    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        const char *answer = ask(h, methods[i], CT_PATH "?WSDL");
        assert_starts(answer, "HTTP/1.1 405 Method Not Allowed\r\nCache-Control: private\r\n"
                              "Content-Type: text/html; charset=utf-8\r\nAllow: GET, POST, OPTIONS\r\n");
        if (i > 0)
            assert_has(answer, "Runtime Error");
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

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
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

    assert_has(ask(h, "GET", CT_PATH), "<li>twoFactorCheckPushAuthStatus</li>");
    assert_starts(
        ask(h, "GET", "/webservices/technicianconsole.ASMX?x"),
        "HTTP/1.1 200 OK\r\nCache-Control: private, max-age=0\r\nContent-Type: text/html; charset=utf-8\r\n");
    assert_starts(ask(h, "GET", "/WebServices/Technician%43onsole.asmx"), "HTTP/1.1 200 OK\r\n");
    assert_starts(ask(h, "GET", CT_PATH "x"), "HTTP/1.1 404 Not Found\r\n");
    assert_starts(ask(h, "GET", "/"), "HTTP/1.1 404 Not Found\r\n");
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

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(other_methods_of_the_service_are_405),
        CASE(options_tells_the_methods),
        CASE(path_info_is_a_runtime_error),
        CASE(the_service_has_a_page_in_any_case_of_its_path),
        CASE(health_needs_a_worker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
