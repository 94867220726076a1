/* SPDX-License-Identifier: Apache-2.0 */
/* alarm: raised once, cleared once, a letter for each way. */
#include "accounts/alarm.h"

#include "accounts/reported.h"
#include "accounts/technician.h"
#include "base/rand.h"
#include "store/store_outbox.h"
#include "tests/unit/accounts/fixture.h"

static const struct alarm disk = {
    .class = ALARM_DISK, .subject = STR("web1"), .detail = STR("The disk has no room.")};
static const struct alarm other = {
    .class = ALARM_DISK, .subject = STR("web2"), .detail = STR("The disk has no room.")};

static bool
note(struct fixture *f, const struct alarm *alarm, bool is_there)
{
    bool changed = false;
    assert_ok(alarm_note(&f->cx, alarm, is_there, &changed));
    return changed;
}

static int64_t
letters(struct fixture *f)
{
    return fixture_int(f, "SELECT count(*) FROM outbox WHERE alarm_id IS NOT NULL");
}

static int64_t
standing(struct fixture *f)
{
    return fixture_int(f, "SELECT count(*) FROM alarm WHERE cleared_at = 0");
}

static void
one_is_raised_once_and_cleared_once(void **state)
{
    struct fixture *f = *state;
    f->env.has_alarm_hook = f->env.has_alarm_mail = true;
    assert_false(note(f, &disk, false));
    assert_true(note(f, &disk, true));
    assert_false(note(f, &disk, true));
    assert_true(note(f, &other, true));
    assert_int_equal(letters(f), 4);
    assert_int_equal(standing(f), 2);
    fixture_tick(f, CLOCK_S);
    assert_true(note(f, &disk, false));
    assert_false(note(f, &disk, false));
    assert_int_equal(letters(f), 6);
    assert_int_equal(standing(f), 1);
    assert_true(note(f, &disk, true));
    assert_int_equal(standing(f), 2);
}

static void
there_is_a_letter_for_each_way_that_is_configured(void **state)
{
    struct fixture *f = *state;
    assert_true(note(f, &disk, true));
    assert_int_equal(letters(f), 0);
    f->env.has_alarm_hook = true;
    assert_true(note(f, &other, true));
    assert_int_equal(letters(f), 1);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE transport = 'alarm'"), 1);
    f->env.has_alarm_hook = false;
    f->env.has_alarm_mail = true;
    assert_true(note(f, &other, false));
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM outbox WHERE transport = 'mail'"), 1);
}

static const struct outbox_row *
due(struct fixture *f, size_t wanted)
{
    struct outbox_row *rows = NULL;
    size_t n = 0;
    assert_ok(store_outbox_due(&f->cx, f->cx.now, 16, &rows, &n));
    assert_int_equal(n, wanted);
    return rows;
}

static void
a_letter_says_whether_it_begins_or_ends(void **state)
{
    struct fixture *f = *state;
    f->env.has_alarm_hook = true;
    assert_true(note(f, &disk, true));
    const struct outbox_row *row = due(f, 1);
    assert_true(row->is_pending && !row->alarm.is_cleared);
    assert_str(row->alarm.class, "disk");
    assert_str(row->alarm.subject, "web1");
    assert_str(row->alarm.detail, "The disk has no room.");
    assert_true(note(f, &disk, false)); /* in the same moment */
    fixture_tick(f, CLOCK_S);
    row = due(f, 2);
    for (size_t i = 0; i < 2; i++) /* what was not delivered before it was over is not needed any more */
        assert_int_equal(row[i].is_pending, row[i].alarm.is_cleared);
    assert_int_not_equal(row[0].alarm.is_cleared, row[1].alarm.is_cleared);
}

static void
what_no_server_sees_any_more_is_cleared_after_a_day(void **state)
{
    struct fixture *f = *state;
    bool more = false;
    assert_true(note(f, &disk, true));
    assert_true(note(f, &other, true));
    for (int hour = 0; hour < 30; hour++) {
        fixture_tick(f, CLOCK_HOUR);
        assert_false(note(f, &disk, true));
        assert_ok(alarm_sweep(&f->cx, 64, &more));
    }
    assert_int_equal(standing(f), 1);
    fixture_tick(f, ALARM_KEPT + CLOCK_DAY);
    assert_ok(alarm_sweep(&f->cx, 64, &more));
    assert_false(more);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM alarm"), 1); /* disk, cleared just now */
    assert_int_equal(standing(f), 0);
}

static void
old_ones_are_removed_with_their_letters(void **state)
{
    struct fixture *f = *state;
    bool more = false;
    f->env.has_alarm_hook = true;
    assert_true(note(f, &disk, true));
    fixture_tick(f, CLOCK_S);
    assert_true(note(f, &disk, false));
    fixture_tick(f, ALARM_KEPT - CLOCK_MINUTE);
    assert_ok(alarm_sweep(&f->cx, 64, &more));
    assert_int_equal(letters(f), 2);
    fixture_tick(f, CLOCK_HOUR);
    assert_ok(alarm_sweep(&f->cx, 64, &more));
    assert_int_equal(letters(f), 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM alarm"), 0);
}

static int64_t
report(struct fixture *f)
{
    struct technician t;
    assert_ok(technician_get(&f->cx, f->ann, &t));
    assert_ok(db_begin(&f->cx));
    assert_ok(db_end(&f->cx, reported_add(&f->cx, &t, 7, STR_LIT(FIXTURE_SOURCE))));
    return fixture_int(f, "SELECT max(created_at) FROM reported") == 0
               ? 0
               : fixture_int(f, "SELECT id FROM reported WHERE taken_at = 0");
}

static void
a_report_stands_until_somebody_has_taken_it(void **state)
{
    struct fixture *f = *state;
    bool more = false;
    f->env.tells_reports = f->env.has_alarm_hook = true;
    const int64_t id = report(f);
    assert_int_equal(standing(f), 1);
    assert_int_equal(letters(f), 1);
    fixture_tick(f, 10 * CLOCK_DAY);
    assert_ok(alarm_sweep(&f->cx, 64, &more));
    assert_int_equal(standing(f), 1);
    assert_ok(reported_take(&f->cx, f->ann, id));
    assert_int_equal(standing(f), 0);
    assert_int_equal(letters(f), 2);
    f->env.tells_reports = false;
    (void)report(f);
    assert_int_equal(standing(f), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
        TEST(one_is_raised_once_and_cleared_once),
        TEST(there_is_a_letter_for_each_way_that_is_configured),
        TEST(a_letter_says_whether_it_begins_or_ends),
        TEST(what_no_server_sees_any_more_is_cleared_after_a_day),
        TEST(old_ones_are_removed_with_their_letters),
        TEST(a_report_stands_until_somebody_has_taken_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
