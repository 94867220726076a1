/* SPDX-License-Identifier: Apache-2.0 */
/* web_push: the example of RFC 8291, appendix A, byte for byte; what a request has; what is not sent. */
#include "tests/unit/unit.h"

#include "base/codec.h"
#include "delivery/web_push.h"

static struct cx cx;
static const struct str hosts[] = {STR("push.example.net")};

static int
setup(void **state)
{
    (void)state;
    clock_fix(INT64_C(1795447814) * CLOCK_S);
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

static struct str
bytes(const char *base64url)
{
    unsigned char *p = arena_alloc(&cx.arena, 256);
    size_t n = 0;
    assert_int_equal(codec_base64url_read(str_from_cstr(base64url), p, 256, &n), ERR_NONE);
    return (struct str){(const char *)p, n};
}

static struct p256_key *
application_server(void)
{
    struct secret scalar = {.n = P256_SCALAR};
    memcpy(scalar.bytes, bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw").p, P256_SCALAR);
    struct str point =
        bytes("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
    return p256_pair(&scalar, (const unsigned char *)point.p);
}

static struct letter
user_agent(void)
{
    return (struct letter){
        .kind = LETTER_CHALLENGE,
        .id = STR_LIT("Yd3kq0c2Jb1lq8o5yqPq0A"),
        .ttl = 60,
        .device_id = 42,
        .endpoint = STR_LIT("https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV"),
        .p256dh =
            bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        .auth = bytes("BTBZMqHH6r4Tts7J_aSIgg")};
}

static void
the_example_of_the_standard(void **state)
{
    (void)state;
    struct web_push_keys keys = {.pair = application_server()};
    memcpy(keys.salt, bytes("DGv6ra1nlYgDCS1FRnbzlw").p, ECE_SALT);
    const struct letter to = user_agent();
    const struct web_push_text text = {.text = STR("When I grow up, I want to be a watermelon"),
                                       .padded = 42};
    struct str body;
    assert_int_equal(web_push_encrypt(&cx, &keys, &to, &text, &body), ERR_NONE);
    assert_str(codec_base64url(&cx.arena, body.p, body.n),
               "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
               "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
               "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN");
    p256_free(&keys.pair);
}

static void
a_key_that_is_no_point_is_refused(void **state)
{
    (void)state;
    struct web_push_keys keys = {.pair = application_server()};
    const struct web_push_text text = {.text = STR("x"), .padded = 2};
    struct letter to = user_agent();
    struct str body;
    char off_curve[P256_POINT];
    memcpy(off_curve, to.p256dh.p, P256_POINT);
    off_curve[P256_POINT - 1] ^= 1;
    const struct str bad[] = {STR_NULL, STR_LIT(""), str_sub(to.p256dh, 0, 64), {off_curve, P256_POINT}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        to.p256dh = bad[i];
        assert_int_equal(web_push_encrypt(&cx, &keys, &to, &text, &body), ERR_CRYPTO);
        err_forget(&cx);
    }
    p256_free(&keys.pair);
}

static bool
has(const struct http_out_post *post, const char *header)
{
    for (size_t i = 0; post->headers[i] != NULL; i++)
        if (strcmp(post->headers[i], header) == 0)
            return true;
    return false;
}

static void
a_request_has_what_the_standard_asks_for(void **state)
{
    (void)state;
    struct web_push w = {
        .vapid = {.key = application_server(), .point = STR("x"), .contact = STR("mailto:ops@example.com")},
        .hosts = hosts,
        .n_hosts = 1};
    const struct letter to = user_agent();
    struct http_out_post post = {.url = NULL}, again = {.url = NULL};
    assert_int_equal(web_push_write(&cx, &w, &to, &post), ERR_NONE);
    assert_string_equal(post.url, to.endpoint.p);
    assert_ptr_equal(post.rules, &w.rules);
    assert_int_equal(post.body.n, WEB_PUSH_BODY);
    assert_true(has(&post, "Content-Encoding: aes128gcm"));
    assert_true(has(&post, "TTL: 60"));
    assert_true(has(&post, "Urgency: high"));
    assert_true(str_starts(str_from_cstr(post.headers[0]), STR_LIT("Authorization: vapid t=")));
    assert_int_equal(web_push_write(&cx, &w, &to, &again), ERR_NONE);
    assert_memory_not_equal(again.body.p, post.body.p, ECE_SALT);
    assert_memory_not_equal(again.body.p + ECE_HEADER, post.body.p + ECE_HEADER, P256_POINT);
    assert_string_equal(again.headers[5], post.headers[5]);
    assert_true(str_starts(str_from_cstr(post.headers[5]), STR_LIT("Topic: ")));
    assert_true(strlen(post.headers[5]) <= strlen("Topic: ") + 32); /* RFC 8030, section 5.4 */
    struct letter notice = to;
    notice.kind = LETTER_NOTICE;
    notice.ttl = 86400;
    assert_int_equal(web_push_write(&cx, &w, &notice, &again), ERR_NONE);
    assert_true(has(&again, "TTL: 86400") && has(&again, "Urgency: normal"));
    assert_int_equal(again.body.n, WEB_PUSH_BODY);
    assert_string_not_equal(again.headers[5], post.headers[5]); /* it takes no challenge's place */
    w.n_hosts = 0;
    assert_int_equal(web_push_write(&cx, &w, &to, &post), ERR_POLICY);
    vapid_clear(&w.vapid);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(the_example_of_the_standard),
        CASE(a_key_that_is_no_point_is_refused),
        CASE(a_request_has_what_the_standard_asks_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
