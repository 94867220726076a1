/* SPDX-License-Identifier: Apache-2.0 */
/* db: SQLite's files: who may read them, a full disk, a file that goes away. What holds for every database is
 * in both_test.c. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cx.h"
#include "db/db.h"

struct place {
    struct cx cx;
    char folder[32], path[64], aside[64];
};

static const char insert[] = "INSERT INTO meta (name, value) VALUES ($1, $2)";

static int
set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    snprintf(p->folder, sizeof p->folder, "/tmp/countersign-db-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->path, sizeof p->path, "%s/a.db", p->folder);
    snprintf(p->aside, sizeof p->aside, "%s/b.db", p->folder);
    cx_init(&p->cx);
    assert_int_equal(db_open(&p->cx, str_from_cstr(p->path), DB_CREATE, CLOCK_S, &p->cx.db), ERR_NONE);
    *state = p;
    return 0;
}

static int
tear_down(void **state)
{
    struct place *p = *state;
    static const char *const ends[] = {"", "-wal", "-shm"};
    db_close(&p->cx.db);
    cx_clear(&p->cx);
    for (size_t i = 0; i < 3; i++) {
        char name[80];
        snprintf(name, sizeof name, "%s%s", p->path, ends[i]);
        unlink(name);
        snprintf(name, sizeof name, "%s%s", p->aside, ends[i]);
        unlink(name);
    }
    assert_int_equal(rmdir(p->folder), 0);
    free(p);
    return 0;
}

static enum errcode
put(struct cx *cx, const char *name)
{
    return db_exec(cx, NULL, insert, "tt", str_from_cstr(name), STR_LIT("v"));
}

static int64_t
count(struct cx *cx)
{
    struct db_rows *rows;
    int64_t n = -1;
    assert_int_equal(db_query(cx, &rows, "SELECT count(*) FROM meta WHERE name <> 'schema_version'", ""),
                     ERR_NONE);
    if (db_next(cx, rows))
        n = db_int(rows, 0);
    assert_int_equal(db_done(cx, rows), ERR_NONE);
    return n;
}

static void
modes(void **state)
{
    struct place *p = *state;
    static const char *const ends[] = {"", "-wal", "-shm"};
    assert_int_equal(put(&p->cx, "a"), ERR_NONE);
    for (size_t i = 0; i < 3; i++) {
        char name[80];
        struct stat st;
        snprintf(name, sizeof name, "%s%s", p->path, ends[i]);
        assert_int_equal(stat(name, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
}

static void
opening(void **state)
{
    struct place *p = *state;
    struct db *db = NULL;
    assert_int_equal(db_open(&p->cx, str_from_cstr(p->path), DB_CREATE, CLOCK_S, &db), ERR_EXISTS);
    assert_null(db);
    err_forget(&p->cx);
    assert_int_equal(db_open(&p->cx, str_from_cstr(p->aside), DB_OPEN, CLOCK_S, &db), ERR_NOT_FOUND);
    assert_int_equal(access(p->aside, F_OK), -1);
    err_forget(&p->cx);
    assert_int_equal(db_open(&p->cx, str_from_cstr(p->path), DB_OPEN, CLOCK_S, &db), ERR_NONE);
    db_close(&db);
    assert_int_equal(db_open(&p->cx, str_from_cstr(p->path), DB_MIGRATE, CLOCK_S, &db), ERR_NONE);
    db_close(&db);
    assert_int_equal(db_exec(&p->cx, NULL, "UPDATE meta SET value = '999' WHERE name = 'schema_version'", ""),
                     ERR_NONE);
    assert_int_equal(db_open(&p->cx, str_from_cstr(p->path), DB_OPEN, CLOCK_S, &db), ERR_STORE_SCHEMA);
    assert_null(db);
}

static void
a_second_writer_waits_only_so_long(void **state)
{
    struct place *p = *state;
    struct cx other;
    cx_init(&other);
    assert_int_equal(db_open(&other, str_from_cstr(p->path), DB_OPEN, CLOCK_MS, &other.db), ERR_NONE);
    assert_int_equal(db_begin(&p->cx), ERR_NONE);
    assert_int_equal(db_begin(&other), ERR_STORE);
    err_forget(&other);
    db_rollback(&p->cx);
    assert_int_equal(db_begin(&other), ERR_NONE);
    db_rollback(&other);
    db_close(&other.db);
    cx_clear(&other);
}

static void
fills(struct cx *cx)
{
    static const char big[8192];
    enum errcode err = ERR_NONE;
    assert_int_equal(db_begin(cx), ERR_NONE);
    for (int i = 0; i < 1000 && err == ERR_NONE; i++)
        err = db_exec(cx, NULL, insert, "tb", arena_printf(&cx->arena, "n%d", i),
                      (struct str){big, sizeof big});
    if (err != ERR_NONE)
        assert_int_not_equal(db_commit(cx), ERR_NONE);
    else
        assert_int_not_equal(err = db_commit(cx), ERR_NONE);
    assert_true(err == ERR_STORE_FULL || err == ERR_STORE);
    err_forget(cx);
}

static void
full_and_room_again(void **state)
{
    struct place *p = *state;
    struct cx *cx = &p->cx;
    struct db_rows *rows;
    assert_int_equal(db_query(cx, &rows, "PRAGMA max_page_count = 100", ""), ERR_NONE);
    assert_true(db_next(cx, rows));
    assert_int_equal(db_done(cx, rows), ERR_NONE);
    fills(cx);
    assert_int_equal(db_query(cx, &rows, "PRAGMA max_page_count = 1000000", ""), ERR_NONE);
    assert_true(db_next(cx, rows));
    assert_int_equal(db_done(cx, rows), ERR_NONE);
    assert_int_equal(count(cx), 0);
    assert_int_equal(put(cx, "a"), ERR_NONE);
}

static void
no_larger_file_and_room_again(void **state)
{
    struct place *p = *state;
    struct rlimit was;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    struct rlimit small = {300000, was.rlim_max};
    assert_ptr_not_equal(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    fills(&p->cx);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    assert_int_equal(count(&p->cx), 0);
    assert_int_equal(put(&p->cx, "a"), ERR_NONE);
    assert_int_equal(count(&p->cx), 1);
}

static void
checkpoint(struct cx *cx)
{
    struct db_rows *rows;
    assert_int_equal(db_query(cx, &rows, "PRAGMA wal_checkpoint(TRUNCATE)", ""), ERR_NONE);
    assert_true(db_next(cx, rows));
    assert_int_equal(db_done(cx, rows), ERR_NONE);
}

static void
file_gone_and_back(void **state)
{
    struct place *p = *state;
    struct cx *cx = &p->cx;
    assert_int_equal(put(cx, "a"), ERR_NONE);
    checkpoint(cx);
    assert_int_equal(db_begin(cx), ERR_NONE);
    assert_int_equal(put(cx, "b"), ERR_NONE);
    assert_int_equal(rename(p->path, p->aside), 0);
    assert_int_equal(db_commit(cx), ERR_STORE);
    for (int i = 0; i < 2; i++) {
        err_forget(cx);
        assert_int_equal(db_begin(cx), ERR_STORE);
        assert_int_equal(put(cx, "b"), ERR_STORE);
        assert_int_equal(access(p->path, F_OK), -1);
    }
    err_forget(cx);
    assert_int_equal(rename(p->aside, p->path), 0);
    assert_int_equal(count(cx), 1);
    assert_int_equal(put(cx, "b"), ERR_NONE);
}

static bool
is_mapped(const struct place *p)
{
    char line[512];
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        found |=
            strlen(line) > strlen(p->path) && strcmp(line + strlen(line) - strlen(p->path), p->path) == 0;
    }
    (void)fclose(maps);
    return found;
}

/* As what only reads does, which uses the map. */
static int64_t
count_of_snapshot(struct cx *cx)
{
    assert_int_equal(db_begin_read(cx), ERR_NONE);
    const int64_t n = count(cx);
    assert_int_equal(db_commit(cx), ERR_NONE);
    return n;
}

/* Through the map one reads what this and other connections wrote, before and after it got into the file. */
static void
mapped(void **state)
{
    struct place *p = *state;
    struct cx *cx = &p->cx, other;
    assert_int_equal(put(cx, "a"), ERR_NONE);
    checkpoint(cx);
    assert_int_equal(count(cx), 1);
    assert_false(is_mapped(p));
    assert_int_equal(db_map(cx, 1 << 30), ERR_NONE);
    assert_int_equal(count(cx), 1);
    assert_false(is_mapped(p)); /* what may write does not use it */
    assert_int_equal(count_of_snapshot(cx), 1);
    assert_true(is_mapped(p));
    cx_init(&other);
    assert_int_equal(db_open(&other, str_from_cstr(p->path), DB_OPEN, CLOCK_S, &other.db), ERR_NONE);
    assert_int_equal(put(&other, "b"), ERR_NONE);
    assert_int_equal(count_of_snapshot(cx), 2);
    checkpoint(&other);
    assert_int_equal(count_of_snapshot(cx), 2);
    db_close(&other.db);
    cx_clear(&other);
    assert_int_equal(put(cx, "c"), ERR_NONE);
    assert_int_equal(count_of_snapshot(cx), 3);
    assert_int_equal(db_map(cx, 0), ERR_NONE);
    assert_int_equal(count_of_snapshot(cx), 3);
    assert_false(is_mapped(p));
}

static off_t
size_of(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

/* Commits append to the log and do not touch the file: db_tidy moves the log into it. */
static void
tidied_between_commits(void **state)
{
    enum { ROWS = 64, SIZE = 128 * 1024 };
    struct place *p = *state;
    struct cx *cx = &p->cx, other;
    struct str value = {arena_zalloc(&cx->arena, SIZE), SIZE};
    memset((char *)(uintptr_t)value.p, 'x', SIZE);
    checkpoint(cx);
    const off_t before = size_of(p->path);
    for (size_t i = 0; i < ROWS; i++)
        assert_int_equal(db_exec(cx, NULL, insert, "tt", arena_printf(&cx->arena, "%zu", i), value),
                         ERR_NONE);
    assert_int_equal(size_of(p->path), before);
    cx_init(&other);
    assert_int_equal(db_open(&other, str_from_cstr(p->path), DB_OPEN, CLOCK_S, &other.db), ERR_NONE);
    assert_int_equal(db_tidy(&other), ERR_NONE);
    assert_true(size_of(p->path) >= before + ROWS * SIZE);
    assert_int_equal(count(&other), ROWS);
    /* It waits for no other transaction, and none waits for it. */
    assert_int_equal(db_begin(cx), ERR_NONE);
    assert_int_equal(put(cx, "last"), ERR_NONE);
    assert_int_equal(db_tidy(&other), ERR_NONE);
    assert_int_equal(db_commit(cx), ERR_NONE);
    assert_int_equal(rename(p->path, p->aside), 0);
    assert_int_equal(db_tidy(&other), ERR_STORE);
    assert_int_equal(rename(p->aside, p->path), 0);
    db_close(&other.db);
    cx_clear(&other);
}

static void
mapped_gone_and_back(void **state)
{
    struct place *p = *state;
    assert_int_equal(db_map(&p->cx, 1 << 30), ERR_NONE);
    file_gone_and_back(state);
    checkpoint(&p->cx);
    assert_int_equal(count_of_snapshot(&p->cx), 2);
    assert_true(is_mapped(p)); /* the new connection, too */
}

/* The connection that reads through the map can neither write nor distinguish a writer's own transaction from
 * another's. */
static void
mapped_reads(void **state)
{
    struct place *p = *state;
    struct cx *cx = &p->cx;
    assert_int_equal(db_map(cx, 1 << 30), ERR_NONE);
    assert_int_equal(put(cx, "a"), ERR_NONE);
    assert_int_equal(db_begin_read(cx), ERR_NONE);
    assert_int_equal(count(cx), 1);
    assert_int_equal(db_commit(cx), ERR_NONE);
    assert_int_equal(db_begin_read(cx), ERR_NONE);
    assert_int_equal(put(cx, "b"), ERR_STORE);
    db_rollback(cx);
    err_forget(cx);
    assert_int_equal(count(cx), 1);
    assert_int_equal(db_begin(cx), ERR_NONE);
    assert_int_equal(put(cx, "b"), ERR_NONE);
    assert_int_equal(db_commit(cx), ERR_NONE);
    assert_int_equal(db_begin_read(cx), ERR_NONE);
    assert_int_equal(count(cx), 2);
    db_rollback(cx);
}

static void
mapped_reads_gone_and_back(void **state)
{
    struct place *p = *state;
    struct cx *cx = &p->cx;
    assert_int_equal(db_map(cx, 1 << 30), ERR_NONE);
    assert_int_equal(put(cx, "a"), ERR_NONE);
    checkpoint(cx);
    assert_int_equal(db_begin_read(cx), ERR_NONE);
    assert_int_equal(count(cx), 1);
    assert_int_equal(rename(p->path, p->aside), 0);
    assert_int_equal(db_commit(cx), ERR_STORE);
    err_forget(cx);
    assert_int_equal(db_begin_read(cx), ERR_STORE);
    assert_int_equal(access(p->path, F_OK), -1);
    err_forget(cx);
    assert_int_equal(rename(p->aside, p->path), 0);
    assert_int_equal(db_begin_read(cx), ERR_NONE);
    assert_int_equal(count(cx), 1);
    db_rollback(cx);
}

/* The last cell of the leaf that holds the name is said to begin four bytes before the page's end. */
static void
break_page(const char *path, const char *name)
{
    enum { PAGE = 4096, ROWS = 13 }; /* the kind of a leaf of rows */
    static unsigned char page[PAGE];
    bool found = false;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    for (off_t at = PAGE; !found && pread(fd, page, PAGE, at) == PAGE; at += PAGE) {
        size_t cells = (size_t)page[3] << 8 | page[4];
        found = page[0] == ROWS && memmem(page, PAGE, name, strlen(name)) != NULL;
        if (!found)
            continue;
        page[8 + 2 * cells - 2] = (PAGE - 4) >> 8;
        page[8 + 2 * cells - 1] = (PAGE - 4) & 0xff;
        assert_int_equal(pwrite(fd, page, PAGE, at), PAGE);
    }
    assert_true(found);
    (void)close(fd);
}

/* A page with a cell that reaches past its end is not written to, though what is written lies elsewhere in
 * it. */
static void
a_broken_page_is_not_written(void **state)
{
    static const char row[] =
        "INSERT INTO lockout (key, failures, locked_until, changed_at) VALUES ($1, 0, 0, 0)";
    static const char change[] = "UPDATE lockout SET failures = 1 WHERE key = $1";
    struct place *p = *state;
    struct cx *cx = &p->cx;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(db_exec(cx, NULL, row, "t", STR_LIT("row-one")), ERR_NONE);
        assert_int_equal(db_exec(cx, NULL, row, "t", STR_LIT("row-two")), ERR_NONE);
        checkpoint(cx);
        db_close(&cx->db);
        if (i == 1)
            break_page(p->path, "row-two");
        assert_int_equal(db_open(cx, str_from_cstr(p->path), DB_OPEN, CLOCK_S, &cx->db), ERR_NONE);
        assert_int_equal(db_map(cx, 1 << 30), ERR_NONE);
        assert_int_equal(db_begin(cx), ERR_NONE);
        assert_int_equal(db_exec(cx, NULL, change, "t", STR_LIT("row-one")), i == 0 ? ERR_NONE : ERR_STORE);
        db_rollback(cx);
        err_forget(cx);
        if (i == 0)
            assert_int_equal(db_exec(cx, NULL, "DELETE FROM lockout", ""), ERR_NONE);
    }
}

static void
lost_while_reading(void **state)
{
    struct place *p = *state;
    struct cx *cx = &p->cx;
    struct db_rows *rows, *other;
    assert_int_equal(put(cx, "a"), ERR_NONE);
    assert_int_equal(db_query(cx, &rows, "SELECT name FROM meta", ""), ERR_NONE);
    assert_true(db_next(cx, rows));
    assert_int_equal(rename(p->path, p->aside), 0);
    assert_int_equal(db_query(cx, &other, "SELECT 1", ""), ERR_STORE);
    assert_null(other);
    assert_int_equal(db_done(cx, rows), ERR_NONE);
    assert_false(db_query(cx, &rows, "SELECT name FROM meta", "") == ERR_NONE);
    assert_int_equal(rename(p->aside, p->path), 0);
    err_forget(cx);
    assert_int_equal(count(cx), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(modes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(opening, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_second_writer_waits_only_so_long, set_up, tear_down),
        cmocka_unit_test_setup_teardown(full_and_room_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_larger_file_and_room_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(file_gone_and_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mapped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tidied_between_commits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mapped_gone_and_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mapped_reads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mapped_reads_gone_and_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_page_is_not_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lost_while_reading, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
