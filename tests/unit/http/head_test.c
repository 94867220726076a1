/* SPDX-License-Identifier: Apache-2.0 */
/* head: that a head is not read again and again while it trickles in. What heads mean is in parser_test.c. */
#include "tests/unit/unit.h"

#include "http/head.h"

static const struct http_limits limits = {.line = 100, .head = 200, .body = 0};

static void
remembers_where_it_was(void **state)
{
    static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
    struct http_request *req = malloc(sizeof *req);
    struct http_head_at at = {0, 0};
    struct http_fault fault;

    (void)state;
    for (size_t n = 0; n < sizeof text - 1; n++) {
        struct http_bytes in = {(const unsigned char *)text, n};

        assert_int_equal(http_head_parse(in, &limits, &at, req, &fault), HTTP_HEAD_MORE);
        assert_int_equal(at.searched, n);
        assert_int_equal(at.line, n < 16 ? 0 : n < 25 ? 16 : n < 31 ? 25 : 31);
    }
    assert_int_equal(http_head_parse((struct http_bytes){(const unsigned char *)text, sizeof text - 1},
                                     &limits, &at, req, &fault),
                     HTTP_HEAD_WHOLE);
    assert_int_equal(at.line, sizeof text - 1);
    assert_int_equal(req->n_headers, 2);
    free(req);
}

static void
refuses_before_the_end(void **state)
{
    static const struct {
        const char *text;
        uint16_t status;
    } rows[] = {
        {"GET / HTTP/3.0\r\n", 505}, {"GET /\r\n", 400},        {"\x16\x03", 400},
        {"GET / HTTP/1.1\rX", 400},  {"GET / HTTP/1.1\n", 400}, {"GET / HTTP/1.1\r\nX y\r\n", 400},
    };
    struct http_request *req = malloc(sizeof *req);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct http_bytes in = {(const unsigned char *)rows[i].text, strlen(rows[i].text)};
        struct http_head_at at = {0, 0};
        struct http_fault fault;

        assert_int_equal(http_head_parse(in, &limits, &at, req, &fault), HTTP_HEAD_BAD);
        assert_int_equal(fault.status, rows[i].status);
    }
    free(req);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(remembers_where_it_was),
        cmocka_unit_test(refuses_before_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
