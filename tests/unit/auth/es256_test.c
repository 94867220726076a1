/* es256: what verifies, and what must not. */
#include "tests/unit/auth/phone.h"

#include "auth/device.h"
#include "base/codec.h"

/* RFC 7515, appendix A.3: the example of a JWS with ES256. */
static void
rfc_7515(void **state)
{
    struct fixture *f = *state;
    static const struct str message =
        STR("eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly"
            "9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ");
    unsigned char key[65] = {4}, signature[64];
    size_t n;
    assert_ok(codec_base64url_read(STR_LIT("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"), key + 1, 32, &n));
    assert_ok(codec_base64url_read(STR_LIT("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"), key + 33, 32, &n));
    assert_ok(codec_base64url_read(STR_LIT("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
                                           "pmWQxfKTUJqPP3-Kg6NU1Q"),
                                   signature, sizeof signature, &n));
    struct str k = {(const char *)key, 65}, s = {(const char *)signature, 64};
    assert_ok(es256_check_key(&f->cx, k));
    assert_ok(es256_verify(&f->cx, k, message, s));
    for (size_t i = 0; i < sizeof signature; i++) {
        signature[i] ^= 1;
        assert_fails(&f->cx, es256_verify(&f->cx, k, message, s), ERR_CRYPTO);
        signature[i] ^= 1;
    }
    assert_fails(&f->cx, es256_verify(&f->cx, k, str_sub(message, 1, 200), s), ERR_CRYPTO);
}

static void
short_and_zero_signatures(void **state)
{
    struct fixture *f = *state;
    struct phone p;
    static const char zero[64];
    phone_init(&p);
    struct str key = phone_public(&p), m = STR_LIT("m"), good = phone_sign(f, &p, m);
    assert_ok(es256_verify(&f->cx, key, m, good));
    assert_fails(&f->cx, es256_verify(&f->cx, key, m, str_sub(good, 0, 63)), ERR_CRYPTO);
    assert_fails(&f->cx, es256_verify(&f->cx, key, m, (struct str){zero, 64}), ERR_CRYPTO);
    assert_fails(&f->cx, es256_verify(&f->cx, key, m, STR_NULL), ERR_CRYPTO);
    assert_fails(&f->cx, es256_verify(&f->cx, STR_NULL, m, good), ERR_CRYPTO);
    /* Leading zeroes in r or s, which DER leaves out: among so many signatures some have them. */
    for (int i = 0; i < 300; i++) {
        struct str n = arena_printf(&f->cx.arena, "%d", i);
        assert_ok(es256_verify(&f->cx, key, n, phone_sign(f, &p, n)));
    }
    phone_clear(&p);
}

static void
keys_that_are_none(void **state)
{
    struct fixture *f = *state;
    struct phone p;
    unsigned char key[65];
    phone_init(&p);
    struct str k = {(const char *)key, sizeof key};
    memcpy(key, p.public_key, sizeof key);
    assert_ok(es256_check_key(&f->cx, k));
    key[40] ^= 0x80;
    assert_fails(&f->cx, es256_check_key(&f->cx, k), ERR_CRYPTO);
    key[40] ^= 0x80;
    for (unsigned char form = 0; form < 8; form++) {
        key[0] = form;
        if (form != 4)
            assert_fails(&f->cx, es256_check_key(&f->cx, k), ERR_CRYPTO);
    }
    memset(key, 0, sizeof key);
    assert_fails(&f->cx, es256_check_key(&f->cx, k), ERR_CRYPTO);
    key[0] = 4;
    assert_fails(&f->cx, es256_check_key(&f->cx, k), ERR_CRYPTO);
    memset(key + 1, 0xff, 64);
    assert_fails(&f->cx, es256_check_key(&f->cx, k), ERR_CRYPTO);
    assert_fails(&f->cx, es256_check_key(&f->cx, str_sub(phone_public(&p), 0, 33)), ERR_CRYPTO);
    phone_clear(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rfc_7515, fixture_set_up_bare, fixture_tear_down),
        cmocka_unit_test_setup_teardown(short_and_zero_signatures, fixture_set_up_bare, fixture_tear_down),
        cmocka_unit_test_setup_teardown(keys_that_are_none, fixture_set_up_bare, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
