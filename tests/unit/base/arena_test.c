/* SPDX-License-Identifier: Apache-2.0 */
/* arena: allocation, copies, and what a reset leaves. */
#include "tests/unit/unit.h"

#include "base/arena.h"

static void
aligns_and_does_not_overlap(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    unsigned char *last = NULL;
    for (size_t n = 0; n < 3000; n += 7) {
        unsigned char *p = arena_alloc(&a, n);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        memset(p, (int)(n & 0xff), n);
        if (last != NULL && n > 7)
            assert_int_equal(last[0], (n - 7) & 0xff);
        last = p;
    }
    arena_clear(&a);
    assert_null(a.head);
}

static void
takes_large_ones(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    char *first = arena_alloc(&a, 1 << 20);
    memset(first, 1, 1 << 20);
    char *small = arena_alloc(&a, 8);
    char *large = arena_zalloc(&a, 100000);
    char *next = arena_alloc(&a, 8);
    assert_int_equal(large[99999], 0);
    /* The large one did not cost the small ones their chunk. */
    assert_true(next > small && next - small < 64);
    assert_true(a.used >= (1 << 20) + 100000 + 16);
    arena_reset(&a);
    assert_int_equal(a.used, 0);
    char *again = arena_alloc(&a, 8);
    assert_ptr_equal(again, small);
    arena_clear(&a);
}

static void
copies(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    assert_true(str_is_null(arena_str(&a, STR_NULL)));
    assert_null(arena_cstr(&a, STR_NULL));
    assert_str(arena_str(&a, STR_LIT("")), "");
    assert_string_equal(arena_cstr(&a, (struct str){"abcdef", 3}), "abc");
    assert_str(arena_printf(&a, "%d-%s", 42, "x"), "42-x");
    assert_string_equal(arena_printf(&a, "%05d", 7).p, "00007");
    int *numbers = arena_array(&a, 100, sizeof(int));
    for (int i = 0; i < 100; i++)
        assert_int_equal(numbers[i], 0);
    arena_clear(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(aligns_and_does_not_overlap),
                                       cmocka_unit_test(takes_large_ones), cmocka_unit_test(copies)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
