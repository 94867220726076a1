/* SPDX-License-Identifier: Apache-2.0 */
/* The fate of a notification after an attempt; with real rows: tests/unit/proc/outbox_test.c. */
#include "tests/unit/unit.h"

#include "delivery/fate.h"

static const struct fate_of fresh = {.created_at = 1000 * CLOCK_S, .expires_at = 1060 * CLOCK_S};
static const struct fate_of ring = {
    .is_web_push = true, .created_at = 1000 * CLOCK_S, .expires_at = 1060 * CLOCK_S};

static enum fate
decide(const struct fate_of *row, enum http_out_result result, int64_t now, int64_t *next_out)
{
    const struct http_out_end end = {.result = result};
    return fate_decide(row, &end, now, next_out);
}

static void
attempts_pause_ever_longer_until_the_end(void **state)
{
    (void)state;
    static const int64_t wanted_s[] = {1, 3, 7, 15, 31, 59};
    const struct fate_of *rows[] = {&fresh, &ring};
    for (size_t k = 0; k < 2; k++) {
        struct fate_of row = *rows[k];
        int64_t now = row.created_at, next = 0;
        for (size_t i = 0; i < ARRAY_LEN(wanted_s); i++, row.attempts++) {
            assert_int_equal(decide(&row, HTTP_OUT_LATER, now, &next), FATE_AGAIN);
            assert_int_equal(next, row.created_at + wanted_s[i] * CLOCK_S);
            now = next;
        }
        /* A phone may ask by itself while its push service is down; behind a webhook no phone is known. */
        assert_int_equal(decide(&row, HTTP_OUT_LATER, now, &next), k == 0 ? FATE_FAILED : FATE_DROPPED);
    }
}

static void
an_alarm_is_tried_for_days_whatever_is_answered(void **state)
{
    (void)state;
    struct fate_of row = {
        .is_alarm = true, .created_at = 1000 * CLOCK_S, .expires_at = 1000 * CLOCK_S + CLOCK_DAY};
    int64_t now = row.created_at, next = 0, longest = 0;
    while (decide(&row, row.attempts % 2 == 0 ? HTTP_OUT_REFUSED : HTTP_OUT_LATER, now, &next) ==
           FATE_AGAIN) {
        assert_true(next > now && next <= fate_last(&row));
        longest = next - now > longest ? next - now : longest;
        now = next;
        row.attempts++;
    }
    assert_int_equal(longest, FATE_ALARM_PAUSE_MOST);
    assert_int_equal(now, fate_last(&row));
    assert_int_equal(decide(&row, HTTP_OUT_LATER, now, &next), FATE_FAILED);
    assert_int_equal(decide(&row, HTTP_OUT_SENT, now, &next), FATE_SENT);
}

static void
a_refusal_is_asked_about_once_more_and_then_final(void **state)
{
    (void)state;
    const struct fate_of *rows[] = {&fresh, &ring};
    for (size_t k = 0; k < 2; k++) {
        int64_t next = 0;
        assert_int_equal(decide(rows[k], HTTP_OUT_REFUSED, fresh.created_at, &next), FATE_AGAIN);
        assert_int_equal(next, fresh.created_at + FATE_GRACE);
        assert_int_equal(decide(rows[k], HTTP_OUT_REFUSED, next, &next), FATE_FAILED);
    }
}

static void
a_refusal_of_a_short_challenge_is_final_before_its_end(void **state)
{
    (void)state;
    struct fate_of row = ring;
    int64_t next = 0;
    row.expires_at = row.created_at + 10 * CLOCK_S;
    assert_int_equal(decide(&row, HTTP_OUT_REFUSED, row.created_at, &next), FATE_AGAIN);
    assert_int_equal(next, row.created_at + 9 * CLOCK_S);
    assert_int_equal(decide(&row, HTTP_OUT_REFUSED, next, &next), FATE_FAILED);
}

static void
what_was_taken_is_sent(void **state)
{
    (void)state;
    int64_t next = 0;
    assert_int_equal(decide(&fresh, HTTP_OUT_SENT, fresh.created_at, &next), FATE_SENT);
}

static void
a_push_service_is_left_alone_as_long_as_it_asks_for(void **state)
{
    (void)state;
    static const struct {
        int64_t retry_after_s, next_s; /* 0: given up */
    } rows[] = {{0, 1}, {1, 1}, {20, 20}, {59, 59}, {60, 0}, {86400, 0}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct http_out_end end = {.result = HTTP_OUT_LATER,
                                         .retry_after = rows[i].retry_after_s * CLOCK_S};
        int64_t next = 0;
        enum fate fate = fate_decide(&ring, &end, ring.created_at, &next);
        assert_int_equal(fate, rows[i].next_s == 0 ? FATE_DROPPED : FATE_AGAIN);
        if (fate == FATE_AGAIN)
            assert_int_equal(next, ring.created_at + rows[i].next_s * CLOCK_S);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attempts_pause_ever_longer_until_the_end),
        cmocka_unit_test(an_alarm_is_tried_for_days_whatever_is_answered),
        cmocka_unit_test(a_refusal_is_asked_about_once_more_and_then_final),
        cmocka_unit_test(a_refusal_of_a_short_challenge_is_final_before_its_end),
        cmocka_unit_test(what_was_taken_is_sent),
        cmocka_unit_test(a_push_service_is_left_alone_as_long_as_it_asks_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
