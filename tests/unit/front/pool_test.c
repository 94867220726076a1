/* SPDX-License-Identifier: Apache-2.0 */
/* pool: memory goes round, wiped, and no buffer loses its own cap. */
#include "tests/unit/unit.h"

#include "front/pool.h"

static void
memory_goes_round_wiped(void **state)
{
    struct pool p = {.n = 0};
    struct buf a, b;

    (void)state;
    buf_init(&a, 1000);
    buf_init(&b, 70000);
    pool_take(&p, &a);
    assert_null(a.data);
    buf_add_cstr(&a, "a password");
    unsigned char *memory = a.data;
    buf_consume(&a, a.len);
    pool_give(&p, &a);
    assert_null(a.data);
    assert_int_equal(a.max, 1000);
    assert_int_equal(p.n, 1);
    pool_take(&p, &b);
    assert_ptr_equal(b.data, memory);
    assert_int_equal(b.max, 70000);
    static const unsigned char zero[10];
    assert_memory_equal(memory, zero, sizeof zero);
    /* A buf that has memory takes no other. */
    pool_take(&p, &b);
    assert_ptr_equal(b.data, memory);
    pool_give(&p, &b);
    pool_clear(&p);
}

static void
large_ones_and_too_many_go_back_to_the_heap(void **state)
{
    struct pool p = {.n = 0};
    struct buf b;

    (void)state;
    buf_init(&b, 1024 * 1024);
    assert_non_null(buf_reserve(&b, POOL_BUFFER_MAX + 1));
    pool_give(&p, &b);
    assert_null(b.data);
    assert_int_equal(p.n, 0);
    for (unsigned i = 0; i < POOL_MOST + 5; i++) {
        assert_non_null(buf_reserve(&b, 100));
        pool_give(&p, &b);
        assert_null(b.data);
    }
    assert_int_equal(p.n, POOL_MOST);
    pool_clear(&p);
    assert_int_equal(p.n, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_goes_round_wiped),
        cmocka_unit_test(large_ones_and_too_many_go_back_to_the_heap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
