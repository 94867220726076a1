/* SPDX-License-Identifier: Apache-2.0 */
/* live: the text of /metrics as numbers. */
#include "report/live.h"

#include "base/buf.h"

#include "tests/unit/unit.h"

static const char text[] = "# TYPE countersign_build_info gauge\n"
                           "countersign_build_info{version=\"1.2.3\"} 1\n"
                           "countersign_start_time_seconds 1795447814.000345\n"
                           "countersign_signins_total{result=\"OK\"} 12\n"
                           "countersign_signins_total{result=\"TimeOut\"} 3\n"
                           "countersign_deliveries_total{service=\"google\",outcome=\"failed\"} 4\n"
                           "countersign_deliveries_total{service=\"google\",outcome=\"sent\"} 5\n"
                           "other_signins_total{result=\"OK\"} 99\n";

static void
samples_are_added_by_name_and_label(void **state)
{
    (void)state;
    struct live l;
    live_init(&l);
    live_parse(&l, str_from_cstr(text));
    assert_true(str_eq(l.version, STR_LIT("1.2.3")));
    assert_int_equal(live_value(&l, STR_LIT("signins_total"), STR_NULL), 15);
    assert_int_equal(live_value(&l, STR_LIT("signins_total"), STR_LIT("result=\"OK\"")), 12);
    assert_int_equal(live_value(&l, STR_LIT("deliveries_total"), STR_LIT("outcome=\"failed\"")), 4);
    assert_int_equal(live_value(&l, STR_LIT("start_time_seconds"), STR_NULL), INT64_C(1795447814000345));
    assert_int_equal(live_value(&l, STR_LIT("absent"), STR_NULL), 0);
    live_parse(&l, STR_LIT(""));
    assert_true(str_is_null(l.version));
    assert_int_equal(live_value(&l, STR_LIT("signins_total"), STR_NULL), 0);
    live_clear(&l);
}

static void
damaged_text_is_read_without_harm(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "countersign_",
        "countersign_x",
        "countersign_x{",
        "countersign_x{}",
        "countersign_build_info{version=\"",
        "countersign_x 1e400\ncountersign_x -5\ncountersign_x 99999999999999999999\ncountersign_x .5.5\n",
        "countersign_build_info{version=\"1",
        "\n\n\n",
        "countersign_x{a=\"\n\"} 1\n",
    };
    struct live l;
    live_init(&l);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        live_parse(&l, str_from_cstr(texts[i]));
        assert_true(live_value(&l, STR_LIT("x"), STR_NULL) >= 0);
    }
    live_clear(&l);
}

/* What answers may be another program. */
static void
sums_have_an_end(void **state)
{
    (void)state;
    static const struct str x = STR("x");
    struct live l;
    live_init(&l);
    live_parse(&l, STR_LIT("countersign_x 144115188000.5\ncountersign_x 144115188000.5\n"
                           "countersign_y 9223372036853.999999\ncountersign_y 9223372036853\n"));
    const int64_t most = live_value(&l, x, STR_NULL);
    assert_true(most > 0 && most < INT64_MAX / 32);
    assert_int_equal(live_value(&l, STR_LIT("y"), STR_NULL), 0);
    live_parse(&l, STR_LIT("countersign_x 1795447814.000345\ncountersign_x 1795447814.000345\n"));
    assert_int_equal(live_value(&l, x, STR_NULL), INT64_C(3590895628000690));
    live_clear(&l);
}

static void
more_samples_than_a_server_has_are_ignored(void **state)
{
    (void)state;
    struct live l;
    struct buf many;
    buf_init(&many, (size_t)1 << 20);
    for (int i = 0; i < 2 * LIVE_SAMPLES; i++)
        buf_add_cstr(&many, "countersign_x 1\n");
    live_init(&l);
    live_parse(&l, buf_view(&many));
    assert_int_equal(live_value(&l, STR_LIT("x"), STR_NULL), LIVE_SAMPLES);
    live_clear(&l);
    buf_clear(&many);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_are_added_by_name_and_label),
        cmocka_unit_test(damaged_text_is_read_without_harm),
        cmocka_unit_test(sums_have_an_end),
        cmocka_unit_test(more_samples_than_a_server_has_are_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
