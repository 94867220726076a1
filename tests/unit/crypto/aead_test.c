/* SPDX-License-Identifier: Apache-2.0 */
/* aead: test case 16 of the GCM specification with its associated data, and what must not open. */
#include "tests/unit/unit.h"

#include "base/codec.h"
#include "crypto/aead.h"

enum { PLAIN = 60 };

static struct arena a;

static struct str
bytes(const char *hex)
{
    size_t n = strlen(hex) / 2;
    unsigned char *out = arena_alloc(&a, n);
    for (size_t i = 0; i < n; i++) {
        char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        out[i] = (unsigned char)strtoul(pair, NULL, 16);
    }
    return (struct str){(const char *)out, n};
}

static struct aead
example(void)
{
    return (struct aead){.key = bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"),
                         .nonce = (const unsigned char *)bytes("cafebabefacedbaddecaf888").p,
                         .ad = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2")};
}

static struct str
plain(void)
{
    return bytes(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
        "b16aedf5aa0de657ba637b39");
}

static void
seals_as_the_specification_has_it_and_opens_again(void **state)
{
    (void)state;
    const struct aead e = example();
    unsigned char sealed[PLAIN + AEAD_TAG], opened[PLAIN];
    aead_seal(&e, plain(), sealed);
    assert_str(
        codec_hex(&a, sealed, sizeof sealed),
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
        "c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b");
    assert_true(aead_open(&e, (struct str){(const char *)sealed, sizeof sealed}, opened));
    assert_memory_equal(opened, plain().p, PLAIN);
}

static void
nothing_that_was_changed_opens(void **state)
{
    (void)state;
    struct aead e = example();
    unsigned char sealed[PLAIN + AEAD_TAG], opened[PLAIN];
    aead_seal(&e, plain(), sealed);
    for (size_t i = 0; i < sizeof sealed; i++) {
        sealed[i] ^= 1;
        assert_false(aead_open(&e, (struct str){(const char *)sealed, sizeof sealed}, opened));
        sealed[i] ^= 1;
    }
    assert_false(aead_open(&e, (struct str){(const char *)sealed, AEAD_TAG - 1}, opened));
    e.ad = STR_LIT("");
    assert_false(aead_open(&e, (struct str){(const char *)sealed, sizeof sealed}, opened));
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
        cmocka_unit_test(seals_as_the_specification_has_it_and_opens_again),
        cmocka_unit_test(nothing_that_was_changed_opens),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
