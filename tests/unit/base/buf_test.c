/* SPDX-License-Identifier: Apache-2.0 */
/* buf: appending, taking, and the cap. */
#include "tests/unit/unit.h"

#include "base/buf.h"

static void
appends_and_takes(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    assert_str(buf_view(&b), "");
    buf_add_cstr(&b, "ab");
    buf_add_byte(&b, 'c');
    buf_add_str(&b, STR_NULL);
    buf_add_u64(&b, UINT64_MAX);
    buf_add_i64(&b, INT64_MIN);
    buf_add_i64(&b, 0);
    buf_addf(&b, "%s%d", "x", 9);
    assert_str(buf_view(&b), "abc18446744073709551615-92233720368547758080x9");
    buf_consume(&b, 3);
    assert_str(str_sub(buf_view(&b), 0, 3), "184");
    buf_truncate(&b, 2);
    assert_str(buf_view(&b), "18");
    buf_consume(&b, 2);
    buf_release_if_empty(&b);
    assert_null(b.data);
    buf_add(&b, NULL, 0);
    buf_clear(&b);
    assert_int_equal(b.max, 1000);
}

static void
keeps_its_cap(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    buf_add_cstr(&b, "12345678");
    buf_add_cstr(&b, "abc");
    assert_true(buf_is_over(&b));
    buf_add_cstr(&b, "a");
    assert_str(buf_view(&b), "12345678");
    buf_truncate(&b, 8);
    assert_false(buf_is_over(&b));
    buf_addf(&b, "%d", 90);
    assert_false(buf_is_over(&b));
    assert_str(buf_view(&b), "1234567890");
    assert_int_equal(buf_room(&b), 0);
    buf_addf(&b, "%d", 1);
    assert_true(buf_is_over(&b));
    buf_reset(&b);
    assert_false(buf_is_over(&b));
    assert_null(buf_reserve(&b, 11));
    assert_true(buf_is_over(&b));
    buf_clear(&b);
    buf_init(&b, 0);
    buf_add_byte(&b, 1);
    assert_true(buf_is_over(&b));
    buf_clear(&b);
}

/* A queue that is never empty goes through its memory many times and loses nothing. */
static void
streams(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1024);
    unsigned char in = 0;
    unsigned char out = 0;
    for (int round = 0; round < 5000; round++) {
        size_t n = (size_t)(round * 37 % 300);
        if (n > buf_room(&b))
            n = buf_room(&b);
        unsigned char *p = buf_reserve(&b, n);
        assert_non_null(p);
        for (size_t i = 0; i < n; i++)
            p[i] = in++;
        buf_commit(&b, n);
        size_t take = b.len * 2 / 3;
        struct str v = buf_view(&b);
        for (size_t i = 0; i < take; i++)
            assert_int_equal((unsigned char)v.p[i], out++);
        buf_consume(&b, take);
        assert_true(b.cap <= 1024);
    }
    buf_clear(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(appends_and_takes), cmocka_unit_test(keeps_its_cap),
                                       cmocka_unit_test(streams)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
