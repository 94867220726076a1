/* SPDX-License-Identifier: Apache-2.0 */
/* archive: a file that proves its events by itself, and a database that proves the rest without them. */
#include "tests/unit/ledger/world.h"

#include <stdlib.h>
#include <string.h>

#include "base/codec.h"
#include "crypto/merkle.h"
#include "ledger/archive.h"
#include "accounts/audit.h"
#include "ledger/leaf.h"
#include "ledger/prove.h"
#include "ledger/sealer.h"
#include "ledger/verify.h"
#include "store/store_ledger.h"
#include "tests/unit/store.h"

/* 5 events in the chain, audit.began, and 40. */
enum { EVENTS = 46, FIRST_PART = 23 };
#define NAME STR_LIT("old.archive")

/* A file in memory, and where its lines of events begin. */
struct file {
    char *bytes;
    size_t n;
};

static int
set_up(void **state)
{
    assert_int_equal(world_set_up_chained(state), 0);
    world_append(*state, EVENTS - WORLD_CHAINED - 1);
    return (int)sealer_finish(&((struct fixture *)*state)->cx);
}

static struct file
write_archive(struct fixture *f, int64_t last)
{
    struct file file = {.n = 0};
    struct archive a;
    FILE *to = open_memstream(&file.bytes, &file.n);
    assert_non_null(to);
    assert_ok(archive_write(&f->cx, to, last, &a));
    assert_int_equal(fclose(to), 0);
    assert_int_equal(a.last, last);
    return file;
}

static enum errcode
read_file(struct fixture *f, const struct file *file, struct archive *a)
{
    FILE *from = fmemopen(file->bytes, file->n, "r");
    assert_non_null(from);
    enum errcode err = archive_read(&f->cx, from, &(struct archive_reading){.by = NULL}, a);
    (void)fclose(from);
    return err;
}

static enum errcode
compare_file(struct fixture *f, const struct file *file, struct archive *a)
{
    FILE *from = fmemopen(file->bytes, file->n, "r");
    assert_non_null(from);
    enum errcode err = archive_compare(&f->cx, from, NULL, a);
    (void)fclose(from);
    return err;
}

static void
remove_events(struct fixture *f, const struct file *file)
{
    struct archive a;
    int64_t removed = -1;
    assert_ok(compare_file(f, file, &a));
    assert_ok(archive_remove(&f->cx, &a, NAME, &removed));
    assert_int_equal(removed, a.last - a.first + 1);
    assert_ok(archive_remove(&f->cx, &a, NAME, &removed));
    assert_int_equal(removed, 0);
    assert_ok(sealer_finish(&f->cx));
}

/* The number at the beginning of the event that the byte is in; 0: it is in none. */
static int64_t
event_at(const struct file *file, size_t at)
{
    static const struct str head = STR("{\"seq\":");
    while (at > 0 && file->bytes[at - 1] != '\n')
        at--;
    struct str line = {file->bytes + at, file->n - at};
    line = str_cut(&line, '\n');
    const size_t seq = str_find_str(line, head);
    return seq == line.n ? 0 : strtoll(line.p + seq + head.n, NULL, 10);
}

static void
an_archive_is_whole_and_of_this_log(void **state)
{
    struct fixture *f = *state;
    struct archive a;
    const int64_t ends[] = {WORLD_CHAINED + 1, FIRST_PART, EVENTS - 1};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        struct file file = write_archive(f, ends[i]);
        assert_ok(read_file(f, &file, &a));
        assert_int_equal(a.first, 1);
        assert_int_equal(a.last, ends[i]);
        assert_int_equal(a.later, EVENTS - WORLD_CHAINED);
        assert_ok(compare_file(f, &file, &a));
        free(file.bytes);
    }
}

/* A flipped bit of each byte, and each end that comes too early. */
static void
each_changed_byte_is_found(void **state)
{
    struct fixture *f = *state;
    struct archive a;
    struct file file = write_archive(f, FIRST_PART);
    const size_t step = unit_store_is_remote() ? 61 : 1;
    for (size_t at = 0; at < file.n; at += step) {
        const int64_t event = event_at(&file, at);
        const char was = file.bytes[at];
        file.bytes[at] = (char)(was ^ 1);
        const enum errcode err = read_file(f, &file, &a);
        assert_true(err == ERR_CRYPTO || (at < 28 && err == ERR_SYNTAX));
        err_forget(&f->cx);
        if (event != 0 && was != '\n')
            assert_int_equal(a.bad, event);
        file.bytes[at] = was;
        const size_t n = file.n;
        file.n = at;
        if (at > 0)
            assert_int_not_equal(read_file(f, &file, &a), ERR_NONE);
        err_forget(&f->cx);
        file.n = n;
    }
    assert_ok(read_file(f, &file, &a));
    free(file.bytes);
}

static char *
cut_line(char *from, size_t line)
{
    for (; line > 0; line--)
        from = strchr(from, '\n') + 1;
    return from;
}

/* Lines that are removed, doubled and exchanged. */
static void
each_moved_line_is_found(void **state)
{
    struct fixture *f = *state;
    struct archive a;
    struct file file = write_archive(f, FIRST_PART);
    for (size_t line = 0; line < FIRST_PART + 8; line++) {
        char *here = cut_line(file.bytes, line), *next = strchr(here, '\n') + 1;
        struct str before = {file.bytes, (size_t)(here - file.bytes)}, own = {here, (size_t)(next - here)},
                   rest = {next, file.n - (size_t)(next - file.bytes)};
        struct str less = arena_printf(&f->cx.arena, "%.*s%.*s", STR_ARG(before), STR_ARG(rest));
        struct str more = arena_printf(&f->cx.arena, "%.*s%.*s%.*s%.*s", STR_ARG(before), STR_ARG(own),
                                       STR_ARG(own), STR_ARG(rest));
        struct file changed[] = {{arena_cstr(&f->cx.arena, less), less.n},
                                 {arena_cstr(&f->cx.arena, more), more.n}};
        for (size_t i = 0; i < ARRAY_LEN(changed); i++) {
            assert_int_not_equal(read_file(f, &changed[i], &a), ERR_NONE);
            err_forget(&f->cx);
        }
    }
    free(file.bytes);
}

/* By somebody who knows the format: the line and its digest fit each other, the signature does not; and the
 * database says which. */
static void
a_recomputed_event_is_located_by_the_database(void **state)
{
    struct fixture *f = *state;
    struct archive a;
    struct file file = write_archive(f, FIRST_PART);
    char *line = strstr(file.bytes, "{\"seq\":17,");
    char *end = strchr(line, '\n');
    memcpy(strstr(line, "operator") != NULL && strstr(line, "operator") < end ? strstr(line, "operator")
                                                                              : end - 4,
           "x", 1);
    struct str leaf = {line, (size_t)(end - line)};
    const struct digest d = merkle_leaf(leaf);
    memcpy(line - 45, codec_base64(&f->cx.arena, d.bytes, sizeof d.bytes).p, 44);
    assert_fails(&f->cx, read_file(f, &file, &a), ERR_CRYPTO);
    assert_int_equal(a.bad, 0);
    assert_fails(&f->cx, compare_file(f, &file, &a), ERR_CRYPTO);
    assert_int_equal(a.bad, 17);
    free(file.bytes);
}

static struct ledger_checkpoint
checkpoint_of(struct fixture *f)
{
    struct ledger_checkpoint c;
    assert_ok(store_ledger_newest(&f->cx, &c));
    return c;
}

static void
the_log_goes_on_without_its_beginning(void **state)
{
    struct fixture *f = *state;
    struct verify_report r;
    struct str proof, leaf, older[3];
    const int64_t ends[] = {WORLD_CHAINED + 1, FIRST_PART, EVENTS};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        older[i] = checkpoint_of(f).note;
        struct file file = write_archive(f, ends[i]);
        remove_events(f, &file);
        assert_ok(verify_log(&f->cx, &r));
        assert_int_equal(r.archived, ends[i]);
        assert_int_equal(r.events, EVENTS + (int64_t)i + 1);
        assert_int_equal(fixture_int(f, "SELECT count(*) FROM audit"), r.events - ends[i]);
        assert_int_equal(fixture_count_events(f, "audit.archived"), 1 + (int64_t)i);
        for (size_t k = 0; k <= i; k++)
            assert_ok(prove_since(&f->cx, older[k], &proof));
        for (int64_t seq = ends[i] + 1; seq <= r.events; seq++)
            assert_ok(prove_event(&f->cx, seq, STR_NULL, &proof));
        FILE *from = fmemopen(file.bytes, file.n, "r");
        assert_ok(archive_find(&f->cx, from, ends[i], &leaf));
        (void)fclose(from);
        assert_fails(&f->cx, prove_event(&f->cx, ends[i], STR_NULL, &proof), ERR_NOT_FOUND);
        assert_ok(prove_event(&f->cx, ends[i], leaf, &proof));
        if (ends[i] > WORLD_CHAINED + 1)
            assert_fails(&f->cx, prove_event(&f->cx, ends[i] - 1, leaf, &proof), ERR_CRYPTO);
        free(file.bytes);
    }
}

static void
archives_are_one_after_another(void **state)
{
    struct fixture *f = *state;
    struct archive a, b;
    int64_t removed = 0;
    struct file first = write_archive(f, FIRST_PART);
    remove_events(f, &first);
    struct file second = write_archive(f, FIRST_PART + 9);
    assert_ok(read_file(f, &first, &a));
    assert_ok(read_file(f, &second, &b));
    assert_int_equal(b.first, a.last + 1);
    assert_memory_equal(a.root.bytes, b.before.bytes, sizeof a.root.bytes);
    assert_ok(compare_file(f, &first, &a));
    b.first++;
    assert_fails(&f->cx, archive_remove(&f->cx, &b, NAME, &removed), ERR_RANGE);
    free(first.bytes);
    free(second.bytes);
}

/* Interrupted after any of its transactions: here after some events of the chain, and after some leaves. */
static void
what_was_interrupted_is_completed(void **state)
{
    struct fixture *f = *state;
    struct verify_report r;
    struct archive a;
    int64_t removed = 0;
    const int64_t stops[] = {2, WORLD_CHAINED, WORLD_CHAINED + 1, 11};
    struct file file = write_archive(f, FIRST_PART);
    for (size_t i = 0; i < ARRAY_LEN(stops); i++) {
        struct ledger_log log;
        assert_ok(db_begin_apart(&f->cx));
        assert_ok(store_ledger_log(&f->cx, &log));
        if (i == 0)
            assert_ok(audit_append(&f->cx, (struct audit_of){0, 0}, AUDIT_ARCHIVED, "last",
                                   arena_printf(&f->cx.arena, "%d", FIRST_PART), NULL));
        assert_ok(store_ledger_archive(&f->cx, &log, stops[i]));
        assert_ok(db_commit(&f->cx));
        assert_ok(verify_log(&f->cx, &r));
        assert_int_equal(r.archived, stops[i]);
        assert_ok(compare_file(f, &file, &a));
        struct file other = write_archive(f, FIRST_PART + 1); /* under another name: nothing is lost either */
        assert_ok(compare_file(f, &other, &a));
        assert_int_equal(a.first, stops[i] + 1);
        free(other.bytes);
    }
    assert_ok(compare_file(f, &file, &a));
    assert_ok(archive_remove(&f->cx, &a, NAME, &removed));
    assert_int_equal(removed, FIRST_PART - 11);
    assert_ok(verify_log(&f->cx, &r));
    free(file.bytes);
}

static enum errcode
write_to_nowhere(struct fixture *f, int64_t last)
{
    struct archive a;
    FILE *to = fopen("/dev/null", "w");
    assert_non_null(to);
    enum errcode err = archive_write(&f->cx, to, last, &a);
    (void)fclose(to);
    return err;
}

static void
what_cannot_be_archived_is_refused(void **state)
{
    struct fixture *f = *state;
    const int64_t ends[] = {1, WORLD_CHAINED, EVENTS, EVENTS + 1};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        assert_fails(&f->cx, write_to_nowhere(f, ends[i]), ERR_RANGE);
    struct archive a;
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    assert_fails(&f->cx, archive_write(&f->cx, full, FIRST_PART, &a), ERR_IO);
    (void)fclose(full);
}

/* Whatever verify would find is not signed again. */
static void
a_changed_log_is_not_archived(void **state)
{
    static const char *const changes[] = {
        "UPDATE audit SET source = '192.0.2.9' WHERE seq = 3",
        "UPDATE audit SET source = '192.0.2.9' WHERE seq = 12",
        "UPDATE audit SET detail = '{\"a\":1}' WHERE seq = 13",
        "UPDATE audit SET detail = detail || '\n' WHERE seq = 12",
        "DELETE FROM audit WHERE seq = 12",
        "UPDATE audit_node SET hash = (SELECT digest FROM audit WHERE seq = 9)",
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        world_run(f, "CREATE TEMP TABLE kept AS SELECT * FROM audit");
        world_run(f, "CREATE TEMP TABLE kept_node AS SELECT * FROM audit_node");
        world_run(f, changes[i]);
        assert_fails(&f->cx, write_to_nowhere(f, FIRST_PART), ERR_CRYPTO);
        world_run(f, "DELETE FROM audit");
        world_run(f, "INSERT INTO audit SELECT * FROM kept");
        world_run(f, "DELETE FROM audit_node");
        world_run(f, "INSERT INTO audit_node SELECT * FROM kept_node");
        world_run(f, "DROP TABLE kept");
        world_run(f, "DROP TABLE kept_node");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_archive_is_whole_and_of_this_log, set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(each_changed_byte_is_found, set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(each_moved_line_is_found, set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_recomputed_event_is_located_by_the_database, set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_log_goes_on_without_its_beginning, set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(archives_are_one_after_another, set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_was_interrupted_is_completed, set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_archived_is_refused, set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_changed_log_is_not_archived, set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
