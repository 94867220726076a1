/* SPDX-License-Identifier: Apache-2.0 */
/* sealer: the order that it makes, what it signs, and what it refuses to extend. */
#include "tests/unit/ledger/world.h"

#include "accounts/audit.h"
#include "accounts/audit_mac.h"
#include "base/codec.h"
#include "ledger/checkpoint.h"
#include "ledger/sealer.h"
#include "ledger/verify.h"
#include "metrics/metrics.h"
#include "store/store_ledger.h"
#include "tests/unit/store.h"

static int64_t
last(struct fixture *f)
{
    int64_t seq = -1;
    assert_ok(store_audit_last(&f->cx, &seq));
    return seq;
}

/* An event whose transaction ends later gets a later number, whatever its time is. */
static void
numbers_follow_the_commits(void **state)
{
    struct fixture *f = *state;
    struct audit_row row;
    const uint64_t measured = metrics_own(METRIC_SEAL_DELAY, 0, 0);
    world_append(f, 2);
    assert_ok(sealer_finish(&f->cx));
    assert_int_equal(last(f), 3);
    struct audit_row late = {.at = FIXTURE_NOW - CLOCK_S,
                             .id = 1,
                             .event = STR_LIT("account.locked"),
                             .actor = STR_LIT("system"),
                             .source = STR_LIT(""),
                             .detail = STR_LIT("{}")};
    late.digest = audit_mac(&f->cx, &late);
    assert_ok(store_audit_add(&f->cx, &late));
    assert_ok(sealer_finish(&f->cx));
    assert_int_equal(last(f), 4);
    for (int64_t seq = 2; seq <= 4; seq++) {
        assert_ok(store_audit_get(&f->cx, seq, &row));
        assert_int_equal(row.seq, seq);
        assert_int_equal(row.at, FIXTURE_NOW - (seq == 4 ? CLOCK_S : 0));
    }
    assert_int_equal(metrics_own(METRIC_SEAL_DELAY, 0, 0), measured + 3);
}

/* The first event says what the log is called, and what was before it. */
static void
the_log_begins_with_what_was_before(void **state)
{
    struct fixture *f = *state;
    struct audit_row row, end;
    world_append(f, 1);
    assert_ok(sealer_finish(&f->cx));
    assert_ok(store_audit_get(&f->cx, WORLD_CHAINED + 1, &row));
    assert_ok(store_audit_get(&f->cx, WORLD_CHAINED, &end));
    assert_str(row.event, "audit.began");
    assert_str(audit_detail(&f->cx, &row, "origin"), "sign-in.example/audit");
    assert_str(audit_detail(&f->cx, &row, "chained"), "5");
    assert_str(audit_detail(&f->cx, &row, "digest"),
               codec_hex(&f->cx.arena, end.digest.bytes, sizeof end.digest.bytes).p);
    assert_int_equal(last(f), WORLD_CHAINED + 2);
}

static void
a_batch_has_its_limit(void **state)
{
    struct fixture *f = *state;
    bool sealed = false, more = false;
    world_append(f, SEALER_BATCH + 1);
    metrics_set(METRIC_SEALED, 0, 0);
    assert_ok(sealer_run(&f->cx, &sealed, &more));
    assert_true(sealed && more);
    assert_int_equal(last(f), SEALER_BATCH + 1);
    assert_int_equal(metrics_own(METRIC_SEALED, 0, 0), 0);
    assert_ok(sealer_run(&f->cx, &sealed, &more));
    assert_true(sealed && !more);
    assert_int_equal(last(f), SEALER_BATCH + 2);
    assert_true(metrics_own(METRIC_SEALED, 0, 0) > 0);
    metrics_set(METRIC_SEALED, 0, 0);
    assert_ok(sealer_run(&f->cx, &sealed, &more));
    assert_true(!sealed && !more);
    assert_true(metrics_own(METRIC_SEALED, 0, 0) > 0); /* there was nothing to do */
}

/* The last one; and the newest. */
static void
one_checkpoint_of_each_part_is_kept(void **state)
{
    struct fixture *f = *state;
    struct ledger_checkpoint *list;
    struct checkpoint c;
    size_t n;
    for (int i = 0; i < 3; i++) {
        world_append(f, 1);
        assert_ok(sealer_finish(&f->cx));
        assert_ok(store_ledger_checkpoints(&f->cx, 0, 100, &list, &n));
        assert_int_equal(n, 1);
        assert_int_equal(list[0].size, i + 2);
    }
    world_append(f, SEALER_KEEPS_EVERY);
    assert_ok(sealer_finish(&f->cx));
    assert_ok(store_ledger_checkpoints(&f->cx, 0, 100, &list, &n));
    assert_int_equal(n, 2);
    assert_true(list[0].size < SEALER_KEEPS_EVERY && list[0].size >= SEALER_KEEPS_EVERY - SEALER_BATCH);
    assert_ok(checkpoint_read(&f->cx, list[1].note, &c));
    assert_int_equal(c.size, SEALER_KEEPS_EVERY + 4);
    assert_ok(verify_log(&f->cx, &(struct verify_report){.events = 0}));
}

/* Otherwise the server itself would sign what somebody else has made of the log. */
static void
a_changed_end_is_not_extended(void **state)
{
    static const char *const changes[] = {
        "DELETE FROM audit WHERE seq = 20",
        "UPDATE audit SET seq = NULL WHERE seq = 20",
        "UPDATE audit SET seq = 21 WHERE seq = 20",
        "UPDATE audit SET digest = (SELECT digest FROM audit WHERE seq = 3) WHERE seq = 19",
        "DELETE FROM audit WHERE seq = 18",
        "DELETE FROM audit_node",
        "UPDATE audit_node SET hash = (SELECT digest FROM audit WHERE seq = 3)",
        "DELETE FROM audit_checkpoint",
        "UPDATE audit_checkpoint SET note = 'x'",
        "UPDATE audit_checkpoint SET size = 19",
        "UPDATE audit_log SET origin = 'x'",
        "UPDATE audit_log SET chained = 1",
    };
    struct fixture *f = *state;
    bool sealed, more;
    world_append(f, 19);
    assert_ok(sealer_finish(&f->cx));
    world_append(f, 1);
    static const char *const tables[] = {"audit", "audit_node", "audit_checkpoint", "audit_log"};
    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        world_run(
            f, arena_printf(&f->cx.arena, "CREATE TEMP TABLE kept%zu AS SELECT * FROM %s", i, tables[i]).p);
    metrics_set(METRIC_SEALED, 0, 0);
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        world_run(f, changes[i]);
        const enum errcode err = sealer_run(&f->cx, &sealed, &more);
        assert_true(err == ERR_CRYPTO || err == ERR_SYNTAX || err == ERR_NOT_FOUND);
        assert_false(sealed);
        err_forget(&f->cx);
        for (size_t t = 0; t < ARRAY_LEN(tables); t++) {
            world_run(f, arena_printf(&f->cx.arena, "DELETE FROM %s", tables[t]).p);
            world_run(f, arena_printf(&f->cx.arena, "INSERT INTO %s SELECT * FROM kept%zu", tables[t], t).p);
        }
    }
    assert_int_equal(metrics_own(METRIC_SEALED, 0, 0), 0);
    assert_ok(sealer_finish(&f->cx));
    assert_int_equal(last(f), 21);
}

/* In another process of the same database: what is committed meanwhile is its work. */
static void
one_process_seals_at_a_time(void **state)
{
    struct fixture *f = *state;
    struct cx other;
    bool sealed = true, more = true;
    if (!unit_store_is_remote())
        return; /* of SQLite, every writing transaction is the only one */
    cx_init(&other);
    other.env = &f->env;
    struct str url = unit_store_new(&other);
    assert_ok(db_open(&other, url, DB_CREATE, CLOCK_MINUTE, &other.db));
    db_close(&f->cx.db);
    assert_ok(db_open(&f->cx, url, DB_OPEN, CLOCK_MINUTE, &f->cx.db));
    world_append(f, 1);
    assert_ok(db_begin_apart(&other));
    metrics_set(METRIC_SEALED, 0, 0);
    assert_ok(sealer_run(&f->cx, &sealed, &more));
    assert_true(!sealed && !more);
    assert_int_equal(metrics_own(METRIC_SEALED, 0, 0), 0);
    assert_fails(&f->cx, sealer_finish(&f->cx), ERR_BUSY);
    world_append(f, 1); /* and no writer waits for it */
    db_rollback(&other);
    assert_ok(sealer_finish(&f->cx));
    assert_int_equal(last(f), 3);
    db_close(&other.db);
    cx_clear(&other);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_follow_the_commits, world_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_log_begins_with_what_was_before, world_set_up_chained,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_batch_has_its_limit, world_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(one_checkpoint_of_each_part_is_kept, world_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_changed_end_is_not_extended, world_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(one_process_seals_at_a_time, world_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
