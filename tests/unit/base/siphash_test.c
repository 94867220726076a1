/* SPDX-License-Identifier: Apache-2.0 */
/* siphash: the vectors of its authors' reference implementation (vectors_sip128, key 00 01 .. 0f, input 00 01
 * ..). */
#include "tests/unit/unit.h"

#include "base/siphash.h"

static void
the_reference_vectors_hold(void **state)
{
    static const struct {
        size_t n;
        struct siphash expected;
    } vectors[] = {
        {0, {UINT64_C(0xe6a825ba047f81a3), UINT64_C(0x930255c71472f66d)}},
        {1, {UINT64_C(0x44af996bd8c187da), UINT64_C(0x45fc229b11597634)}},
        {15, {UINT64_C(0x11a8b03399e99354), UINT64_C(0xd9c3cf970fec087e)}},
    };
    unsigned char key[SIPHASH_KEY], in[16];

    (void)state;
    for (unsigned i = 0; i < sizeof key; i++)
        key[i] = in[i] = (unsigned char)i;
    for (size_t i = 0; i < 3; i++) {
        struct siphash got = siphash(key, in, vectors[i].n);
        assert_int_equal(got.a, vectors[i].expected.a);
        assert_int_equal(got.b, vectors[i].expected.b);
    }
}

static void
each_byte_and_the_length_count(void **state)
{
    unsigned char key[SIPHASH_KEY] = {1}, in[24] = {0};

    (void)state;
    struct siphash before = siphash(key, in, sizeof in);
    for (size_t i = 0; i < sizeof in; i++) {
        in[i] = 1;
        struct siphash after = siphash(key, in, sizeof in);
        assert_true(before.a != after.a && before.b != after.b);
        in[i] = 0;
        after = siphash(key, in, i);
        assert_true(before.a != after.a && before.b != after.b);
    }
    key[15] = 1;
    assert_true(siphash(key, in, sizeof in).a != before.a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_vectors_hold),
        cmocka_unit_test(each_byte_and_the_length_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
