/* SPDX-License-Identifier: Apache-2.0 */
/* migrate: laying the schema, and refusing what is not ours to open. */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "base/cx.h"
#include "db/db.h"
#include "db/migrate.h"

static int
set_up(void **state)
{
    static struct cx cx;
    cx_init(&cx);
    assert_int_equal(db_open(&cx, STR_LIT(":memory:"), DB_CREATE, CLOCK_S, &cx.db), ERR_NONE);
    *state = &cx;
    return 0;
}

static int
tear_down(void **state)
{
    struct cx *cx = *state;
    db_close(&cx->db);
    cx_clear(cx);
    return 0;
}

static void
lays_the_latest(void **state)
{
    struct cx *cx = *state;
    int64_t version = 0, least = 0;
    assert_int_equal(migrate_version(cx, &version, &least), ERR_NONE);
    assert_int_equal(version, migrate_latest());
    assert_int_equal(least, version);
    assert_int_equal(db_exec(cx, NULL, "DELETE FROM session", ""), ERR_NONE);
}

static void
again_changes_nothing(void **state)
{
    struct cx *cx = *state;
    assert_int_equal(migrate_up(cx), ERR_NONE);
}

static void
refuses_a_newer_one(void **state)
{
    struct cx *cx = *state;
    assert_int_equal(db_exec(cx, NULL, "UPDATE meta SET value = '999' WHERE name = 'schema_version'", ""),
                     ERR_NONE);
    assert_int_equal(migrate_up(cx), ERR_STORE_SCHEMA);
    err_forget(cx);
    assert_int_equal(db_exec(cx, NULL, "UPDATE meta SET value = 'x' WHERE name = 'schema_version'", ""),
                     ERR_NONE);
    assert_int_equal(migrate_up(cx), ERR_STORE_SCHEMA);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lays_the_latest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(again_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_a_newer_one, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
