/* SPDX-License-Identifier: Apache-2.0 */
/* aes128gcm: the example of RFC 8188, section 3.1. */
#include "tests/unit/unit.h"

#include "base/codec.h"
#include "delivery/ece.h"

static void
the_example_of_the_standard(void **state)
{
    (void)state;
    struct arena a;
    unsigned char key[16];
    struct ece e = {.key = {(const char *)key, sizeof key}, .keyid = STR_LIT("")};
    size_t n = 0;
    arena_init(&a);
    assert_int_equal(codec_base64url_read(STR_LIT("yqdlZ-tYemfogSmv7Ws5PQ"), key, sizeof key, &n), ERR_NONE);
    assert_int_equal(codec_base64url_read(STR_LIT("I1BsxtFttlv3u_Oo94xnmw"), e.salt, sizeof e.salt, &n),
                     ERR_NONE);
    struct str text = STR_LIT("I am the walrus");
    struct str out = ece_encrypt(&a, &e, text, text.n + 1);
    assert_str(codec_base64url(&a, out.p, out.n),
               "I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg");
    arena_clear(&a);
}

static void
the_length_tells_nothing_of_the_text(void **state)
{
    (void)state;
    struct arena a;
    struct ece e = {.key = STR_LIT("key"), .keyid = STR_LIT("id")};
    arena_init(&a);
    for (size_t n = 0; n < 64; n++) {
        char text[64] = {0};
        assert_int_equal(ece_encrypt(&a, &e, (struct str){text, n}, 64).n, ECE_HEADER + 2 + 64 + ECE_TAG);
    }
    arena_clear(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_standard),
        cmocka_unit_test(the_length_tells_nothing_of_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
