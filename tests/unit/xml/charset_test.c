/* SPDX-License-Identifier: Apache-2.0 */
/* charset_test: names, marks, and bytes as text. */
#include "../unit.h"

#include "xml/charset.h"
#include "xml/source.h"

#define BYTES(lit) STR_LIT(lit)

static void
assert_text(enum charset charset, struct str bytes, const char *expected)
{
    struct arena a;
    arena_init(&a);
    assert_str(charset_to_utf8(&a, charset, bytes), expected);
    arena_clear(&a);
}

static void
test_names(void **state)
{
    (void)state;
    assert_int_equal(charset_find(STR_LIT("UTF-8")), CHARSET_UTF8);
    assert_int_equal(charset_find(STR_LIT("utf8")), CHARSET_UNKNOWN); /* .NET Framework does not know it */
    assert_int_equal(charset_find(STR_LIT("utf-16")), CHARSET_UTF16LE);
    assert_int_equal(charset_find(STR_LIT("Latin1")), CHARSET_LATIN1);
    assert_int_equal(charset_find(STR_LIT("")), CHARSET_UNKNOWN);
}

static void
test_clean_is_not_copied(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    struct str text = STR("plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
    assert_ptr_equal(charset_to_utf8(&a, CHARSET_UTF8, text).p, text.p);
    struct str ascii = STR("plain, and longer than one word of the machine");
    assert_ptr_equal(charset_to_utf8(&a, CHARSET_WINDOWS1252, ascii).p, ascii.p);
    arena_clear(&a);
}

static void
test_decoding(void **state)
{
    (void)state;
    assert_text(CHARSET_UTF8, BYTES("a\xff\xc0\x80z"), "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz");
    assert_text(CHARSET_UTF8, BYTES("\xe2\x82"), "\xef\xbf\xbd");
    assert_text(CHARSET_UTF8, BYTES("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd");
    assert_text(CHARSET_UTF8, BYTES("\xe0\x80\xff"), "\xef\xbf\xbd\xef\xbf\xbd");
    assert_text(CHARSET_UTF8, BYTES("\xf4\x90\x80z"), "\xef\xbf\xbd\xef\xbf\xbdz");
    assert_text(CHARSET_UTF8, BYTES("\xf5\x80"), "\xef\xbf\xbd\xef\xbf\xbd");
    assert_text(CHARSET_UTF8, BYTES("\xf0\x9f\x98\xc3\xa9"), "\xef\xbf\xbd\xc3\xa9");
    assert_text(CHARSET_ASCII, BYTES("a\xc3\xa9"), "a??");
    assert_text(CHARSET_LATIN1, BYTES("\xe9\x80"), "\xc3\xa9\xc2\x80");
    assert_text(CHARSET_LATIN9, BYTES("\xa4"), "\xe2\x82\xac");
    assert_text(CHARSET_LATIN2, BYTES("\xb1"), "\xc4\x85");
    assert_text(CHARSET_WINDOWS1250, BYTES("\x8c"), "\xc5\x9a");
    assert_text(CHARSET_WINDOWS1251, BYTES("\xff"), "\xd1\x8f");
    assert_text(CHARSET_WINDOWS1252, BYTES("\x80\x81"), "\xe2\x82\xac\xc2\x81");
    assert_text(CHARSET_UTF16LE, BYTES("\xe9\0\x3d\xd8\0\xde"), "\xc3\xa9\xf0\x9f\x98\x80");
    assert_text(CHARSET_UTF16BE, BYTES("\xd8\x3d\0a"),
                "\xef\xbf\xbd"
                "a");
    assert_text(CHARSET_UTF16LE, BYTES("a\0b"), "a\xef\xbf\xbd");
    assert_text(CHARSET_UTF32LE, BYTES("\xe9\0\0\0\0\0\x11\0"), "\xc3\xa9\xef\xbf\xbd");
    assert_text(CHARSET_UTF32BE, BYTES("\0\0\0\xe9\0"), "\xc3\xa9\xef\xbf\xbd");
}

static void
assert_cut(enum charset charset, struct str bytes, size_t n)
{
    assert_int_equal(charset_cut_tail(charset, bytes).n, n);
}

static void
test_tails(void **state)
{
    (void)state;
    assert_cut(CHARSET_UTF8, STR_NULL, 0);
    assert_cut(CHARSET_UTF8, BYTES("a"), 1);
    assert_cut(CHARSET_UTF8, BYTES("a\xc3"), 1);
    assert_cut(CHARSET_UTF8, BYTES("a\xc3\xa9"), 3);
    assert_cut(CHARSET_UTF8, BYTES("a\xf0\x9f\x98"), 1);
    assert_cut(CHARSET_UTF8, BYTES("a\xed\xa0"), 3); /* begins none */
    assert_cut(CHARSET_UTF8, BYTES("\x80\x80\x80\x80"), 4);
    assert_cut(CHARSET_UTF8, BYTES("a\xff"), 2);
    assert_cut(CHARSET_UTF16LE, BYTES("a\0b"), 2);
    assert_cut(CHARSET_UTF16LE, BYTES("a\0\x3d\xd8\0"), 2);
    assert_cut(CHARSET_UTF16BE, BYTES("\0a\xd8\x3d"), 2);
    assert_cut(CHARSET_UTF32LE, BYTES("a\0\0\0b\0"), 4);
    assert_cut(CHARSET_LATIN1, BYTES("\xc3"), 1);
}

static void
assert_source(struct str bytes, const char *charset, bool by_xml, const char *text, const char *fault)
{
    struct arena a;
    arena_init(&a);
    struct xml_source source = xml_source(&a, bytes, str_from_cstr(charset), by_xml);
    if (fault == NULL)
        assert_null(source.fault.p);
    else
        assert_true(str_starts(source.fault, str_from_cstr(fault)));
    if (text != NULL)
        assert_str(source.text, text);
    arena_clear(&a);
}

#define DECLARED(name) "<?xml version=\"1.0\" encoding=\"" name "\"?>"

static void
test_source(void **state)
{
    (void)state;
    assert_source(BYTES("\xef\xbb\xbf<a/>"), "iso-8859-1", false, "<a/>", NULL);
    assert_source(BYTES("\xff\xfe<\0a\0"), "utf-8", false, "<a", NULL);
    assert_source(BYTES("\xff\xfe\0\0<\0\0\0"), "utf-8", false, "<", NULL);
    assert_source(BYTES("\xe9"), NULL, false, "?", NULL);
    assert_source(BYTES("\xe9"), "nosuch", false, "?", NULL);
    assert_source(BYTES("\xe9<"), "nosuch", true, "\xe9<", NULL);
    assert_source(BYTES("<\0a\0"), NULL, true, "<a", NULL);
    assert_source(BYTES("\0<\0a"), NULL, true, "<a", NULL);
    assert_source(BYTES(DECLARED("iso-8859-1") "\xe9"), NULL, true, DECLARED("iso-8859-1") "\xc3\xa9", NULL);
    assert_source(BYTES(DECLARED("iso-8859-1") "\xe9<"), "utf-8", true,
                  DECLARED("iso-8859-1") "\xef\xbf\xbd<", NULL);
    assert_source(BYTES("<?xml version='1.0'\tencoding = 'UTF-16' ?><a/>"), NULL, true, NULL,
                  "There is no Unicode byte order mark.");
    assert_source(BYTES(DECLARED("x")), "", true, NULL,
                  "System does not support 'x' encoding. Line 1, position 31. --->");
    assert_source(BYTES("<a/>\xc3"), "utf-8", true, "<a/>", NULL);
    assert_source(BYTES("<a/>\xc3"), NULL, true, "<a/>", NULL);
    assert_source(BYTES("<a/> \0"), NULL, true, "<a/> ", NULL);
    assert_source(BYTES("\xef\xbb\xbf\xef\xbb\xbf"), NULL, true, NULL, "Data at the root level");
    /* What is cut at the declaration keeps its NULs. */
    struct arena a;
    arena_init(&a);
    struct xml_source source = xml_source(&a, BYTES(DECLARED("latin1") "\0\xe9"), STR_NULL, true);
    assert_int_equal(source.text.n, strlen(DECLARED("latin1")) + 3);
    /* The mark of UTF-16 if UTF-16 was declared, although a NUL behind it makes it that of UTF-32. */
    source = xml_source(&a, BYTES("\xff\xfe\0\0<\0"), STR_LIT("utf-16"), false);
    assert_int_equal(source.text.n, 2);
    arena_clear(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names), cmocka_unit_test(test_clean_is_not_copied),
        cmocka_unit_test(test_decoding), cmocka_unit_test(test_tails), cmocka_unit_test(test_source)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
