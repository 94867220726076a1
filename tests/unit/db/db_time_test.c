/* SPDX-License-Identifier: Apache-2.0 */
/* db: the time of a transaction. */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "base/cx.h"
#include "db/db.h"
#include "tests/unit/store.h"

static void
saw(struct cx *cx, int64_t seq, int64_t at)
{
    assert_int_equal(db_exec(cx, NULL,
                             "INSERT INTO audit (at, id, seq, event, actor, source, detail) "
                             "VALUES ($1, $2, $3, '', '', '', '')",
                             "iir", at, seq, seq),
                     ERR_NONE);
}

/* The time when the request began does not decide, and no process is behind another. */
static void
a_transaction_begins_with_its_time(void **state)
{
    struct cx place, *cx = &place;
    (void)state;
    cx_init(cx);
    assert_int_equal(db_open(cx, unit_store_new(cx), DB_CREATE, CLOCK_S, &cx->db), ERR_NONE);
    const int64_t start = clock_now();
    cx->now = start - CLOCK_DAY;
    assert_int_equal(db_begin(cx), ERR_NONE);
    assert_true(cx->now >= start);
    saw(cx, 1, start + CLOCK_DAY);
    assert_int_equal(db_commit(cx), ERR_NONE);

    cx->now = 0;
    assert_int_equal(db_begin_read(cx), ERR_NONE);
    assert_true(cx->now >= start + CLOCK_DAY);
    db_rollback(cx);
    assert_true(clock_now() >= start + CLOCK_DAY);

    saw(cx, 2, start); /* the newest counts, not the latest */
    assert_int_equal(db_keep_time(cx), ERR_NONE);
    assert_true(cx->now >= start + CLOCK_DAY);

    saw(cx, 3, clock_wall() + CLOCK_BEHIND_MOST + CLOCK_DAY);
    assert_int_equal(db_begin(cx), ERR_STORE);
    err_forget(cx);
    assert_int_equal(db_exec(cx, NULL, "DELETE FROM audit", ""), ERR_NONE);
    assert_int_equal(db_begin(cx), ERR_NONE);
    db_rollback(cx);
    db_close(&cx->db);
    cx_clear(cx);
}

/* Where it is one machine's; in a database that servers share, no writer reads what all others write. */
static void
the_newest_event_counts_before_it_is_sealed(void **state)
{
    struct cx place, *cx = &place;
    (void)state;
    cx_init(cx);
    assert_int_equal(db_open(cx, unit_store_new(cx), DB_CREATE, CLOCK_S, &cx->db), ERR_NONE);
    const int64_t later = clock_now() + CLOCK_DAY;
    saw(cx, 0, later);
    assert_int_equal(db_begin(cx), ERR_NONE);
    assert_true(unit_store_is_remote() ? cx->now < later : cx->now >= later);
    db_rollback(cx);
    db_close(&cx->db);
    cx_clear(cx);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_newest_event_counts_before_it_is_sealed),
                                       cmocka_unit_test(a_transaction_begins_with_its_time)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
