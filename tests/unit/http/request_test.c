/* SPDX-License-Identifier: Apache-2.0 */
/* request: looking up headers, and undoing percent signs. */
#include "tests/unit/unit.h"

#include "http/parser.h"

static const struct http_limits limits = {.line = 1000, .head = 4000, .body = 0};

static void
looks_up_headers(void **state)
{
    struct http_request *req = malloc(sizeof *req);
    struct http_parser p;
    struct arena a;
    struct buf in;

    (void)state;
    arena_init(&a);
    http_parser_init(&p, &limits);
    buf_init(&in, http_parser_room(&limits));
    buf_add_cstr(&in, "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1\r\nSec-Fetch-Site: none\r\n"
                      "x-forwarded-for: 2, 3\r\nX-Forwarded-For:\r\nsec-fetch-site: late\r\n\r\n");
    assert_int_equal(http_parser_step(&p, &in, req), HTTP_HEAD);
    assert_true(str_is_null(http_header(req, HTTP_NAME_COOKIE)));
    assert_true(str_is_null(http_header_joined(req, HTTP_NAME_COOKIE, &a)));
    assert_str(http_header(req, HTTP_NAME_X_FORWARDED_FOR), "1");
    assert_str(http_header_joined(req, HTTP_NAME_X_FORWARDED_FOR, &a), "1, 2, 3, ");
    assert_str(http_header_joined(req, HTTP_NAME_HOST, &a), "a");
    assert_str(http_header_find(req, STR_LIT("SEC-FETCH-SITE")), "none");
    assert_true(str_is_null(http_header_find(req, STR_LIT("sec-fetch"))));
    buf_clear(&in);
    free(req);
    arena_clear(&a);
}

static void
undoes_percent(void **state)
{
    static const struct {
        const char *text, *expect; /* NULL: refused */
    } rows[] = {
        {"", ""},
        {"/a+b", "/a+b"},
        {"/%41%2f%c3%A9", "/A/\xc3\xa9"},
        {"%25%32%35", "%25"},
        {"a%20b", "a b"},
        {"%", NULL},
        {"%4", NULL},
        {"a%4", NULL},
        {"%4g", NULL},
        {"%g4", NULL},
        {"%00", NULL},
        {"%-1", NULL},
        {"x%01", "x\x01"},
        {"%10", "\x10"},
        {"% 1", NULL},
    };
    struct arena a;
    struct str out;

    (void)state;
    arena_init(&a);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        enum errcode err = http_percent_decode(&a, str_from_cstr(rows[i].text), &out);

        assert_int_equal(err, rows[i].expect != NULL ? ERR_NONE : ERR_SYNTAX);
        if (err == ERR_NONE)
            assert_str(out, rows[i].expect);
    }
    assert_int_equal(http_percent_decode(&a, STR_NULL, &out), ERR_NONE);
    assert_true(str_is_null(out));
    arena_clear(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_up_headers),
        cmocka_unit_test(undoes_percent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
