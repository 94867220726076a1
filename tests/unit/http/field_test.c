/* SPDX-License-Identifier: Apache-2.0 */
/* field: lines, fields and the table of names. */
#include "tests/unit/unit.h"

#include "http/head.h"

static void
finds_lines(void **state)
{
    static const struct {
        const char *text;
        size_t n, max;
        enum http_line expect;
    } rows[] = {
        {"\r\n", 2, 2, HTTP_LINE_WHOLE},
        {"a\tb\r\n", 5, 5, HTTP_LINE_WHOLE},
        {"", 0, 2, HTTP_LINE_MORE},
        {"a", 1, 3, HTTP_LINE_MORE},
        {"a\r", 2, 3, HTTP_LINE_MORE},
        {"a\r", 2, 2, HTTP_LINE_LONG},
        {"ab\r\n", 4, 3, HTTP_LINE_LONG},
        {"abcd", 4, 4, HTTP_LINE_LONG},
        {"a\n", 2, 9, HTTP_LINE_BAD},
        {"a\rb", 3, 9, HTTP_LINE_BAD},
        {"\0\r\n", 3, 9, HTTP_LINE_BAD},
        {"12345678\x1f\r\n", 11, 99, HTTP_LINE_BAD},
        {"1234567\x7f\r\n", 10, 99, HTTP_LINE_BAD},
        {"\xff\xa0 \x80\xff\xff\xff\xff\r\n", 10, 99, HTTP_LINE_WHOLE},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct http_bytes in = {(const unsigned char *)rows[i].text, rows[i].n};
        size_t end = 99;

        assert_int_equal(http_line_find(in, 0, 0, rows[i].max, &end), rows[i].expect);
        if (rows[i].expect == HTTP_LINE_WHOLE)
            assert_int_equal(end, rows[i].n - 2);
    }
}

/* Every control character at every place of a line, among bytes that make the borrows of has_control. */
static void
finds_every_control(void **state)
{
    (void)state;
    for (unsigned c = 0; c < 256; c++) {
        for (size_t at = 0; at < 20; at++) {
            unsigned char text[22];
            bool is_control = (c < 0x20 && c != '\t') || c == 0x7f;
            size_t end;

            memset(text, at % 2 == 0 ? 0x20 : 0x80, sizeof text);
            text[20] = '\r';
            text[21] = '\n';
            text[at] = (unsigned char)c;
            assert_int_equal(http_line_find((struct http_bytes){text, sizeof text}, 0, 0, 99, &end),
                             is_control ? HTTP_LINE_BAD : HTTP_LINE_WHOLE);
        }
    }
}

static void
knows_every_name(void **state)
{
    static const struct {
        struct str text;
        enum http_name id;
    } names[] = {
#define HTTP_NAME(id, text, first, last) {STR(text), HTTP_NAME_##id},
#include "http/names.def"
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char other[64];

        assert_int_equal(http_name_of(names[i].text), names[i].id);
        for (size_t k = 0; k < names[i].text.n; k++)
            other[k] = (char)(names[i].text.p[k] >= 'a' ? names[i].text.p[k] - 32 : names[i].text.p[k]);
        assert_int_equal(http_name_of((struct str){other, names[i].text.n}), names[i].id);
        other[names[i].text.n / 2] = '_';
        assert_int_equal(http_name_of((struct str){other, names[i].text.n}), HTTP_NAME_OTHER);
    }
    assert_int_equal(http_name_of(STR_LIT("")), HTTP_NAME_OTHER);
    assert_int_equal(http_name_of(STR_LIT("hosts")), HTTP_NAME_OTHER);
    assert_true(HTTP_NAME_COUNT_ <= 32);
}

static void
parses_fields(void **state)
{
    struct http_header h;

    (void)state;
    assert_true(http_field_parse(STR_LIT("Accept:\t a, b \t"), &h));
    assert_str(h.name, "Accept");
    assert_str(h.value, "a, b");
    assert_int_equal(h.id, HTTP_NAME_ACCEPT);
    assert_true(http_field_parse(STR_LIT("x:"), &h));
    assert_str(h.value, "");
    assert_int_equal(h.id, HTTP_NAME_OTHER);
    assert_false(http_field_parse(STR_LIT(""), &h));
    assert_false(http_field_parse(STR_LIT(":"), &h));
    assert_false(http_field_parse(STR_LIT("x"), &h));
    assert_false(http_field_parse(STR_LIT("x :"), &h));
    assert_false(http_field_parse(STR_LIT(" x:"), &h));
}

static void
reads_hex(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        const char *at = c != 0 ? strchr("0123456789abcdef0123456789ABCDEF", c) : NULL;
        int expect = at == NULL ? -1 : (int)strtol((char[]){(char)c, '\0'}, NULL, 16);

        assert_int_equal(http_hex((unsigned char)c), expect);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_lines),      cmocka_unit_test(finds_every_control),
        cmocka_unit_test(knows_every_name), cmocka_unit_test(parses_fields),
        cmocka_unit_test(reads_hex),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
