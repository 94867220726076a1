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
                                      "a\xe2\x81\xa6"};
    static const char *const good[] = {"a", "Ann K\xc3\xb6nig", "\xe6\xbc\xa2", "\xf0\x9f\x90\x8e", "a b"};
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
