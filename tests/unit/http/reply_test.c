/* SPDX-License-Identifier: Apache-2.0 */
/* reply: the bytes of answers. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/reply.h"

static struct http_date date;

#define DATE "Mon, 23 Nov 2026 15:30:14 GMT"

static const struct http_reply_to kept = {.keep_alive = true, .minor = 1};

static void
answers_as_the_contract_says(void **state)
{
    struct http_reply r;
    struct buf out;

    (void)state;
    buf_init(&out, 10000);
    http_reply_begin(&r, &out, &kept, 200);
    http_reply_header(&r, "Cache-Control", STR_LIT("private, max-age=0"));
    http_reply_header(&r, "Content-Type", STR_LIT("text/xml; charset=utf-8"));
    http_reply_header(&r, "Set-Cookie", STR_NULL);
    http_reply_end(&r, &date, STR_LIT("<a/>"));
    assert_str(buf_view(&out), "HTTP/1.1 200 OK\r\nCache-Control: private, max-age=0\r\n"
                               "Content-Type: text/xml; charset=utf-8\r\nServer: countersign\r\nDate: " DATE
                               "\r\nContent-Length: 4\r\n\r\n<a/>");
    buf_clear(&out);
}

static void
frames_by_status_and_request(void **state)
{
    static const struct {
        struct http_reply_to to;
        unsigned status;
        const char *expect;
    } rows[] = {
        {{false, false, 1},
         400,
         "HTTP/1.1 400 Bad Request\r\nS\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"},
        {{false, true, 0},
         200,
         "HTTP/1.1 200 OK\r\nS\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nhi"},
        {{false, false, 0}, 200, "HTTP/1.1 200 OK\r\nS\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"},
        {{true, true, 1}, 200, "HTTP/1.1 200 OK\r\nS\r\nContent-Length: 2\r\n\r\n"},
        {{false, true, 1}, 204, "HTTP/1.1 204 No Content\r\nS\r\n\r\n"},
        {{false, false, 1}, 304, "HTTP/1.1 304 Not Modified\r\nS\r\nConnection: close\r\n\r\n"},
        {{false, true, 1}, 299, "HTTP/1.1 299 Unknown\r\nS\r\nContent-Length: 2\r\n\r\nhi"},
    };
    static const struct str server = STR("Server: countersign\r\nDate: " DATE);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct http_reply r;
        struct buf out, text;
        size_t at;

        buf_init(&out, 10000);
        buf_init(&text, 10000);
        http_reply_begin(&r, &out, &rows[i].to, rows[i].status);
        http_reply_end(&r, &date, STR_LIT("hi"));
        at = str_find_str(buf_view(&out), server);
        assert_true(at < out.len);
        buf_add_str(&text, str_sub(buf_view(&out), 0, at));
        buf_add_byte(&text, 'S');
        buf_add_str(&text, str_sub(buf_view(&out), at + server.n, SIZE_MAX));
        assert_str(buf_view(&text), rows[i].expect);
        buf_clear(&out);
        buf_clear(&text);
    }
}

static void
takes_its_frame_from_the_request(void **state)
{
    struct http_request *req = calloc(1, sizeof *req);
    struct http_reply_to to;

    (void)state;
    req->method = HTTP_HEAD_METHOD;
    req->minor = 1;
    to = http_reply_to(req);
    assert_true(to.is_head && !to.keep_alive && to.minor == 1);
    req->method = HTTP_GET;
    req->keep_alive = true;
    req->minor = 0;
    to = http_reply_to(req);
    assert_true(!to.is_head && to.keep_alive && to.minor == 0);
    free(req);
}

static void
appends_to_what_is_there(void **state)
{
    struct http_reply r;
    struct buf out;

    (void)state;
    buf_init(&out, 10000);
    for (size_t i = 0; i < 2; i++) {
        http_reply_begin(&r, &out, &kept, 404);
        http_reply_end(&r, &date, STR_LIT(""));
    }
    assert_int_equal(str_find_str(buf_view(&out), STR_LIT("\r\n\r\nHTTP/1.1 404 Not Found\r\n")),
                     out.len / 2 - 4);
    buf_clear(&out);
}

static void
says_when_it_does_not_fit(void **state)
{
    (void)state;
    for (size_t max = 0; max < 260; max++) {
        struct http_reply r;
        struct buf out;

        buf_init(&out, max);
        http_reply_begin(&r, &out, &kept, 200);
        http_reply_header(&r, "Content-Type", STR_LIT("text/plain"));
        http_reply_end(&r, &date, STR_LIT("0123456789"));
        assert_true(buf_is_over(&out) || str_ends(buf_view(&out), STR_LIT("\r\n\r\n0123456789")));
        assert_true(out.len <= max);
        buf_clear(&out);
    }
}

static void
refuses_like_http_sys(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 10000);
    http_reply_refusal(&out, &date, &(struct http_refusal){.status = 411});
    assert_true(str_starts(buf_view(&out), STR_LIT("HTTP/1.1 411 Length Required\r\n"
                                                   "Content-Type: text/html; charset=us-ascii\r\nServer: ")));
    assert_true(str_ends(buf_view(&out),
                         STR_LIT("<hr><p>HTTP Error 411. The request must be chunked or have a content "
                                 "length.</p>\r\n</BODY></HTML>\r\n")));
    assert_true(str_find_str(buf_view(&out), STR_LIT("\r\nConnection: close\r\n")) < out.len);
    assert_true(str_find_str(buf_view(&out), STR_LIT("Strict-Transport")) == out.len);
    buf_reset(&out);
    const struct http_refusal busy = {.status = 503,
                                      .retry_after = 7,
                                      .hsts = STR_LIT("max-age=31536000"),
                                      .request_id = STR_LIT("edge-7")};
    http_reply_refusal(&out, &date, &busy);
    assert_true(str_find_str(buf_view(&out), STR_LIT("\r\nX-Request-Id: edge-7\r\n")) < out.len);
    assert_true(str_find_str(buf_view(&out), STR_LIT("\r\nRetry-After: 7\r\n")) < out.len);
    assert_true(str_find_str(buf_view(&out), STR_LIT("\r\nStrict-Transport-Security: max-age=31536000\r\n")) <
                out.len);
    buf_clear(&out);
}

/* A value with a line end would let its author write headers: a child ends by SIGABRT rather than write it.
 */
static void
never_splits_an_answer(void **state)
{
    static const struct str values[] = {STR("a\r\nSet-Cookie: x"), STR("a\n"), STR("\r"), STR("a\0b")};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        pid_t child = fork();
        int how;

        assert_true(child >= 0);
        if (child == 0) {
            struct http_reply r;
            struct buf out;

            (void)signal(SIGABRT, SIG_DFL);
            (void)close(STDERR_FILENO);
            buf_init(&out, 1000);
            http_reply_begin(&r, &out, &kept, 200);
            http_reply_header(&r, "Location", values[i]);
            _exit(0);
        }
        assert_int_equal(waitpid(child, &how, 0), child);
        assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGABRT);
    }
}

static void
knows_reasons(void **state)
{
    static const unsigned refusals[] = {400, 408, 411, 413, 414, 417, 431, 501, 503, 505};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
        assert_false(str_eq(http_reason(refusals[i]), STR_LIT("Unknown")));
    assert_str(http_reason(415), "Unsupported Media Type");
    assert_str(http_reason(599), "Unknown");
}

static void
writes_dates(void **state)
{
    static const struct {
        int64_t second;
        const char *expect;
    } rows[] = {
        {0, "Thu, 01 Jan 1970 00:00:00 GMT"},          {784111777, "Sun, 06 Nov 1994 08:49:37 GMT"},
        {951782400, "Tue, 29 Feb 2000 00:00:00 GMT"},  {951868799, "Tue, 29 Feb 2000 23:59:59 GMT"},
        {951868800, "Wed, 01 Mar 2000 00:00:00 GMT"},  {1709164800, "Thu, 29 Feb 2024 00:00:00 GMT"},
        {1798761599, "Thu, 31 Dec 2026 23:59:59 GMT"}, {4107542400, "Mon, 01 Mar 2100 00:00:00 GMT"},
    };
    struct http_date d = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        http_date_set(&d, rows[i].second * CLOCK_S + 999999);
        assert_string_equal(d.text, rows[i].expect);
        http_date_set(&d, rows[i].second * CLOCK_S);
        assert_string_equal(d.text, rows[i].expect);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_as_the_contract_says),
        cmocka_unit_test(frames_by_status_and_request),
        cmocka_unit_test(takes_its_frame_from_the_request),
        cmocka_unit_test(appends_to_what_is_there),
        cmocka_unit_test(says_when_it_does_not_fit),
        cmocka_unit_test(refuses_like_http_sys),
        cmocka_unit_test(never_splits_an_answer),
        cmocka_unit_test(knows_reasons),
        cmocka_unit_test(writes_dates),
    };

    http_date_set(&date, INT64_C(1795447814) * CLOCK_S);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
