/* SPDX-License-Identifier: Apache-2.0 */
/* seal: sealed data opens again, unchanged, only for its own row and under its own key. */
#include "tests/unit/accounts/fixture.h"

#include "keys/seal.h"

static void
opens_again(void **state)
{
    struct fixture *f = *state;
    struct secret plain = {.bytes = "0123456789abcdefghij", .n = 20}, back;
    struct str one = seal_close(&f->cx, &plain, 7), two = seal_close(&f->cx, &plain, 7);
    assert_int_equal(one.n, 48);
    assert_false(str_eq(one, two));
    assert_ok(seal_open(&f->cx, one, 7, &back));
    assert_int_equal(back.n, 20);
    assert_memory_equal(back.bytes, plain.bytes, 20);
}

static void
nothing_else_opens(void **state)
{
    struct fixture *f = *state;
    struct secret plain = {.bytes = "0123456789abcdefghij", .n = 20}, back;
    struct str sealed = seal_close(&f->cx, &plain, 7);
    char copy[48];
    assert_fails(&f->cx, seal_open(&f->cx, sealed, 8, &back), ERR_CRYPTO);
    assert_int_equal(back.n, 0);
    for (size_t i = 0; i < sizeof copy; i++) {
        memcpy(copy, sealed.p, sizeof copy);
        copy[i] ^= 1;
        assert_fails(&f->cx, seal_open(&f->cx, (struct str){copy, sizeof copy}, 7, &back), ERR_CRYPTO);
        assert_fails(&f->cx, seal_open(&f->cx, (struct str){sealed.p, i}, 7, &back), ERR_CRYPTO);
    }
    static const char long_one[28 + SECRET_MAX + 1];
    assert_fails(&f->cx, seal_open(&f->cx, (struct str){long_one, sizeof long_one}, 7, &back), ERR_CRYPTO);
    f->env.seal.bytes[0] ^= 1;
    assert_fails(&f->cx, seal_open(&f->cx, sealed, 7, &back), ERR_CRYPTO);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(opens_again, fixture_set_up_bare, fixture_tear_down),
        cmocka_unit_test_setup_teardown(nothing_else_opens, fixture_set_up_bare, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
