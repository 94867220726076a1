/* SPDX-License-Identifier: Apache-2.0 */
/* db: what only a server does: races, lost connections, addresses and servers that are refused. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cx.h"
#include "db/db.h"
#include "db/db_driver.h"
#include "db/shared_news.h"
#include "metrics/metrics.h"
#include "tests/unit/db/meta.h"
#include "tests/unit/store.h"

struct place {
    struct cx cx, other;
    struct str url;
};

static int
set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    cx_init(&p->cx);
    cx_init(&p->other);
    p->url = unit_store_new(&p->other);
    if (db_open(&p->cx, p->url, DB_CREATE, CLOCK_MINUTE, &p->cx.db) != ERR_NONE)
        fail_msg("%s", p->cx.detail);
    assert_int_equal(db_open(&p->other, p->url, DB_OPEN, CLOCK_MINUTE, &p->other.db), ERR_NONE);
    *state = p;
    return 0;
}

static int
tear_down(void **state)
{
    struct place *p = *state;
    db_close(&p->cx.db);
    db_close(&p->other.db);
    cx_clear(&p->cx);
    cx_clear(&p->other);
    free(p);
    return 0;
}

static uint64_t
failed_writes(void)
{
    return metrics_own(METRIC_STORE_FAILURES, METRICS_MODE_WRITE, 0);
}

/* One at a time is a rule, not a failure. */
static void
a_seat_that_is_taken_is_no_failure(void **state)
{
    struct place *p = *state;
    const uint64_t failures = failed_writes();
    assert_int_equal(db_begin_apart(&p->cx), ERR_NONE);
    assert_int_equal(db_begin_apart(&p->other), ERR_BUSY);
    err_forget(&p->other);
    assert_int_equal(failed_writes(), failures);
    db_rollback(&p->cx);
}

/* Each reads what the other writes: no serial order has this result, and one of them is refused. */
static void
a_race_has_one_winner(void **state)
{
    struct place *p = *state;
    const uint64_t failures = failed_writes(),
                   again = metrics_own(METRIC_STORE_RETRIES, METRICS_MODE_WRITE, 0);
    assert_int_equal(db_begin_untimed(&p->cx), ERR_NONE); /* without the lock of writers */
    assert_int_equal(db_begin_untimed(&p->other), ERR_NONE);
    assert_int_equal(meta_count(&p->cx), 0);
    assert_int_equal(meta_count(&p->other), 0);
    assert_int_equal(meta_put(&p->cx, "a"), ERR_NONE);
    assert_int_equal(meta_put(&p->other, "b"), ERR_NONE);
    assert_int_equal(db_commit(&p->cx), ERR_NONE);
    assert_int_equal(db_commit(&p->other), ERR_STORE_RACE);
    assert_int_equal(p->other.err, ERR_STORE_RACE);
    assert_int_equal(metrics_own(METRIC_STORE_RETRIES, METRICS_MODE_WRITE, 0), again + 1);
    assert_int_equal(failed_writes(), failures);
    err_forget(&p->other);
    assert_int_equal(db_begin(&p->other), ERR_NONE);
    assert_int_equal(meta_count(&p->other), 1);
    assert_int_equal(meta_put(&p->other, "b"), ERR_NONE);
    assert_int_equal(db_commit(&p->other), ERR_NONE);
    assert_int_equal(meta_count(&p->cx), 2);
}

static const char change[] = "UPDATE meta SET value = '1' WHERE name = $1";

/* Two that change rows of their own: the one that begins later ends first. */
static void
writers_do_not_wait_for_one_another(void **state)
{
    struct place *p = *state;
    assert_int_equal(meta_put(&p->cx, "a"), ERR_NONE);
    assert_int_equal(meta_put(&p->cx, "b"), ERR_NONE);
    db_write_beside(p->cx.db, true);
    db_write_beside(p->other.db, true);
    assert_int_equal(db_begin(&p->cx), ERR_NONE);
    assert_int_equal(db_exec(&p->cx, NULL, change, "t", STR_LIT("a")), ERR_NONE);
    assert_int_equal(db_begin(&p->other), ERR_NONE);
    assert_int_equal(db_exec(&p->other, NULL, change, "t", STR_LIT("b")), ERR_NONE);
    assert_int_equal(db_commit(&p->other), ERR_NONE);
    assert_int_equal(db_commit(&p->cx), ERR_NONE);
    assert_int_equal(read_one(&p->cx, "SELECT count(*) FROM meta WHERE value = '1'"), 2);
}

/* What nothing would repeat loses no race: it waits, and others wait for it. */
static void
one_that_runs_alone_excludes_the_others(void **state)
{
    struct place *p = *state;
    for (int first_is_alone = 0; first_is_alone < 2; first_is_alone++) {
        db_close(&p->other.db);
        assert_int_equal(db_open(&p->other, p->url, DB_OPEN, CLOCK_S, &p->other.db), ERR_NONE);
        db_write_beside(p->cx.db, first_is_alone == 0);
        db_write_beside(p->other.db, first_is_alone == 1);
        assert_int_equal(db_begin(&p->cx), ERR_NONE);
        assert_int_equal(db_begin(&p->other), ERR_STORE);
        err_forget(&p->other);
        db_rollback(&p->cx);
        assert_int_equal(db_begin(&p->other), ERR_NONE);
        db_rollback(&p->other);
    }
}

/* And readers, and the sealer of the audit log, wait for no writer. */
static void
the_sealer_waits_for_no_writer(void **state)
{
    struct place *p = *state;
    assert_int_equal(db_begin(&p->cx), ERR_NONE);
    assert_int_equal(meta_put(&p->cx, "a"), ERR_NONE);
    assert_int_equal(db_begin_apart(&p->other), ERR_NONE);
    assert_int_equal(db_commit(&p->other), ERR_NONE);
    assert_int_equal(db_begin_read(&p->other), ERR_NONE);
    db_rollback(&p->other);
    assert_int_equal(db_commit(&p->cx), ERR_NONE);
}

/* Ends the connection of cx from the other one's. */
static void
cut(struct cx *cx, struct cx *other)
{
    static const char whose[] = "SELECT pg_backend_pid()";
    static const char end[] = "SELECT pg_terminate_backend(CAST($1 AS INTEGER), 60000)";
    struct db_rows *rows;
    int64_t pid = read_one(cx, whose);
    assert_int_equal(db_query(other, &rows, end, "i", pid), ERR_NONE);
    assert_true(db_next(other, rows));
    assert_int_equal(db_int(rows, 0), 1);
    assert_int_equal(db_done(other, rows), ERR_NONE);
}

static void
a_lost_connection_is_made_again(void **state)
{
    struct place *p = *state;
    assert_int_equal(meta_put(&p->cx, "a"), ERR_NONE);
    cut(&p->cx, &p->other);
    assert_int_equal(meta_put(&p->cx, "b"), ERR_NONE);
    cut(&p->cx, &p->other);
    assert_int_equal(db_begin(&p->cx), ERR_NONE);
    assert_int_equal(meta_put(&p->cx, "c"), ERR_NONE);
    assert_int_equal(db_commit(&p->cx), ERR_NONE);
    assert_int_equal(meta_count(&p->cx), 3);
}

/* Uncommitted changes are gone; COMMIT was not sent, so all of it may be done again. */
static void
lost_in_a_transaction(void **state)
{
    struct place *p = *state;
    for (int at_commit = 0; at_commit < 2; at_commit++) {
        const uint64_t before = db_writes(p->cx.db);
        assert_int_equal(db_begin(&p->cx), ERR_NONE);
        assert_int_equal(meta_put(&p->cx, "a"), ERR_NONE);
        cut(&p->cx, &p->other);
        if (!at_commit)
            assert_int_equal(meta_put(&p->cx, "b"), ERR_STORE_RACE);
        assert_int_equal(db_commit(&p->cx), ERR_STORE_RACE);
        assert_int_equal(p->cx.err, ERR_STORE_RACE);
        assert_int_equal(db_writes(p->cx.db), before);
        err_forget(&p->cx);
        assert_int_equal(meta_count(&p->cx), 0);
    }
}

/* What stands alone is committed by itself: it may have been, and is not done again. */
static void
lost_outside_of_a_transaction(void **state)
{
    static const char ends[] = "SELECT CASE WHEN pg_terminate_backend(pg_backend_pid()) THEN 1 ELSE 0 END";
    struct place *p = *state;
    struct db_rows *rows;
    assert_int_equal(db_query(&p->cx, &rows, ends, ""), ERR_STORE);
    err_forget(&p->cx);
    assert_int_equal(meta_count(&p->cx), 0);
}

/* The server ends while it commits: the outcome is not known, and counts as if it were committed. */
static void
lost_in_a_commit(void **state)
{
    static const char function[] =
        "CREATE FUNCTION ends() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(60); RETURN NULL; END'";
    static const char trigger[] = "CREATE CONSTRAINT TRIGGER ends AFTER INSERT ON meta DEFERRABLE INITIALLY "
                                  "DEFERRED FOR EACH ROW EXECUTE FUNCTION ends()";
    struct place *p = *state;
    assert_int_equal(db_exec(&p->other, NULL, function, ""), ERR_NONE);
    assert_int_equal(db_exec(&p->other, NULL, trigger, ""), ERR_NONE);
    const uint64_t before = db_writes(p->cx.db);
    assert_int_equal(db_begin(&p->cx), ERR_NONE);
    assert_int_equal(meta_put(&p->cx, "a"), ERR_NONE);
    assert_int_equal(db_commit(&p->cx), ERR_STORE);
    assert_int_equal(p->cx.err, ERR_STORE);
    assert_int_equal(db_writes(p->cx.db), before + 1);
    assert_true(db_has_written(p->cx.db));
}

static bool
hears(struct cx *cx, struct shared_news *news)
{
    struct pollfd p = {.fd = shared_news_fd(news), .events = POLLIN};
    cx_again(cx);
    assert_int_equal(poll(&p, 1, 60000), 1);
    assert_int_equal(shared_news_take(cx, news), ERR_NONE);
    return cx->n_woken > 0 || cx->wakes_all;
}

static void
news_reach_another_connection(void **state)
{
    struct place *p = *state;
    struct shared_news news;
    struct cx *ear = &p->other;
    shared_news_open(ear, p->url, CLOCK_MINUTE, &news);
    assert_int_equal(shared_news_take(ear, &news), ERR_NONE);
    assert_true(ear->wakes_all); /* whatever was said before */

    shared_news_tell(&p->cx); /* concerns no account: not sent */
    cx_wake(&p->cx, 7);
    cx_wake(&p->cx, INT64_MAX);
    shared_news_tell(&p->cx);
    while (!hears(ear, &news))
        continue;
    assert_int_equal(ear->n_woken, 2);
    assert_true(ear->woken[0] == 7 && ear->woken[1] == INT64_MAX && !ear->wakes_all);

    for (int64_t id = 1; id <= CX_WOKEN; id++)
        cx_wake(&p->cx, INT64_MAX - id);
    shared_news_tell(&p->cx);
    while (!hears(ear, &news))
        continue;
    assert_true(ear->wakes_all);
    shared_news_close(&news);
    assert_int_equal(shared_news_fd(&news), -1);
}

/* As many ids as a context records are one announcement. */
static void
news_have_room(void **state)
{
    struct place *p = *state;
    struct shared_news news;
    shared_news_open(&p->other, p->url, CLOCK_MINUTE, &news);
    assert_int_equal(shared_news_take(&p->other, &news), ERR_NONE);
    for (int64_t id = 0; id < CX_WOKEN; id++)
        cx_wake(&p->cx, INT64_MAX - id);
    assert_false(p->cx.wakes_all);
    shared_news_tell(&p->cx);
    while (!hears(&p->other, &news))
        continue;
    assert_int_equal(p->other.n_woken, CX_WOKEN);
    assert_false(p->other.wakes_all);
    shared_news_close(&news);
}

static void
a_lost_listener_wakes_all(void **state)
{
    static const char end[] = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity "
                              "WHERE datname = current_database() AND query LIKE 'LISTEN %'";
    struct place *p = *state;
    struct shared_news news;
    struct db_rows *rows;
    shared_news_open(&p->other, p->url, CLOCK_MINUTE, &news);
    assert_int_equal(shared_news_take(&p->other, &news), ERR_NONE);
    cx_again(&p->other);
    assert_int_equal(db_query(&p->cx, &rows, end, ""), ERR_NONE);
    assert_true(db_next(&p->cx, rows));
    assert_int_equal(db_done(&p->cx, rows), ERR_NONE);
    cx_wake(&p->cx, 7);
    shared_news_tell(&p->cx); /* while it does not listen */
    assert_true(hears(&p->other, &news));
    assert_true(p->other.wakes_all);
    shared_news_close(&news);
}

static void
a_snapshot_does_not_write(void **state)
{
    struct place *p = *state;
    assert_int_equal(db_begin_read(&p->cx), ERR_NONE);
    assert_int_equal(meta_put(&p->cx, "a"), ERR_STORE);
    db_rollback(&p->cx);
    err_forget(&p->cx);
    assert_int_equal(meta_count(&p->cx), 0);
}

/* The connection's own limit is twice the wait for a lock. What happens at its end is tried with a short one,
 * set on a connection that already stands: opening takes as long as the machine needs. */
static void
a_statement_takes_only_so_long(void **state)
{
    struct place *p = *state;
    struct db_rows *rows;
    assert_int_equal(db_query(&p->cx, &rows, "SELECT current_setting('statement_timeout')", ""), ERR_NONE);
    assert_true(db_next(&p->cx, rows));
    assert_str(db_text(&p->cx, rows, 0), "2min");
    assert_int_equal(db_done(&p->cx, rows), ERR_NONE);
    assert_int_equal(db_query(&p->cx, &rows, "SELECT set_config('statement_timeout', '20ms', false)", ""),
                     ERR_NONE);
    assert_int_equal(db_done(&p->cx, rows), ERR_NONE);
    assert_int_equal(db_query(&p->cx, &rows, "SELECT CAST(pg_sleep(600) AS TEXT)", ""), ERR_STORE);
    assert_non_null(strstr(p->cx.detail, "took too long"));
    err_forget(&p->cx);
}

/* A type that would be misread is an error, not a number. */
static void
an_unknown_type_is_refused(void **state)
{
    struct place *p = *state;
    struct db_rows *rows;
    assert_int_equal(db_query(&p->cx, &rows, "SELECT CAST(1.5 AS NUMERIC)", ""), ERR_STORE);
    assert_null(rows);
}

static void
refused(struct cx *cx, struct str url, enum errcode err, const char *why)
{
    struct db *db = NULL;
    const enum errcode found = db_open(cx, url, DB_OPEN, CLOCK_MINUTE, &db);
    if (found != err)
        print_error("%.*s: %s\n", STR_ARG(url), cx->detail);
    assert_int_equal(found, err);
    assert_null(db);
    if (strstr(cx->detail, why) == NULL)
        print_error("%.*s: %s\n", STR_ARG(url), cx->detail);
    assert_non_null(strstr(cx->detail, why));
    err_forget(cx);
}

static void
addresses(void **state)
{
    static const struct {
        const char *url, *why;
    } rows[] = {
        {"postgresql://", "must name role and database"},
        {"postgresql://r@/", "must name role and database"},
        {"postgresql:///d", "must name role and database"},
        {"postgresql://r:a-pass-word@127.0.0.1/d", "must not hold a password"},
        {"postgresql://r@127.0.0.1/d?password=a-pass-word", "must not hold a password"},
        {"postgresql://r:a-pass-word@[::1/d", "is not postgresql://"},
        {"postgresql://r@127.0.0.1/d?options=-csynchronous_commit%3Doff", "options cannot be set"},
        {"postgresql://r@127.0.0.1/d?service=s", "service cannot be set"},
        {"postgresql://r@127.0.0.1/d?target_session_attrs=any", "must be read-write or primary"},
        {"postgresql://r@127.0.0.1,127.0.0.2/d?port=1,2,3", "as many of host, hostaddr and port"},
        {"postgresql://r@127.0.0.1,127.0.0.2/d?hostaddr=127.0.0.1", "as many of host, hostaddr and port"},
        {"postgresql://r@db.example/d?sslmode=require", "must be verify-full or verify-ca"},
        {"postgresql://r@127.0.0.1,db.example/d?sslmode=disable", "must be verify-full or verify-ca"},
        {"postgresql://r@db1.example,db2.example/d?sslmode=require", "must be verify-full or verify-ca"},
        {"postgresql://r@db1.example,127.0.0.1:1,/d?sslmode=disable", "must be verify-full or verify-ca"},
        {"postgresql://r@localhost/d?hostaddr=192.0.2.1&sslmode=prefer", "must be verify-full or verify-ca"},
        /* a host without an address is what is connected to */
        {"postgresql://r@h,db.example/d?hostaddr=127.0.0.1,&sslmode=disable",
         "must be verify-full or verify-ca"},
        {"postgresql://r@db.example,h/d?hostaddr=,127.0.0.1&sslmode=prefer",
         "must be verify-full or verify-ca"},
        {"postgresql://r@db.example/d?hostaddr=,&sslmode=disable", "as many of host, hostaddr and port"},
        {"postgresql://r@127.0.0.1/d?connect_timeout=0", "from 1 to 60 seconds"},
        {"postgresql://r@127.0.0.1/d?connect_timeout=-1", "from 1 to 60 seconds"},
        {"postgresql://r@127.0.0.1/d?connect_timeout=4294967298", "from 1 to 60 seconds"},
        {"postgresql://r@127.0.0.1/d?connect_timeout=2s", "from 1 to 60 seconds"},
        {"postgresql://r@127.0.0.1/d%00?sslmode=disable", "is not postgresql://"},
        {"postgresql://r@127.0.0.1/d?passfile=/nowhere/passwords", "is not there"},
        {"postgresql://r@127.0.0.1/d?passfile=relative", "is not there"},
    };
    struct place *p = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        refused(&p->cx, str_from_cstr(rows[i].url), ERR_CONFIG, rows[i].why);
        assert_null(strstr(p->cx.detail, "a-pass-word"));
    }
}

static void
a_file_of_passwords_is_the_owners(void **state)
{
    struct place *p = *state;
    char path[] = "/tmp/countersign-passwords-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    struct str url = arena_printf(&p->other.arena, "%.*s&passfile=%s", STR_ARG(p->url), path);
    struct db *db = NULL;
    assert_int_equal(db_open(&p->cx, url, DB_OPEN, CLOCK_MINUTE, &db), ERR_NONE);
    db_close(&db);
    assert_int_equal(fchmod(fd, 0640), 0);
    refused(&p->cx, url, ERR_CONFIG, "readable by its owner alone");
    (void)close(fd);
    assert_int_equal(unlink(path), 0);
}

static void
servers_that_do_not_serve(void **state)
{
    struct place *p = *state;
    refused(&p->cx, unit_store_like(&p->cx, "LOCALE 'C.UTF-8'"), ERR_STORE, "LOCALE 'C'");
    refused(&p->cx, unit_store_like(&p->cx, "LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"), ERR_STORE,
            "LOCALE 'C'");
    refused(&p->cx, unit_store_like(&p->cx, "ENCODING 'LATIN1'"), ERR_STORE, "UTF8");
    refused(&p->cx, unit_store_url(&p->cx, "nowhere"), ERR_STORE, "does not exist");
    refused(&p->cx, STR_LIT("postgresql://r@127.0.0.1:1/d"), ERR_STORE, "refused");
    struct str reader = arena_printf(&p->cx.arena, "%.*s", STR_ARG(unit_store_like(&p->cx, "")));
    struct db *db = NULL;
    assert_int_equal(db_open(&p->cx, reader, DB_CREATE, CLOCK_MINUTE, &db), ERR_NONE);
    db_close(&db);
}

/* Nothing is taken from the environment. */
static void
the_environment_does_not_matter(void **state)
{
    struct place *p = *state;
    struct db *db = NULL;
    static const char *const names[] = {"PGHOST",    "PGPORT",    "PGDATABASE", "PGUSER",
                                        "PGOPTIONS", "PGSERVICE", "PGSSLMODE",  "PGTARGETSESSIONATTRS"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_int_equal(setenv(names[i], "/nowhere", 1), 0);
    assert_int_equal(db_open(&p->cx, p->url, DB_OPEN, CLOCK_MINUTE, &db), ERR_NONE);
    db_close(&db);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_null(getenv(names[i]));
}

/* Bytes order texts, as in SQLite. */
static void
texts_are_in_the_order_of_their_bytes(void **state)
{
    struct place *p = *state;
    struct db_rows *rows;
    static const char *const names[] = {"B", "a", "b", "\xc3\xa4"};
    for (size_t i = 4; i-- > 0;)
        assert_int_equal(meta_put(&p->cx, names[i]), ERR_NONE);
    assert_int_equal(
        db_query(&p->cx, &rows, "SELECT name FROM meta WHERE name <> 'schema_version' ORDER BY name", ""),
        ERR_NONE);
    for (size_t i = 0; i < 4; i++) {
        assert_true(db_next(&p->cx, rows));
        assert_str(db_text(&p->cx, rows, 0), names[i]);
    }
    assert_int_equal(db_done(&p->cx, rows), ERR_NONE);
}

static void
no_copy_of_a_file(void **state)
{
    struct place *p = *state;
    assert_false(db_copies_itself(p->cx.db));
    assert_int_equal(db_map(&p->cx, 1 << 30), ERR_NONE);
    assert_int_equal(db_tidy(&p->cx), ERR_NONE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(news_reach_another_connection, set_up, tear_down),
        cmocka_unit_test_setup_teardown(news_have_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_lost_listener_wakes_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_seat_that_is_taken_is_no_failure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_race_has_one_winner, set_up, tear_down),
        cmocka_unit_test_setup_teardown(writers_do_not_wait_for_one_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_that_runs_alone_excludes_the_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_sealer_waits_for_no_writer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_lost_connection_is_made_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lost_in_a_transaction, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lost_outside_of_a_transaction, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lost_in_a_commit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_snapshot_does_not_write, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_statement_takes_only_so_long, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unknown_type_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(addresses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_of_passwords_is_the_owners, set_up, tear_down),
        cmocka_unit_test_setup_teardown(servers_that_do_not_serve, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_environment_does_not_matter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(texts_are_in_the_order_of_their_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_copy_of_a_file, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
