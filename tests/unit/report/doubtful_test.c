/* SPDX-License-Identifier: Apache-2.0 */
/* doubtful: which names that are stored would be refused today, and what mends them. */
#include "tests/unit/accounts/fixture.h"

#include "report/doubtful.h"

static void
name_all(struct fixture *f, const char *sql, const char *name)
{
    assert_ok(db_exec(&f->cx, NULL, sql, "t", str_from_cstr(name)));
}

static void
a_name_that_would_be_refused_is_found(void **state)
{
    static const char *const good[] = {"", "Ann", "\u5c71\u7530",
                                       "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627"};
    static const char *const doubtful[] = {"An\u200bn", "\u200eAnn", " Ann", "\u3164",
                                           "Ann\n",     "a\u200cb",  "\xff"};
    struct fixture *f = *state;
    struct doubtful d;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        name_all(f, "UPDATE technician SET name = $1", good[i]);
        name_all(f, "UPDATE company SET title = $1", good[i]);
        assert_ok(doubtful_find(&f->cx, &d));
        assert_int_equal(d.n, 0);
        assert_int_equal(d.more, 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(doubtful); i++) {
        name_all(f, "UPDATE company SET title = $1", doubtful[i]);
        assert_ok(doubtful_find(&f->cx, &d));
        assert_int_equal(d.n, 1);
        assert_str(d.found[0].name, doubtful[i]);
        assert_str(d.found[0].command, "countersign company set --title NAME acme");
    }
}

static void
what_mends_it_is_one_word_for_a_shell(void **state)
{
    struct fixture *f = *state;
    struct doubtful d;
    name_all(f, "UPDATE technician SET email_key = '$(x)''y@' || id, name = $1", "\u200b");
    assert_ok(doubtful_find(&f->cx, &d));
    assert_int_equal(d.n, 2);
    for (size_t i = 0; i < d.n; i++)
        assert_true(
            str_starts(d.found[i].command, STR_LIT("countersign technician set --name NAME '$(x)'\\''y@")));
}

static void
no_more_are_named_than_one_reads(void **state)
{
    static const char fill[] =
        "INSERT INTO technician (id, company_id, email, email_key, name, is_technician, role_on, deleted_at, "
        "password_hash, password_generation, password_set_at, password_must_change, push_unanswered, "
        "push_refused, push_rests_until, push_last_at, totp_last_step, created_at, changed_at) "
        "SELECT i, $2, 'e' || i, 'e' || i, $3, 1, 1, CASE i WHEN 1 THEN 1 ELSE 0 END, '', "
        "1, 1, 0, 0, 0, 0, 0, 0, 1, 1 FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
        "WHERE i < $1) SELECT i FROM n)";
    struct fixture *f = *state;
    struct doubtful d;
    const int64_t n = 2500; /* of which one is deleted */
    assert_ok(db_exec(&f->cx, NULL, fill, "iit", n, f->company, STR_LIT("An\u200bn")));
    const size_t before = f->cx.arena.used;
    assert_ok(doubtful_find(&f->cx, &d));
    assert_true(f->cx.arena.used - before < (size_t)DOUBTFUL_MOST * 512);
    assert_int_equal(d.n, DOUBTFUL_MOST);
    assert_int_equal(d.more, n - 1 - DOUBTFUL_MOST);
    assert_str(d.found[0].command, "countersign technician set --name NAME e2");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_name_that_would_be_refused_is_found, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_mends_it_is_one_word_for_a_shell, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(no_more_are_named_than_one_reads, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
