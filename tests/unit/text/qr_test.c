/* SPDX-License-Identifier: Apache-2.0 */
/* qr: a code's shape; that a camera reads it is tested end to end. */
#include "tests/unit/unit.h"

#include "text/qr.h"

static char
at(struct str rows, size_t width, size_t x, size_t y)
{
    return rows.p[y * (width + 1) + x];
}

/* ISO/IEC 18004, 6.3.3: a finder in three corners, 7 modules wide. */
static void
check_finder(struct str rows, size_t width, size_t left, size_t top)
{
    static const char *const finder[] = {"1111111", "1000001", "1011101", "1011101",
                                         "1011101", "1000001", "1111111"};
    for (size_t y = 0; y < 7; y++)
        for (size_t x = 0; x < 7; x++)
            assert_int_equal(at(rows, width, left + x, top + y), finder[y][x]);
}

static void
has_the_shape_of_a_code(void **state)
{
    struct arena a;
    (void)state;
    arena_init(&a);
    struct str rows = qr_rows(&a, STR_LIT("https://sign-in.example.com/approve/#0123456789"));
    size_t width = str_find(rows, ' ');
    assert_true(width >= 21 && (width - 17) % 4 == 0);
    assert_int_equal(rows.n, width * (width + 1) - 1);
    for (size_t i = 0; i < rows.n; i++)
        assert_true(i % (width + 1) == width ? rows.p[i] == ' ' : rows.p[i] == '0' || rows.p[i] == '1');
    check_finder(rows, width, 0, 0);
    check_finder(rows, width, width - 7, 0);
    check_finder(rows, width, 0, width - 7);
    arena_clear(&a);
}

static void
holds_so_much_and_no_more(void **state)
{
    static char text[2954];
    struct arena a;
    (void)state;
    arena_init(&a);
    memset(text, 'a', sizeof text);
    assert_int_equal(str_find(qr_rows(&a, (struct str){text, 2953}), ' '), 177);
    assert_true(str_is_null(qr_rows(&a, (struct str){text, 2954})));
    arena_clear(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_the_shape_of_a_code),
        cmocka_unit_test(holds_so_much_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
