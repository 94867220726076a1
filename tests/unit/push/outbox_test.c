/* The fate of a waiting row after an attempt, and what a round does with real rows and a real receiver. */
#include "tests/unit/unit.h"

#include "push/outbox.h"

static const struct outbox_row fresh = {.created_at = 1000 * CLOCK_S, .expires_at = 1060 * CLOCK_S};

static void
attempts_pause_ever_longer_until_the_end(void **state)
{
    (void)state;
    static const int64_t wanted_s[] = {1, 3, 7, 15, 31, 59};
    struct outbox_row row = fresh;
    int64_t now = row.created_at, next = 0;
    for (size_t i = 0; i < sizeof(wanted_s) / sizeof(wanted_s[0]); i++, row.attempts++) {
        assert_int_equal(outbox_decide(&row, HTTP_OUT_LATER, now, &next), OUTBOX_AGAIN);
        assert_int_equal(next, row.created_at + wanted_s[i] * CLOCK_S);
        now = next;
    }
    assert_int_equal(outbox_decide(&row, HTTP_OUT_LATER, now, &next), OUTBOX_FAILED);
}

static void
a_refusal_is_asked_about_once_more_and_then_final(void **state)
{
    (void)state;
    int64_t next = 0;
    assert_int_equal(outbox_decide(&fresh, HTTP_OUT_REFUSED, fresh.created_at, &next), OUTBOX_AGAIN);
    assert_int_equal(next, fresh.created_at + OUTBOX_GRACE);
    assert_int_equal(outbox_decide(&fresh, HTTP_OUT_REFUSED, next, &next), OUTBOX_FAILED);
}

static void
what_was_taken_is_sent_and_what_was_cancelled_is_as_before(void **state)
{
    (void)state;
    int64_t next = 0;
    assert_int_equal(outbox_decide(&fresh, HTTP_OUT_SENT, fresh.created_at, &next), OUTBOX_SENT);
    assert_int_equal(outbox_decide(&fresh, HTTP_OUT_CANCELLED, fresh.created_at, &next), OUTBOX_AGAIN);
    assert_int_equal(next, fresh.created_at);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attempts_pause_ever_longer_until_the_end),
        cmocka_unit_test(a_refusal_is_asked_about_once_more_and_then_final),
        cmocka_unit_test(what_was_taken_is_sent_and_what_was_cancelled_is_as_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
