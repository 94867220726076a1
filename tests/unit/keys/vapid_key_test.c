/* SPDX-License-Identifier: Apache-2.0 */
/* vapid_key: the derived key pair, against one that was computed apart from it (python3-cryptography). */
#include "tests/unit/accounts/fixture.h"

#include "base/codec.h"
#include "keys/vapid_key.h"

static void
the_pair_does_not_change_between_versions(void **state)
{
    struct fixture *f = *state;
    struct secret server_key = {.n = 32};
    struct vapid_key key;
    for (unsigned char i = 0; i < 32; i++)
        server_key.bytes[i] = i;
    vapid_key_derive(&server_key, &key);
    assert_int_equal(key.scalar.n, VAPID_KEY_SCALAR);
    assert_str(codec_hex(&f->cx.arena, key.scalar.bytes, VAPID_KEY_SCALAR),
               "41f8d4bc904adcee8f881f2627f7c32165a8d190be5befaa9db053f4baa3b056");
    assert_str(codec_hex(&f->cx.arena, key.point, VAPID_KEY_POINT),
               "04eb093df932bbd57de338d1f68a0ffc690a72fa489b1442a999cbe07fa9f14217"
               "ef433bb5edd863bd1ab822ae86ecc1c3fc08b08efd2777bc1bda831df9a983ce");
}

static void
a_file_that_is_not_there(void **state)
{
    struct fixture *f = *state;
    struct vapid_key key;
    assert_fails(&f->cx, vapid_key_read(&f->cx, "/nonexistent", &key), ERR_IO);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_pair_does_not_change_between_versions, fixture_set_up_bare,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_not_there, fixture_set_up_bare, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
