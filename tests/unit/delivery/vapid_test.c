/* SPDX-License-Identifier: Apache-2.0 */
/* vapid: the token says what RFC 8292 asks for, and verifies. */
#include "tests/unit/unit.h"

#include "base/codec.h"
#include "delivery/vapid.h"

enum { PART_MAX = 512 };

static struct str
decoded(struct cx *cx, struct str part)
{
    unsigned char *bytes = arena_alloc(&cx->arena, PART_MAX);
    size_t n = 0;
    assert_int_equal(codec_base64url_read(part, bytes, PART_MAX, &n), ERR_NONE);
    return (struct str){(const char *)bytes, n};
}

static void
the_token_verifies(void **state)
{
    (void)state;
    static const char key[] =
        ", k=BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
    struct cx cx;
    struct vapid v;
    struct secret scalar;
    unsigned char point[P256_POINT];
    struct endpoint to;
    size_t n = 0;
    cx_init(&cx);
    clock_fix(INT64_C(1795447814) * CLOCK_S);
    assert_int_equal(codec_base64url_read(STR_LIT("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
                                          scalar.bytes, P256_SCALAR, &scalar.n),
                     ERR_NONE);
    assert_int_equal(codec_base64url_read((struct str){key + 4, sizeof key - 5}, point, sizeof point, &n),
                     ERR_NONE);
    vapid_init(&v, &cx.arena, &scalar, point, STR_LIT("mailto:ops@example.com"));
    assert_true(endpoint_read(STR_LIT("https://push.example.net:8443/abc?d"), &to));
    struct str header = vapid_header(&cx, &v, &to);
    assert_true(str_starts(header, STR_LIT("Authorization: vapid t=")));
    assert_true(str_ends(header, str_from_cstr(key)));
    struct str token = str_sub(header, 23, header.n - 23 - (sizeof key - 1)), rest = token;
    struct str head = str_cut(&rest, '.'), claims = str_cut(&rest, '.');
    assert_str(decoded(&cx, head), "{\"typ\":\"JWT\",\"alg\":\"ES256\"}");
    assert_str(
        decoded(&cx, claims),
        "{\"aud\":\"https://push.example.net:8443\",\"exp\":1795491014,\"sub\":\"mailto:ops@example.com\"}");
    struct str signature = decoded(&cx, rest);
    assert_int_equal(signature.n, P256_SIGNATURE);
    struct p256_key *theirs = p256_public((struct str){(const char *)point, sizeof point});
    struct str text = str_sub(token, 0, head.n + 1 + claims.n);
    assert_true(p256_verify(theirs, text, signature));
    assert_false(p256_verify(theirs, str_sub(text, 1, SIZE_MAX), signature));
    p256_free(&theirs);
    vapid_clear(&v);
    cx_clear(&cx);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_token_verifies)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
