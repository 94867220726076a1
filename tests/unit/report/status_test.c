/* SPDX-License-Identifier: Apache-2.0 */
/* status: which lines are right, and what the others advise. */
#include "report/status.h"

#include <inttypes.h>

#include "accounts/audit.h"
#include "ledger/sealer.h"
#include "tests/unit/accounts/fixture.h"

/* What a server in order says, with more lines after it: of two samples of a name the sum counts. */
static void
look(struct fixture *f, const char *more, struct status *s)
{
    struct live l;
    struct config c;
    config_init(&c);
    live_init(&l);
    struct str text = arena_printf(&f->cx.arena,
                                   "countersign_build_info{version=\"" COUNTERSIGN_VERSION "\"} 1\n"
                                   "countersign_start_time_seconds %" PRId64 ".000000\n"
                                   "countersign_store_answered_time_seconds %" PRId64 ".000000\n"
                                   "countersign_processes{process=\"front\"} 1\n"
                                   "countersign_processes{process=\"worker\"} 3\n"
                                   "countersign_processes{process=\"courier\"} 1\n%s",
                                   clock_wall() / CLOCK_S - 100000, clock_wall() / CLOCK_S, more);
    live_parse(&l, text);
    status_init(s);
    status_of_server(&f->cx, &c, &l, s);
    status_of_store(&f->cx, &c, s);
    live_clear(&l);
    config_clear(&c);
}

static const struct status_line *
line_of(const struct status *s, const char *check)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->lines[i].check, check) == 0)
            return &s->lines[i];
    fail_msg("no line %s", check);
    return NULL;
}

static void
a_server_in_order_is_right_in_every_line(void **state)
{
    struct fixture *f = *state;
    struct status s;
    assert_ok(sealer_finish(&f->cx));
    look(f, "", &s);
    assert_true(s.is_running);
    assert_int_equal(s.n_wrong, 0);
    for (size_t i = 0; i < s.n; i++) {
        assert_int_equal(s.lines[i].state, STATUS_RIGHT);
        assert_true(str_is_null(s.lines[i].advice));
    }
    assert_int_equal(s.certificate_days, -1);
    assert_int_equal(s.pushes, 0);
    assert_int_equal(s.unsealed, 0);
    assert_true(s.schema > 0);
}

static void
what_is_not_right_says_what_to_do(void **state)
{
    struct fixture *f = *state;
    struct status s;
    const int64_t now = clock_wall() / CLOCK_S;
    const struct {
        const char *more, *check;
        enum status_state state;
    } cases[] = {
        {"countersign_draining 1\n", "server", STATUS_WARNING},
        {"countersign_build_info{version=\"9.9.9\"} 1\n", "server", STATUS_WARNING},
        {"countersign_processes{process=\"worker\"} -3\n", "processes",
         STATUS_RIGHT}, /* not a number of it */
        {"countersign_call_failures_total 1\n", "errors", STATUS_WARNING},
        {"countersign_restarts_total{process=\"front\"} 1\n", "errors", STATUS_WARNING},
        {"countersign_deliveries_total{service=\"other\",outcome=\"failed\"} 1\n", "errors", STATUS_WARNING},
        {"countersign_deliveries_total{service=\"other\",outcome=\"sent\"} 1\n", "errors", STATUS_RIGHT},
        {arena_printf(&f->cx.arena, "countersign_certificate_end_time_seconds %" PRId64 ".0\n", now - 1).p,
         "certificate", STATUS_WRONG},
        {arena_printf(&f->cx.arena, "countersign_certificate_end_time_seconds %" PRId64 ".0\n",
                      now + 86400 * 5)
             .p,
         "certificate", STATUS_WARNING},
        {arena_printf(&f->cx.arena, "countersign_certificate_end_time_seconds %" PRId64 ".0\n",
                      now + 86400 * 50)
             .p,
         "certificate", STATUS_RIGHT},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        look(f, cases[i].more, &s);
        const struct status_line *line = line_of(&s, cases[i].check);
        assert_int_equal(line->state, cases[i].state);
        assert_int_equal(str_is_null(line->advice), cases[i].state == STATUS_RIGHT);
    }
}

static void
no_processes_and_a_silent_database_are_wrong(void **state)
{
    struct fixture *f = *state;
    struct config c;
    struct live l;
    struct status s;
    config_init(&c);
    live_init(&l);
    live_parse(&l, STR_LIT("countersign_build_info{version=\"" COUNTERSIGN_VERSION "\"} 1\n"));
    status_init(&s);
    status_of_server(&f->cx, &c, &l, &s);
    assert_int_equal(line_of(&s, "processes")->state, STATUS_WRONG);
    assert_int_equal(line_of(&s, "database")->state, STATUS_WRONG);
    assert_int_equal(s.n_wrong, 2);
    live_clear(&l);
    config_clear(&c);
}

static void
without_a_server_the_database_is_still_looked_at(void **state)
{
    struct fixture *f = *state;
    struct config c;
    struct status s;
    config_init(&c);
    status_init(&s);
    assert_int_equal(err_set(&f->cx, ERR_CLOSED, "no server answers there"), ERR_CLOSED);
    status_of_server(&f->cx, &c, NULL, &s);
    fixture_tick(f, CLOCK_HOUR);
    status_of_store(&f->cx, &c, &s);
    assert_false(s.is_running);
    assert_str(line_of(&s, "server")->text, "no server answers there");
    assert_int_equal(line_of(&s, "audit")->state, STATUS_RIGHT); /* sealed once it runs */
    assert_true(s.unsealed > 0);
    assert_int_equal(s.n_wrong, 1);
    config_clear(&c);
}

static void
events_that_are_not_sealed_for_long_are_wrong(void **state)
{
    struct fixture *f = *state;
    struct status s;
    assert_ok(db_begin(&f->cx));
    assert_ok(
        db_end(&f->cx, audit_append(&f->cx, (struct audit_of){f->company, 0}, AUDIT_LOGIN_GRANTED, NULL)));
    fixture_tick(f, CLOCK_S);
    look(f, "", &s);
    assert_int_equal(line_of(&s, "audit")->state, STATUS_RIGHT);
    fixture_tick(f, CLOCK_MINUTE);
    look(f, "", &s);
    assert_int_equal(line_of(&s, "audit")->state, STATUS_WRONG);
}

static void
late_deliveries_are_shown(void **state)
{
    struct fixture *f = *state;
    struct status s;
    assert_ok(
        db_exec(&f->cx, NULL, "PRAGMA foreign_keys = OFF", "")); /* the challenge does not matter here */
    assert_ok(db_begin(&f->cx));
    assert_ok(
        db_exec(&f->cx, NULL,
                "INSERT INTO outbox (id, challenge_id, transport, state, attempts, next_at, created_at, "
                "expires_at) VALUES (1, 1, 'webhook', 'waiting', 0, $1, $1, $1)",
                "i", f->cx.now));
    assert_ok(db_commit(&f->cx));
    look(f, "", &s);
    assert_int_equal(line_of(&s, "pushes")->state, STATUS_RIGHT);
    assert_int_equal(s.deliveries, 1);
    fixture_tick(f, CLOCK_HOUR);
    look(f, "", &s);
    assert_int_equal(line_of(&s, "pushes")->state, STATUS_WARNING);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
        TEST(a_server_in_order_is_right_in_every_line),
        TEST(what_is_not_right_says_what_to_do),
        TEST(no_processes_and_a_silent_database_are_wrong),
        TEST(without_a_server_the_database_is_still_looked_at),
        TEST(events_that_are_not_sealed_for_long_are_wrong),
        TEST(late_deliveries_are_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
