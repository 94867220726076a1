/* SPDX-License-Identifier: Apache-2.0 */
/* http_client: which addresses a password or a token may be sent to, what is sent, and how it ends. */
#include "tests/unit/client/served.h"

#include <unistd.h>

static void
assert_url(const char *url, bool allows_http, enum errcode expected)
{
    const char *problem = "";
    if (http_client_check_url(url, allows_http, &problem) != expected)
        fail_msg("%s: %s", url, problem);
    assert_int_equal(problem == NULL, expected == ERR_NONE);
}

static void
addresses(void **state)
{
    (void)state;
    static const char *const good[] = {"https://a.example", "https://192.0.2.1:8443", "http://127.0.0.1:1",
                                       "http://127.9.9.9",  "http://localhost:80",    "http://[::1]:80"};
    static const char *const plain[] = {"http://a.example", "http://192.0.2.1", "http://[2001:db8::1]",
                                        "http://localhost.example", "http://127.0.0.1.example"};
    static const char *const bad[] = {
        "",         "a.example",           "ftp://a.example",           "file:///etc/passwd",
        "https://", "https://u@a.example", "http://localhost@a.example"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_url(good[i], false, ERR_NONE);
    for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
        assert_url(plain[i], false, ERR_POLICY);
        assert_url(plain[i], true, ERR_NONE);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_url(bad[i], true, ERR_USAGE);
}

static void
refused_addresses_open_nothing(void **state)
{
    struct served *s = *state;
    struct http_client *http = NULL;
    char url[1100] = "https://";
    memset(url + 8, 'a', sizeof url - 9);
    struct http_client_options options = {.url = str_from_cstr(url)};
    assert_int_equal(http_client_open(&s->cx, &options, &http), ERR_USAGE);
    err_forget(&s->cx);
    options.url = STR_LIT("http://a.example//");
    assert_int_equal(http_client_open(&s->cx, &options, &http), ERR_POLICY);
    assert_string_equal(s->cx.detail, "'http://a.example' is plain http beyond this machine: use https");
    err_forget(&s->cx);
    options.allows_http = true;
    assert_int_equal(http_client_open(&s->cx, &options, &http), ERR_NONE);
    assert_str(http_client_url(http), "http://a.example");
    http_client_close(&http);
    assert_null(http);
    http_client_close(&http);
}

static enum errcode
post(struct served *s, struct http_client *http, struct http_client_response *answer)
{
    const struct http_client_request request = {"/path", "text/plain", STR("X-More: 1"), STR("the body")};
    return http_client_post(&s->cx, http, &request, answer);
}

static void
posts_and_keeps_cookies(void **state)
{
    static const struct served_answer answers[] = {{"200 OK\r\nSet-Cookie: a=b\r\n", "first", 0},
                                                   {"500 Oh\r\n", "second", 0}};
    struct served *s = *state;
    struct http_client_response answer;
    served_answers(s, answers, 2);
    struct http_client *http = served_client(s, (struct http_client_options){0});
    assert_int_equal(post(s, http, &answer), ERR_NONE);
    assert_int_equal(answer.status, 200);
    assert_str(answer.body, "first");
    const char *request = served_request(s);
    assert_true(strncmp(request, "POST /path HTTP/1.1\r\n", 21) == 0);
    assert_non_null(strstr(request, "\r\nContent-Type: text/plain\r\n"));
    assert_non_null(strstr(request, "\r\nX-More: 1\r\n"));
    assert_non_null(strstr(request, "\r\nUser-Agent: countersign/"));
    assert_non_null(strstr(request, "\r\n\r\nthe body"));
    assert_null(strstr(request, "Expect:"));
    assert_null(strstr(request, "Cookie:"));
    assert_int_equal(post(s, http, &answer), ERR_NONE);
    assert_int_equal(answer.status, 500);
    assert_str(answer.body, "second");
    assert_non_null(strstr(served_request(s), "\r\nCookie: a=b\r\n"));
    http_client_close(&http);
}

static void
follows_no_redirect(void **state)
{
    static const struct served_answer answers[] = {{"302 Found\r\nLocation: /elsewhere\r\n", "", 0},
                                                   {"200 OK\r\n", "", 0}};
    struct served *s = *state;
    struct http_client_response answer;
    served_answers(s, answers, 2);
    struct http_client *http = served_client(s, (struct http_client_options){0});
    assert_int_equal(post(s, http, &answer), ERR_NONE);
    assert_int_equal(answer.status, 302);
    http_client_close(&http);
}

static void
takes_a_mebibyte_and_no_more(void **state)
{
    static const struct served_answer answers[] = {{"200 OK\r\n", "", 1024 * 1024},
                                                   {"200 OK\r\n", "", 1024 * 1024 + 1}};
    struct served *s = *state;
    struct http_client_response answer;
    served_answers(s, answers, 2);
    struct http_client *http = served_client(s, (struct http_client_options){0});
    assert_int_equal(post(s, http, &answer), ERR_NONE);
    assert_int_equal(answer.body.n, 1024 * 1024);
    assert_int_equal(post(s, http, &answer), ERR_PROTOCOL);
    assert_non_null(strstr(s->cx.detail, "too long"));
    http_client_close(&http);
}

static bool
is_set(const void *flag)
{
    return *(const bool *)flag;
}

static void
every_wait_has_an_end(void **state)
{
    static const struct served_answer answers[] = {{NULL, NULL, 0}, {NULL, NULL, 0}};
    static const bool stopped = true;
    struct served *s = *state;
    struct http_client_response answer;
    served_answers(s, answers, 2);
    struct http_client *http =
        served_client(s, (struct http_client_options){.is_stopped = is_set, .stop_arg = &stopped});
    assert_int_equal(post(s, http, &answer), ERR_DENIED);
    assert_string_equal(s->cx.detail, "interrupted");
    http_client_close(&http);
    err_forget(&s->cx);
    http = served_client(s, (struct http_client_options){.total_seconds = 1});
    assert_int_equal(post(s, http, &answer), ERR_TIMEOUT);
    http_client_close(&http);
}

static void
no_server(void **state)
{
    struct served *s = *state;
    struct http_client_response answer;
    struct http_client *http = served_client(s, (struct http_client_options){0});
    assert_int_equal(dup2(s->seen[0], s->listener),
                     s->listener); /* the port is closed, the number is not free */
    assert_int_equal(post(s, http, &answer), ERR_CLOSED);
    assert_non_null(strstr(s->cx.detail, s->url));
    http_client_close(&http);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test_setup_teardown(refused_addresses_open_nothing, served_set_up, served_tear_down),
        cmocka_unit_test_setup_teardown(posts_and_keeps_cookies, served_set_up, served_tear_down),
        cmocka_unit_test_setup_teardown(follows_no_redirect, served_set_up, served_tear_down),
        cmocka_unit_test_setup_teardown(takes_a_mebibyte_and_no_more, served_set_up, served_tear_down),
        cmocka_unit_test_setup_teardown(every_wait_has_an_end, served_set_up, served_tear_down),
        cmocka_unit_test_setup_teardown(no_server, served_set_up, served_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
