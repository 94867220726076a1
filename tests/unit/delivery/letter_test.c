/* SPDX-License-Identifier: Apache-2.0 */
/* What worker and courier say to each other: there and back, and what neither takes. */
#include "tests/unit/unit.h"

#include "delivery/letter.h"

static struct buf wire;

static int
setup(void **state)
{
    (void)state;
    buf_init(&wire, FRAME_MAX);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    buf_clear(&wire);
    return 0;
}

static struct frame
read_frame(void)
{
    struct frame f;
    assert_int_equal(frame_next(&wire, &f), ERR_NONE);
    return f;
}

static void
a_letter_arrives_as_it_was_written(void **state)
{
    (void)state;
    const struct letter letters[] = {
        {.kind = LETTER_WEBHOOK, .id = STR("Yd3k")},
        {LETTER_CHALLENGE,
         STR("Yd3k"),
         7,
         STR("https://a.example/x"),
         STR("key"),
         STR("secret"),
         60,
         {.is_cleared = false}},
        {LETTER_NOTICE,
         STR("Yd3k"),
         7,
         STR("https://a.example/x"),
         STR("key"),
         STR("secret"),
         86400,
         {.is_cleared = false}},
        {.kind = LETTER_ALARM,
         .id = STR("42"),
         .alarm = {true, STR("disk"), STR("the disk is full"), STR("web1"), STR("12 MiB are left."), 7, 9}},
        {.kind = LETTER_MAIL,
         .id = STR("42"),
         .alarm = {false, STR("audit"), STR("the log"), STR(""), STR("It was changed."), 7, 7}},
    };
    for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
        struct letter got;
        letter_put(&wire, 41, &letters[i]);
        struct frame f = read_frame();
        assert_int_equal(f.type, LETTER_POST);
        assert_int_equal(f.id, 41);
        assert_int_equal(letter_get(&f, &got), ERR_NONE);
        assert_int_equal(got.kind, letters[i].kind);
        assert_true(str_eq(got.id, letters[i].id));
        assert_int_equal(got.device_id, letters[i].device_id);
        assert_true(str_eq(got.endpoint, letters[i].endpoint) && str_eq(got.p256dh, letters[i].p256dh));
        assert_true(str_eq(got.auth, letters[i].auth));
        assert_int_equal(got.ttl, letters[i].ttl);
        assert_int_equal(got.alarm.is_cleared, letters[i].alarm.is_cleared);
        assert_true(str_eq(got.alarm.class, letters[i].alarm.class));
        assert_true(str_eq(got.alarm.title, letters[i].alarm.title));
        assert_true(str_eq(got.alarm.subject, letters[i].alarm.subject));
        assert_true(str_eq(got.alarm.detail, letters[i].alarm.detail));
        assert_int_equal(got.alarm.raised_at, letters[i].alarm.raised_at);
        assert_int_equal(got.alarm.at, letters[i].alarm.at);
        frame_consume(&wire, &f);
    }
}

static void
a_key_arrives_whole(void **state)
{
    (void)state;
    struct secret scalar = {.bytes = {1, 2, 3}, .n = P256_SCALAR}, got;
    unsigned char point[P256_POINT] = {4, 5, 6}, point_got[P256_POINT];
    letter_put_key(&wire, &scalar, point);
    struct frame f = read_frame();
    assert_int_equal(f.type, LETTER_KEY);
    assert_int_equal(letter_get_key(&f, &got, point_got), ERR_NONE);
    assert_int_equal(got.n, P256_SCALAR);
    assert_memory_equal(got.bytes, scalar.bytes, P256_SCALAR);
    assert_memory_equal(point_got, point, P256_POINT);
    f.body.n--;
    f.at = 0;
    assert_int_equal(letter_get_key(&f, &got, point_got), ERR_PROTOCOL);
}

static enum errcode
pass_end(const struct http_out_end *end, struct http_out_end *got)
{
    buf_reset(&wire);
    letter_end_put(&wire, 1, end);
    struct frame f = read_frame();
    return letter_end_get(&f, got);
}

static void
an_answer_is_bounded_and_cannot_write_a_line_of_the_log(void **state)
{
    (void)state;
    const struct http_out_end fine = {HTTP_OUT_LATER, 429, HTTP_OUT_RETRY_MOST,
                                      "a\" status=200\nb\033c\177\200~ d"};
    struct http_out_end got, bad[] = {fine, fine, fine, fine, fine};
    assert_int_equal(pass_end(&fine, &got), ERR_NONE);
    assert_int_equal(got.result, HTTP_OUT_LATER);
    assert_int_equal(got.status, 429);
    assert_int_equal(got.retry_after, HTTP_OUT_RETRY_MOST);
    assert_string_equal(got.why, "a? status=200?b?c??~ d");
    bad[0].result = HTTP_OUT_RESULT_COUNT_;
    bad[1].status = HTTP_OUT_STATUS_MAX + 1;
    bad[2].status = -1;
    bad[3].retry_after = HTTP_OUT_RETRY_MOST + 1;
    bad[4].retry_after = -1;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(pass_end(&bad[i], &got), ERR_PROTOCOL);
}

/* A frame that is cut anywhere, has too much, or is of no kind. */
static void
what_is_malformed_is_refused(void **state)
{
    (void)state;
    const struct letter letter = {LETTER_CHALLENGE, STR("Yd3k"),   7,  STR("https://a.example/x"),
                                  STR("key"),       STR("secret"), 60, {.is_cleared = false}};
    const struct http_out_end end = {HTTP_OUT_LATER, 429, 0, "why"};
    struct letter got;
    struct http_out_end end_got;
    char body[256] = {0};
    letter_put(&wire, 1, &letter);
    letter_end_put(&wire, 1, &end);
    struct frame f = read_frame();
    memcpy(body, f.body.p, f.body.n);
    for (size_t n = 0; n <= f.body.n + 1; n++) {
        struct frame cut = {.body = {body, n}};
        assert_int_equal(letter_get(&cut, &got), n == f.body.n ? ERR_NONE : ERR_PROTOCOL);
    }
    body[0] = LETTER_KIND_COUNT_;
    struct frame strange = {.body = {body, f.body.n}};
    assert_int_equal(letter_get(&strange, &got), ERR_PROTOCOL);
    frame_consume(&wire, &f);
    f = read_frame();
    for (size_t n = 0; n < f.body.n; n++) {
        struct frame cut = {.body = {f.body.p, n}};
        assert_int_equal(letter_end_get(&cut, &end_got), ERR_PROTOCOL);
    }
    char long_why[sizeof end.why + 8];
    memset(long_why, 'x', sizeof long_why);
    buf_reset(&wire);
    size_t mark = frame_begin(&wire, LETTER_END, 1);
    frame_put_u8(&wire, HTTP_OUT_LATER);
    frame_put_u32(&wire, 0);
    frame_put_i64(&wire, 0);
    frame_put_str(&wire, (struct str){long_why, sizeof end.why});
    assert_int_equal(frame_end(&wire, mark), ERR_NONE);
    f = read_frame();
    assert_int_equal(letter_end_get(&f, &end_got), ERR_PROTOCOL);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_letter_arrives_as_it_was_written),
        CASE(a_key_arrives_whole),
        CASE(an_answer_is_bounded_and_cannot_write_a_line_of_the_log),
        CASE(what_is_malformed_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
