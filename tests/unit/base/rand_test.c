/* SPDX-License-Identifier: Apache-2.0 */
/* rand: evenness of the bound, and the injected source. */
#include "tests/unit/unit.h"

#include "base/arena.h"
#include "base/codec.h"
#include "base/rand.h"

static uint32_t next;

static void
fill(void *out, size_t n)
{
    memset(out, 0, n);
    memcpy(out, &next, n < sizeof next ? n : sizeof next);
    next++;
}

static void
differs(void **state)
{
    (void)state;
    unsigned char a[32] = {0}, b[32] = {0};
    rand_bytes(a, sizeof a);
    rand_bytes(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
    for (int i = 0; i < 1000; i++) {
        assert_true(rand_below(7) < 7);
        assert_true(rand_id() > 0);
    }
    assert_int_equal(rand_below(1), 0);
}

/* 2^32 mod 3 is 1: the number 0 is drawn again, so that 0, 1 and 2 stay equally likely. */
static void
redraws(void **state)
{
    (void)state;
    rand_set_source(fill);
    next = 0;
    assert_int_equal(rand_below(3), 1);
    assert_int_equal(next, 2);
    next = 0;
    assert_int_equal(rand_below(1u << 20), 0);
    assert_int_equal(next, 1);
    next = 0;
    assert_int_equal(rand_id(), 1); /* 0 and 1 halve to 0, which is not an id */
    rand_set_source(NULL);
}

/* The four first bytes that would give a dash are drawn again, and no other. */
static void
begins_with_no_dash(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    rand_set_source(fill);
    for (uint32_t first = 0; first < 256; first++) {
        unsigned char bytes[16];
        next = first;
        rand_word(bytes, sizeof bytes);
        const bool is_dash = first >= 0xf8 && first <= 0xfb;
        assert_int_equal(bytes[0], is_dash ? 0xfc : first);
        assert_int_not_equal(codec_base64url(&arena, bytes, sizeof bytes).p[0], '-');
    }
    rand_set_source(NULL);
    arena_clear(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(differs), cmocka_unit_test(redraws),
                                       cmocka_unit_test(begins_with_no_dash)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
