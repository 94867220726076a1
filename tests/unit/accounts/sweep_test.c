/* SPDX-License-Identifier: Apache-2.0 */
/* What housekeeping costs does not grow with the store: SQLite counts the steps of its statements, and they
 * are as many where twenty times as many rows stay; each statement finds its rows by an index. */
#include "tests/unit/accounts/fixture.h"

#include <sqlite3.h>

#include "accounts/alarm.h"
#include "accounts/challenge.h"
#include "accounts/device.h"
#include "accounts/enrolment.h"
#include "accounts/lockout.h"
#include "accounts/notice.h"
#include "accounts/operator_session.h"
#include "accounts/session.h"
#include "accounts/reported.h"
#include "accounts/tally.h"
#include "self/self_service.h"
#include "signin/attempt.h"
#include "store/store_lockout.h"
#include "store/store_outbox.h"

enum { LIMIT = 8, FEW = 50, MANY = 1000 };

static sqlite3 *handle; /* of the connection that was opened last */

static int
note_handle(sqlite3 *db, const char **message_out, const void *api)
{
    (void)message_out;
    (void)api;
    handle = db;
    return SQLITE_OK;
}

#define NUMBERS                                                                                  \
    " FROM (WITH RECURSIVE n (i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $2) " \
    "SELECT i, CAST('key' || i AS BLOB) AS k FROM n)"

/* Rows that stay, in all tables that are swept: $1 the first number, $2 the one after the last, $3 now, $4 a
 * technician or a device, $5 a company. A push waits for every second login; that of the others is used, and
 * was not delivered two hours ago. */
static const char logins[] =
    "INSERT INTO login SELECT i, k, $4, 'sign-in', 'open', k, '', '', '', 1, '', '', 0, 0, NULL, $3, "
    "$3 + 60000000 + i, '', 0, '', NULL, 0, 0, 0, 0, NULL, ''" NUMBERS;
/* Of an account of its own each: one push waits for an account. */
static const char accounts[] = "INSERT INTO technician SELECT 1000000 + i, $5, 'e' || i, 'e' || i, '', 1, 1, "
                               "0, '', 1, 0, 0, 0, 0, 0, 0, "
                               "NULL, 0, $3, $3 + $4 * 0, 0, 0, 0" NUMBERS;
static const char challenges[] = "INSERT INTO challenge SELECT i, i, 1000000 + i, 'id' || i, k, k, "
                                 "CASE i % 2 WHEN 0 THEN 'pending' ELSE 'used' END, 1, "
                                 "3, 0, $3, $3 + 60000000 + i, 0, NULL + $4, 6" NUMBERS;
static const char outboxes[] =
    "INSERT INTO outbox SELECT i, i, NULL, NULL, NULL, 'webhook', CASE i % 2 WHEN 0 "
    "THEN 'sent' ELSE 'failed' END, 1, "
    "$3 - (i % 2) * 7200000000 + $4 * 0, $3, $3 + 60000000, 0" NUMBERS;
static const char sessions[] = "INSERT INTO session SELECT i, $5, $4, i, k, k, 0, 0, '', '', $3, $3, $3 + "
                               "3600000000, $3 + 3600000000, 0, '', 1" NUMBERS;
static const char enrolments[] =
    "INSERT INTO enrolment SELECT i, $4, k, $3, $3 + 3600000000, 0, 0, NULL, 0, ''" NUMBERS;
static const char openings[] =
    "INSERT INTO self_service SELECT i, $4, k, k, NULL, $3, $3 + 3600000000" NUMBERS;
static const char notices[] = "INSERT INTO notice SELECT i, $4, 'id' || i, '', '', $3, 1, $3" NUMBERS;
static const char failures[] =
    "INSERT INTO lockout SELECT k, 1, 0, $3 + $4 * 0, k, '', 0, 0, 0, 0, 0, 0" NUMBERS;

static const char tallies[] = "INSERT INTO tally SELECT $4, 'e' || i, '', 0, $3, 1, 0" NUMBERS;

static const char device[] = "INSERT INTO device VALUES (1, $1, 'phone', 'active', CAST('k' AS BLOB), "
                             "CAST('t' AS BLOB), 0, 0, 0, 0)";

/* Accounts that were locked for good long ago. */
static void
lock(struct fixture *f, int64_t from, int64_t to)
{
    int64_t now = f->cx.now;
    f->cx.now -= 60 * CLOCK_DAY;
    for (int64_t i = from; i < to; i++) {
        struct lockout_row row = {.key = {{(unsigned char)(i >> 8), (unsigned char)i, 'L'}},
                                  .source = STR_LIT("")};
        assert_ok(store_lockout_take(&f->cx, &row));
        row.locked_until = INT64_MAX;
        assert_ok(store_lockout_put(&f->cx, &row));
    }
    f->cx.now = now;
}

static void
add(struct fixture *f, int64_t from, int64_t to)
{
    struct cx *cx = &f->cx;
    lock(f, from, to);
    assert_ok(db_exec(cx, NULL, accounts, "iiiii", from, to, cx->now, f->ann, f->company));
    static const char *const of_account[] = {logins, challenges, outboxes, enrolments, failures, tallies};
    static const char *const of_device[] = {openings, notices};
    for (size_t i = 0; i < ARRAY_LEN(of_account); i++)
        assert_ok(db_exec(cx, NULL, of_account[i], "iiii", from, to, cx->now, f->ann));
    for (size_t i = 0; i < ARRAY_LEN(of_device); i++)
        assert_ok(db_exec(cx, NULL, of_device[i], "iiii", from, to, cx->now, (int64_t)1));
    assert_ok(db_exec(cx, NULL, sessions, "iiiii", from, to, cx->now, f->ann, f->company));
}

/* Of all statements since the last time. */
static int64_t
steps(int64_t *of_scans_out)
{
    int64_t n = 0;
    *of_scans_out = 0;
    for (sqlite3_stmt *st = sqlite3_next_stmt(handle, NULL); st != NULL; st = sqlite3_next_stmt(handle, st)) {
        n += sqlite3_stmt_status(st, SQLITE_STMTSTATUS_VM_STEP, 1);
        *of_scans_out += sqlite3_stmt_status(st, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);
    }
    return n;
}

/* A round finds nothing, for all rows stay; its steps. */
static int64_t
round_of_all(struct fixture *f)
{
    static enum errcode (*const sweeps[])(struct cx * cx, int64_t limit, bool *more_out) = {
        challenge_sweep, session_sweep, lockout_sweep,  enrolment_sweep, self_sweep,
        notice_sweep,    tally_sweep,   operator_sweep, reported_sweep};
    int64_t *ids = NULL;
    size_t n = 0;
    int64_t of_scans;
    (void)steps(&of_scans);
    for (size_t i = 0; i < ARRAY_LEN(sweeps); i++) {
        bool more = true;
        assert_ok(sweeps[i](&f->cx, LIMIT, &more));
        assert_false(more);
    }
    assert_ok(store_outbox_undelivered(&f->cx, f->cx.now - LOGIN_LIFE, LIMIT, &ids, &n));
    assert_int_equal(n, 0);
    int64_t all = steps(&of_scans);
    assert_int_equal(of_scans, 0);
    return all;
}

static void
rounds_cost_the_same_in_a_larger_store(void **state)
{
    struct fixture *f = *state;
    assert_ok(db_exec(&f->cx, NULL, device, "i", f->ann));
    add(f, 0, FEW);
    int64_t few = round_of_all(f);
    assert_true(few > 0);
    add(f, FEW, MANY);
    assert_int_equal(round_of_all(f), few);
}

/* On PostgreSQL only what writes in a transaction is SERIALIZABLE, and waits for one that writes alone. */
static void
what_is_removed_is_removed_in_a_transaction(void **state)
{
    static const char reports[] =
        "INSERT INTO reported SELECT i, $4, (SELECT company_id FROM technician), i, '', $3, $3, ''" NUMBERS;
    static const char alarms[] = "INSERT INTO alarm SELECT i, 'disk', k, '', $3, $3, $3 + $4 * 0" NUMBERS;
    struct fixture *f = *state;
    const struct {
        const char *add, *count;
        int64_t of;
        enum errcode (*sweep)(struct cx *cx, int64_t limit, bool *more_out);
    } tables[] = {
        {enrolments, "SELECT count(*) FROM enrolment", f->ann, enrolment_sweep},
        {openings, "SELECT count(*) FROM self_service", 1, self_sweep},
        {notices, "SELECT count(*) FROM notice", 1, notice_sweep},
        {reports, "SELECT count(*) FROM reported", f->ann, reported_sweep},
        {alarms, "SELECT count(*) FROM alarm", 0, alarm_sweep},
    };
    assert_ok(db_exec(&f->cx, NULL, device, "i", f->ann));
    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        assert_ok(db_exec(&f->cx, NULL, tables[i].add, "iiii", (int64_t)0, (int64_t)LIMIT, f->cx.now,
                          tables[i].of));
    fixture_later(f, 100 * CLOCK_DAY);
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        bool more = false;
        const uint64_t before = db_writes(f->cx.db);
        assert_int_equal(fixture_int(f, tables[i].count), LIMIT);
        assert_ok(tables[i].sweep(&f->cx, LIMIT, &more));
        assert_true(more);
        assert_int_equal(fixture_int(f, tables[i].count), 0);
        assert_int_equal(db_writes(f->cx.db), before + 1);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_removed_is_removed_in_a_transaction, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(rounds_cost_the_same_in_a_larger_store, fixture_set_up,
                                        fixture_tear_down),
    };
    sqlite3_auto_extension((void (*)(void))note_handle);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
