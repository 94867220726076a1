/* SPDX-License-Identifier: Apache-2.0 */
/* world: see world.h. */
#include "tests/unit/ledger/world.h"

#include "accounts/audit.h"
#include "ledger/leaf.h"
#include "tests/unit/store.h"

int
world_set_up(void **state)
{
    assert_int_equal(fixture_set_up_bare(state), 0);
    struct fixture *f = *state;
    db_close(&f->cx.db);
    assert_ok(db_open(&f->cx, unit_store_new(&f->cx), DB_CREATE, CLOCK_MINUTE, &f->cx.db));
    return 0;
}

void
world_run(struct fixture *f, const char *sql)
{
    assert_ok(db_exec(&f->cx, NULL, sql, ""));
}

int
world_set_up_chained(void **state)
{
    struct digest before = {{0}};
    assert_int_equal(world_set_up(state), 0);
    struct fixture *f = *state;
    for (int64_t seq = 1; seq <= WORLD_CHAINED; seq++) {
        struct audit_row row = {.at = FIXTURE_NOW - CLOCK_DAY + seq,
                                .id = seq,
                                .seq = seq,
                                .event = STR_LIT("account.locked"),
                                .actor = STR_LIT("system"),
                                .source = STR_LIT("192.0.2.1"),
                                .company_id = 1,
                                .technician_id = seq % 2,
                                .detail = STR_LIT("{\"old\":\"1\"}")};
        row.digest = before = leaf_chained(&before, &row);
        assert_ok(store_audit_add(&f->cx, &row));
    }
    assert_ok(db_exec(&f->cx, NULL, "UPDATE audit_log SET chained = $1", "i", (int64_t)WORLD_CHAINED));
    return 0;
}

void
world_append(struct fixture *f, int n)
{
    for (int i = 0; i < n; i++) {
        struct str key = arena_printf(&f->cx.arena, "%d", i);
        assert_ok(db_begin(&f->cx));
        assert_ok(audit_append(&f->cx, (struct audit_of){1, 2}, AUDIT_ACCOUNT_UNLOCKED, "key", key, NULL));
        assert_ok(db_commit(&f->cx));
    }
}
