/* SPDX-License-Identifier: Apache-2.0 */
/* str: views, cutting, comparing and reading numbers. */
#include "tests/unit/unit.h"

static void
null_is_not_empty(void **state)
{
    (void)state;
    assert_true(str_is_null(STR_NULL));
    assert_false(str_is_null(STR_LIT("")));
    assert_true(str_is_empty(STR_NULL) && str_is_empty(STR_LIT("")));
    assert_false(str_eq(STR_NULL, STR_LIT("")));
    assert_true(str_eq(STR_NULL, STR_NULL));
    assert_false(str_eq_nocase(STR_NULL, STR_LIT("")));
    assert_true(str_is_null(str_from_cstr(NULL)));
    assert_str(str_from_cstr("abc"), "abc");
    assert_int_equal(str_print_len((struct str){"", (size_t)INT32_MAX + 1}), INT32_MAX);
}

static void
compares(void **state)
{
    (void)state;
    assert_true(str_eq(STR_LIT("a\0b"), STR_LIT("a\0b")));
    assert_false(str_eq(STR_LIT("a\0b"), STR_LIT("a\0c")));
    assert_true(str_eq_nocase(STR_LIT("Content-LENGTH"), STR_LIT("content-length")));
    assert_false(str_eq_nocase(STR_LIT("@"), STR_LIT("`")));
    assert_false(str_eq_nocase(STR_LIT("\xc3\x84"), STR_LIT("\xc3\xa4")));
    assert_int_equal(str_cmp(STR_LIT("a"), STR_LIT("ab")), -1);
    assert_int_equal(str_cmp(STR_LIT("b"), STR_LIT("ab")), 1);
    assert_int_equal(str_cmp(STR_LIT("\xff"), STR_LIT("a")), 1);
    assert_int_equal(str_cmp(STR_LIT("a"), STR_LIT("a")), 0);
    assert_true(str_starts(STR_LIT("abc"), STR_LIT("ab")) && str_starts(STR_LIT("abc"), STR_LIT("")));
    assert_false(str_starts(STR_LIT("a"), STR_LIT("ab")));
    assert_true(str_ends(STR_LIT("abc"), STR_LIT("bc")) && str_ends(STR_NULL, STR_NULL));
    assert_false(str_ends(STR_LIT("c"), STR_LIT("bc")));
}

static void
finds_a_folder(void **state)
{
    (void)state;
    assert_str(str_folder(STR_LIT("/var/lib/a.db")), "/var/lib/");
    assert_str(str_folder(STR_LIT("/a")), "/");
    assert_str(str_folder(STR_LIT("a/b/")), "a/b/");
    assert_int_equal(str_folder(STR_LIT("a.db")).n, 0);
    assert_int_equal(str_folder(STR_NULL).n, 0);
}

static void
cuts(void **state)
{
    (void)state;
    struct str rest = STR_LIT("a,,b,");
    assert_str(str_cut(&rest, ','), "a");
    assert_str(str_cut(&rest, ','), "");
    assert_str(str_cut(&rest, ','), "b");
    assert_str(str_cut(&rest, ','), "");
    assert_true(str_is_null(rest));
    assert_str(str_trim(STR_LIT(" \t a b\t"), " \t"), "a b");
    assert_str(str_trim(STR_LIT("  "), " "), "");
    assert_int_equal(str_trim(STR_LIT("\0a\0"), " ").n, 3);
    assert_str(str_sub(STR_LIT("abc"), 1, SIZE_MAX), "bc");
    assert_str(str_sub(STR_LIT("abc"), 9, 1), "");
    assert_true(str_is_null(str_sub(STR_NULL, 0, 1)));
}

static void
finds(void **state)
{
    (void)state;
    assert_int_equal(str_find(STR_LIT("abc"), 'c'), 2);
    assert_int_equal(str_find(STR_LIT("abc"), 'x'), 3);
    assert_int_equal(str_find(STR_NULL, 'x'), 0);
    assert_int_equal(str_find_str(STR_LIT("a--b"), STR_LIT("--")), 1);
    assert_int_equal(str_find_str(STR_LIT("a-b"), STR_LIT("--")), 3);
    assert_int_equal(str_find_str(STR_LIT("ab"), STR_LIT("")), 0);
}

static void
reads_numbers(void **state)
{
    (void)state;
    uint64_t u = 7;
    int64_t i = 7;
    assert_int_equal(str_to_u64(STR_LIT("18446744073709551615"), UINT64_MAX, &u), ERR_NONE);
    assert_true(u == UINT64_MAX);
    assert_int_equal(str_to_u64(STR_LIT("18446744073709551616"), UINT64_MAX, &u), ERR_RANGE);
    assert_int_equal(str_to_u64(STR_LIT("99999999999999999999999999"), UINT64_MAX, &u), ERR_RANGE);
    assert_int_equal(str_to_u64(STR_LIT("99999999999999999999999999x"), UINT64_MAX, &u), ERR_SYNTAX);
    assert_int_equal(str_to_u64(STR_LIT("10"), 9, &u), ERR_RANGE);
    assert_true(u == UINT64_MAX);
    static const char *const malformed[] = {"", " 1", "1 ", "+1", "0x1", "1.0", "--1", "-"};
    for (size_t k = 0; k < ARRAY_LEN(malformed); k++) {
        assert_int_equal(str_to_u64(str_from_cstr(malformed[k]), UINT64_MAX, &u), ERR_SYNTAX);
        assert_int_equal(str_to_i64(str_from_cstr(malformed[k]), INT64_MIN, INT64_MAX, &i), ERR_SYNTAX);
    }
    assert_int_equal(str_to_u64(STR_LIT("-1"), UINT64_MAX, &u), ERR_SYNTAX);
    assert_int_equal(str_to_i64(STR_LIT("-9223372036854775808"), INT64_MIN, INT64_MAX, &i), ERR_NONE);
    assert_true(i == INT64_MIN);
    assert_int_equal(str_to_i64(STR_LIT("9223372036854775808"), INT64_MIN, INT64_MAX, &i), ERR_RANGE);
    assert_int_equal(str_to_i64(STR_LIT("-9223372036854775809"), INT64_MIN, INT64_MAX, &i), ERR_RANGE);
    assert_int_equal(str_to_i64(STR_LIT("-6"), -5, 5, &i), ERR_RANGE);
    assert_int_equal(str_to_i64(STR_LIT("-5"), -5, 5, &i), ERR_NONE);
    assert_int_equal(i, -5);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_is_not_empty), cmocka_unit_test(compares), cmocka_unit_test(cuts),
        cmocka_unit_test(finds_a_folder),    cmocka_unit_test(finds),    cmocka_unit_test(reads_numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
