/* SPDX-License-Identifier: Apache-2.0 */
/* verify: whatever is changed in the log is found, and where it can be, located. */
#include "tests/unit/ledger/world.h"

#include "accounts/audit.h"
#include "base/codec.h"
#include "crypto/merkle.h"
#include "ledger/leaf.h"
#include "ledger/sealer.h"
#include "ledger/verify.h"
#include "store/store_ledger.h"
#include "tests/unit/store.h"

/* 5 events in the chain, audit.began, and 40 in four batches, each with its checkpoint. */
enum { EVENTS = 46, BATCHES = 4, OF_BATCH = 10, LEAVES = EVENTS - WORLD_CHAINED };

/* The rules are the same on both databases. SQLite tries them on everything, a server, where each change
 * takes a hundred times as long, on every eleventh. */
static size_t
step(void)
{
    return unit_store_is_remote() ? 11 : 1;
}

static const char *const tables[] = {"audit", "audit_node", "audit_checkpoint", "audit_log"};

static int
set_up(void **state)
{
    struct ledger_checkpoint older[BATCHES];
    assert_int_equal(world_set_up_chained(state), 0);
    struct fixture *f = *state;
    for (size_t i = 0; i < BATCHES; i++) {
        world_append(f, OF_BATCH);
        assert_ok(sealer_finish(&f->cx));
        assert_ok(store_ledger_newest(&f->cx, &older[i]));
    }
    for (size_t i = 0; i + 1 < BATCHES; i++)
        assert_ok(store_ledger_add_checkpoint(&f->cx, &older[i]));
    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        world_run(
            f, arena_printf(&f->cx.arena, "CREATE TEMP TABLE kept%zu AS SELECT * FROM %s", i, tables[i]).p);
    return 0;
}

static void
restore(struct fixture *f)
{
    for (size_t t = 0; t < ARRAY_LEN(tables); t++) {
        world_run(f, arena_printf(&f->cx.arena, "DELETE FROM %s", tables[t]).p);
        world_run(f, arena_printf(&f->cx.arena, "INSERT INTO %s SELECT * FROM kept%zu", tables[t], t).p);
    }
}

/* Returns what was reported as the first that does not fit; -99: the row cannot even be read. */
static int64_t
damage_of(struct fixture *f)
{
    struct verify_report r;
    const enum errcode err = verify_log(&f->cx, &r);
    assert_true(err == ERR_CRYPTO || err == ERR_STORE || err == ERR_NOT_FOUND);
    err_forget(&f->cx);
    restore(f);
    return err == ERR_CRYPTO ? r.bad : -99;
}

static void
a_whole_log_is_whole(void **state)
{
    struct fixture *f = *state;
    struct verify_report r;
    assert_ok(verify_log(&f->cx, &r));
    assert_int_equal(r.events, EVENTS);
    assert_int_equal(r.chained, WORLD_CHAINED);
    assert_int_equal(r.unsealed, 0);
    assert_int_equal(r.bad, 0);
    assert_int_equal(r.root.n, 64);
    world_append(f, 3);
    assert_ok(verify_log(&f->cx, &r));
    assert_int_equal(r.events, EVENTS);
    assert_int_equal(r.unsealed, 3);
    assert_ok(sealer_finish(&f->cx));
    assert_ok(verify_log(&f->cx, &r));
    assert_int_equal(r.events, EVENTS + 3);
}

static void
an_empty_log_is_whole(void **state)
{
    struct fixture *f = *state;
    struct verify_report r;
    assert_ok(verify_log(&f->cx, &r));
    assert_int_equal(r.events, 0);
    assert_str(r.root, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* Each column of each event. */
static void
each_changed_value_is_located(void **state)
{
    static const struct {
        const char *column, *to;
    } changes[] = {
        {"at", "at + 1"},
        {"event", "event || 'x'"},
        {"event", "''"},
        {"actor", "actor || 'x'"},
        {"source", "source || 'x'"},
        {"company_id", "COALESCE(company_id, 0) + 1"},
        {"technician_id", "COALESCE(technician_id, 0) + 1"},
        {"technician_id", "NULL"},
        {"detail", "detail || ' '"},
        {"detail", "'{}'"},
        {"digest", "NULL"},
        {"digest", "(SELECT digest FROM kept0 ORDER BY at, id LIMIT 1 OFFSET 2)"},
    };
    struct fixture *f = *state;
    for (int64_t seq = 1; seq <= EVENTS; seq += (int64_t)step())
        for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
            int64_t changed = 0, same = 0;
            struct str sql = arena_printf(&f->cx.arena, "UPDATE audit SET %s = %s WHERE seq = %lld",
                                          changes[i].column, changes[i].to, (long long)seq);
            assert_ok(db_exec(&f->cx, &changed, sql.p, ""));
            assert_int_equal(changed, 1);
            same = fixture_int(f, "SELECT count(*) FROM audit a JOIN kept0 k ON k.id = a.id AND k.at = a.at "
                                  "AND k.event = a.event AND k.actor = a.actor AND k.source = a.source "
                                  "AND COALESCE(k.company_id, 0) = COALESCE(a.company_id, 0) "
                                  "AND COALESCE(k.technician_id, 0) = COALESCE(a.technician_id, 0) "
                                  "AND k.detail = a.detail AND k.digest = a.digest");
            if (same == EVENTS) {
                restore(f); /* it had that value */
                continue;
            }
            assert_int_equal(damage_of(f), seq);
        }
}

/* The id counts only once an event is sealed. */
static void
each_changed_id_is_located(void **state)
{
    struct fixture *f = *state;
    for (int64_t seq = WORLD_CHAINED + 1; seq <= EVENTS; seq += (int64_t)step()) {
        struct str sql =
            arena_printf(&f->cx.arena, "UPDATE audit SET id = id + 1000000 WHERE seq = %lld", (long long)seq);
        world_run(f, sql.p);
        assert_int_equal(damage_of(f), seq);
    }
}

static void
each_removed_or_moved_event_is_located(void **state)
{
    static const char *const changes[] = {
        "DELETE FROM audit WHERE seq = $1",
        "UPDATE audit SET seq = NULL WHERE seq = $1",
        "UPDATE audit SET seq = NULL, digest = NULL WHERE seq = $1",
        "UPDATE audit SET seq = 1000 WHERE seq = $1",
        "UPDATE audit SET seq = -seq WHERE seq >= $1", /* and then, since numbers are unique, one more */
    };
    struct fixture *f = *state;
    for (int64_t seq = 1; seq <= EVENTS; seq += (int64_t)step())
        for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
            assert_ok(db_exec(&f->cx, NULL, changes[i], "i", seq));
            world_run(f, "UPDATE audit SET seq = 1 - seq WHERE seq < 0");
            assert_int_equal(damage_of(f), seq);
        }
}

/* The first of the two. */
static void
exchanged_events_are_located(void **state)
{
    struct fixture *f = *state;
    for (long long seq = 1; seq < EVENTS; seq += (long long)step()) {
        struct arena *a = &f->cx.arena;
        world_run(f, arena_printf(a, "UPDATE audit SET seq = 0 WHERE seq = %lld", seq).p);
        world_run(f, arena_printf(a, "UPDATE audit SET seq = %lld WHERE seq = %lld", seq, seq + 1).p);
        world_run(f, arena_printf(a, "UPDATE audit SET seq = %lld WHERE seq = 0", seq + 1).p);
        assert_int_equal(damage_of(f), seq);
    }
}

static void
events_without_a_place_are_found(void **state)
{
#define COPY(seq, id)                                                                                   \
    "INSERT INTO audit (at, id, seq, event, actor, source, company_id, technician_id, detail, digest) " \
    "SELECT at, " id ", " seq ", event, actor, source, company_id, technician_id, detail, digest "      \
    "FROM audit WHERE seq = 9"
    static const struct {
        const char *sql;
        int64_t bad;
    } cases[] = {
        {COPY("0", "7"), 0},
        {COPY("-7", "7"), -7},
        {COPY("-9223372036854775807 - 1", "7"), 0},
        {COPY("47", "7"), 47},
        {COPY("99", "7"), 47},
        {"UPDATE audit_log SET chained = 4", 5},
        {"UPDATE audit_log SET chained = 6", 6},
        {"UPDATE audit_log SET chained = 99", 6},
        {"UPDATE audit_log SET origin = 'x'", 6},
        {"UPDATE audit_log SET archived = 3", 4},
        {"UPDATE audit_log SET archived = 99", 94},
        {"UPDATE audit_log SET archived_digest = (SELECT digest FROM audit WHERE seq = 2)", 1},
        {"DELETE FROM audit_log", -99},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        world_run(f, cases[i].sql);
        const int64_t bad = damage_of(f);
        if (i < 9)
            assert_int_equal(bad, cases[i].bad);
    }
}

static void
each_changed_hash_is_found(void **state)
{
    struct fixture *f = *state;
    static const char *const changes[] = {
        "DELETE FROM audit_node WHERE level = $1 AND pos = $2",
        "UPDATE audit_node SET pos = pos + 100 WHERE level = $1 AND pos = $2",
        "UPDATE audit_node SET level = level + 1 WHERE level = $1 AND pos = $2",
        "UPDATE audit_node SET hash = (SELECT digest FROM audit WHERE seq = 2) WHERE level = $1 AND pos = $2",
    };
    const int64_t nodes = LEAVES / 16;
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM audit_node"), nodes);
    for (int64_t pos = 0; pos < nodes; pos++)
        for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
            assert_ok(db_exec(&f->cx, NULL, changes[i], "ii", INT64_C(4), pos));
            assert_int_equal(damage_of(f), WORLD_CHAINED + 1 + 16 * pos);
        }
    world_run(f, "INSERT INTO audit_node SELECT level + 3, pos, hash FROM audit_node");
    assert_int_equal(damage_of(f), 0);
}

/* Every byte of every note. */
static void
each_changed_checkpoint_is_found(void **state)
{
    struct fixture *f = *state;
    struct ledger_checkpoint *list;
    size_t n;
    assert_ok(store_ledger_checkpoints(&f->cx, 0, 100, &list, &n));
    assert_int_equal(n, BATCHES);
    for (size_t i = 0; i < n; i++) {
        const int64_t size = list[i].size;
        for (size_t at = 0; at < list[i].note.n; at += step()) {
            char *copy = arena_cstr(&f->cx.arena, list[i].note);
            copy[at] = (char)(copy[at] ^ ((unsigned char)copy[at] < 0x80 ? 1 : 0x21));
            if (!utf8_is_valid((struct str){copy, list[i].note.n}))
                continue; /* PostgreSQL stores no such text */
            assert_ok(db_exec(&f->cx, NULL, "UPDATE audit_checkpoint SET note = $1 WHERE size = $2", "ti",
                              (struct str){copy, list[i].note.n}, size));
            assert_int_equal(damage_of(f), WORLD_CHAINED + size);
        }
        assert_ok(
            db_exec(&f->cx, NULL, "UPDATE audit_checkpoint SET size = size + 1 WHERE size = $1", "i", size));
        assert_true(damage_of(f) >= WORLD_CHAINED + size);
    }
    world_run(f, "INSERT INTO audit_checkpoint SELECT -1, note FROM audit_checkpoint WHERE size = 11");
    assert_int_equal(damage_of(f), 0);
}

/* By somebody who knows the format but not the key: the row, its hash and the stored tree fit one another. */
static void
a_recomputed_tree_does_not_fit_its_checkpoint(void **state)
{
    struct fixture *f = *state;
    struct audit_row *rows;
    size_t n;
    assert_ok(
        store_audit_list(&f->cx, &(struct audit_range){.after = WORLD_CHAINED, .limit = 100}, &rows, &n));
    rows[19].actor = STR_LIT("system");
    rows[19].source = STR_LIT("198.51.100.9");
    const struct digest hash_of_it = leaf_hash(&rows[19]);
    assert_ok(db_exec(&f->cx, NULL, "UPDATE audit SET actor = $1, source = $2, digest = $3 WHERE seq = $4",
                      "ttdi", rows[19].actor, rows[19].source, &hash_of_it, rows[19].seq));
    struct merkle m = {.size = 0};
    for (size_t i = 0; i < 32; i++) {
        struct digest done[MERKLE_LEVELS], hash = leaf_hash(&rows[i]);
        if (merkle_add(&m, &hash, done) > 4)
            assert_ok(db_exec(&f->cx, NULL, "UPDATE audit_node SET hash = $1 WHERE level = 4 AND pos = $2",
                              "di", &done[4], (int64_t)i / 16));
    }
    const int64_t bad = damage_of(f); /* the first one after the checkpoint that still fits */
    assert_int_equal(bad, WORLD_CHAINED + 1 + OF_BATCH + 1);
}

/* SQLite keeps any type in any column; one that merely reads alike was not written by us. */
static void
values_of_another_type_are_located(void **state)
{
    static const char *const changes[] = {
        "UPDATE audit SET at = CAST(at AS BLOB) WHERE seq = $1",
        "UPDATE audit SET at = at + 0.5 WHERE seq = $1",
        "UPDATE audit SET event = CAST(event AS BLOB) WHERE seq = $1",
        "UPDATE audit SET detail = CAST(detail AS BLOB) WHERE seq = $1",
        "UPDATE audit SET technician_id = CAST(technician_id AS BLOB) WHERE seq = $1",
        "UPDATE audit SET company_id = 1.25 WHERE seq = $1",
        "UPDATE audit SET digest = CAST(digest AS TEXT) WHERE seq = $1",
        "UPDATE audit SET actor = CAST(x'ff' AS TEXT) WHERE seq = $1",
        "UPDATE audit SET seq = seq - 0.5 WHERE seq = $1",
    };
    struct fixture *f = *state;
    if (unit_store_is_remote())
        return;
    for (int64_t seq = 3; seq <= EVENTS; seq += 9)
        for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
            assert_ok(db_exec(&f->cx, NULL, changes[i], "i", seq));
            const int64_t bad = damage_of(f);
            assert_true(bad == seq || (i == 8 && bad == seq - 1));
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_empty_log_is_whole, world_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_whole_log_is_whole, set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(each_changed_value_is_located, set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(each_changed_id_is_located, set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(each_removed_or_moved_event_is_located, set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(exchanged_events_are_located, set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(events_without_a_place_are_found, set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(each_changed_hash_is_found, set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(each_changed_checkpoint_is_found, set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_recomputed_tree_does_not_fit_its_checkpoint, set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(values_of_another_type_are_located, set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
