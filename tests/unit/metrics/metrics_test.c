/* SPDX-License-Identifier: Apache-2.0 */
/* metrics: what processes count in one page: their sums, a slot that goes on after a restart, the text. */
#include "tests/unit/unit.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "contract/ct.h"
#include "metrics/metrics_page.h"
#include "metrics/metrics_read.h"

static struct cx cx;
static int page = -1;
static struct metrics_view view;

static int
setup(void **state)
{
    (void)state;
    cx_init(&cx);
    assert_int_equal(metrics_make(&cx, 3, &page), ERR_NONE);
    assert_int_equal(metrics_look(&cx, page, &view), ERR_NONE);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    (void)close(page);
    cx_clear(&cx);
    return 0;
}

/* Another process, in that slot. */
static void
as_child(size_t slot, void (*what)(void))
{
    pid_t pid = fork();
    if (pid == 0) {
        if (metrics_join(&cx, page, slot) != ERR_NONE)
            _exit(1);
        what();
        _exit(0);
    }
    int status = -1;
    assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
    assert_int_equal(status, 0);
}

static void
work(void)
{
    metrics_count(METRIC_SIGNINS, METRICS_RESULT_OK);
    metrics_add(METRIC_DELIVERIES, METRICS_SERVICE_APPLE, METRICS_FATE_FAILED, 2);
    metrics_set(METRIC_CONNECTIONS, 0, 7);
    metrics_set(METRIC_STORE_ANSWERED, 0, 1500000);
    metrics_observe(METRIC_HASH, 0, 30000);
}

static void
nothing(void)
{
}

static void
sums(void **state)
{
    (void)state;
    as_child(1, work);
    as_child(2, work);
    metrics_count(METRIC_SIGNINS, METRICS_RESULT_OK);
    assert_int_equal(metrics_value_of(&view, METRIC_SIGNINS, METRICS_RESULT_OK, 0), 3);
    assert_int_equal(metrics_value_of(&view, METRIC_DELIVERIES, METRICS_SERVICE_APPLE, METRICS_FATE_FAILED),
                     4);
    assert_int_equal(metrics_value_of(&view, METRIC_DELIVERIES, METRICS_SERVICE_APPLE, METRICS_FATE_SENT), 0);
    assert_int_equal(metrics_value_of(&view, METRIC_CONNECTIONS, 0, 0), 14);
    assert_int_equal(metrics_value_of(&view, METRIC_STORE_ANSWERED, 0, 0), 1500000);
}

static void
restart(void **state)
{
    (void)state;
    as_child(1, work);
    as_child(1, nothing);
    assert_int_equal(metrics_value_of(&view, METRIC_SIGNINS, METRICS_RESULT_OK, 0), 1);
    assert_int_equal(metrics_value_of(&view, METRIC_CONNECTIONS, 0, 0), 0);
    as_child(1, work);
    assert_int_equal(metrics_value_of(&view, METRIC_SIGNINS, METRICS_RESULT_OK, 0), 2);
}

static void
no_slot(void **state)
{
    (void)state;
    assert_int_equal(metrics_join(&cx, page, 3), ERR_SYSTEM);
    err_forget(&cx);
    assert_int_not_equal(ftruncate(page, 1), 0);
    assert_int_not_equal(ftruncate(page, 1 << 24), 0);
}

static bool
has(const struct buf *text, const char *line)
{
    return str_find_str(buf_view(text), str_from_cstr(line)) < text->len;
}

static void
text(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1 << 20);
    as_child(1, work);
    metrics_write(&view, METRICS_OPENMETRICS, &out);
    assert_true(has(&out, "# TYPE countersign_signins counter\n"));
    assert_true(has(&out, "countersign_signins_total{result=\"OK\"} 1\n"));
    assert_true(has(&out, "countersign_deliveries_total{service=\"apple\",outcome=\"failed\"} 2\n"));
    assert_true(has(&out, "# UNIT countersign_password_hash_seconds seconds\n"));
    assert_true(has(&out, "countersign_password_hash_seconds_bucket{le=\"0.025\"} 0\n"));
    assert_true(has(&out, "countersign_password_hash_seconds_bucket{le=\"0.05\"} 1\n"));
    assert_true(has(&out, "countersign_password_hash_seconds_bucket{le=\"+Inf\"} 1\n"));
    assert_true(has(&out, "countersign_password_hash_seconds_sum 0.030000\n"));
    assert_true(has(&out, "countersign_password_hash_seconds_count 1\n"));
    assert_true(has(&out, "countersign_store_answered_time_seconds 1.500000\n"));
    assert_true(str_ends(buf_view(&out), STR_LIT("# EOF\n")));
    assert_false(has(&out, "countersign_store_answered_seconds"));
    buf_reset(&out);
    metrics_write(&view, METRICS_PROMETHEUS, &out);
    assert_true(has(&out, "# TYPE countersign_signins_total counter\n"));
    assert_false(has(&out, "# UNIT"));
    assert_false(has(&out, "# EOF"));
    buf_clear(&out);
}

/* Anything longer than the last bound is in the last bucket. */
static void
bounds(void **state)
{
    (void)state;
    for (int m = 0; m < METRIC_COUNT_; m++)
        for (int i = 1; i < METRICS_BUCKETS - 1; i++)
            assert_true(metrics_bounds((enum metric)m)[i] > metrics_bounds((enum metric)m)[i - 1]);
    metrics_observe(METRIC_HASH, 0, -5);
    metrics_observe(METRIC_HASH, 0, INT64_MAX / 2);
    assert_int_equal(metrics_own(METRIC_HASH, 0, 0), 2);
}

/* Every result of the operations that sign in has a label of its own. */
static void
results(void **state)
{
    (void)state;
    const struct ct_enum *const enums[] = {&ct_enum_LoginTwoFactorRet, &ct_enum_LoginV2};
    for (size_t e = 0; e < ARRAY_LEN(enums); e++)
        for (size_t i = 0; i < enums[e]->n; i++) {
            struct str name = enums[e]->values[i].bare;
            bool is_open = str_eq(name, STR_LIT("Poll")) || str_eq(name, STR_LIT("InvalidToken")) ||
                           str_starts(name, STR_LIT("OkTwoFactor"));
            int label = metrics_result(name);
            assert_int_equal(label == METRICS_RESULT_OTHER, is_open);
            if (!is_open)
                assert_true(str_eq(str_from_cstr(metrics_label_text(METRICS_LIST_RESULT, label)), name));
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sums, setup, teardown),
        cmocka_unit_test_setup_teardown(restart, setup, teardown),
        cmocka_unit_test_setup_teardown(no_slot, setup, teardown),
        cmocka_unit_test_setup_teardown(text, setup, teardown),
        cmocka_unit_test_setup_teardown(bounds, setup, teardown),
        cmocka_unit_test(results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
