/* SPDX-License-Identifier: Apache-2.0 */
/* p256: what verifies and what must not; keys that travel as PEM; keys that are derived. */
#include "tests/unit/unit.h"

#include "base/codec.h"
#include "crypto/p256.h"

static struct cx cx;

static int
setup(void **state)
{
    (void)state;
    cx_init(&cx);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    cx_clear(&cx);
    return 0;
}

/* A fresh pair, and its point. */
struct pair {
    struct p256_key *key;
    unsigned char point[P256_POINT];
};

static struct pair
pair_new(void)
{
    struct pair p = {.key = p256_generate()};
    p256_point(p.key, p.point);
    return p;
}

static struct str
point_of(const struct pair *p)
{
    return (struct str){(const char *)p->point, sizeof p->point};
}

static struct str
signed_by(const struct pair *p, struct str message)
{
    unsigned char *raw = arena_alloc(&cx.arena, P256_SIGNATURE);
    p256_sign(p->key, message, raw);
    return (struct str){(const char *)raw, P256_SIGNATURE};
}

static void
assert_refused(enum errcode err)
{
    assert_int_equal(err, ERR_CRYPTO);
    err_forget(&cx);
}

/* RFC 7515, appendix A.3: the example of a JWS with ES256. */
static void
rfc_7515(void **state)
{
    (void)state;
    static const struct str message =
        STR("eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly"
            "9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ");
    unsigned char key[65] = {4}, signature[64];
    size_t n;
    assert_int_equal(
        codec_base64url_read(STR_LIT("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"), key + 1, 32, &n),
        ERR_NONE);
    assert_int_equal(
        codec_base64url_read(STR_LIT("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"), key + 33, 32, &n),
        ERR_NONE);
    assert_int_equal(
        codec_base64url_read(STR_LIT("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
                                     "pmWQxfKTUJqPP3-Kg6NU1Q"),
                             signature, sizeof signature, &n),
        ERR_NONE);
    struct str k = {(const char *)key, 65}, s = {(const char *)signature, 64};
    assert_int_equal(es256_check_key(&cx, k), ERR_NONE);
    assert_int_equal(es256_verify(&cx, k, message, s), ERR_NONE);
    for (size_t i = 0; i < sizeof signature; i++) {
        signature[i] ^= 1;
        assert_refused(es256_verify(&cx, k, message, s));
        signature[i] ^= 1;
    }
    assert_refused(es256_verify(&cx, k, str_sub(message, 1, 200), s));
}

static void
short_and_zero_signatures(void **state)
{
    (void)state;
    struct pair p = pair_new();
    static const char zero[64];
    struct str key = point_of(&p), m = STR_LIT("m"), good = signed_by(&p, m);
    assert_int_equal(es256_verify(&cx, key, m, good), ERR_NONE);
    assert_refused(es256_verify(&cx, key, m, str_sub(good, 0, 63)));
    assert_refused(es256_verify(&cx, key, m, (struct str){zero, 64}));
    assert_refused(es256_verify(&cx, key, m, STR_NULL));
    assert_refused(es256_verify(&cx, STR_NULL, m, good));
    /* Leading zeroes in r or s, which DER leaves out: among so many signatures some have them. */
    for (int i = 0; i < 300; i++) {
        struct str n = arena_printf(&cx.arena, "%d", i);
        assert_int_equal(es256_verify(&cx, key, n, signed_by(&p, n)), ERR_NONE);
    }
    p256_free(&p.key);
}

static void
keys_that_are_none(void **state)
{
    (void)state;
    struct pair p = pair_new();
    unsigned char key[65];
    struct str k = {(const char *)key, sizeof key};
    memcpy(key, p.point, sizeof key);
    assert_int_equal(es256_check_key(&cx, k), ERR_NONE);
    key[40] ^= 0x80;
    assert_refused(es256_check_key(&cx, k));
    key[40] ^= 0x80;
    for (unsigned char form = 0; form < 8; form++) {
        key[0] = form;
        if (form != 4)
            assert_refused(es256_check_key(&cx, k));
    }
    memset(key, 0, sizeof key);
    assert_refused(es256_check_key(&cx, k));
    key[0] = 4;
    assert_refused(es256_check_key(&cx, k));
    memset(key + 1, 0xff, 64);
    assert_refused(es256_check_key(&cx, k));
    assert_refused(es256_check_key(&cx, str_sub(point_of(&p), 0, 33)));
    p256_free(&p.key);
}

static void
a_key_travels_as_pem(void **state)
{
    (void)state;
    struct pair p = pair_new();
    unsigned char point[P256_POINT];
    struct str pem = p256_write_pem(&cx.arena, p.key);
    struct p256_key *read = p256_read_pem(pem);
    assert_non_null(read);
    p256_point(read, point);
    assert_memory_equal(point, p.point, sizeof point);
    p256_free(&read);
    assert_null(p256_read_pem(str_sub(pem, 0, pem.n / 2)));
    assert_null(p256_read_pem(STR_LIT("")));
    p256_free(&p.key);
}

/* The derived pair is one: what its scalar signs, its point verifies. The same bytes give the same pair. */
static void
a_derived_pair_is_a_pair(void **state)
{
    (void)state;
    unsigned char wide[P256_WIDE], point[P256_POINT], again[P256_POINT], signature[P256_SIGNATURE];
    struct secret scalar, same;
    memset(wide, 0xff, sizeof wide);
    p256_derive(wide, &scalar, point);
    p256_derive(wide, &same, again);
    assert_memory_equal(point, again, sizeof point);
    assert_memory_equal(scalar.bytes, same.bytes, P256_SCALAR);
    struct p256_key *key = p256_pair(&scalar, point);
    p256_sign(key, STR_LIT("m"), signature);
    assert_int_equal(es256_verify(&cx, (struct str){(const char *)point, sizeof point}, STR_LIT("m"),
                                  (struct str){(const char *)signature, sizeof signature}),
                     ERR_NONE);
    p256_free(&key);
}

static void
both_sides_agree(void **state)
{
    (void)state;
    struct pair a = pair_new(), b = pair_new();
    unsigned char one[P256_SCALAR], other[P256_SCALAR];
    p256_agree(a.key, b.key, one);
    p256_agree(b.key, a.key, other);
    assert_memory_equal(one, other, sizeof one);
    p256_free(&a.key);
    p256_free(&b.key);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rfc_7515, setup, teardown),
        cmocka_unit_test_setup_teardown(short_and_zero_signatures, setup, teardown),
        cmocka_unit_test_setup_teardown(keys_that_are_none, setup, teardown),
        cmocka_unit_test_setup_teardown(a_key_travels_as_pem, setup, teardown),
        cmocka_unit_test_setup_teardown(a_derived_pair_is_a_pair, setup, teardown),
        cmocka_unit_test_setup_teardown(both_sides_agree, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
