/* SPDX-License-Identifier: Apache-2.0 */
/* clock: its two clocks, its text, and how a test moves it. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

static void
runs(void **state)
{
    (void)state;
    assert_true(clock_now() > INT64_C(1600000000) * CLOCK_S);
    int64_t a = clock_mono();
    assert_true(clock_mono() >= a && a > 0);
    assert_false(clock_is_movable());
    clock_fix(42);
    assert_true(clock_is_movable());
    assert_int_equal(clock_now(), 42);
    assert_int_equal(clock_mono(), 42);
    clock_fix(0);
    assert_true(clock_now() > 42);
}

static void
a_day_is_read(void **state)
{
    static const char *const wrong[] = {"",           "2026-11-3",  "2026-11-031", "2026-13-01",
                                        "2026-00-01", "2026-02-30", "1969-12-31",  "2026/11/03",
                                        "+026-11-03", "2026-11-3 "};
    int64_t t = 0;
    (void)state;
    assert_int_equal(clock_read_day(STR_LIT("2026-11-23"), &t), ERR_NONE);
    assert_int_equal(t, INT64_C(1795392000) * CLOCK_S);
    assert_int_equal(clock_read_day(STR_LIT("2024-02-29"), &t), ERR_NONE);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_int_equal(clock_read_day(str_from_cstr(wrong[i]), &t), ERR_SYNTAX);
}

static void
text(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    assert_str(clock_text(&a, 0), "1970-01-01T00:00:00Z");
    assert_str(clock_text(&a, INT64_C(1795447814) * CLOCK_S + 999999), "2026-11-23T15:30:14Z");
    assert_str(clock_text(&a, -1), "1969-12-31T23:59:59Z");
    char ms[CLOCK_TEXT_MS];
    clock_text_ms(INT64_C(1795447814) * CLOCK_S + 7999, ms);
    assert_string_equal(ms, "2026-11-23T15:30:14.007Z");
    clock_text_ms(-1, ms);
    assert_string_equal(ms, "1969-12-31T23:59:59.999Z");
    arena_clear(&a);
}

static void
offset(void **state)
{
    (void)state;
    char path[] = "/tmp/clock_test.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(clock_map_offset("/nonexistent/file"), ERR_SYSTEM);
    assert_int_equal(clock_map_offset(path), ERR_SYSTEM); /* empty */
    int64_t zero = 0;
    assert_int_equal(pwrite(fd, &zero, sizeof zero, 0), sizeof zero);
    assert_int_equal(clock_map_offset(path), ERR_NONE);
    int64_t before = clock_mono();
    int64_t hour = CLOCK_HOUR;
    assert_int_equal(pwrite(fd, &hour, sizeof hour, 0), sizeof hour);
    assert_true(clock_mono() - before >= CLOCK_HOUR);
    assert_true(clock_mono() - before < 2 * CLOCK_HOUR);
    (void)close(fd);
    (void)unlink(path);
}

/* A process that has it open for writing moves it for all, only forward. */
static void
shared(void **state)
{
    (void)state;
    char path[] = "/tmp/clock_test.XXXXXX";
    int fd = mkstemp(path);
    int64_t zero = 0, at = 0;
    assert_true(fd >= 0);
    assert_int_equal(clock_share(-1), ERR_SYSTEM);
    assert_int_equal(clock_share(fd), ERR_SYSTEM); /* empty */
    assert_int_equal(pwrite(fd, &zero, sizeof zero, 0), sizeof zero);
    assert_int_equal(clock_share(fd), ERR_NONE);
    assert_true(clock_is_movable());
    int64_t before = clock_now();
    assert_int_equal(clock_advance(CLOCK_HOUR, &at), ERR_NONE);
    assert_int_equal(at, CLOCK_HOUR);
    /* Less what it is slowed by where the machine's own clock has just been set back. */
    assert_true(clock_now() - before >= CLOCK_HOUR - CLOCK_HOUR / CLOCK_SLEW);
    assert_int_equal(clock_advance(-1, &at), ERR_RANGE);
    assert_int_equal(clock_advance(CLOCK_ADVANCE_MOST, &at), ERR_RANGE);
    assert_int_equal(clock_advance(INT64_MAX, &at), ERR_RANGE);
    assert_int_equal(clock_map_offset(path), ERR_NONE); /* to look at alone */
    assert_int_equal(clock_advance(0, &at), ERR_DENIED);
    (void)close(fd);
    (void)unlink(path);
}

/* The wall clock is set back and forward by the second word of the file, as an operator does it. */
static void
never_goes_back(void **state)
{
    (void)state;
    char path[] = "/tmp/clock_test.XXXXXX";
    int fd = mkstemp(path);
    int64_t words[2] = {0, 0};
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, words, sizeof words, 0), sizeof words);
    assert_int_equal(clock_map_offset(path), ERR_NONE);
    const int64_t before = clock_now();
    words[1] = -CLOCK_DAY;
    assert_int_equal(pwrite(fd, words, sizeof words, 0), sizeof words);
    assert_true(clock_wall() < before - CLOCK_HOUR);
    assert_true(clock_now() >= before && clock_now() < before + CLOCK_HOUR);

    words[0] = CLOCK_HOUR; /* which passes at its own pace, less what it is slowed by */
    assert_int_equal(pwrite(fd, words, sizeof words, 0), sizeof words);
    const int64_t later = clock_now() - before;
    assert_true(later >= CLOCK_HOUR - CLOCK_HOUR / CLOCK_SLEW && later < 2 * CLOCK_HOUR);

    words[1] = 2 * CLOCK_DAY;
    assert_int_equal(pwrite(fd, words, sizeof words, 0), sizeof words);
    assert_true(clock_now() - before >= 2 * CLOCK_DAY);

    const int64_t raised = clock_now() + CLOCK_DAY;
    assert_int_equal(clock_raise(raised), raised);
    assert_true(clock_now() >= raised && clock_now() < raised + CLOCK_HOUR);
    assert_true(clock_raise(before) >= raised);
    (void)close(fd);
    (void)unlink(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(runs),          cmocka_unit_test(text),
                                       cmocka_unit_test(a_day_is_read), cmocka_unit_test(offset),
                                       cmocka_unit_test(shared),        cmocka_unit_test(never_goes_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
