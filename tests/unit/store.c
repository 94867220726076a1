/* SPDX-License-Identifier: Apache-2.0 */
/* store: see store.h. */
#include "tests/unit/store.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/db.h"
#include "db/db_driver.h"
#include "db/module.h"
#include "tests/unit/unit.h"

bool
unit_store_is_remote(void)
{
    return getenv("COUNTERSIGN_TEST_POSTGRES") != NULL;
}

struct str
unit_store_url(struct cx *cx, const char *database)
{
    const char *server = getenv("COUNTERSIGN_TEST_POSTGRES");
    assert_non_null(server);
    /* Two seconds for a connection are too few on a machine that is busy with other tests. */
    return arena_printf(&cx->arena, "%s%s?connect_timeout=60", server,
                        database[0] == '\0' ? "postgres" : database);
}

struct str
unit_store_like(struct cx *cx, const char *more)
{
    static unsigned made;
    const struct db_driver *driver = NULL;
    struct db *db = NULL;
    const char *name = arena_printf(&cx->arena, "t%ld_%u", (long)getpid(), made++).p;
    assert_int_equal(module_postgres(cx, &driver), ERR_NONE);
    assert_int_equal(driver->open(cx, unit_store_url(cx, ""), false, CLOCK_MINUTE, &db), ERR_NONE);
    struct str sql = arena_printf(&cx->arena, "CREATE DATABASE %s TEMPLATE template0 %s", name, more);
    assert_int_equal(driver->script(cx, db, sql.p), ERR_NONE);
    db_close(&db);
    return unit_store_url(cx, name);
}

struct str
unit_store_new(struct cx *cx)
{
    return unit_store_is_remote() ? unit_store_like(cx, "") : STR_LIT(":memory:");
}
