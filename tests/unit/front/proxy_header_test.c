/* SPDX-License-Identifier: Apache-2.0 */
/* proxy_header: what a proxy's header says, and what is not one. */
#include "tests/unit/unit.h"

#include "front/proxy_header.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define TCP_4 "\x21\x11\0\x0c\xc0\0\x02\x01\x7f\0\0\x01\x12\x67\x01\xbb"
#define BYTES(text)           \
    (struct str)              \
    {                         \
        text, sizeof text - 1 \
    }

static void
it_names_the_caller_and_ends_where_it_says(void **state)
{
    static const char whole[] = SIGNATURE TCP_4 "GET /";
    static const char mapped[] = SIGNATURE "\x21\x21\0\x24\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\x02\x01"
                                           "0123456789abcdef\x12\x67\x01\xbb";
    struct proxy_header h;
    struct arena a;

    (void)state;
    arena_init(&a);
    assert_int_equal(proxy_header_read(BYTES(whole), &h), PROXY_HEADER_DONE);
    assert_int_equal(h.n, 28);
    assert_false(h.is_local);
    assert_str(inet_endpoint_format(&a, &h.source), "192.0.2.1:4711");
    assert_int_equal(proxy_header_read(BYTES(mapped), &h), PROXY_HEADER_DONE);
    assert_str(inet_endpoint_format(&a, &h.source), "192.0.2.1:4711");
    assert_int_equal(proxy_header_read(STR_LIT(SIGNATURE "\x20\0\0\0"), &h), PROXY_HEADER_DONE);
    assert_true(h.is_local);
    arena_clear(&a);
}

static void
it_asks_for_no_byte_of_the_connection(void **state)
{
    static const char whole[] = SIGNATURE TCP_4;
    struct proxy_header h;

    (void)state;
    for (size_t n = 0; n < sizeof whole - 1; n++) {
        assert_int_equal(proxy_header_read((struct str){whole, n}, &h), PROXY_HEADER_MORE);
        assert_int_equal(h.n, n < PROXY_HEADER_FIXED ? PROXY_HEADER_FIXED : 28);
    }
}

static void
whatever_else_comes_is_refused(void **state)
{
    static const struct {
        struct str bytes;
        const char *why;
    } cases[] = {
        {STR("G"), "no-proxy-header"},
        {STR("PROXY TCP4 192.0.2.1"), "no-proxy-header"},
        {STR("\x16\x03\x01"), "no-proxy-header"},
        {STR(SIGNATURE "\x31\x11\0\x0c"), "proxy-header-version"},
        {STR(SIGNATURE "\x22\x11\0\x0c"), "proxy-header-version"},
        {STR(SIGNATURE "\x21\0\0\0"), "proxy-header-family"},
        {STR(SIGNATURE "\x21\x12\0\x0c"), "proxy-header-family"},
        {STR(SIGNATURE "\x21\x31\0\xd8"), "proxy-header-family"},
        {STR(SIGNATURE "\x21\x11\x04\0"), "proxy-header-long"},
        {STR(SIGNATURE "\x20\0\xff\xff"), "proxy-header-long"},
        {STR(SIGNATURE "\x21\x11\0\x04\xc0\0\x02\x01"), "proxy-header-short"},
    };
    struct proxy_header h;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(proxy_header_read(cases[i].bytes, &h), PROXY_HEADER_REFUSED);
        assert_string_equal(h.why, cases[i].why);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_names_the_caller_and_ends_where_it_says),
        cmocka_unit_test(it_asks_for_no_byte_of_the_connection),
        cmocka_unit_test(whatever_else_comes_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
