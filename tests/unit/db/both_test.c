/* SPDX-License-Identifier: Apache-2.0 */
/* db: what holds for every kind of database: transactions, binding, two writers. Run for SQLite, and for
 * PostgreSQL by tests/postgres/cluster.py. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cx.h"
#include "db/db.h"
#include "db/migrate.h"
#include "tests/unit/db/meta.h"
#include "tests/unit/store.h"

struct place {
    struct cx cx, other;
    struct str url;
    char folder[40];
};

static struct str
new_url(struct place *p)
{
    if (unit_store_is_remote())
        return unit_store_new(&p->other);
    snprintf(p->folder, sizeof p->folder, "/tmp/countersign-both-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    return arena_printf(&p->other.arena, "sqlite:%s/a.db", p->folder);
}

static int
set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    cx_init(&p->cx);
    cx_init(&p->other);
    p->url = new_url(p);
    assert_int_equal(db_open(&p->cx, p->url, DB_CREATE, CLOCK_MINUTE, &p->cx.db), ERR_NONE);
    *state = p;
    return 0;
}

static int
tear_down(void **state)
{
    struct place *p = *state;
    db_close(&p->cx.db);
    db_close(&p->other.db);
    if (p->folder[0] != '\0') {
        assert_int_equal(unlink(p->url.p + strlen("sqlite:")), 0);
        assert_int_equal(rmdir(p->folder), 0);
    }
    cx_clear(&p->cx);
    cx_clear(&p->other);
    free(p);
    return 0;
}

static struct cx *
second(struct place *p, int64_t patience)
{
    assert_int_equal(db_open(&p->other, p->url, DB_OPEN, patience, &p->other.db), ERR_NONE);
    return &p->other;
}

static void
opening(void **state)
{
    struct place *p = *state;
    struct cx *cx = &p->cx;
    struct db *db = NULL;
    int64_t version = 0, least = 0;
    assert_int_equal(migrate_version(cx, &version, &least), ERR_NONE);
    assert_int_equal(version, migrate_latest());
    assert_int_equal(least, version);
    assert_int_equal(db_open(cx, p->url, DB_CREATE, CLOCK_MINUTE, &db), ERR_EXISTS);
    assert_null(db);
    err_forget(cx);
    for (enum db_mode mode = DB_OPEN; mode <= DB_MIGRATE; mode += DB_MIGRATE - DB_OPEN) {
        assert_int_equal(db_open(cx, p->url, mode, CLOCK_MINUTE, &db), ERR_NONE);
        db_close(&db);
    }
    assert_int_equal(db_exec(cx, NULL, "UPDATE meta SET value = '999' WHERE name = 'schema_version'", ""),
                     ERR_NONE);
    assert_int_equal(db_open(cx, p->url, DB_OPEN, CLOCK_MINUTE, &db), ERR_STORE_SCHEMA);
    assert_null(db);
    assert_int_equal(migrate_up(cx), ERR_STORE_SCHEMA);
}

static void
set_meta(struct cx *cx, const char *name, const char *value)
{
    assert_int_equal(
        db_exec(cx, NULL,
                "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET "
                "value = excluded.value",
                "tt", str_from_cstr(name), str_from_cstr(value)),
        ERR_NONE);
}

/* The program of the version before goes on working, if the newer schema says that it may. */
static void
a_newer_schema(void **state)
{
    struct place *p = *state;
    struct cx *cx = &p->cx;
    struct db *db = NULL;
    set_meta(cx, "schema_version", "999");
    set_meta(cx, "schema_least", "7");
    assert_int_equal(migrate_latest(), 7);
    for (enum db_mode mode = DB_OPEN; mode <= DB_MIGRATE; mode += DB_MIGRATE - DB_OPEN) {
        assert_int_equal(db_open(cx, p->url, mode, CLOCK_MINUTE, &db), ERR_NONE);
        db_close(&db);
    }
    assert_int_equal(db_begin(cx), ERR_NONE);
    assert_int_equal(db_commit(cx), ERR_NONE);
    set_meta(cx, "schema_least", "8"); /* by another server, meanwhile */
    assert_int_equal(db_begin(cx), ERR_STORE_SCHEMA);
    err_forget(cx);
    assert_int_equal(db_begin_read(cx), ERR_STORE_SCHEMA);
    err_forget(cx);
    assert_int_equal(db_open(cx, p->url, DB_OPEN, CLOCK_MINUTE, &db), ERR_STORE_SCHEMA);
}

static void
values_come_back(void **state)
{
    struct place *p = *state;
    struct cx *cx = &p->cx;
    struct digest d = {{1, 2, 3}};
    struct db_rows *rows;
    static const char sql[] =
        "SELECT $1, $2, $3, $4, $5, $6, $7, 1 < 2, 2 < 1, count(*), -32768, 'x' FROM meta "
        "WHERE name = 'none'";
    assert_int_equal(db_query(cx, &rows, sql, "itbdntd", INT64_MIN, STR_LIT("\xc3\xa4"), STR_LIT("a\0b"), &d,
                              STR_NULL, (struct digest *)NULL),
                     ERR_NONE);
    assert_true(db_next(cx, rows));
    assert_true(db_int(rows, 0) == INT64_MIN && db_is(rows, 0, 'i'));
    assert_true(str_eq(db_text(cx, rows, 1), STR_LIT("\xc3\xa4")) && db_is(rows, 1, 't'));
    assert_true(str_eq(db_blob(cx, rows, 2), STR_LIT("a\0b")) && db_is(rows, 2, 'b'));
    assert_memory_equal(db_digest(rows, 3).bytes, d.bytes, sizeof d.bytes);
    for (int i = 4; i < 7; i++)
        assert_true(db_is_null(rows, i) && str_is_null(db_text(cx, rows, i)) && db_int(rows, i) == 0);
    assert_int_equal(db_int(rows, 7), 1);
    assert_int_equal(db_int(rows, 8), 0);
    assert_int_equal(db_int(rows, 9), 0);
    assert_int_equal(db_int(rows, 10), -32768);
    assert_str(db_text(cx, rows, 11), "x");
    assert_false(db_next(cx, rows));
    assert_int_equal(db_done(cx, rows), ERR_NONE);
}

static void
numbers_count_not_places(void **state)
{
    struct place *p = *state;
    struct cx *cx = &p->cx;
    struct db_rows *rows;
    assert_int_equal(db_query(cx, &rows, "SELECT $2, $1, $2", "tt", STR_LIT("one"), STR_LIT("two")),
                     ERR_NONE);
    assert_true(db_next(cx, rows));
    assert_str(db_text(cx, rows, 0), "two");
    assert_str(db_text(cx, rows, 1), "one");
    assert_str(db_text(cx, rows, 2), "two");
    assert_int_equal(db_done(cx, rows), ERR_NONE);
}

/* The number is an int64_t wherever it stands, and a NULL has its type as well. */
static void
one_text_with_other_types(void **state)
{
    static const char sql[] = "SELECT count(*) FROM meta WHERE $1 = 0 OR name = $2";
    struct place *p = *state;
    struct cx *cx = &p->cx;
    struct db_rows *rows;
    assert_int_equal(meta_put(cx, "a"), ERR_NONE);
    for (int64_t i = 0; i < 2; i++) {
        assert_int_equal(db_query(cx, &rows, sql, "it", i, i == 0 ? STR_NULL : STR_LIT("a")), ERR_NONE);
        assert_true(db_next(cx, rows));
        assert_int_equal(db_int(rows, 0), i == 0 ? 2 : 1);
        assert_int_equal(db_done(cx, rows), ERR_NONE);
        assert_int_equal(db_query(cx, &rows, sql, "in", i), ERR_NONE);
        assert_true(db_next(cx, rows));
        assert_int_equal(db_int(rows, 0), i == 0 ? 2 : 0);
        assert_int_equal(db_done(cx, rows), ERR_NONE);
    }
}

static void
commit_and_rollback(void **state)
{
    struct place *p = *state;
    struct cx *cx = &p->cx;
    int64_t changed = -1;
    assert_int_equal(db_begin(cx), ERR_NONE);
    assert_int_equal(meta_put(cx, "a"), ERR_NONE);
    assert_int_equal(db_commit(cx), ERR_NONE);
    assert_int_equal(db_begin(cx), ERR_NONE);
    assert_int_equal(meta_put(cx, "b"), ERR_NONE);
    db_rollback(cx);
    db_rollback(cx);
    assert_int_equal(meta_count(cx), 1);
    assert_int_equal(db_exec(cx, &changed, "UPDATE meta SET value = 'w' WHERE name = 'a'", ""), ERR_NONE);
    assert_int_equal(changed, 1);
    assert_int_equal(db_exec(cx, &changed, "UPDATE meta SET value = 'w' WHERE name = 'z'", ""), ERR_NONE);
    assert_int_equal(changed, 0);
}

static void
a_failed_statement_fails_the_commit(void **state)
{
    struct place *p = *state;
    struct cx *cx = &p->cx;
    assert_int_equal(db_begin(cx), ERR_NONE);
    assert_int_equal(meta_put(cx, "a"), ERR_NONE);
    assert_int_equal(meta_put(cx, "a"), ERR_CONFLICT);
    assert_int_equal(meta_put(cx, "b"), ERR_CONFLICT);
    assert_int_equal(db_commit(cx), ERR_CONFLICT);
    err_forget(cx);
    assert_int_equal(meta_count(cx), 0);
    assert_int_equal(meta_put(cx, "a"), ERR_NONE);
    assert_int_equal(db_exec(cx, NULL, "INSERT INTO policy VALUES (1, 'k', 'v', 0, '')", ""), ERR_STORE);
}

/* Each of these would write if it were sent, on one of the two databases at least. */
static void
what_does_not_begin_as_a_read_is_refused(void **state)
{
    static const char *const texts[] = {
        "WITH new AS (INSERT INTO meta VALUES ('a', 'b') RETURNING name) SELECT name FROM new",
        "INSERT INTO meta VALUES ('a', 'b') RETURNING name",
        "/* SELECT */ DELETE FROM meta",
        "-- SELECT\nDELETE FROM meta",
        " DELETE FROM meta",
        "delete from meta",
        "REPLACE INTO meta VALUES ('a', 'b')",
        "EXPLAIN ANALYZE DELETE FROM meta",
        "PRAGMA user_version = 7",
        "VACUUM",
        "DO $$ BEGIN DELETE FROM meta; END $$",
        "CREATE TABLE more (name TEXT)",
        "",
    };
    struct place *p = *state;
    struct cx *cx = &p->cx;
    struct db_rows *rows;
    const int64_t before = meta_count(cx);
    db_guard(cx->db);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        assert_int_equal(db_query(cx, &rows, texts[i], ""), ERR_STORE);
        assert_non_null(strstr(cx->detail, "refused: it writes outside"));
        err_forget(cx);
    }
    assert_int_equal(meta_count(cx), before);
}

/* Where the domain would rely on no other one that writes meanwhile. */
static void
a_guarded_connection_writes_in_transactions_only(void **state)
{
    struct place *p = *state;
    struct cx *cx = &p->cx;
    assert_int_equal(meta_put(cx, "before"), ERR_NONE);
    db_guard(cx->db);
    assert_int_equal(meta_put(cx, "alone"), ERR_STORE);
    assert_non_null(strstr(cx->detail, "outside of a transaction"));
    err_forget(cx);
    assert_int_equal(db_begin_read(cx), ERR_NONE);
    assert_int_equal(meta_put(cx, "in a read"), ERR_STORE);
    assert_int_equal(db_commit(cx), ERR_STORE);
    err_forget(cx);
    assert_int_equal(meta_count(cx), 1); /* a statement alone may read */
    enum errcode (*const begins[])(struct cx *) = {db_begin, db_begin_note, db_begin_apart};
    for (size_t i = 0; i < ARRAY_LEN(begins); i++) {
        assert_int_equal(begins[i](cx), ERR_NONE);
        assert_int_equal(meta_put(cx, (const char *[]){"a", "b", "c"}[i]), ERR_NONE);
        assert_int_equal(db_commit(cx), ERR_NONE);
    }
    db_hold(cx->db);
    assert_int_equal(db_begin(cx), ERR_NONE);
    assert_int_equal(db_commit(cx), ERR_NONE);
    assert_int_equal(db_begin_read(cx), ERR_NONE); /* joins one that writes */
    assert_int_equal(meta_put(cx, "held"), ERR_NONE);
    assert_int_equal(db_commit(cx), ERR_NONE);
    assert_int_equal(db_release(cx, ERR_NONE), ERR_NONE);
    assert_int_equal(meta_count(cx), 5);
}

/* Rows of one statement, while others are run. */
static void
statements_within_rows(void **state)
{
    static const char sql[] = "SELECT name FROM meta WHERE value = '0' ORDER BY name";
    static const char more[] = "INSERT INTO meta (name, value) VALUES ($1, '1')";
    struct place *p = *state;
    struct cx *cx = &p->cx;
    struct db_rows *rows;
    int64_t seen = 0;
    assert_int_equal(db_begin(cx), ERR_NONE);
    assert_int_equal(meta_put(cx, "a"), ERR_NONE);
    assert_int_equal(meta_put(cx, "b"), ERR_NONE);
    assert_int_equal(db_query(cx, &rows, sql, ""), ERR_NONE);
    for (; db_next(cx, rows); seen++) {
        struct str name = arena_printf(&cx->arena, "new %.*s", STR_ARG(db_text(cx, rows, 0)));
        assert_int_equal(db_exec(cx, NULL, more, "t", name), ERR_NONE);
    }
    assert_int_equal(db_done(cx, rows), ERR_NONE);
    assert_int_equal(seen, 2);
    assert_int_equal(meta_count(cx), 4);
    db_rollback(cx);
    assert_int_equal(meta_count(cx), 0);
}

static void
a_reader_that_stops_early_blocks_none(void **state)
{
    struct place *p = *state;
    struct cx *cx = &p->cx;
    struct db_rows *rows;
    assert_int_equal(db_begin_read(cx), ERR_NONE);
    assert_int_equal(db_query(cx, &rows, "SELECT name FROM meta", ""), ERR_NONE);
    assert_true(db_next(cx, rows));
    db_rollback(cx);
    assert_int_equal(db_begin(cx), ERR_NONE);
    assert_int_equal(meta_put(cx, "a"), ERR_NONE);
    assert_int_equal(db_commit(cx), ERR_NONE);
}

static void
a_snapshot_stays(void **state)
{
    struct place *p = *state;
    struct cx *other = second(p, CLOCK_MINUTE);
    assert_int_equal(db_begin_read(other), ERR_NONE);
    assert_int_equal(meta_count(other), 0);
    assert_int_equal(meta_put(&p->cx, "a"), ERR_NONE);
    assert_int_equal(meta_count(other), 0);
    assert_int_equal(db_commit(other), ERR_NONE);
    assert_int_equal(meta_count(other), 1);
}

static void
a_second_writer_waits_only_so_long(void **state)
{
    struct place *p = *state;
    struct cx *other = second(p, CLOCK_S);
    assert_int_equal(meta_put(&p->cx, "a"), ERR_NONE);
    assert_int_equal(db_begin(&p->cx), ERR_NONE);
    assert_int_equal(db_exec(&p->cx, NULL, "UPDATE meta SET value = '1' WHERE name = 'a'", ""), ERR_NONE);
    assert_int_equal(db_exec(other, NULL, "UPDATE meta SET value = '2' WHERE name = 'a'", ""), ERR_STORE);
    err_forget(other);
    db_rollback(&p->cx);
    db_close(&other->db);
    (void)second(p, CLOCK_MINUTE);
    assert_int_equal(db_exec(other, NULL, "UPDATE meta SET value = '2' WHERE name = 'a'", ""), ERR_NONE);
}

static enum errcode
write_meta(struct cx *cx, const char *name)
{
    return db_exec(cx, NULL, "INSERT INTO meta (name, value) VALUES ($1, 'x')", "t", str_from_cstr(name));
}

/* Several functions, each with a transaction of its own, become one. */
static void
what_is_held_is_one_transaction(void **state)
{
    static const struct {
        enum errcode first, second, end;
        int64_t rows;
    } cases[] = {{ERR_NONE, ERR_NONE, ERR_NONE, 2},
                 {ERR_NONE, ERR_NONE, ERR_LIMIT, 0},
                 {ERR_NONE, ERR_LIMIT, ERR_LIMIT, 0},
                 {ERR_LIMIT, ERR_NONE, ERR_LIMIT, 0}};
    struct place *p = *state;
    struct cx *cx = &p->cx, *other = second(p, CLOCK_MINUTE);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const uint64_t before = db_writes(cx->db);
        const int64_t rows = meta_count(other);
        db_hold(cx->db);
        assert_int_equal(db_begin_read(cx), ERR_NONE); /* is not held */
        assert_int_equal(db_end(cx, ERR_NONE), ERR_NONE);
        assert_false(db_is_held(cx->db));
        assert_int_equal(db_begin(cx), ERR_NONE);
        assert_int_equal(write_meta(cx, "first"), ERR_NONE);
        assert_int_equal(db_end(cx, cases[i].first), cases[i].first);
        assert_int_equal(db_is_held(cx->db), cases[i].first == ERR_NONE);
        assert_int_equal(meta_count(cx), rows + (cases[i].first == ERR_NONE));
        assert_int_equal(meta_count(other), rows);
        assert_int_equal(db_begin(cx), ERR_NONE);
        assert_int_equal(write_meta(cx, "second"), ERR_NONE);
        assert_int_equal(db_end(cx, cases[i].second), cases[i].second);
        assert_int_equal(db_writes(cx->db), before);
        assert_int_equal(db_release(cx, cases[i].end), cases[i].end);
        assert_int_equal(meta_count(other), rows + cases[i].rows);
        assert_int_equal(db_writes(cx->db), before + (cases[i].end == ERR_NONE));
        assert_int_equal(db_begin(cx), ERR_NONE);
        assert_int_equal(db_exec(cx, NULL, "DELETE FROM meta WHERE value = 'x'", ""), ERR_NONE);
        assert_int_equal(db_end(cx, ERR_NONE), ERR_NONE);
    }
    db_hold(cx->db);
    assert_int_equal(db_begin(cx), ERR_NONE);
    assert_int_equal(write_meta(cx, "spoilt"), ERR_NONE);
    assert_int_equal(db_end(cx, ERR_NONE), ERR_NONE);
    assert_int_equal(write_meta(cx, "spoilt"), ERR_CONFLICT); /* between two that join */
    assert_int_equal(db_release(cx, ERR_NONE), ERR_CONFLICT);
    err_forget(cx);
    assert_int_equal(meta_count(cx), 0);
    db_hold(cx->db);
    assert_int_equal(db_begin(cx), ERR_NONE);
    assert_int_equal(write_meta(cx, "dropped"), ERR_NONE);
    assert_int_equal(db_end(cx, ERR_NONE), ERR_NONE);
    db_drop(cx);
    assert_int_equal(db_release(cx, ERR_NONE), ERR_NONE);
    assert_int_equal(meta_count(other), meta_count(cx));
}

/* It is there for others at once, and is not one of the writes that an answer waits for. */
static void
a_note_is_kept_and_not_counted(void **state)
{
    static const char sql[] = "UPDATE meta SET value = $1 WHERE name = 'a'";
    struct place *p = *state;
    struct cx *other = second(p, CLOCK_S);
    assert_int_equal(meta_put(&p->cx, "a"), ERR_NONE);
    const uint64_t before = db_writes(p->cx.db);
    assert_int_equal(db_begin_note(&p->cx), ERR_NONE);
    assert_int_equal(db_end(&p->cx, db_exec(&p->cx, NULL, sql, "t", STR_LIT("1"))), ERR_NONE);
    assert_int_equal(read_one(other, "SELECT value FROM meta WHERE name = 'a'"), 1);
    assert_true(db_writes(p->cx.db) == before);
    assert_int_equal(db_begin_note(&p->cx), ERR_NONE);
    assert_int_equal(db_exec(&p->cx, NULL, sql, "t", STR_LIT("2")), ERR_NONE);
    assert_int_equal(db_end(&p->cx, err_set(&p->cx, ERR_STORE, "no")), ERR_STORE);
    err_forget(&p->cx);
    assert_int_equal(read_one(&p->cx, "SELECT value FROM meta WHERE name = 'a'"), 1);
    assert_int_equal(db_begin(&p->cx), ERR_NONE);
    assert_int_equal(db_end(&p->cx, db_exec(&p->cx, NULL, sql, "t", STR_LIT("3"))), ERR_NONE);
    assert_true(db_writes(p->cx.db) == before + 1);
    assert_int_equal(read_one(other, "SELECT value FROM meta WHERE name = 'a'"), 3);
    db_hold(p->cx.db); /* what may join it must last */
    assert_int_equal(db_begin_note(&p->cx), ERR_NONE);
    assert_int_equal(db_end(&p->cx, db_exec(&p->cx, NULL, sql, "t", STR_LIT("3"))), ERR_NONE);
    assert_int_equal(db_release(&p->cx, ERR_NONE), ERR_NONE);
    assert_true(db_writes(p->cx.db) == before + 2);
}

/* Reads a number and writes the next one, as code does that relies on being the only writer. */
static enum errcode
add_one(struct cx *cx)
{
    static const char sql[] = "SELECT value FROM meta WHERE name = 'n'";
    struct db_rows *rows;
    int64_t n = 0;
    enum errcode err = db_query(cx, &rows, sql, "");
    if (err != ERR_NONE)
        return err;
    if (db_next(cx, rows))
        n = db_int(rows, 0);
    err = db_done(cx, rows);
    if (err != ERR_NONE)
        return err;
    return db_exec(cx, NULL, "UPDATE meta SET value = $1 WHERE name = 'n'", "t",
                   arena_printf(&cx->arena, "%lld", (long long)n + 1));
}

static bool
adds(struct str url, int turns)
{
    struct cx cx;
    cx_init(&cx);
    bool ok = db_open(&cx, url, DB_OPEN, CLOCK_MINUTE, &cx.db) == ERR_NONE;
    while (ok && turns > 0) {
        enum errcode err = db_begin(&cx);
        if (err == ERR_NONE)
            err = db_end(&cx, add_one(&cx));
        ok = err == ERR_NONE || err == ERR_STORE_RACE;
        turns -= err == ERR_NONE;
        err_forget(&cx);
    }
    db_close(&cx.db);
    cx_clear(&cx);
    return ok;
}

/* No addition is lost; the caller repeats a lost race. */
static void
two_processes(void **state)
{
    enum { TURNS = 50 };
    struct place *p = *state;
    pid_t child[2];
    assert_int_equal(meta_put(&p->cx, "n"), ERR_NONE);
    db_close(&p->cx.db);
    for (int c = 0; c < 2; c++) {
        child[c] = fork();
        assert_true(child[c] >= 0);
        if (child[c] == 0)
            _exit(!adds(p->url, TURNS));
    }
    for (int c = 0; c < 2; c++) {
        int status = -1;
        assert_int_equal(waitpid(child[c], &status, 0), child[c]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(db_open(&p->cx, p->url, DB_OPEN, CLOCK_MINUTE, &p->cx.db), ERR_NONE);
    assert_int_equal(read_one(&p->cx, "SELECT value FROM meta WHERE name = 'n'"), 2 * TURNS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(opening, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_newer_schema, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_come_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_count_not_places, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_text_with_other_types, set_up, tear_down),
        cmocka_unit_test_setup_teardown(commit_and_rollback, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failed_statement_fails_the_commit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_does_not_begin_as_a_read_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_guarded_connection_writes_in_transactions_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(statements_within_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reader_that_stops_early_blocks_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_snapshot_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_second_writer_waits_only_so_long, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_held_is_one_transaction, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_note_is_kept_and_not_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_processes, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
