/* SPDX-License-Identifier: Apache-2.0 */
/* audit: what is written, listed and followed. */
#include "tests/unit/accounts/fixture.h"

#include "accounts/audit.h"
#include "ledger/sealer.h"

static void
append(struct fixture *f, enum audit_event event, const char *value)
{
    struct audit_of of = {1, 2};
    assert_ok(db_begin(&f->cx));
    assert_ok(audit_append(&f->cx, of, event, "key", str_from_cstr(value), NULL));
    assert_ok(db_commit(&f->cx));
}

static void
some_rows(struct fixture *f, int n)
{
    for (int i = 0; i < n; i++)
        append(f, i % 2 == 0 ? AUDIT_ACCOUNT_LOCKED : AUDIT_ACCOUNT_UNLOCKED, "v");
}

static void
a_row_tells_all(void **state)
{
    struct fixture *f = *state;
    struct audit_row *rows;
    size_t n;
    append(f, AUDIT_ACCOUNT_LOCKED, "a\"b\\c\n\x7f\xc3\xa4\xff");
    append(f, AUDIT_ACCOUNT_LOCKED, NULL);
    f->cx.actor = STR_NULL;
    f->cx.source = STR_NULL;
    append(f, AUDIT_ACCOUNT_UNLOCKED, "");
    assert_ok(audit_list(&f->cx, (struct audit_of){0}, 0, 10, &rows, &n));
    assert_int_equal(n, 0);
    assert_ok(sealer_finish(&f->cx));
    assert_ok(audit_list(&f->cx, (struct audit_of){0}, 1, 10, &rows, &n)); /* 1: audit.began */
    assert_int_equal(n, 3);
    assert_int_equal(rows[0].seq, 2);
    assert_int_equal(rows[0].at, FIXTURE_NOW);
    assert_str(rows[0].event, "account.locked");
    assert_str(rows[0].actor, "operator:test");
    assert_str(rows[0].source, FIXTURE_SOURCE);
    assert_str(rows[0].detail, "{\"key\":\"a\\\"b\\\\c\\u000a\\u007f\xc3\xa4\xef\xbf\xbd\"}");
    assert_int_equal(rows[0].company_id, 1);
    assert_int_equal(rows[0].technician_id, 2);
    assert_str(rows[1].detail, "{}");
    assert_str(rows[2].actor, "system");
    assert_str(rows[2].source, "");
    assert_str(rows[2].detail, "{\"key\":\"\"}");
}

static void
append_about(struct fixture *f, int64_t company, int64_t technician)
{
    assert_ok(db_begin(&f->cx));
    assert_ok(audit_append(&f->cx, (struct audit_of){company, technician}, AUDIT_LOGIN_REFUSED, NULL));
    assert_ok(db_commit(&f->cx));
}

/* Exactly those whom a row concerns, however many they are. */
static void
a_follower_learns_whom_the_rows_concern(void **state)
{
    enum { LIMIT = 64 };
    struct fixture *f = *state;
    int64_t seq = -1;
    bool more = true;
    append_about(f, 1, 2);
    assert_ok(sealer_finish(&f->cx));
    assert_ok(audit_follow(&f->cx, LIMIT, &seq, &more));
    assert_true(f->cx.wakes_all);
    assert_int_equal(seq, 2);
    assert_false(more);

    cx_begin(&f->cx);
    append_about(f, 0, 0); /* somebody typed a name that does not exist */
    for (int64_t technician = 1; technician <= LIMIT; technician++)
        append_about(f, 1, technician);
    cx_again(&f->cx);
    assert_ok(audit_follow(&f->cx, LIMIT, &seq, &more));
    assert_false(more);
    assert_int_equal(f->cx.n_woken, 0); /* not sealed yet */
    assert_ok(sealer_finish(&f->cx));
    assert_ok(audit_follow(&f->cx, LIMIT, &seq, &more));
    assert_true(more);
    assert_int_equal(f->cx.n_woken, LIMIT - 1);
    assert_ok(audit_follow(&f->cx, LIMIT, &seq, &more));
    assert_false(more);
    assert_int_equal(f->cx.n_woken, LIMIT);
    assert_int_equal(f->cx.woken[LIMIT - 1], LIMIT);
    assert_false(f->cx.wakes_all);
    assert_int_equal(seq, LIMIT + 3);

    cx_begin(&f->cx);
    append_about(f, 1, 0);
    cx_again(&f->cx);
    assert_ok(sealer_finish(&f->cx));
    assert_ok(audit_follow(&f->cx, LIMIT, &seq, &more));
    assert_int_equal(f->cx.n_woken, 0);
    assert_true(f->cx.wakes_all);
}

static bool
appending_wakes(struct fixture *f, enum audit_event event)
{
    cx_begin(&f->cx);
    assert_ok(db_begin(&f->cx));
    assert_ok(audit_append(&f->cx, (struct audit_of){f->company, f->ann}, event, NULL));
    assert_ok(db_commit(&f->cx));
    assert_false(f->cx.wakes_all);
    return f->cx.n_woken == 1 && f->cx.woken[0] == f->ann;
}

/* A change wakes at once; what somebody can cause who is not signed in does not. */
static void
who_appends_wakes_too(void **state)
{
    struct fixture *f = *state;
    assert_true(appending_wakes(f, AUDIT_ACCOUNT_LOCKED));
    assert_true(appending_wakes(f, AUDIT_LOGIN_GRANTED));
    assert_false(appending_wakes(f, AUDIT_LOGIN_BEGUN));
    assert_false(appending_wakes(f, AUDIT_PUSH_SENT));
    cx_begin(&f->cx);
    append_about(f, 1, 0);
    assert_true(f->cx.wakes_all);
    cx_begin(&f->cx);
    append_about(f, 0, 0);
    assert_false(f->cx.wakes_all || f->cx.n_woken != 0);
}

static void
a_detail_is_read_again(void **state)
{
    static const char *const values[] = {
        "", "plain", "a\"b\\c\n\x7f\xc3\xa4", "\\u0041", "\",\"other\":\"x", "{}:,"};
    struct fixture *f = *state;
    struct audit_row *rows;
    size_t n;
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        assert_ok(db_begin(&f->cx));
        assert_ok(audit_append(&f->cx, (struct audit_of){0}, AUDIT_ACCOUNT_LOCKED, "first", STR_LIT("1"),
                               "key", str_from_cstr(values[i]), "last", STR_LIT("3"), NULL));
        assert_ok(db_commit(&f->cx));
    }
    assert_ok(sealer_finish(&f->cx));
    assert_ok(audit_list(&f->cx, (struct audit_of){0}, 1, 100, &rows, &n));
    assert_int_equal(n, ARRAY_LEN(values));
    for (size_t i = 0; i < n; i++) {
        assert_str(audit_detail(&f->cx, &rows[i], "first"), "1");
        assert_str(audit_detail(&f->cx, &rows[i], "key"), values[i]);
        assert_str(audit_detail(&f->cx, &rows[i], "last"), "3");
        assert_true(str_is_null(audit_detail(&f->cx, &rows[i], "other")));
    }
    /* Foreign data in the table is not read past its end. */
    static const char *const bad[] = {"",
                                      "{",
                                      "{}",
                                      "x",
                                      "{\"",
                                      "{\"key",
                                      "{\"key\"",
                                      "{\"key\":",
                                      "{\"key\":\"",
                                      "{\"key\":\"a",
                                      "{\"key\":\"\\",
                                      "{\"key\":\"\\u",
                                      "{\"key\":\"\\u00",
                                      "{\"key\":\"\\u00zz\"}",
                                      "{\"key\":1}"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const size_t size = strlen(bad[i]); /* of exactly that size, so that a read past it is detected */
        char *copy = malloc(size);
        memcpy(copy, bad[i], size);
        const struct audit_row row = {.detail = {copy, size}};
        assert_true(str_is_null(audit_detail(&f->cx, &row, "key")));
        free(copy);
    }
}

static void
lists_by_subject(void **state)
{
    struct fixture *f = *state;
    struct audit_row *rows;
    size_t n;
    some_rows(f, 20);
    assert_ok(sealer_finish(&f->cx));
    assert_ok(audit_list(&f->cx, (struct audit_of){.company = 1}, 19, 10, &rows, &n));
    assert_int_equal(n, 2);
    assert_int_equal(rows[0].seq, 20);
    assert_ok(audit_list(&f->cx, (struct audit_of){.technician = 2}, 0, 10, &rows, &n));
    assert_int_equal(n, 10);
    assert_ok(audit_list(&f->cx, (struct audit_of){.technician = 3}, 0, 10, &rows, &n));
    assert_int_equal(n, 0);
}

static void
rolled_back_is_not_there(void **state)
{
    struct fixture *f = *state;
    assert_ok(db_begin(&f->cx));
    assert_ok(audit_append(&f->cx, (struct audit_of){0}, AUDIT_ACCOUNT_LOCKED, NULL));
    db_rollback(&f->cx);
    append(f, AUDIT_ACCOUNT_LOCKED, "v");
    assert_int_equal(fixture_count_events(f, "account.locked"), 1);
}

static bool
append_fifty(struct cx *cx, void *arg)
{
    (void)arg;
    for (int i = 0; i < 50; i++)
        if (db_begin(cx) != ERR_NONE ||
            audit_append(cx, (struct audit_of){0}, AUDIT_ACCOUNT_LOCKED, NULL) != ERR_NONE ||
            db_commit(cx) != ERR_NONE)
            return false;
    return true;
}

static void
two_writers_make_one_log(void **state)
{
    struct fixture *f = *state;
    const int64_t first = fixture_count_events(f, "account.locked");
    assert_int_equal(fixture_race(f, append_fifty, NULL), 2);
    assert_int_equal(fixture_count_events(f, "account.locked"), first + 100);
}

/* Of events of one moment the order is that in which they were written, before and after they are sealed. */
static void
events_of_one_moment_keep_their_order(void **state)
{
    struct fixture *f = *state;
    struct audit_row *rows;
    size_t n;
    for (int i = 0; i < 100; i++)
        append(f, AUDIT_ACCOUNT_LOCKED, arena_printf(&f->cx.arena, "%d", i).p);
    for (int round = 0; round < 2; round++) {
        assert_ok(store_audit_newest(&f->cx, 2, 100, &rows, &n));
        assert_int_equal(n, 100);
        for (size_t i = 0; i < n; i++) {
            struct str number = audit_detail(&f->cx, &rows[n - 1 - i], "key");
            assert_str(number, arena_printf(&f->cx.arena, "%zu", i).p);
            assert_true(round == 0 ? rows[i].seq == 0 : rows[n - 1 - i].seq == (int64_t)i + 2);
        }
        assert_ok(sealer_finish(&f->cx));
    }
}

/* They are text once they are in the log, wherever they came from. */
static void
names_are_written_as_text(void **state)
{
    struct fixture *f = *state;
    struct audit_row *rows;
    size_t n;
    f->cx.actor = STR_LIT("operator:\xff");
    append(f, AUDIT_ACCOUNT_LOCKED, "v");
    assert_ok(store_audit_newest(&f->cx, 2, 1, &rows, &n));
    assert_str(rows[0].actor, "operator:\xef\xbf\xbd");
}

static void
too_long_a_detail(void **state)
{
    struct fixture *f = *state;
    static char big[70000];
    memset(big, 'x', sizeof big);
    assert_ok(db_begin(&f->cx));
    struct audit_of of = {0};
    assert_int_equal(audit_append(&f->cx, of, AUDIT_ACCOUNT_LOCKED, "k", (struct str){big, sizeof big}, NULL),
                     ERR_LIMIT);
    db_rollback(&f->cx);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_row_tells_all, fixture_set_up_bare, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_follower_learns_whom_the_rows_concern, fixture_set_up_bare,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(who_appends_wakes_too, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_detail_is_read_again, fixture_set_up_bare, fixture_tear_down),
        cmocka_unit_test_setup_teardown(lists_by_subject, fixture_set_up_bare, fixture_tear_down),
        cmocka_unit_test_setup_teardown(rolled_back_is_not_there, fixture_set_up_bare, fixture_tear_down),
        cmocka_unit_test_setup_teardown(two_writers_make_one_log, fixture_set_up_file, fixture_tear_down),
        cmocka_unit_test_setup_teardown(events_of_one_moment_keep_their_order, fixture_set_up_bare,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(names_are_written_as_text, fixture_set_up_bare, fixture_tear_down),
        cmocka_unit_test_setup_teardown(too_long_a_detail, fixture_set_up_bare, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
