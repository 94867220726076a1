/* SPDX-License-Identifier: Apache-2.0 */
/* tally: how many rows can be caused without signing in, and that no count is lost. */
#include "tests/unit/accounts/fixture.h"

#include "accounts/audit.h"
#include "accounts/tally.h"
#include "accounts/technician_change.h"

static void
happen(struct fixture *f, enum audit_event event, const char *source, int times)
{
    const struct audit_of of = {f->company, f->ann};
    f->cx.source = str_from_cstr(source);
    for (int i = 0; i < times; i++) {
        assert_ok(db_begin(&f->cx));
        assert_ok(audit_append(&f->cx, of, event, "key", STR_LIT("value"), NULL));
        assert_ok(db_commit(&f->cx));
    }
    f->cx.source = STR_NULL;
}

static void
sign_in(struct fixture *f, const char *source)
{
    f->cx.source = str_from_cstr(source);
    assert_ok(db_begin(&f->cx));
    assert_ok(tally_clear(&f->cx, f->ann));
    assert_ok(db_commit(&f->cx));
}

static void
sweep(struct fixture *f)
{
    bool more = true;
    while (more)
        assert_ok(tally_sweep(&f->cx, 2, &more));
}

static int64_t
rows(struct fixture *f)
{
    return fixture_int(f, "SELECT count(*) FROM tally");
}

static void
the_first_are_written_and_the_others_counted(void **state)
{
    struct fixture *f = *state;
    happen(f, AUDIT_LOGIN_BEGUN, "192.0.2.1", TALLY_OF_SOURCE);
    assert_int_equal(fixture_count_events(f, "audit.counting"), 0);
    happen(f, AUDIT_LOGIN_BEGUN, "192.0.2.1", 200);
    assert_int_equal(fixture_count_events(f, "login.begun"), TALLY_OF_SOURCE);
    assert_int_equal(fixture_count_events(f, "audit.counting"), 1);
    assert_str(fixture_told(f, "audit.counting", "event"), "login.begun");
    assert_str(fixture_told(f, "audit.counting", "source"), "192.0.2.1");
    fixture_later(f, TALLY_TIME - 1);
    sweep(f);
    assert_int_equal(fixture_count_events(f, "audit.counted"), 0);
    fixture_later(f, 2);
    sweep(f);
    assert_int_equal(fixture_count_events(f, "audit.counted"), 1);
    assert_str(fixture_told(f, "audit.counted", "event"), "login.begun");
    assert_str(fixture_told(f, "audit.counted", "source"), "192.0.2.1");
    assert_str(fixture_told(f, "audit.counted", "times"), "200");
    assert_str(fixture_told(f, "audit.counted", "by"), "time");
    assert_int_equal(rows(f), 0);
}

/* The hour may be over before housekeeping looks. */
static void
the_next_event_ends_a_count_too(void **state)
{
    struct fixture *f = *state;
    happen(f, AUDIT_SELF_REFUSED, "192.0.2.1", TALLY_OF_SOURCE + 3);
    fixture_later(f, TALLY_TIME);
    happen(f, AUDIT_SELF_REFUSED, "192.0.2.1", 1);
    assert_int_equal(fixture_count_events(f, "self.refused"), TALLY_OF_SOURCE + 1);
    assert_int_equal(fixture_count_events(f, "audit.counted"), 1);
    assert_str(fixture_told(f, "audit.counted", "times"), "3");
    fixture_later(f, TALLY_TIME + 1);
    sweep(f);
    assert_int_equal(fixture_count_events(f, "audit.counted"), 1);
}

/* Then the clock was set back: the hour would last for as long. */
static void
a_count_of_the_future_is_over(void **state)
{
    struct fixture *f = *state;
    happen(f, AUDIT_SELF_REFUSED, "192.0.2.1", TALLY_OF_SOURCE + 3);
    assert_ok(db_begin(&f->cx));
    f->cx.now = FIXTURE_NOW - CLOCK_DAY;
    f->cx.source = STR_LIT("192.0.2.1");
    assert_ok(audit_append(&f->cx, (struct audit_of){f->company, f->ann}, AUDIT_SELF_REFUSED, NULL));
    assert_ok(db_commit(&f->cx));
    assert_int_equal(fixture_count_events(f, "self.refused"), TALLY_OF_SOURCE + 1);
    assert_int_equal(fixture_count_events(f, "audit.counted"), 1);
}

/* Two servers whose clocks differ by a second: events that reach them in turn are of one hour. */
static void
servers_with_different_clocks_count_together(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 2 * TALLY_OF_SOURCE; i++) {
        assert_ok(db_begin(&f->cx));
        f->cx.now = FIXTURE_NOW + (i % 2 == 0 ? CLOCK_S : 0);
        f->cx.source = STR_LIT("192.0.2.1");
        assert_ok(audit_append(&f->cx, (struct audit_of){f->company, f->ann}, AUDIT_SELF_REFUSED, NULL));
        assert_ok(db_commit(&f->cx));
    }
    assert_int_equal(fixture_count_events(f, "self.refused"), TALLY_OF_SOURCE);
    assert_int_equal(fixture_count_events(f, "audit.counting"), 1);
}

static void
many_sources_share_one_bound(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 500; i++)
        happen(f, AUDIT_LOGIN_BEGUN, arena_printf(&f->cx.arena, "192.0.2.%d", i % 250).p, 1);
    assert_int_equal(fixture_count_events(f, "login.begun"), TALLY_OF_ACCOUNT);
    assert_int_equal(rows(f), TALLY_OF_ACCOUNT + 1);
    assert_int_equal(fixture_count_events(f, "audit.counting"), 1);
    assert_true(str_is_null(fixture_told(f, "audit.counting", "source")));
    fixture_later(f, TALLY_TIME + 1);
    sweep(f);
    assert_str(fixture_told(f, "audit.counted", "times"), "440");
    assert_true(str_is_null(fixture_told(f, "audit.counted", "source")));
    assert_int_equal(rows(f), 0);
}

/* A host of version 6 has 2^64 addresses. */
static void
a_network_of_version_6_is_one_source(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < TALLY_OF_SOURCE + 5; i++)
        happen(f, AUDIT_DEVICE_REFUSED, arena_printf(&f->cx.arena, "2001:db8:0:1::%d", i + 1).p, 1);
    assert_int_equal(fixture_count_events(f, "device.refused"), TALLY_OF_SOURCE);
    happen(f, AUDIT_DEVICE_REFUSED, "2001:db8:0:2::1", 1);
    assert_int_equal(fixture_count_events(f, "device.refused"), TALLY_OF_SOURCE + 1);
}

/* One kind's number does not hide another kind, nor the operator's part of the same event. */
static void
each_kind_is_counted_by_itself(void **state)
{
    struct fixture *f = *state;
    happen(f, AUDIT_ENROLMENT_CREATED_SELF, "192.0.2.1", 100);
    happen(f, AUDIT_SELF_REFUSED, "192.0.2.1", 1);
    happen(f, AUDIT_LOGIN_REFUSED_INSIDE, "192.0.2.1", 100);
    happen(f, AUDIT_LOGIN_REFUSED, "192.0.2.1", 1);
    happen(f, AUDIT_ENROLMENT_CREATED, "192.0.2.1", 1);
    assert_int_equal(fixture_count_events(f, "enrolment.created"), TALLY_OF_SOURCE + 1);
    assert_int_equal(fixture_count_events(f, "login.refused"), TALLY_OF_SOURCE + 1);
    assert_int_equal(fixture_count_events(f, "self.refused"), 1);
}

static void
what_is_bounded_elsewhere_is_always_written(void **state)
{
    struct fixture *f = *state;
    happen(f, AUDIT_LOGIN_GRANTED, "192.0.2.1", 100);
    assert_int_equal(fixture_count_events(f, "login.granted"), 100);
    assert_int_equal(rows(f), 0);
}

static void
a_sign_in_begins_its_source_anew(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 10; i++) { /* together more than the account's bound */
        happen(f, AUDIT_LOGIN_BEGUN, "192.0.2.1", 15);
        sign_in(f, "192.0.2.1");
    }
    assert_int_equal(fixture_count_events(f, "login.begun"), 150);
    assert_int_equal(fixture_count_events(f, "audit.counting"), 0);
    happen(f, AUDIT_LOGIN_BEGUN, "192.0.2.1", TALLY_OF_SOURCE + 4);
    sign_in(f, "192.0.2.2");
    assert_int_equal(fixture_count_events(f, "audit.counted"), 0);
    sign_in(f, "192.0.2.1");
    assert_str(fixture_told(f, "audit.counted", "times"), "4");
    assert_str(fixture_told(f, "audit.counted", "by"), "sign-in");
}

static bool
twenty(struct cx *cx, void *arg)
{
    const struct audit_of *of = arg;
    for (int i = 0; i < TALLY_OF_SOURCE; i++)
        if (db_begin(cx) != ERR_NONE || audit_append(cx, *of, AUDIT_LOGIN_BEGUN, NULL) != ERR_NONE ||
            db_commit(cx) != ERR_NONE)
            return false;
    return true;
}

static void
none_is_lost_in_a_race(void **state)
{
    struct fixture *f = *state;
    struct audit_of of = {f->company, f->ann};
    assert_int_equal(fixture_race(f, twenty, &of), 2);
    fixture_later(f, TALLY_TIME + 1);
    sweep(f);
    int64_t counted = 0;
    assert_ok(str_to_i64(fixture_told(f, "audit.counted", "times"), 0, 1000, &counted));
    assert_int_equal(fixture_count_events(f, "login.begun") + counted, 2 * TALLY_OF_SOURCE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_are_written_and_the_others_counted),
        TEST(the_next_event_ends_a_count_too),
        TEST(a_count_of_the_future_is_over),
        TEST(servers_with_different_clocks_count_together),
        TEST(many_sources_share_one_bound),
        TEST(a_network_of_version_6_is_one_source),
        TEST(each_kind_is_counted_by_itself),
        TEST(what_is_bounded_elsewhere_is_always_written),
        TEST(a_sign_in_begins_its_source_anew),
        cmocka_unit_test_setup_teardown(none_is_lost_in_a_race, fixture_set_up_file, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
