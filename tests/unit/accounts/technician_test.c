/* SPDX-License-Identifier: Apache-2.0 */
/* technician: addresses, the account's life, passwords set by the operator. */
#include "tests/unit/accounts/fixture.h"

#include "accounts/company.h"
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
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
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
    assert_ok(technician_list(cx, f->company, &list, &n));
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
    int64_t id;
    assert_ok(technician_delete(cx, f->ann));
    assert_str(fixture_last_event(f, NULL), "technician.deleted");
    assert_fails(cx, technician_find(cx, STR_LIT("ann@acme.example"), &t), ERR_NOT_FOUND);
    assert_ok(technician_get(cx, f->ann, &t));
    assert_true(t.deleted_at == FIXTURE_NOW);
    assert_str(t.email, "ann@acme.example");
    assert_ok(technician_list(cx, 0, &list, &n));
    assert_int_equal(n, 1);
    assert_fails(cx, technician_delete(cx, f->ann), ERR_NOT_FOUND);
    assert_fails(cx, technician_set_name(cx, f->ann, STR_LIT("x")), ERR_NOT_FOUND);
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
    assert_ok(technician_set_name(cx, f->ann, STR_LIT("Ann M.")));
    assert_fails(cx, technician_set_name(cx, f->ann, STR_LIT("")), ERR_SYNTAX);
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
        cmocka_unit_test_setup_teardown(changes, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(locks, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_operator_sets_a_password, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
