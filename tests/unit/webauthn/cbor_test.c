/* SPDX-License-Identifier: Apache-2.0 */
/* cbor: what is taken, and what is not. */
#include "tests/unit/unit.h"

#include "webauthn/cbor.h"

#define BYTES(lit) ((struct cbor){STR_LIT(lit)})

static void
numbers(void **state)
{
    static const struct {
        struct str raw;
        int64_t value;
    } good[] = {
        {STR("\x00"), 0},
        {STR("\x17"), 23},
        {STR("\x18\x18"), 24},
        {STR("\x18\xff"), 255},
        {STR("\x19\x01\x00"), 256},
        {STR("\x1a\x00\x01\x00\x00"), 65536},
        {STR("\x1b\x00\x00\x00\x01\x00\x00\x00\x00"), INT64_C(1) << 32},
        {STR("\x1b\x7f\xff\xff\xff\xff\xff\xff\xff"), INT64_MAX},
        {STR("\x20"), -1},
        {STR("\x26"), -7},
        {STR("\x39\x01\x00"), -257},
        {STR("\x3b\x7f\xff\xff\xff\xff\xff\xff\xff"), INT64_MIN},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct cbor c = {good[i].raw};
        int64_t value = 0;
        assert_true(cbor_take_int(&c, &value));
        assert_int_equal(value, good[i].value);
        assert_int_equal(c.rest.n, 0);
        for (size_t cut = 0; cut < good[i].raw.n; cut++) {
            c.rest = str_sub(good[i].raw, 0, cut);
            assert_false(cbor_take_int(&c, &value));
            assert_int_equal(c.rest.n, cut);
        }
    }
}

/* A number that a shorter head could hold; a length that is not definite, or reserved; tags, floats, simple
 * values that mean nothing; a text that is not UTF-8; a number past 63 bits. */
static void
what_is_malformed(void **state)
{
    static const struct str bad[] = {
        STR(""),
        STR("\x18\x17"),
        STR("\x19\x00\xff"),
        STR("\x1a\x00\x00\xff\xff"),
        STR("\x1b\x00\x00\x00\x00\xff\xff\xff\xff"),
        STR("\x1c"),
        STR("\x1f"),
        STR("\x5f\x41\x61\xff"),
        STR("\x7f\xff"),
        STR("\x9f\xff"),
        STR("\xbf\xff"),
        STR("\xc0\x60"),
        STR("\xd8\x20\x60"),
        STR("\xf9\x3c\x00"),
        STR("\xfa\x3f\x80\x00\x00"),
        STR("\xf3"),
        STR("\xf7"),
        STR("\xf8\xff"),
        STR("\x62\xc3\x28"),
        STR("\x63\xed\xa0\x80"),
        STR("\x41"),
        STR("\x58\x20\x00"),
        STR("\x5b\xff\xff\xff\xff\xff\xff\xff\xff"),
        STR("\x82\x01"),
        STR("\xa1\x01"),
        STR("\xa2\x01\x01\x01\x02"),             /* a key twice */
        STR("\xa2\x61\x61\x01\x61\x61\x01"),     /* likewise */
        STR("\xa1\x80\x01"),                     /* a key that is an array */
        STR("\x81\x81\x81\x81\x81\x01"),         /* too deep */
        STR("\x98\x21\x01"),                     /* 33 items */
        STR("\xb8\x21\x01"),                     /* 33 pairs */
        STR("\x9b\xff\xff\xff\xff\xff\xff\xff"), /* cut within its head */
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct cbor c = {bad[i]};
        struct str raw;
        assert_false(cbor_take_item(&c, &raw));
        assert_ptr_equal(c.rest.p, bad[i].p);
        assert_int_equal(c.rest.n, bad[i].n);
    }
    struct cbor c = BYTES("\x1b\x80\x00\x00\x00\x00\x00\x00\x00");
    int64_t number;
    assert_false(cbor_take_int(&c, &number));
}

static void
items(void **state)
{
    static const struct str good[] = {
        STR("\xa0"),
        STR("\x80"),
        STR("\x40"),
        STR("\x60"),
        STR("\xf4"),
        STR("\xf5"),
        STR("\xf6"),
        STR("\x81\x81\x81\x81\x01"),
        STR("\xa2\x01\x02\x20\xa1\x61\x61\x81\x43\x00\x01\x02"),
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct cbor c = {good[i]};
        struct str raw;
        assert_true(cbor_take_item(&c, &raw));
        assert_ptr_equal(raw.p, good[i].p);
        assert_int_equal(raw.n, good[i].n);
        assert_int_equal(c.rest.n, 0);
        for (size_t cut = 0; cut < good[i].n; cut++) {
            c.rest = str_sub(good[i], 0, cut);
            assert_false(cbor_take_item(&c, &raw));
        }
    }
}

static void
only_what_stands_there(void **state)
{
    struct cbor c = BYTES("\xa1\x63"
                          "fmt\x42"
                          "ab\x82\x01\x20");
    size_t n = 0;
    int64_t number = 0;
    struct str s;
    (void)state;
    assert_false(cbor_take_array(&c, &n));
    assert_false(cbor_take_text(&c, &s));
    assert_true(cbor_take_map(&c, &n));
    assert_int_equal(n, 1);
    assert_false(cbor_take_bytes(&c, &s));
    assert_false(cbor_take_int(&c, &number));
    assert_true(cbor_take_text(&c, &s));
    assert_str(s, "fmt");
    assert_false(cbor_take_text(&c, &s));
    assert_true(cbor_take_bytes(&c, &s));
    assert_str(s, "ab");
    assert_false(cbor_take_whole_map(&c, &s));
    assert_true(cbor_take_array(&c, &n));
    assert_int_equal(n, 2);
    assert_true(cbor_take_int(&c, &number));
    assert_true(cbor_take_int(&c, &number));
    assert_int_equal(number, -1);
    assert_int_equal(c.rest.n, 0);
    c = BYTES("\xa1\x01\x02\x00");
    assert_true(cbor_take_whole_map(&c, &s));
    assert_int_equal(s.n, 3);
    assert_int_equal(c.rest.n, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(what_is_malformed),
        cmocka_unit_test(items),
        cmocka_unit_test(only_what_stands_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
