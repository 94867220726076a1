/* SPDX-License-Identifier: Apache-2.0 */
/* codec: the vectors of RFC 4648, strictness, UTF-8 at its edges. */
#include "tests/unit/unit.h"

#include "base/codec.h"

static int
setup(void **state)
{
    static struct arena a;
    arena_init(&a);
    *state = &a;
    return 0;
}

static int
teardown(void **state)
{
    arena_clear(*state);
    return 0;
}

static void
vectors(void **state)
{
    static const struct {
        const char *plain, *base64url, *base32, *hex;
    } v[] = {{"", "", "", ""},
             {"f", "Zg", "MY", "66"},
             {"fo", "Zm8", "MZXQ", "666f"},
             {"foo", "Zm9v", "MZXW6", "666f6f"},
             {"foob", "Zm9vYg", "MZXW6YQ", "666f6f62"},
             {"fooba", "Zm9vYmE", "MZXW6YTB", "666f6f6261"},
             {"foobar", "Zm9vYmFy", "MZXW6YTBOI", "666f6f626172"},
             {"\xfb\xff", "-_8", "7P7Q", "fbff"}};
    for (size_t i = 0; i < ARRAY_LEN(v); i++) {
        size_t n = strlen(v[i].plain);
        unsigned char out[16];
        size_t got = 99;
        assert_str(codec_base64url(*state, v[i].plain, n), v[i].base64url);
        assert_str(codec_base32(*state, v[i].plain, n), v[i].base32);
        assert_str(codec_hex(*state, v[i].plain, n), v[i].hex);
        assert_int_equal(codec_base64url_read(str_from_cstr(v[i].base64url), out, n, &got), ERR_NONE);
        assert_int_equal(got, n);
        assert_memory_equal(out, v[i].plain, n);
        assert_int_equal(codec_base32_read(str_from_cstr(v[i].base32), out, n, &got), ERR_NONE);
        assert_int_equal(got, n);
        assert_memory_equal(out, v[i].plain, n);
        assert_int_equal(codec_hex_read(str_from_cstr(v[i].hex), out, n, &got), ERR_NONE);
        assert_int_equal(got, n);
        assert_memory_equal(out, v[i].plain, n);
        if (n > 0)
            assert_int_equal(codec_base64url_read(str_from_cstr(v[i].base64url), out, n - 1, &got),
                             ERR_LIMIT);
    }
}

static void
strict(void **state)
{
    (void)state;
    unsigned char out[16];
    size_t n = 0;
    static const char *const bad64[] = {"Z", "Zg==", "Zh", "Zm9", "Zm9vY", " Zg", "Zg\n", "+/8", "Zm9v.m"};
    for (size_t i = 0; i < ARRAY_LEN(bad64); i++)
        assert_int_equal(codec_base64url_read(str_from_cstr(bad64[i]), out, sizeof out, &n), ERR_SYNTAX);
    static const char *const bad32[] = {"M", "MZ", "MZX", "MZXW6Y", "M1", "M8", "MY======", "MY "};
    for (size_t i = 0; i < ARRAY_LEN(bad32); i++)
        assert_int_equal(codec_base32_read(str_from_cstr(bad32[i]), out, sizeof out, &n), ERR_SYNTAX);
    static const char *const bad_hex[] = {"6", "6g", "0x", "66 ", "6:6"};
    for (size_t i = 0; i < ARRAY_LEN(bad_hex); i++)
        assert_int_equal(codec_hex_read(str_from_cstr(bad_hex[i]), out, sizeof out, &n), ERR_SYNTAX);
    assert_int_equal(codec_base32_read(STR_LIT("mzxw6ytboi"), out, sizeof out, &n), ERR_NONE);
    assert_memory_equal(out, "foobar", 6);
    assert_int_equal(codec_hex_read(STR_LIT("fFaA"), out, sizeof out, &n), ERR_NONE);
    assert_memory_equal(out, "\xff\xaa", 2);
}

/* RFC 4648, section 10. */
static void
base64_has_its_padding(void **state)
{
    static const char *const text[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    static const char *const bad[] = {
        "Zg", "Zg=", "Zg===", "Zm9", "Z===", "Zh==", "Zm9=", "=", "====", "Zm9vYg==Zm9v", "Zm9-"};
    unsigned char out[8];
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(text); i++) {
        assert_str(codec_base64(*state, "foobar", i), text[i]);
        assert_int_equal(codec_base64_read(str_from_cstr(text[i]), out, i, &n), ERR_NONE);
        assert_int_equal(n, i);
        assert_memory_equal(out, "foobar", n);
        if (i > 0)
            assert_int_equal(codec_base64_read(str_from_cstr(text[i]), out, i - 1, &n), ERR_LIMIT);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(codec_base64_read(str_from_cstr(bad[i]), out, sizeof out, &n), ERR_SYNTAX);
}

static void
utf8_round_trip(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
        if (cp == 0xd800)
            cp = 0xe000;
        unsigned char out[4];
        size_t n = utf8_write(cp, out);
        size_t back = 0;
        struct str s = {(const char *)out, n};
        if (utf8_read(s, &back) != cp || back != n || !utf8_is_valid(s))
            fail_msg("U+%X", cp);
    }
}

static void
utf8_refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {"\x80",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xc3",
                                      "\xe2\x82",
                                      "\xe2\x82x",
                                      "\xf0\x9f\x98",
                                      "\xff",
                                      "ok\xfe",
                                      "\xc3(",
                                      "\xe2(\xa1"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        /* A copy of exactly the size, so that a read past its end is noticed. */
        size_t n = strlen(bad[i]);
        char *exact = malloc(n);
        assert_non_null(exact);
        memcpy(exact, bad[i], n);
        assert_false(utf8_is_valid((struct str){exact, n}));
        free(exact);
    }
    size_t n = 0;
    assert_int_equal(utf8_read(STR_LIT("\xc3("), &n), UINT32_MAX);
    assert_int_equal(n, 1);
    assert_true(utf8_is_valid(STR_NULL));
    assert_int_equal(utf8_utf16_units(STR_LIT("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80")), 5);
}

static void
big_endian(void **state)
{
    (void)state;
    unsigned char b[8];
    be16_put(b, 0xfedc);
    assert_memory_equal(b, "\xfe\xdc", 2);
    assert_int_equal(be16_get(b), 0xfedc);
    be32_put(b, 0xfedcba98);
    assert_memory_equal(b, "\xfe\xdc\xba\x98", 4);
    assert_int_equal(be32_get(b), 0xfedcba98);
    be64_put(b, UINT64_C(0xfedcba9876543210));
    assert_memory_equal(b, "\xfe\xdc\xba\x98\x76\x54\x32\x10", 8);
    assert_true(be64_get(b) == UINT64_C(0xfedcba9876543210));
}

static void
repairs_what_is_not_utf8(void **state)
{
    struct arena *a = *state;
    const struct str whole = STR("a\u260e");
    assert_ptr_equal(utf8_repair(a, whole).p, whole.p);
    assert_true(str_eq(utf8_repair(a, STR_LIT("a\xff\xe2\x98z")), STR_LIT("a\ufffd\ufffd\ufffdz")));
    assert_true(str_eq(utf8_repair(a, STR_LIT("\xff")), STR_LIT("\ufffd")));
    assert_int_equal(utf8_repair(a, STR_LIT("")).n, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(vectors, setup, teardown),
        cmocka_unit_test_setup_teardown(base64_has_its_padding, setup, teardown),
        cmocka_unit_test(strict),
        cmocka_unit_test(utf8_round_trip),
        cmocka_unit_test(utf8_refuses),
        cmocka_unit_test(big_endian),
        cmocka_unit_test_setup_teardown(repairs_what_is_not_utf8, setup, teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
