/* SPDX-License-Identifier: Apache-2.0 */
/* parser: what is accepted and what is refused, and that it is the same however the text is cut.
 *
 * A case's `expect` describes its connection: each request as METHOD path?query [body] and + (kept
 * alive) or -, then the status of a refusal, or ... when the text ends within a request. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "http/parser.h"

static const struct http_limits limits = {.line = 200, .head = 1000, .body = 100};

struct test_case {
    const char *name;
    const char *text;
    size_t n;
    const char *expect;
};

#define CASE(name, text, expect)            \
    {                                       \
        name, text, sizeof text - 1, expect \
    }
#define GET "GET / HTTP/1.1\r\n"
#define POST "POST / HTTP/1.1\r\nHost: a\r\n"
#define HOST "Host: a\r\n"
#define END "\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define X10 "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10
#define FIELDS_4 "a:\r\nb:\r\nc:\r\nd:\r\n"
#define FIELDS_16 FIELDS_4 FIELDS_4 FIELDS_4 FIELDS_4
#define CHUNK_EXT "1;" X100 X100 "\r\nx\r\n"

static const struct test_case cases[] = {
#include "tests/unit/http/parser_cases.def"
};

struct story {
    struct http_parser parser;
    struct buf in;
    struct buf text;
    struct http_request *req; /* on the heap, so that the sanitizer knows its bounds */
    bool is_refused;
};

static void
story_begin(struct story *s)
{
    http_parser_init(&s->parser, &limits);
    buf_init(&s->in, http_parser_room(&limits));
    buf_init(&s->text, 100000);
    s->req = malloc(sizeof *s->req);
    s->is_refused = false;
}

static void
tell_request(struct story *s)
{
    const struct http_request *req = s->req;

    buf_addf(&s->text, "%s%.*s %.*s", s->text.len > 0 ? " " : "", STR_ARG(req->method_text),
             STR_ARG(req->path));
    if (!str_is_null(req->query))
        buf_addf(&s->text, "?%.*s", STR_ARG(req->query));
    if (req->is_cut)
        buf_add_cstr(&s->text, " cut");
    else
        buf_addf(&s->text, " [%.*s]", STR_ARG(req->body));
    buf_add_cstr(&s->text, req->keep_alive ? " +" : " -");
}

/* Appends the bytes and parses as far as they go. Another connection may always have used req. */
static void
story_feed(struct story *s, const char *p, size_t n)
{
    buf_add(&s->in, p, n);
    assert_false(buf_is_over(&s->in));
    while (!s->is_refused) {
        switch (http_parser_step(&s->parser, &s->in, s->req)) {
        case HTTP_MORE:
            memset(s->req, 0xee, sizeof *s->req);
            return;
        case HTTP_HEAD:
            break;
        case HTTP_DONE:
            tell_request(s);
            http_parser_next(&s->parser, &s->in);
            break;
        case HTTP_REFUSED:
            assert_non_null(s->parser.why);
            buf_addf(&s->text, "%s%d", s->text.len > 0 ? " " : "", s->parser.status);
            s->is_refused = true;
            break;
        }
    }
}

static void
story_end(struct story *s, const struct test_case *c, const char *how)
{
    struct str text;

    if (!s->is_refused && !http_parser_is_idle(&s->parser, &s->in))
        buf_addf(&s->text, "%s...", s->text.len > 0 ? " " : "");
    text = buf_view(&s->text);
    if (!str_eq(text, str_from_cstr(c->expect)))
        fail_msg("%s, %s: expected %s, got %.*s", c->name, how, c->expect, STR_ARG(text));
    buf_clear(&s->in);
    buf_clear(&s->text);
    free(s->req);
}

static void
tells_good_from_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct story s;

        story_begin(&s);
        story_feed(&s, cases[i].text, cases[i].n);
        story_end(&s, &cases[i], "whole");
    }
    assert_true(ARRAY_LEN(cases) >= 80);
}

static void
byte_by_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct story s;

        story_begin(&s);
        for (size_t k = 0; k < cases[i].n; k++)
            story_feed(&s, cases[i].text + k, 1);
        story_end(&s, &cases[i], "byte by byte");
    }
}

static void
cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (size_t k = 1; k < cases[i].n; k++) {
            struct story s;

            story_begin(&s);
            story_feed(&s, cases[i].text, k);
            story_feed(&s, cases[i].text + k, cases[i].n - k);
            story_end(&s, &cases[i], "in two");
        }
    }
}

/* A parser with its buf, ready at HTTP_HEAD of that text. */
static void
at_head(struct story *s, const char *text)
{
    story_begin(s);
    buf_add_cstr(&s->in, text);
    assert_int_equal(http_parser_step(&s->parser, &s->in, s->req), HTTP_HEAD);
}

static void
fills_a_request(void **state)
{
    static const char text[] = "POST /WebServices/X.asmx?a=b HTTP/1.1\r\nHost: rescue.example.test:81\r\n"
                               "Content-Type: text/xml; charset=utf-8 \r\nSOAPAction: \"x\"\r\nX-Other: 1\r\n"
                               "SOAPAction: y\r\nContent-Length: 2\r\n\r\nhi";
    struct arena a;
    struct story s;

    (void)state;
    arena_init(&a);
    at_head(&s, text);
    assert_int_equal(s.req->method, HTTP_POST);
    assert_str(s.req->path, "/WebServices/X.asmx");
    assert_str(s.req->query, "a=b");
    assert_str(s.req->host, "rescue.example.test:81");
    assert_int_equal(s.req->minor, 1);
    assert_true(s.req->has_length && !s.req->is_chunked && !s.req->expect_continue);
    assert_int_equal(s.req->length, 2);
    assert_int_equal(s.req->n_headers, 6);
    assert_str(http_header(s.req, HTTP_NAME_CONTENT_TYPE), "text/xml; charset=utf-8");
    assert_str(http_header(s.req, HTTP_NAME_SOAPACTION), "\"x\"");
    assert_true(http_header_is_repeated(s.req, HTTP_NAME_SOAPACTION));
    assert_false(http_header_is_repeated(s.req, HTTP_NAME_HOST));
    assert_str(http_header_joined(s.req, HTTP_NAME_SOAPACTION, &a), "\"x\", y");
    assert_int_equal(http_parser_step(&s.parser, &s.in, s.req), HTTP_DONE);
    assert_str(s.req->body, "hi");
    assert_int_equal(http_parser_step(&s.parser, &s.in, s.req), HTTP_DONE);
    buf_clear(&s.in);
    buf_clear(&s.text);
    free(s.req);
    arena_clear(&a);
}

/* Two connections take turns with one request struct. */
static void
shares_the_request(void **state)
{
    struct story one, two;

    (void)state;
    at_head(&one, "POST /one HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
    at_head(&two, "POST /two HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n");
    free(two.req);
    two.req = one.req;
    buf_add_cstr(&one.in, "one");
    buf_add_cstr(&two.in, "3\r\ntwo\r\n0\r\n\r\n");
    assert_int_equal(http_parser_step(&two.parser, &two.in, two.req), HTTP_DONE);
    assert_str(two.req->path, "/two");
    assert_str(two.req->body, "two");
    assert_int_equal(http_parser_step(&one.parser, &one.in, one.req), HTTP_DONE);
    assert_str(one.req->path, "/one");
    assert_str(one.req->body, "one");
    assert_int_equal(http_parser_step(&two.parser, &two.in, two.req), HTTP_DONE);
    assert_str(two.req->host, "b");
    assert_str(two.req->body, "two");
    buf_clear(&one.in);
    buf_clear(&two.in);
    free(one.req);
}

/* The body of `text` with these limits: the result, whole and byte by byte. */
static void
limited(const char *text, uint64_t keep, uint64_t take, const char *expect)
{
    const struct test_case c = {"limited", text, strlen(text), expect};

    for (size_t piece = 1; piece <= c.n; piece += c.n - 1) {
        struct story s;

        story_begin(&s);
        for (size_t i = 0; i < c.n && !s.is_refused; i += piece) {
            enum http_step step;

            buf_add(&s.in, text + i, piece < c.n - i ? piece : c.n - i);
            step = http_parser_step(&s.parser, &s.in, s.req);
            if (step != HTTP_HEAD)
                assert_int_equal(step, HTTP_MORE);
            if (step == HTTP_HEAD) {
                http_parser_limit_body(&s.parser, keep, take);
                story_feed(&s, text + i + 1, 0);
            }
            if (s.parser.at > 0) {
                story_feed(&s, text + i + piece, c.n - i - piece);
                break;
            }
        }
        story_end(&s, &c, piece == 1 ? "byte by byte" : "whole");
    }
}

static void
cuts_long_bodies(void **state)
{
    (void)state;
    limited(POST "Content-Length: 10\r\n\r\n" X10, 10, 10, "POST / [" X10 "] +");
    limited(POST "Content-Length: 10\r\n\r\n" X10, 9, 10, "POST / cut +");
    limited(POST "Content-Length: 10\r\n\r\n" X10 GET HOST END, 0, 10, "POST / cut + GET / [] +");
    limited(POST "Content-Length: 10\r\n\r\n" X10, 9, 9, "413");
    limited(POST "Content-Length: 1000\r\n\r\n" X100 X100, 100, 10000, "...");
    limited(CHUNKED "a\r\n" X10 "\r\na\r\n" X10 "\r\n0\r\n\r\n" GET HOST END, 20, 20,
            "POST / [" X10 X10 "] + GET / [] +");
    limited(CHUNKED "a\r\n" X10 "\r\na\r\n" X10 "\r\n0\r\n\r\n" GET HOST END, 19, 20,
            "POST / cut + GET / [] +");
    limited(CHUNKED "a\r\n" X10 "\r\na\r\n" X10 "\r\n0\r\n\r\n", 9, 19, "413");
}

/* A body that is not kept takes no room, however long it is. */
static void
drops_without_room(void **state)
{
    struct story s;

    (void)state;
    at_head(&s, POST "Content-Length: 1000000\r\n\r\n");
    http_parser_limit_body(&s.parser, 100, 1000000);
    for (size_t i = 0; i < 9999; i++) {
        buf_add_cstr(&s.in, X100);
        assert_int_equal(http_parser_step(&s.parser, &s.in, s.req), HTTP_MORE);
        assert_int_equal(s.in.len, s.parser.head);
    }
    story_feed(&s, X100, 100);
    story_end(&s, &(struct test_case){.name = "long body", .expect = "POST / cut +"}, "in pieces");
}

static void
waits_for_continue(void **state)
{
    static const struct {
        const char *text;
        bool expect;
    } rows[] = {
        {POST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", true},
        {POST "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n", true},
        {POST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\nh", false},
        {POST "Expect: 100-continue\r\nContent-Length: 0\r\n\r\n", false},
        {POST "Expect: 100-continue\r\nContent-Length: 101\r\n\r\n", false},
        {POST "Content-Length: 2\r\n\r\n", false},
        {"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct story s;

        at_head(&s, rows[i].text);
        assert_int_equal(http_parser_wants_continue(&s.parser, &s.in, s.req), rows[i].expect);
        buf_clear(&s.in);
        free(s.req);
    }
}

static void
stays_small(void **state)
{
    (void)state;
    assert_true(sizeof(struct http_parser) < 200);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_good_from_bad), cmocka_unit_test(byte_by_byte),
        cmocka_unit_test(cut_anywhere),        cmocka_unit_test(fills_a_request),
        cmocka_unit_test(shares_the_request),  cmocka_unit_test(cuts_long_bodies),
        cmocka_unit_test(drops_without_room),  cmocka_unit_test(waits_for_continue),
        cmocka_unit_test(stays_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
