/* SPDX-License-Identifier: Apache-2.0 */
/* top: what happened between two looks. */
#include "report/top.h"

#include "base/buf.h"

#include "tests/unit/unit.h"

static void
between(const char *before, const char *now, struct top *t, struct live looks[2])
{
    live_init(&looks[0]);
    live_init(&looks[1]);
    live_parse(&looks[0], str_from_cstr(before));
    live_parse(&looks[1], str_from_cstr(now));
    top_between(&looks[0], &looks[1], t);
}

static void
leave(struct live looks[2])
{
    live_clear(&looks[0]);
    live_clear(&looks[1]);
}

static void
differences_are_shown_and_what_waits_is_of_now(void **state)
{
    (void)state;
    struct top t;
    struct live looks[2];
    between("countersign_start_time_seconds 5.000000\n"
            "countersign_signins_total{result=\"OK\"} 10\n"
            "countersign_signins_total{result=\"TimeOut\"} 7\n"
            "countersign_approval_seconds_sum{decision=\"approved\"} 20.000000\n"
            "countersign_approval_seconds_count{decision=\"approved\"} 4\n"
            "countersign_parked_checks 9\n",
            "countersign_start_time_seconds 5.000000\n"
            "countersign_signins_total{result=\"OK\"} 13\n"
            "countersign_signins_total{result=\"TimeOut\"} 8\n"
            "countersign_signins_total{result=\"InvalidPassword\"} 6\n"
            "countersign_signins_total{result=\"UnknownError\"} 2\n"
            "countersign_approval_seconds_sum{decision=\"approved\"} 33.000000\n"
            "countersign_approval_seconds_count{decision=\"approved\"} 6\n"
            "countersign_parked_checks 2\n",
            &t, looks);
    assert_int_equal(t.granted, 3);
    assert_int_equal(t.refused, 7);
    assert_int_equal(t.failed, 2);
    assert_int_equal(t.approvals, 2);
    assert_int_equal(t.approval_ms, 6500);
    assert_int_equal(t.waiting, 2);
    assert_int_equal(t.n_causes, 2);
    assert_true(str_eq(t.causes[0].result, STR_LIT("InvalidPassword")));
    assert_int_equal(t.causes[1].n, 1);
    leave(looks);
}

static void
a_server_that_was_started_again_begins_at_nothing(void **state)
{
    (void)state;
    struct top t;
    struct live looks[2];
    between("countersign_start_time_seconds 5.000000\ncountersign_signins_total{result=\"OK\"} 10\n",
            "countersign_start_time_seconds 6.000000\ncountersign_signins_total{result=\"OK\"} 12\n", &t,
            looks);
    assert_int_equal(t.granted, 12);
    assert_int_equal(t.approval_ms, -1);
    leave(looks);
}

static void
the_most_frequent_causes_are_kept(void **state)
{
    (void)state;
    struct top t;
    struct live looks[2];
    struct buf text;
    buf_init(&text, 4096);
    for (int i = 1; i <= TOP_CAUSES + 3; i++)
        buf_addf(&text, "countersign_signins_total{result=\"R%d\"} %d\n", i, i);
    buf_add_byte(&text, '\0');
    between("", buf_view(&text).p, &t, looks);
    assert_int_equal(t.n_causes, TOP_CAUSES);
    assert_int_equal(t.causes[0].n, TOP_CAUSES + 3);
    assert_int_equal(t.causes[TOP_CAUSES - 1].n, 4);
    assert_int_equal(t.refused, (TOP_CAUSES + 3) * (TOP_CAUSES + 4) / 2);
    leave(looks);
    buf_clear(&text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_are_shown_and_what_waits_is_of_now),
        cmocka_unit_test(a_server_that_was_started_again_begins_at_nothing),
        cmocka_unit_test(the_most_frequent_causes_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
