/* SPDX-License-Identifier: Apache-2.0 */
/* The courier's work without its process: letters in, answers out. Nothing listens where the webhook points
 * to: what is asked here is what the courier takes, and that each letter is answered once. */
#include "tests/unit/unit.h"

#include "delivery/delivery.h"
#include "delivery/letter.h"

enum { TIMEOUT_S = 20 };

static struct delivery d;
static struct buf in, out;
static struct secret scalar;
static unsigned char point[P256_POINT];
static const struct str hosts[] = {STR("push.example.net")};

static int
setup(void **state)
{
    (void)state;
    static const unsigned char wide[P256_WIDE] = {1};
    p256_derive(wide, &scalar, point);
    buf_init(&in, FRAME_MAX);
    buf_init(&out, FRAME_MAX);
    delivery_init(&d);
    d.http = http_out_new(TIMEOUT_S * CLOCK_S);
    d.url = "http://127.0.0.1:1/";
    d.key = STR_LIT("0123456789abcdef");
    d.contact = STR_LIT("mailto:ops@example.com");
    d.push.hosts = hosts;
    d.push.n_hosts = 1;
    return d.http == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
    (void)state;
    http_out_free(&d.http);
    delivery_clear(&d);
    buf_clear(&in);
    buf_clear(&out);
    return 0;
}

static enum errcode
take(void)
{
    struct frame f;
    assert_int_equal(frame_next(&in, &f), ERR_NONE);
    enum errcode err = delivery_take(&d, &f);
    buf_reset(&in);
    return err;
}

static enum errcode
take_webhook(uint32_t id)
{
    letter_put(&in, id, &(struct letter){.kind = LETTER_WEBHOOK, .id = STR("Yd3k")});
    return take();
}

static enum errcode
take_push(uint32_t id, struct str endpoint, struct str p256dh)
{
    letter_put(&in, id,
               &(struct letter){LETTER_CHALLENGE,
                                STR("Yd3k"),
                                7,
                                endpoint,
                                p256dh,
                                STR("0123456789abcdef"),
                                60,
                                {.is_cleared = false}});
    return take();
}

static enum errcode
take_key(void)
{
    letter_put_key(&in, &scalar, point);
    return take();
}

/* The next answer, which is waited for. */
static struct http_out_end
answer(uint32_t id)
{
    struct frame f;
    struct http_out_end end;
    while (frame_next(&out, &f) == ERR_MORE) {
        assert_int_equal(http_out_step(d.http, NULL, 0, 1000), ERR_NONE);
        delivery_collect(&d, &out);
    }
    assert_int_equal(f.type, LETTER_END);
    if (id != 0)
        assert_int_equal(f.id, id);
    assert_int_equal(letter_end_get(&f, &end), ERR_NONE);
    frame_consume(&out, &f);
    return end;
}

static void
each_letter_is_answered_once_and_makes_room_again(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < HTTP_OUT_AT_ONCE; i++) {
            assert_true(delivery_has_room(&d));
            assert_int_equal(take_webhook(i + 1), ERR_NONE);
        }
        assert_false(delivery_has_room(&d));
        assert_int_equal(take_webhook(99), ERR_PROTOCOL);
        for (uint32_t i = 0; i < HTTP_OUT_AT_ONCE; i++)
            assert_int_equal(answer(0).result, HTTP_OUT_LATER);
        assert_true(delivery_has_room(&d));
        delivery_collect(&d, &out);
        assert_int_equal(out.len, 0);
    }
}

static void
what_cannot_be_posted_is_refused_with_a_reason(void **state)
{
    (void)state;
    const struct str key = {(const char *)point, P256_POINT};
    assert_int_equal(take_key(), ERR_NONE);
    assert_int_equal(take_push(5, STR_LIT("https://elsewhere.example/x"), key), ERR_NONE);
    assert_string_equal(answer(5).why, "the push service is not admitted");
    assert_int_equal(take_push(6, STR_LIT("https://push.example.net/x"), STR_LIT("no point")), ERR_NONE);
    struct http_out_end end = answer(6);
    assert_string_equal(end.why, "bad key");
    assert_int_equal(end.result, HTTP_OUT_REFUSED);
    assert_int_equal(end.status, 0);
}

static void
a_letter_for_which_nothing_is_configured_breaks_the_protocol(void **state)
{
    (void)state;
    const struct str key = {(const char *)point, P256_POINT};
    assert_int_equal(take_push(1, STR_LIT("https://push.example.net/x"), key), ERR_PROTOCOL); /* no key yet */
    d.url = NULL;
    assert_int_equal(take_webhook(1), ERR_PROTOCOL);
    d.contact = STR_NULL;
    assert_int_equal(take_key(), ERR_PROTOCOL);
    letter_end_put(&in, 1, &(struct http_out_end){.result = HTTP_OUT_SENT});
    assert_int_equal(take(), ERR_PROTOCOL);
}

static void
a_new_key_takes_the_place_of_the_old_one(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(take_key(), ERR_NONE);
    assert_str(d.push.vapid.contact, "mailto:ops@example.com");
}

static void
what_lost_its_sender_is_delivered_without_an_answer(void **state)
{
    (void)state;
    assert_int_equal(take_webhook(1), ERR_NONE);
    delivery_disown(&d);
    assert_int_equal(take_webhook(2), ERR_NONE);
    (void)answer(2);
    while (d.jobs[0].is_busy || d.jobs[1].is_busy) {
        assert_int_equal(http_out_step(d.http, NULL, 0, 1000), ERR_NONE);
        delivery_collect(&d, &out);
    }
    assert_int_equal(out.len, 0);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(each_letter_is_answered_once_and_makes_room_again),
        CASE(what_cannot_be_posted_is_refused_with_a_reason),
        CASE(a_letter_for_which_nothing_is_configured_breaks_the_protocol),
        CASE(a_new_key_takes_the_place_of_the_old_one),
        CASE(what_lost_its_sender_is_delivered_without_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
