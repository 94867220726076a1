/* SPDX-License-Identifier: Apache-2.0 */
/* secret: equality and wiping. */
#include "tests/unit/unit.h"

#include "base/secret.h"

static void
equality(void **state)
{
    (void)state;
    assert_true(secret_equal("abc", "abc", 3));
    assert_false(secret_equal("abc", "abd", 3));
    assert_false(secret_equal("\x80", "\x00", 1));
    assert_true(secret_equal("a", "b", 0));
    assert_true(secret_equal_str(STR_LIT("abc"), STR_LIT("abc")));
    assert_true(secret_equal_str(STR_LIT(""), STR_LIT("")));
    assert_false(secret_equal_str(STR_LIT("abc"), STR_LIT("ab")));
    assert_false(secret_equal_str(STR_NULL, STR_NULL));
    assert_false(secret_equal_str(STR_NULL, STR_LIT("")));
}

static void
wiping(void **state)
{
    (void)state;
    struct secret s = {.bytes = {1, 2, 3}, .n = 3};
    secret_clear(&s);
    static const struct secret zero;
    assert_memory_equal(&s, &zero, sizeof s);
    secret_wipe(NULL, 0);
    secret_wipe_stack();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(equality), cmocka_unit_test(wiping)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
