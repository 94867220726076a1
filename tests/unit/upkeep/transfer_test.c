/* SPDX-License-Identifier: Apache-2.0 */
/* transfer: every table and column of the schema arrives, and follows the source. Into an SQLite database,
 * and, where tests/postgres/cluster.py runs the program, into one on PostgreSQL and back. */
#include "tests/unit/unit.h"

#include <string.h>

#include "base/clock.h"
#include "base/cx.h"
#include "db/db.h"
#include "db/whole.h"
#include "store/store_revival.h"
#include "tests/unit/store.h"
#include "upkeep/transfer.h"

struct pair {
    struct cx from, to;
};

static void
open_new(struct cx *cx, struct str url)
{
    assert_int_equal(db_open(cx, url, DB_CREATE, CLOCK_MINUTE, &cx->db), ERR_NONE);
}

static int
set_up(void **state)
{
    struct pair *p = calloc(1, sizeof *p);
    assert_non_null(p);
    cx_init(&p->from);
    cx_init(&p->to);
    open_new(&p->from, STR_LIT(":memory:"));
    open_new(&p->to, unit_store_new(&p->to));
    *state = p;
    return 0;
}

static int
tear_down(void **state)
{
    struct pair *p = *state;
    db_close(&p->from.db);
    db_close(&p->to.db);
    cx_clear(&p->from);
    cx_clear(&p->to);
    free(p);
    return 0;
}

/* One company, one account with a phone, a seed and a sign-in, and as many events as make more than one part.
 */
static const char *const rows[] = {
    "INSERT INTO company VALUES (1, 'acme', 'Acme', 'active', 'standard', 0, 5, 6)",
    "INSERT INTO policy VALUES (1, 'seats', '3', 5, 'operator:root')",
    "INSERT INTO technician (id, company_id, email, email_key, name, is_technician, role_on, deleted_at, "
    "password_hash, "
    "password_generation, password_set_at, password_must_change, push_unanswered, push_refused, "
    "push_rests_until, "
    "push_last_at, totp_last_step, created_at, changed_at) VALUES (7, 1, 'A@x', 'a@x', 'A', 1, 1, 0, 'h', 1, "
    "2, 0, 0, 0, 0, 0, 9223372036854775807, 3, -4)",
    "INSERT INTO device (id, technician_id, name, state, public_key, token_digest, created_at, seen_at, "
    "changed_at) VALUES "
    "(9, 7, 'phone', 'active', '', '', 1, 2, 3)",
    "INSERT INTO notice (id, device_id, public_id, kind, subject, created_at) VALUES (11, 9, 'p', 'k', '', "
    "4)",
    "INSERT INTO outbox (id, notice_id, transport, state, attempts, next_at, created_at, expires_at) VALUES "
    "(12, 11, 'web-push', 'waiting', 0, 1, 2, 3)",
};

static void
run(struct cx *cx, const char *sql)
{
    int64_t changed = 0;
    assert_int_equal(db_exec(cx, &changed, sql, ""), ERR_NONE);
    assert_true(changed >= 1);
}

static void
add_tallies(struct cx *cx, int64_t first, int64_t n)
{
    for (int64_t i = first; i < first + n; i++)
        assert_int_equal(db_exec(cx, NULL, "INSERT INTO tally VALUES (7, 'login.refused', $1, 1, 2, 3, $2)",
                                 "ti", arena_printf(&cx->arena, "10.0.%lld", (long long)i), i),
                         ERR_NONE);
}

static void
fill(struct cx *cx)
{
    assert_int_equal(db_begin(cx), ERR_NONE);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        run(cx, rows[i]);
    assert_int_equal(db_exec(cx, NULL, "UPDATE technician SET totp_sealed = $1", "b", STR_LIT("\0sealed")),
                     ERR_NONE);
    assert_int_equal(db_exec(cx, NULL, "UPDATE device SET public_key = $1, token_digest = $2", "bb",
                             STR_LIT("key"), STR_LIT("\xff\0")),
                     ERR_NONE);
    add_tallies(cx, 0, 1200);
    assert_int_equal(db_commit(cx), ERR_NONE);
}

static enum errcode
transfer(struct pair *p, bool loads, int64_t most, struct transfer_report *report_out)
{
    struct transfer t = {.from = &p->from, .to = &p->to};
    assert_int_equal(db_begin_read(&p->from), ERR_NONE);
    assert_int_equal(db_begin_untimed(&p->to), ERR_NONE);
    enum errcode err = loads ? transfer_load(&t) : ERR_NONE;
    if (err == ERR_NONE)
        err = transfer_match(&t, most);
    *report_out = t.report;
    err = db_end(&p->to, err);
    db_rollback(&p->from);
    return err;
}

static void
everything_arrives(void **state)
{
    struct pair *p = *state;
    struct transfer_report r;
    fill(&p->from);
    assert_int_equal(transfer(p, true, 0, &r), ERR_NONE);
    assert_int_equal(r.changed, 0);
    assert_int_equal(r.to.rows, 1200 + (int64_t)ARRAY_LEN(rows) + 2); /* the schema's own */
    assert_int_equal(r.from.rows, r.to.rows);
    assert_memory_equal(r.from.digest.bytes, r.to.digest.bytes, sizeof r.to.digest.bytes);
    assert_int_equal(transfer(p, false, 0, &r), ERR_NONE);
}

/* A row takes a unique value from another one, a parent changes, a child goes with its parent, and comes
 * back. */
static void
changes_follow(void **state)
{
    static const char *const changes[] = {
        "UPDATE technician SET email_key = '8' WHERE id = 7",
        "INSERT INTO technician (id, company_id, email, email_key, name, is_technician, role_on, deleted_at, "
        "password_hash, "
        "password_generation, password_set_at, password_must_change, push_unanswered, push_refused, "
        "push_rests_until, "
        "push_last_at, totp_last_step, created_at, changed_at) VALUES (2, 1, 'A@x', 'a@x', 'A', 1, 1, 0, "
        "'h', 1, 2, 0, 0, "
        "0, 0, 0, 0, 3, 4)",
        "UPDATE company SET title = 'Other'",
        "UPDATE notice SET subject = 'other' WHERE id = 11",
        "DELETE FROM tally WHERE counted < 1190",
        "DELETE FROM policy WHERE key = 'seats'",
    };
    struct pair *p = *state;
    struct transfer_report r;
    fill(&p->from);
    assert_int_equal(transfer(p, true, 0, &r), ERR_NONE);
    assert_int_equal(db_begin(&p->from), ERR_NONE);
    for (size_t i = 0; i < ARRAY_LEN(changes); i++)
        run(&p->from, changes[i]);
    assert_int_equal(db_commit(&p->from), ERR_NONE);
    assert_int_equal(transfer(p, false, 1189, &r), ERR_LIMIT);
    err_forget(&p->to);
    assert_int_equal(transfer(p, false, 1190, &r), ERR_NONE);
    assert_int_equal(r.changed, 1190 + 6); /* the outbox's row went with its notice, and is back */
    assert_int_equal(transfer(p, false, 0, &r), ERR_NONE);
    assert_int_equal(r.changed, 0);
}

/* A value of another type, which SQLite takes for any column, does not arrive as something else. */
static void
wrong_types_are_refused(void **state)
{
    struct pair *p = *state;
    struct transfer_report r;
    fill(&p->from);
    run(&p->from, "UPDATE tally SET counted = 'many' WHERE counted = 1100");
    assert_int_equal(transfer(p, true, 0, &r), ERR_STORE);
    assert_non_null(strstr(p->to.detail, "tally.counted"));
    err_forget(&p->to);
    run(&p->from, "UPDATE tally SET counted = 1100 WHERE counted = 'many'");
    assert_int_equal(transfer(p, true, 0, &r), ERR_NONE);
}

/* Of an earlier version, in SQLite: a number in the place of the token of a phone that was wiped. PostgreSQL
 * has its digits there. */
static void
wiped_phones(void **state)
{
    struct pair *p = *state;
    struct transfer_report r;
    struct db_rows *found;
    fill(&p->from);
    run(&p->from, "UPDATE device SET token_digest = 4711");
    assert_int_equal(transfer(p, true, 0, &r), ERR_NONE);
    assert_int_equal(db_query(&p->to, &found, "SELECT token_digest FROM device", ""), ERR_NONE);
    assert_true(db_next(&p->to, found) && db_is(found, 0, 'b'));
    assert_str(db_blob(&p->to, found, 0), "4711");
    assert_int_equal(db_done(&p->to, found), ERR_NONE);
}

/* What is closed refuses transactions and connections; a copy of it is not closed. */
static void
closed_ones(void **state)
{
    struct pair *p = *state;
    struct transfer_report r;
    struct str reason;
    assert_int_equal(transfer(p, true, 0, &r), ERR_NONE);
    assert_int_equal(db_close_for(&p->to, STR_LIT("it moved")), ERR_NONE);
    assert_int_equal(db_begin(&p->to), ERR_STORE);
    assert_non_null(strstr(p->to.detail, "it moved"));
    err_forget(&p->to);
    assert_int_equal(db_begin_read(&p->to), ERR_STORE);
    err_forget(&p->to);
    assert_int_equal(transfer(p, false, 0, &r), ERR_NONE);
    assert_int_equal(db_closed(&p->to, &reason), ERR_NONE);
    assert_str(reason, "it moved");
    assert_int_equal(db_close_for(&p->to, STR_NULL), ERR_NONE);
    assert_int_equal(db_begin(&p->to), ERR_NONE);
    db_rollback(&p->to);
}

/* Each table says what a restore does with it. */
static void
every_table_has_its_revival(void **state)
{
    (void)state;
    size_t n_tables, n;
    const struct db_table *tables = db_tables(&n_tables);
    const struct store_revival *revivals = store_revivals(&n);
    for (size_t i = 0; i < n_tables; i++) {
        size_t found = 0;
        for (size_t k = 0; k < n; k++)
            found += strcmp(tables[i].name, revivals[k].table) == 0;
        if (found != 1)
            fail_msg("store_revival.c has %zu rows for the table %s", found, tables[i].name);
    }
    assert_int_equal(n, n_tables);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everything_arrives, set_up, tear_down),
        cmocka_unit_test_setup_teardown(changes_follow, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_types_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wiped_phones, set_up, tear_down),
        cmocka_unit_test_setup_teardown(closed_ones, set_up, tear_down),
        cmocka_unit_test(every_table_has_its_revival),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
