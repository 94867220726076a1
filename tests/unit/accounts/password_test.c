/* SPDX-License-Identifier: Apache-2.0 */
/* password: hashing, the pepper, history, age. */
#include "tests/unit/accounts/fixture.h"

#include <dlfcn.h>
#include <sodium.h>

#include "accounts/company.h"
#include "accounts/password.h"
#include "accounts/technician.h"

/* What argon2id was asked for: KiB times passes. The library's own function is behind this. */
static uint64_t work;

int
crypto_pwhash_argon2id(unsigned char *const out, unsigned long long outlen, const char *const passwd,
                       unsigned long long passwdlen, const unsigned char *const salt,
                       unsigned long long opslimit, size_t memlimit, int alg)
{
    __typeof__(&crypto_pwhash_argon2id) real = NULL;
    *(void **)&real = dlsym(RTLD_NEXT, "crypto_pwhash_argon2id");
    work += memlimit / 1024 * opslimit;
    return real(out, outlen, passwd, passwdlen, salt, opslimit, memlimit, alg);
}

static bool
verifies(struct fixture *f, struct str hash, struct str password, bool *stale)
{
    bool right = true;
    assert_ok(password_verify(&f->cx, hash, password, &right, stale));
    return right;
}

static void
hashes(void **state)
{
    struct fixture *f = *state;
    struct str one, two;
    bool stale;
    assert_ok(password_hash(&f->cx, STR_LIT("caf\xc3\xa9 au lait"), &one));
    assert_ok(password_hash(&f->cx, STR_LIT("caf\xc3\xa9 au lait"), &two));
    assert_false(str_eq(one, two));
    assert_true(str_starts(one, STR_LIT("$argon2id$v=19$m=64,t=1,p=1$")));
    assert_true(verifies(f, one, STR_LIT("caf\xc3\xa9 au lait"), &stale) && !stale);
    assert_true(verifies(f, one, STR_LIT("cafe\xcc\x81 au lait"), &stale)); /* decomposed */
    assert_false(verifies(f, one, STR_LIT("cafe au lait"), &stale) || stale);
    assert_false(verifies(f, one, STR_LIT("Caf\xc3\xa9 au lait"), &stale));
    f->env.pepper.bytes[0] ^= 1;
    assert_false(verifies(f, one, STR_LIT("caf\xc3\xa9 au lait"), &stale));
}

static void
what_is_no_password(void **state)
{
    struct fixture *f = *state;
    struct str hash;
    bool stale;
    char big[257];
    memset(big, 'x', sizeof big);
    const struct str bad[] = {STR_NULL, STR(""), STR("\xff\xfe"), {big, 257}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_fails(&f->cx, password_hash(&f->cx, bad[i], &hash), ERR_SYNTAX);
        assert_false(verifies(f, STR_LIT(""), bad[i], &stale));
    }
    assert_ok(password_hash(&f->cx, (struct str){big, 256}, &hash));
    assert_true(verifies(f, hash, (struct str){big, 256}, &stale));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(verifies(f, hash, bad[i], &stale));
    assert_false(verifies(f, STR_LIT(""), STR_LIT("x"), &stale));
    bool right;
    assert_fails(&f->cx, password_verify(&f->cx, STR_LIT("$argon2id$junk"), STR_LIT("x"), &right, &stale),
                 ERR_STORE);
    assert_false(right);
}

static void
stale_parameters(void **state)
{
    struct fixture *f = *state;
    struct str hash;
    bool stale = false;
    assert_ok(password_hash(&f->cx, STR_LIT("x"), &hash));
    f->env.argon2_kib = 128;
    assert_true(verifies(f, hash, STR_LIT("x"), &stale) && stale);
    f->env.argon2_kib = 64;
    f->env.argon2_passes = 2;
    assert_true(verifies(f, hash, STR_LIT("x"), &stale) && stale);
    assert_false(verifies(f, hash, STR_LIT("y"), &stale) || stale);
}

static uint64_t
work_of(struct fixture *f, struct str hash, const char *password)
{
    bool stale;
    work = 0;
    (void)verifies(f, hash, str_from_cstr(password), &stale);
    return work;
}

static void
costs_raised_since_do_not_show_an_account(void **state)
{
    static const struct {
        uint32_t kib, passes;
    } now[] = {{64, 1}, {128, 1}, {64, 2}, {72, 3}, {200, 2}};
    struct fixture *f = *state;
    struct str hash;
    assert_ok(password_hash(&f->cx, STR_LIT("x"), &hash));
    for (size_t i = 0; i < ARRAY_LEN(now); i++) {
        f->env.argon2_kib = now[i].kib;
        f->env.argon2_passes = now[i].passes;
        const uint64_t of_a_stranger = work_of(f, STR_LIT(""), "wrong");
        assert_in_range(work_of(f, hash, "wrong"), of_a_stranger - now[i].passes, of_a_stranger);
        assert_in_range(work_of(f, hash, "x"), of_a_stranger - now[i].passes, of_a_stranger);
    }
}

static struct technician
ann(struct fixture *f)
{
    struct technician t;
    assert_ok(technician_get(&f->cx, f->ann, &t));
    return t;
}

static enum password_verdict
check(struct fixture *f, const struct policy *p, struct str password)
{
    enum password_verdict verdict;
    const char *reason = NULL;
    struct technician t = ann(f);
    struct company c;
    assert_ok(company_get(&f->cx, f->company, &c));
    assert_ok(password_check_new(&f->cx, p, &t, &c, password, &verdict, &reason));
    assert_true((verdict == PASSWORD_GOOD) == (reason == NULL));
    return verdict;
}

static void
change_to(struct fixture *f, const struct policy *p, struct str password)
{
    struct str hash;
    fixture_later(f, CLOCK_MINUTE);
    struct technician t = ann(f);
    assert_ok(password_hash(&f->cx, password, &hash));
    assert_ok(db_begin(&f->cx));
    assert_ok(password_store(&f->cx, p, &t, hash, false));
    assert_ok(db_commit(&f->cx));
}

static void
history(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    policy_defaults(&p);
    p.password_history = 2;
    assert_int_equal(check(f, &p, STR_LIT("short")), PASSWORD_WEAK);
    assert_int_equal(check(f, &p, STR_LIT(FIXTURE_PASSWORD)), PASSWORD_SAME);
    change_to(f, &p, STR_LIT("one tram umbrella"));
    assert_int_equal(check(f, &p, STR_LIT("one tram umbrella")), PASSWORD_SAME);
    assert_int_equal(check(f, &p, STR_LIT(FIXTURE_PASSWORD)), PASSWORD_USED);
    change_to(f, &p, STR_LIT("two tram umbrella"));
    assert_int_equal(check(f, &p, STR_LIT(FIXTURE_PASSWORD)), PASSWORD_USED);
    change_to(f, &p, STR_LIT("three tram umbrella"));
    assert_int_equal(check(f, &p, STR_LIT(FIXTURE_PASSWORD)), PASSWORD_GOOD);
    assert_int_equal(check(f, &p, STR_LIT("one tram umbrella")), PASSWORD_USED);
    p.password_history = 0;
    assert_int_equal(check(f, &p, STR_LIT("one tram umbrella")), PASSWORD_GOOD);
    assert_int_equal(check(f, &p, STR_LIT("three tram umbrella")), PASSWORD_SAME);
}

static void
changed_meanwhile(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    struct technician before = ann(f);
    policy_defaults(&p);
    change_to(f, &p, STR_LIT("one tram umbrella"));
    assert_ok(db_begin(&f->cx));
    assert_fails(&f->cx, password_store(&f->cx, &p, &before, STR_LIT("x"), false), ERR_CONFLICT);
    db_rollback(&f->cx);
    assert_int_equal(ann(f).password_generation, 2);
}

static void
days(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    struct technician t = ann(f);
    policy_defaults(&p);
    assert_int_equal(password_days_left(&f->cx, &p, &t), -1);
    p.password_age = 2;
    assert_int_equal(password_days_left(&f->cx, &p, &t), 2);
    f->cx.now += 1;
    assert_int_equal(password_days_left(&f->cx, &p, &t), 2);
    f->cx.now = FIXTURE_NOW + 2 * CLOCK_DAY - 1;
    assert_int_equal(password_days_left(&f->cx, &p, &t), 1);
    f->cx.now += 1;
    assert_int_equal(password_days_left(&f->cx, &p, &t), 0);
    f->cx.now += CLOCK_DAY;
    assert_int_equal(password_days_left(&f->cx, &p, &t), 0);
    p.password_age = 0;
    t.password_must_change = true;
    assert_int_equal(password_days_left(&f->cx, &p, &t), 0);
}

static void
notice(void **state)
{
    struct fixture *f = *state;
    struct policy p;
    struct technician t = ann(f);
    policy_defaults(&p);
    assert_int_equal(password_notice(&f->cx, &p, &t), -1);
    p.password_age = 30;
    p.password_notice = 14;
    f->cx.now = FIXTURE_NOW + 16 * CLOCK_DAY - 1;
    assert_int_equal(password_notice(&f->cx, &p, &t), -1);
    f->cx.now += 1;
    assert_int_equal(password_notice(&f->cx, &p, &t), 14);
    f->cx.now = FIXTURE_NOW + 30 * CLOCK_DAY - 1;
    assert_int_equal(password_notice(&f->cx, &p, &t), 1);
    p.password_notice = 0;
    assert_int_equal(password_notice(&f->cx, &p, &t), -1);
    f->cx.now += 1;
    assert_int_equal(password_notice(&f->cx, &p, &t), 0);
    p.password_age = 0;
    assert_int_equal(password_notice(&f->cx, &p, &t), -1);
    t.password_must_change = true;
    assert_int_equal(password_notice(&f->cx, &p, &t), 0);
}

/* After a lost race, what was hashed and verified is known; another hash, or a new request, is work again. */
static void
a_request_that_runs_again_does_not_hash_again(void **state)
{
    struct fixture *f = *state;
    struct str password = STR_LIT("a quiet harbour, 7 boats"), stored, first, second;
    bool stale;
    stored = arena_str(&f->cx.arena,
                       STR_LIT("$argon2id$v=19$m=64,t=1,p=1$"
                               "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    assert_ok(password_hash(&f->cx, password, &first));
    assert_true(verifies(f, first, password, &stale));
    assert_false(verifies(f, stored, password, &stale));
    const uint64_t once = work;
    cx_again(&f->cx);
    assert_ok(password_hash(&f->cx, password, &second));
    assert_true(str_eq(first, second));
    assert_true(verifies(f, first, password, &stale));
    assert_false(verifies(f, stored, password, &stale));
    assert_int_equal(work, once);
    assert_false(verifies(f, first, STR_LIT("another quiet harbour"), &stale) || work == once);
    cx_begin(&f->cx);
    const uint64_t before = work;
    assert_ok(password_hash(&f->cx, password, &second));
    assert_true(work > before);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hashes, fixture_set_up_bare, fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_password, fixture_set_up_bare, fixture_tear_down),
        cmocka_unit_test_setup_teardown(stale_parameters, fixture_set_up_bare, fixture_tear_down),
        cmocka_unit_test_setup_teardown(costs_raised_since_do_not_show_an_account, fixture_set_up_bare,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_request_that_runs_again_does_not_hash_again, fixture_set_up_bare,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(history, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(changed_meanwhile, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(days, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(notice, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
