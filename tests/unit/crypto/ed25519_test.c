/* SPDX-License-Identifier: Apache-2.0 */
/* ed25519: the vectors of RFC 8032, section 7.1, and what must not verify. */
#include "tests/unit/unit.h"

#include <string.h>

#include "base/codec.h"
#include "crypto/ed25519.h"

static const struct {
    const char *seed, *public_key, *message, *signature;
} vectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
     "d25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
     "387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
     "4a7c15e9716ed28dc027beceea1ec40a"},
};

static struct str
read_hex(const char *text, unsigned char *out, size_t cap)
{
    size_t n = 0;
    assert_int_equal(codec_hex_read(str_from_cstr(text), out, cap, &n), ERR_NONE);
    return (struct str){(const char *)out, n};
}

static void
the_vectors_of_the_standard(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        struct secret seed;
        unsigned char wanted[ED25519_SIGNATURE], got[ED25519_SIGNATURE], key[ED25519_PUBLIC], content[2];
        seed.n = read_hex(vectors[i].seed, seed.bytes, sizeof seed.bytes).n;
        struct str message = read_hex(vectors[i].message, content, sizeof content);
        (void)read_hex(vectors[i].public_key, wanted, sizeof wanted);
        ed25519_public(&seed, key);
        assert_memory_equal(key, wanted, sizeof key);
        (void)read_hex(vectors[i].signature, wanted, sizeof wanted);
        ed25519_sign(&seed, message, got);
        assert_memory_equal(got, wanted, sizeof got);
        assert_true(ed25519_verify(key, message, got));
        assert_false(ed25519_verify(key, STR_LIT("another"), got));
        for (size_t k = 0; k < sizeof got; k++) {
            got[k] ^= 1;
            assert_false(ed25519_verify(key, message, got));
            got[k] ^= 1;
        }
        key[3] ^= 1;
        assert_false(ed25519_verify(key, message, got));
        secret_clear(&seed);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_vectors_of_the_standard)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
