/* SPDX-License-Identifier: Apache-2.0 */
/* stats: where the pass begins, the order of the rows, and the counts. */
#include "report/stats.h"

#include <stdio.h>

#include "accounts/audit.h"
#include "accounts/audit_mac.h"
#include "accounts/company_change.h"
#include "ledger/sealer.h"
#include "tests/unit/accounts/fixture.h"

static void
event(struct fixture *f, struct audit_of of, enum audit_event what, const char *key, const char *value)
{
    assert_ok(db_begin(&f->cx));
    assert_ok(db_end(&f->cx, audit_append(&f->cx, of, what, key, str_from_cstr(value), NULL)));
}

static const struct stats_row *
read(struct fixture *f, int64_t days, int64_t company, size_t *n)
{
    const struct stats_question q = {.since = f->cx.now - (days - 1) * CLOCK_DAY, .company = company};
    struct stats_row *rows = NULL;
    assert_ok(sealer_finish(&f->cx));
    assert_ok(stats_read(&f->cx, &q, &rows, n));
    return rows;
}

static void
counts_by_day_and_company(void **state)
{
    struct fixture *f = *state;
    int64_t other = 0;
    size_t n = 0;
    assert_ok(company_add(&f->cx, STR_LIT("other"), STR_LIT("Other"), &other));
    const int64_t low = other < f->company ? other : f->company,
                  high = other < f->company ? f->company : other;
    for (int day = 0; day < 3; day++) {
        event(f, (struct audit_of){high, 0}, AUDIT_LOGIN_GRANTED, "result", "OK");
        event(f, (struct audit_of){low, 0}, AUDIT_LOGIN_REFUSED, "reason", "wrong password");
        event(f, (struct audit_of){high, 0}, AUDIT_LOGIN_GRANTED, "result", "OK");
        fixture_later(f, CLOCK_DAY);
    }
    event(f, (struct audit_of){low, 0}, AUDIT_CODE_REFUSED, "method", "totp");
    const struct stats_row *rows = read(f, 3, 0, &n);
    assert_int_equal(n, 5); /* two days of both, and today */
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(rows[i].company, i % 2 == 0 ? low : high);
        assert_int_equal(rows[i].day, rows[0].day + (int64_t)(i / 2) * CLOCK_DAY);
        assert_int_equal(rows[i].results[SIGNIN_OK], i % 2 == 0 ? 0 : 2);
        assert_int_equal(rows[i].causes[STATS_WRONG_PASSWORD], i % 2 == 0 && i != 4);
    }
    assert_int_equal(rows[4].causes[STATS_WRONG_CODE], 1);
    (void)read(f, 1, 0, &n);
    assert_int_equal(n, 1);
    (void)read(f, 3650, high, &n);
    assert_int_equal(n, 3);
}

/* What was committed a moment later may have a time of the day before. */
static void
a_late_event_counts_on_its_own_day(void **state)
{
    struct fixture *f = *state;
    size_t n = 0;
    fixture_later(f, CLOCK_DAY - FIXTURE_NOW % CLOCK_DAY);
    for (int i = 0; i < 4; i++) {
        struct audit_row row = {.at = f->cx.now - (i % 2) * CLOCK_S,
                                .id = i + 1,
                                .event = STR_LIT("login.granted"),
                                .actor = STR_LIT("system"),
                                .source = STR_LIT(""),
                                .company_id = f->company,
                                .detail = STR_LIT("{\"result\":\"OK\"}")};
        row.digest = audit_mac(&f->cx, &row);
        assert_ok(store_audit_add(&f->cx, &row));
        assert_ok(sealer_finish(&f->cx));
    }
    const struct stats_row *rows = read(f, 2, f->company, &n);
    assert_int_equal(n, 2);
    assert_int_equal(rows[1].day - rows[0].day, CLOCK_DAY);
    assert_int_equal(rows[0].results[SIGNIN_OK] + 10 * rows[1].results[SIGNIN_OK], 22);
    rows = read(f, 1, f->company, &n);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].results[SIGNIN_OK], 2);
}

static void
times_approvals(void **state)
{
    struct fixture *f = *state;
    const struct audit_of of = {f->company, f->ann};
    char id[16];
    size_t n = 0;
    for (int i = 0; i < 10; i++) {
        snprintf(id, sizeof id, "push%d", i);
        event(f, of, AUDIT_PUSH_SENT, "challenge", id);
        fixture_later(f, i == 9 ? 400 * CLOCK_S : i * CLOCK_S);
        event(f, of, AUDIT_PUSH_APPROVED, "challenge", id);
    }
    event(f, of, AUDIT_PUSH_APPROVED, "challenge", "sent before all of this");
    const struct stats_row *rows = read(f, 1, 0, &n);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].pushes, 10);
    assert_int_equal(rows[0].approvals, 11);
    assert_int_equal(stats_quantile(&rows[0], 50), 4);
    assert_int_equal(stats_quantile(&rows[0], 90), 8);
    assert_int_equal(stats_quantile(&rows[0], 100), STATS_SECONDS - 1);
    assert_int_equal(stats_quantile(&(struct stats_row){.day = 0}, 50), -1);
}

static void
more_rows_than_it_keeps(void **state)
{
    struct fixture *f = *state;
    struct stats_row *rows = NULL;
    size_t n = 0;
    assert_ok(db_begin(&f->cx));
    for (int64_t company = 1; company <= STATS_ROWS + 1; company++)
        assert_ok(db_exec(
            &f->cx, NULL,
            "INSERT INTO audit (at, id, seq, event, actor, source, company_id, detail, digest) "
            "SELECT $2, $1, COALESCE(max(seq), 0) + 1, 'code.refused', '', '', $1, '{}', NULL FROM audit",
            "ii", company, f->cx.now));
    assert_ok(db_commit(&f->cx));
    const struct stats_question all = {.since = f->cx.now}, one = {.since = f->cx.now, .company = 7};
    assert_fails(&f->cx, stats_read(&f->cx, &all, &rows, &n), ERR_LIMIT);
    assert_ok(stats_read(&f->cx, &one, &rows, &n));
    assert_int_equal(n, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_late_event_counts_on_its_own_day, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(counts_by_day_and_company, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(times_approvals, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(more_rows_than_it_keeps, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
