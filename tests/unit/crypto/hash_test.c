/* SPDX-License-Identifier: Apache-2.0 */
/* hash: the examples of the standards. */
#include "tests/unit/unit.h"

#include "base/codec.h"
#include "crypto/hash.h"

static struct arena a;

static struct str
hex(const void *bytes, size_t n)
{
    return codec_hex(&a, bytes, n);
}

/* FIPS 180-4, the examples of one and of no block. */
static void
sha256_has_the_examples_of_the_standard(void **state)
{
    (void)state;
    struct digest d = sha256(STR_LIT("abc"));
    assert_str(hex(d.bytes, sizeof d.bytes),
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    d = sha256(STR_LIT(""));
    assert_str(hex(d.bytes, sizeof d.bytes),
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* RFC 4231, section 4.3, and RFC 2202, section 3, test case 2; a key of no bytes is one too. */
static void
hmac_has_the_examples_of_the_standards(void **state)
{
    (void)state;
    static const struct str message = STR("what do ya want for nothing?");
    unsigned char mac[SHA1_BYTES];
    struct digest d = hmac_sha256(STR_LIT("Jefe"), message);
    assert_str(hex(d.bytes, sizeof d.bytes),
               "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    hmac_sha1(STR_LIT("Jefe"), message, mac);
    assert_str(hex(mac, sizeof mac), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    d = hmac_sha256(STR_NULL, STR_LIT(""));
    assert_str(hex(d.bytes, sizeof d.bytes),
               "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

/* RFC 5869, A.1 (two blocks) and A.3 (neither salt nor info). */
static void
hkdf_has_the_examples_of_the_standard(void **state)
{
    (void)state;
    static const char key[22] = {11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11,
                                 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11};
    static const char salt[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    static const unsigned char info[] = {0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9};
    const struct str k = {key, sizeof key};
    unsigned char out[42];
    hkdf_sha256((struct str){salt, sizeof salt}, k, (struct str){(const char *)info, sizeof info}, out,
                sizeof out);
    assert_str(hex(out, sizeof out),
               "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    hkdf_sha256(STR_LIT(""), k, STR_LIT(""), out, sizeof out);
    assert_str(hex(out, sizeof out),
               "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

static int
setup(void **state)
{
    (void)state;
    arena_init(&a);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    arena_clear(&a);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_has_the_examples_of_the_standard),
        cmocka_unit_test(hmac_has_the_examples_of_the_standards),
        cmocka_unit_test(hkdf_has_the_examples_of_the_standard),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
