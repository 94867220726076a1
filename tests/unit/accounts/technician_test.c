/* SPDX-License-Identifier: Apache-2.0 */
/* technician: addresses, the account's life, passwords set by the operator. */
#include "tests/unit/accounts/fixture.h"
#include <stdio.h>
#include "store/store_technician_page.h"
#include "accounts/company_change.h"
#include "accounts/audit.h"

#include "accounts/company.h"
#include "accounts/enrolment_all.h"
#include "accounts/lockout.h"
#include "accounts/password.h"
#include "accounts/technician.h"
#include "accounts/technician_change.h"

static void
keys_of_addresses(void **state)
{
    static const struct {
        const char *email, *key;
    } cases[] = {
        {"Ann@Acme.Example", "ann@acme.example"},
        {"  ann@acme.example\t", "ann@acme.example"},
        {"\xef\xbc\xa1nn\xef\xbc\xa0"
         "acme",
         "ann@acme"}, /* full-width A and @ */
        {"stra\xc3\x9f"
         "e@x",
         "strasse@x"},                  /* sharp s */
        {"a\xcc\x88@x", "\xc3\xa4@x"},  /* composed */
        {"an\xe2\x80\x8bn@x", "ann@x"}, /* zero width space */
        {"", NULL},
        {"ann", NULL},
        {"@x", NULL},
        {"ann@", NULL},
        {"a b@x", NULL},
        {"a\nb@x", NULL},
        {"\xff@x", NULL},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str key = email_key(&f->cx, str_from_cstr(cases[i].email));
        assert_true(str_eq(key, str_from_cstr(cases[i].key)));
    }
    char full[256];
    memset(full, 'a', sizeof full);
    full[1] = '@';
    assert_false(str_is_null(email_key(&f->cx, (struct str){full, 254})));
    assert_true(str_is_null(email_key(&f->cx, (struct str){full, 255})));
    assert_true(str_is_null(email_key(&f->cx, STR_NULL)));
}

#define GOOD "Another tram 43 umbrella"

static enum errcode
add(struct fixture *f, const char *email, const char *name, const char *password, int64_t *id_out)
{
    const struct technician_new new = {.company_id = f->company,
                                       .email = str_from_cstr(email),
                                       .name = str_from_cstr(name),
                                       .password = str_from_cstr(password)};
    return technician_add(&f->cx, &new, id_out);
}

static void
a_password_that_an_operator_sets_must_be_changed(void **state)
{
    struct fixture *f = *state;
    struct technician_new kept = {
        .company_id = f->company, .email = STR_LIT("d@x"), .password = STR_LIT(GOOD), .keeps_password = true};
    struct technician t;
    int64_t id;
    assert_ok(add(f, "c@x", NULL, GOOD, &id));
    assert_ok(technician_get(&f->cx, id, &t));
    assert_true(t.password_must_change);
    assert_ok(technician_add(&f->cx, &kept, &id));
    assert_ok(technician_get(&f->cx, id, &t));
    assert_false(t.password_must_change);
}

static void
added_and_found(void **state)
{
    struct fixture *f = *state;
    struct cx *cx = &f->cx;
    struct technician t, *list;
    size_t n;
    bool more;
    int64_t id;
    assert_ok(technician_find(cx, STR_LIT(" ANN@acme.example "), &t));
    assert_true(t.id == f->ann && t.company_id == f->company && t.is_technician && t.role_on);
    assert_true(t.password_generation == 1 && t.password_set_at == FIXTURE_NOW && !t.has_totp);
    assert_str(t.name, "Ann Miller");
    assert_fails(cx, add(f, "Ann@ACME.example", NULL, GOOD, &id), ERR_EXISTS);
    assert_fails(cx, add(f, "nobody", NULL, GOOD, &id), ERR_SYNTAX);
    assert_fails(cx, add(f, "c@x", "\x1b[2J", GOOD, &id), ERR_SYNTAX);
    const struct technician_new stray = {.company_id = 1, .email = STR_LIT("c@x")};
    assert_fails(cx, technician_add(cx, &stray, &id), ERR_NOT_FOUND);
    assert_int_equal(add(f, "c@x", NULL, "password1", &id), ERR_POLICY);
    assert_non_null(strstr(cx->detail, "well known"));
    err_forget(cx);
    assert_true(id == 0);
    assert_ok(add(f, "c@x", NULL, NULL, &id));
    assert_ok(technician_get(cx, id, &t));
    assert_str(t.name, "c@x");
    assert_str(t.password_hash, "");
    assert_false(t.password_must_change);
    assert_ok(technician_list(cx, &(struct technician_choice){.company_id = f->company, .limit = 10}, &list,
                              &n, &more));
    assert_int_equal(n, 3);
    assert_str(list[2].email, "c@x");
    assert_fails(cx, technician_find(cx, STR_LIT("d@x"), &t), ERR_NOT_FOUND);
    assert_fails(cx, technician_find(cx, STR_LIT("nonsense"), &t), ERR_NOT_FOUND);
    assert_fails(cx, technician_get(cx, 1, &t), ERR_NOT_FOUND);
}

static void
a_deleted_account_frees_its_address(void **state)
{
    struct fixture *f = *state;
    struct cx *cx = &f->cx;
    struct technician t, *list;
    size_t n;
    bool more;
    int64_t id;
    assert_ok(technician_delete(cx, f->ann));
    assert_str(fixture_last_event(f, NULL), "technician.deleted");
    assert_fails(cx, technician_find(cx, STR_LIT("ann@acme.example"), &t), ERR_NOT_FOUND);
    assert_ok(technician_get(cx, f->ann, &t));
    assert_true(t.deleted_at == FIXTURE_NOW);
    assert_str(t.email, "ann@acme.example");
    assert_ok(technician_list(cx, &(struct technician_choice){.limit = 10}, &list, &n, &more));
    assert_int_equal(n, 1);
    assert_fails(cx, technician_delete(cx, f->ann), ERR_NOT_FOUND);
    assert_fails(cx, technician_set(cx, f->ann, &(struct technician_wish){.name = STR_LIT("x")}),
                 ERR_NOT_FOUND);
    assert_fails(cx, technician_reset_password(cx, f->ann, STR_LIT("Another tram 43 umbrella"), true),
                 ERR_NOT_FOUND);
    assert_ok(add(f, "ann@acme.example", NULL, NULL, &id));
    assert_true(id != f->ann);
}

static void
changes(void **state)
{
    struct fixture *f = *state;
    struct cx *cx = &f->cx;
    struct technician t;
    assert_ok(technician_set(cx, f->ann, &(struct technician_wish){.name = STR_LIT("Ann M.")}));
    const bool off = false;
    const struct technician_wish half = {.name = STR_LIT(""), .role_on = &off};
    assert_fails(cx, technician_set(cx, f->ann, &half), ERR_SYNTAX);
    assert_ok(technician_get(cx, f->ann, &t));
    assert_true(t.role_on);
    assert_ok(technician_set_flags(cx, f->ann, true, false));
    assert_ok(technician_get(cx, f->ann, &t));
    assert_str(t.name, "Ann M.");
    assert_true(t.is_technician && !t.role_on);
    assert_str(fixture_last_event(f, NULL), "technician.flags");
}

static void
locks(void **state)
{
    struct fixture *f = *state;
    struct cx *cx = &f->cx;
    struct lockout l;
    struct technician t;
    struct str key = STR_LIT("ann@acme.example");
    assert_ok(technician_lock(cx, f->ann));
    assert_str(fixture_last_event(f, NULL), "account.locked");
    assert_ok(technician_get(cx, f->ann, &t));
    assert_int_equal(t.locked_at, cx->now);
    assert_ok(lockout_get(cx, NULL, key, STR_NULL, &l));
    assert_false(l.account_locked); /* so a wrong password is answered as for an unknown name */
    assert_ok(db_exec(cx, NULL,
                      "UPDATE technician SET push_unanswered = 4, push_refused = 2, push_rests_until = 9, "
                      "push_last_at = 8, push_early_at = 7",
                      ""));
    assert_ok(technician_unlock(cx, f->ann));
    assert_str(fixture_last_event(f, NULL), "account.unlocked");
    assert_ok(lockout_get(cx, NULL, key, STR_NULL, &l));
    assert_false(l.account_locked);
    assert_ok(technician_get(cx, f->ann, &t));
    assert_true(t.locked_at == 0 && t.push_unanswered == 0 && t.push_refused == 0 &&
                t.push_rests_until == 0 && t.push_last_at == 0 && t.push_early_at == 0);
}

static void
the_operator_sets_a_password(void **state)
{
    struct fixture *f = *state;
    struct cx *cx = &f->cx;
    struct technician t;
    struct str next = STR_LIT("Another tram 43 umbrella");
    bool right = false, stale = true;
    assert_fails(cx, technician_reset_password(cx, f->ann, STR_LIT("short"), true), ERR_POLICY);
    assert_fails(cx, technician_reset_password(cx, f->ann, STR_NULL, true), ERR_POLICY);
    assert_fails(cx, technician_reset_password(cx, f->ann, STR_LIT(FIXTURE_PASSWORD), true), ERR_POLICY);
    fixture_later(f, CLOCK_DAY);
    assert_ok(technician_reset_password(cx, f->ann, next, true));
    assert_str(fixture_last_event(f, NULL), "password.reset");
    assert_ok(technician_get(cx, f->ann, &t));
    assert_true(t.password_generation == 2 && t.password_must_change && t.password_set_at == cx->now);
    assert_ok(password_verify(cx, t.password_hash, next, &right, &stale));
    assert_true(right && !stale);
    assert_fails(cx, technician_reset_password(cx, f->ann, STR_LIT(FIXTURE_PASSWORD), false), ERR_POLICY);
}

static size_t
listed(struct fixture *f, struct technician_choice c, struct technician **list, bool *more)
{
    size_t n = 0;
    c.limit = c.limit != 0 ? c.limit : 10;
    assert_ok(technician_list(&f->cx, &c, list, &n, more));
    return n;
}

static void
a_page_after_another(void **state)
{
    struct fixture *f = *state;
    struct technician *list;
    bool more;
    char email[32];
    int64_t id, other;
    size_t seen = 0;
    struct str after = STR_NULL;
    for (int i = 0; i < 5; i++) {
        assert_true(snprintf(email, sizeof email, "p%d@page.example", i) > 0);
        assert_ok(add(f, email, NULL, NULL, &id));
    }
    assert_ok(company_add(&f->cx, STR_LIT("other"), STR_LIT("Other"), &other));
    do {
        const size_t n =
            listed(f, (struct technician_choice){.company_id = f->company, .after = after, .limit = 3}, &list,
                   &more);
        for (size_t i = 0; i < n; i++) {
            assert_true(str_is_null(after) || str_cmp(after, list[i].email_key) < 0);
            after = list[i].email_key;
        }
        seen += n;
    } while (more);
    assert_int_equal(seen, 7); /* ann and ben, and these */
    assert_int_equal(listed(f, (struct technician_choice){.company_id = other}, &list, &more), 0);
    assert_int_equal(
        listed(f, (struct technician_choice){.after = STR_LIT("P3@page.example ")}, &list, &more), 1);
}

static void
looked_for(void **state)
{
    struct fixture *f = *state;
    struct technician *list;
    bool more;
    int64_t id;
    assert_ok(add(f, "a_b@x.example", "Percent % Ltd", NULL, &id));
    assert_int_equal(listed(f, (struct technician_choice){.search = STR_LIT("ACME")}, &list, &more), 2);
    assert_int_equal(listed(f, (struct technician_choice){.search = STR_LIT("miller")}, &list, &more), 1);
    assert_int_equal(listed(f, (struct technician_choice){.search = STR_LIT("%")}, &list, &more), 1);
    assert_int_equal(listed(f, (struct technician_choice){.search = STR_LIT("_")}, &list, &more), 1);
    assert_int_equal(listed(f, (struct technician_choice){.search = STR_LIT("!")}, &list, &more), 0);
    assert_int_equal(listed(f, (struct technician_choice){.search = STR_LIT("' OR 1 --")}, &list, &more), 0);
}

static void
by_state(void **state)
{
    struct fixture *f = *state;
    struct technician *list;
    bool more;
    const struct technician_choice active = {.state = TECHNICIAN_ACTIVE},
                                   disabled = {.state = TECHNICIAN_DISABLED},
                                   locked = {.state = TECHNICIAN_LOCKED}, never = {.never_signed_in = true};
    assert_int_equal(listed(f, active, &list, &more), 2);
    assert_ok(technician_set_flags(&f->cx, f->ben, true, false));
    assert_int_equal(listed(f, disabled, &list, &more), 1);
    assert_true(list[0].id == f->ben);
    assert_ok(technician_lock(&f->cx, f->ann));
    assert_int_equal(listed(f, locked, &list, &more), 1);
    assert_true(list[0].id == f->ann);
    assert_int_equal(listed(f, active, &list, &more), 0);
    assert_ok(technician_unlock(&f->cx, f->ann));
    struct technician ann;
    assert_ok(technician_get(&f->cx, f->ann, &ann));
    const struct lockout_name of_ann = {&ann, NULL, ann.email_key};
    assert_ok(db_begin(&f->cx));
    for (int i = 0; i < 10; i++)
        assert_ok(lockout_fail(&f->cx, &of_ann, STR_NULL, &(struct lockout){.account_left = 0}));
    assert_ok(db_commit(&f->cx));
    assert_int_equal(listed(f, locked, &list, &more), 1);
    fixture_later(f, CLOCK_DAY); /* over, although not removed yet */
    assert_int_equal(listed(f, locked, &list, &more), 0);
    assert_int_equal(listed(f, never, &list, &more), 2);
    assert_ok(db_begin(&f->cx));
    assert_ok(db_end(&f->cx,
                     audit_append(&f->cx, (struct audit_of){f->company, f->ann}, AUDIT_LOGIN_GRANTED, NULL)));
    assert_int_equal(listed(f, never, &list, &more), 1);
    assert_true(list[0].id == f->ben);
}

/* A page costs what is on it, with any number of accounts: addresses are read in order by an index, and
 * nothing is sorted. */
static void
a_page_is_read_by_an_index(void **state)
{
    static const char *const indexes[] = {"USING INDEX technician_email (email_key>?)",
                                          "USING INDEX technician_in_company (company_id=? AND email_key>?)"};
    struct fixture *f = *state;
    for (int of_company = 0; of_company < 2; of_company++) {
        struct db_rows *rows;
        bool by_index = false, by_sign_ins = false;
        struct str query =
            arena_printf(&f->cx.arena, "EXPLAIN QUERY PLAN %s", store_technician_page_sql(of_company != 0));
        struct str none = STR_LIT("");
        const int64_t nil = 0;
        assert_ok(
            of_company != 0
                ? db_query(&f->cx, &rows, query.p, "ttiiiii", none, none, nil, nil, nil, nil, f->company)
                : db_query(&f->cx, &rows, query.p, "ttiiii", none, none, nil, nil, nil, nil));
        while (db_next(&f->cx, rows)) {
            struct str step = db_text(&f->cx, rows, 3);
            by_index = by_index || str_find_str(step, str_from_cstr(indexes[of_company])) < step.n;
            by_sign_ins = by_sign_ins || str_find_str(step, STR_LIT("INDEX audit_granted (")) < step.n;
            assert_int_equal(str_find_str(step, STR_LIT("TEMP B-TREE")), step.n);
            assert_int_equal(str_find_str(step, STR_LIT("SCAN")), step.n);
        }
        assert_ok(db_done(&f->cx, rows));
        assert_true(by_index && by_sign_ins);
    }
}

/* Accounts without a phone in a company, each with a link of its own, or none of them. */
static void
links_for_all_are_made_for_only_so_many(void **state)
{
    static const char fill[] =
        "INSERT INTO technician (id, company_id, email, email_key, name, is_technician, role_on, deleted_at, "
        "password_hash, password_generation, password_set_at, password_must_change, push_unanswered, "
        "push_refused, push_rests_until, push_last_at, totp_last_step, created_at, changed_at) "
        "SELECT i, $3, 'e' || i, 'e' || i, '', 1, 1, 0, '', 1, $2, 0, 0, 0, 0, 0, 0, $2, $2 FROM "
        "(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT i FROM n)";
    struct fixture *f = *state;
    struct enrolment_all all = {.company_id = f->company, .life = CLOCK_DAY};
    const int64_t before = fixture_int(f, "SELECT count(*) FROM technician");
    int64_t n = 0;
    assert_ok(db_begin(&f->cx));
    assert_ok(db_exec(&f->cx, &n, fill, "iii", ENROLMENT_ALL_MAX + 1 - before, f->cx.now, f->company));
    assert_ok(db_end(&f->cx, n == ENROLMENT_ALL_MAX + 1 - before ? ERR_NONE : ERR_RANGE));
    assert_fails(&f->cx, enrolment_all(&f->cx, &all), ERR_LIMIT);
    assert_int_equal(all.n, 0);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM enrolment"), 0);
    assert_int_equal(fixture_count_events(f, "enrolment.created"), 0);
    assert_ok(technician_delete(&f->cx, f->ben));
    assert_ok(enrolment_all(&f->cx, &all));
    assert_int_equal(all.n, ENROLMENT_ALL_MAX);
    assert_int_equal(fixture_int(f, "SELECT count(DISTINCT technician_id) FROM enrolment"),
                     ENROLMENT_ALL_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keys_of_addresses, fixture_set_up_bare, fixture_tear_down),
        cmocka_unit_test_setup_teardown(added_and_found, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_password_that_an_operator_sets_must_be_changed, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_deleted_account_frees_its_address, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(links_for_all_are_made_for_only_so_many, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(changes, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(locks, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_operator_sets_a_password, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_page_after_another, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(looked_for, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(by_state, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_page_is_read_by_an_index, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
