/* SPDX-License-Identifier: Apache-2.0 */
/* text: which characters may be shown, and the forms in which names are compared. */
#include "tests/unit/unit.h"

#include "text/text.h"

static void
printable(void **state)
{
    static const char *const bad[] = {"",
                                      " a",
                                      "a ",
                                      "a\nb",
                                      "\x7f",
                                      "\xc2\x85",
                                      "\xff",
                                      ("a\xe2\x80\xae"
                                       "b"),
                                      "\xe2\x80\xa8",
                                      "\xef\xbf\xbf",
                                      "\xed\xa0\x80",
                                      "a\xe2\x81\xa6",
                                      ("a\xe2\x80\x8b"
                                       "b"), /* U+200B */
                                      ("a\xe2\x80\x8d"
                                       "b"), /* U+200D after no virama */
                                      "a\xe2\x81\xa0",
                                      "\xef\xbb\xbf"
                                      "a",
                                      "\xe3\x85\xa4",      /* U+3164, a filler */
                                      "a\xef\xb8\x8f",     /* U+FE0F, a variation selector */
                                      "a\xf3\xa0\x81\x81", /* U+E0041, a tag */
                                      "a\xc2\xad",
                                      "\xee\x80\x80", /* private use */
                                      "\xe3\x80\x80"
                                      "a",
                                      "a\xe2\xa0\x80",
                                      "\xd8\xb1\xe2\x80\x8c\xd8\xb9",
                                      "\xe2\x80\x8c",
                                      "\xe0\xa4\x95\xe2\x80\x8d",
                                      "a\xe2\x80"};
    static const char *const good[] = {"a",
                                       "Ann K\xc3\xb6nig",
                                       "\xe6\xbc\xa2",
                                       "\xf0\x9f\x90\x8e",
                                       "a b",
                                       "\xd9\x84\xdb\x8c\xe2\x80\x8c\xd8\xb1", /* Persian, with a ZWNJ */
                                       "\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d\xe0\xa4\xb7",
                                       "\xe5\xb1\xb1\xe3\x80\x80\xe5\xa4\xaa"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(text_is_printable(str_from_cstr(bad[i]), 100));
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_true(text_is_printable(str_from_cstr(good[i]), 100));
    assert_false(text_is_printable(STR_NULL, 100));
    assert_true(text_is_printable(STR_LIT("abc"), 3));
    assert_false(text_is_printable(STR_LIT("abcd"), 3));
    assert_false(text_is_printable(STR_LIT("a\0b"), 9));
}

static void
forms(void **state)
{
    (void)state;
    struct cx own, *cx = &own;
    cx_init(cx);
    cx_begin(cx);
    assert_str(text_nfkc(cx, STR_LIT("\xef\xbc\xa1"
                                     "e\xcc\x81")),
               "A\xc3\xa9");
    assert_str(text_fold(cx, STR_LIT("\xef\xbc\xa1"
                                     "E\xcc\x81")),
               "a\xc3\xa9");
    assert_str(text_fold(cx, STR_LIT("")), "");
    assert_int_equal(text_nfkc(cx, STR_LIT("a\0b")).n, 3);
    assert_true(str_is_null(text_nfkc(cx, STR_LIT("\xc3"))) && str_is_null(text_fold(cx, STR_NULL)));
    cx_clear(cx);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(printable),
        cmocka_unit_test(forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
