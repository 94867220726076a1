/* SPDX-License-Identifier: Apache-2.0 */
/* migrate: laying the schema, and refusing what is not ours to open. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

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

/* The lock is that of a server (proc/lock.h). */
static void
an_older_schema_stays_while_a_server_runs(void **state)
{
    (void)state;
    struct cx cx;
    char path[] = "/tmp/migrate_test.XXXXXX", lock[sizeof path + 8];
    cx_init(&cx);
    assert_non_null(mkdtemp(path));
    struct str file = arena_printf(&cx.arena, "%s/db", path);
    (void)snprintf(lock, sizeof lock, "%s/db.lock", path);
    assert_int_equal(db_open(&cx, file, DB_CREATE, CLOCK_S, &cx.db), ERR_NONE);
    assert_int_equal(db_exec(&cx, NULL, "UPDATE meta SET value = '4' WHERE name = 'schema_version'", ""),
                     ERR_NONE);
    int fd = open(lock, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(migrate_up(&cx), ERR_STORE_SCHEMA);
    assert_non_null(strstr(cx.detail, "a server runs on this database"));
    err_forget(&cx);
    int64_t version = 0;
    assert_int_equal(migrate_version(&cx, &version, NULL), ERR_NONE);
    assert_int_equal(version, 4);
    struct str latest = arena_printf(&cx.arena, "%lld", (long long)migrate_latest());
    assert_int_equal(
        db_exec(&cx, NULL, "UPDATE meta SET value = $1 WHERE name = 'schema_version'", "t", latest),
        ERR_NONE);
    assert_int_equal(migrate_up(&cx), ERR_NONE);
    db_close(&cx.db);
    assert_int_equal(close(fd), 0);
    assert_int_equal(unlink(lock), 0);
    assert_int_equal(unlink(file.p), 0);
    assert_int_equal(rmdir(path), 0);
    cx_clear(&cx);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lays_the_latest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(again_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_a_newer_one, set_up, tear_down),
        cmocka_unit_test(an_older_schema_stays_while_a_server_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
