/* SPDX-License-Identifier: Apache-2.0 */
/* password_rules: length, strength, and what guessers try first. */
#include "tests/unit/accounts/fixture.h"

#include "accounts/password.h"

static const struct company company = {.name = STR("acme"), .title = STR("Acme Support Ltd")};
static const struct technician technician = {.email = STR("ann.miller@corp.example"),
                                             .name = STR("Ann K\xc3\xb6nig")};

static struct password_facts
look(struct fixture *f, const char *password)
{
    struct password_facts facts;
    assert_ok(password_look(&f->cx, str_from_cstr(password), &technician, &company, &facts));
    return facts;
}

static void
strengths(void **state)
{
    static const struct {
        const char *password;
        enum password_strength strength;
    } cases[] = {
        {"abcdefghij", STRENGTH_NONE},
        {"abcdefGHIJ", STRENGTH_NONE},
        {"abcdEFG1", STRENGTH_STRONG},
        {"abcdEFG11", STRENGTH_GOOD},
        {"aabcdEF1", STRENGTH_GOOD},
        {"abcdEFG1!", STRENGTH_EXCELLENT},
        {"abcdEFG1!a", STRENGTH_STRONG},
        {"abc-123!", STRENGTH_STRONG},
        {"aA1aA1aA", STRENGTH_GOOD},
        {"\xc3\xa4\xc3\x84"
         "1 xyzw",
         STRENGTH_EXCELLENT}, /* letters outside ASCII */
        {"\xe6\xbc\xa2\xe5\xad\x97"
         "aB",
         STRENGTH_STRONG}, /* no case: special */
        {"12345678", STRENGTH_NONE},
        {"", STRENGTH_NONE},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(look(f, cases[i].password).strength, cases[i].strength);
}

static void
lengths_are_code_points(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(look(f, "abc").length, 3);
    assert_int_equal(look(f, "\xc3\xa4\xf0\x9f\x90\x8e").length, 2);
    assert_int_equal(look(f, "a\xcc\x88").length, 1);
    assert_int_equal(look(f, "\xff").length, 0);
    assert_int_equal(look(f, "").length, 0);
}

static void
well_known(void **state)
{
    static const char *const bad[] = {
        "password",
        "Password1",
        "P@ssw0rd!",
        "passw0rd2024",
        "!!!PASSWORD!!!",
        "pa55word",
        "12345678",
        "87654321",
        "abcdefgh",
        "aaaaaaaaaaaa",
        "qwertyuiop",
        "Qwerty123!",
        "1qaz2wsx",
        "letmein!!",
        "L3tm31n99",
        "welcome2026",
        "iloveyou1",
        "dragon1234",
        "abababababab",
        "abc123abc123",
        "passwordpassword",
        "Summer2026!",
        "monkey12",
        ("\xef\xbd\x90"
         "assword"), /* a full-width p; the escape would swallow the a */
    };
    static const char *const good[] = {
        "Violet tram 42 umbrella", "kahj3921lsmw",        "correct staple lamp", "x7!Lq2#vT", "4839a7162b",
        "dragonfly over dunes",    "mypasswordlessworld",
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (!look(f, bad[i]).is_well_known)
            fail_msg("%s was let through", bad[i]);
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        if (look(f, good[i]).is_well_known)
            fail_msg("%s was refused", good[i]);
}

static void
own_words(void **state)
{
    static const char *const bad[] = {"acmesupport",  "Acme2026!!",     "SupportAcme1",     "miller-2026",
                                      "corp.example", "acme acme acme", "K\xc3\xb6nig1984", "4cm3supp0rt!"};
    static const char *const good[] = {"acme violet tram", "Ann-k7x-Q2v", "millerite crystal tram"};
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (!look(f, bad[i]).is_well_known)
            fail_msg("%s was let through", bad[i]);
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        if (look(f, good[i]).is_well_known)
            fail_msg("%s was refused", good[i]);
}

static void
judged(void **state)
{
    struct policy p;
    const char *reason = NULL;
    struct password_facts facts = {.length = 8, .strength = STRENGTH_GOOD};
    (void)state;
    policy_defaults(&p);
    assert_int_equal(password_judge(&p, &facts, &reason), PASSWORD_GOOD);
    assert_null(reason);
    facts.length = 7;
    assert_int_equal(password_judge(&p, &facts, &reason), PASSWORD_WEAK);
    assert_non_null(strstr(reason, "8 characters"));
    facts.length = 14;
    p.second_factor = SECOND_FACTOR_OFF;
    assert_int_equal(password_judge(&p, &facts, &reason), PASSWORD_WEAK);
    assert_non_null(strstr(reason, "15 characters"));
    facts.length = 15;
    assert_int_equal(password_judge(&p, &facts, NULL), PASSWORD_GOOD);
    facts.is_well_known = true;
    assert_int_equal(password_judge(&p, &facts, &reason), PASSWORD_WEAK);
    facts.is_well_known = false;
    for (int asked = STRENGTH_NONE; asked <= STRENGTH_EXCELLENT; asked++)
        for (int has = STRENGTH_NONE; has <= STRENGTH_EXCELLENT; has++) {
            p.password_strength = (enum password_strength)asked;
            facts.strength = (enum password_strength)has;
            assert_int_equal(password_judge(&p, &facts, &reason),
                             has >= asked ? PASSWORD_GOOD : PASSWORD_WEAK);
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(strengths, fixture_set_up_bare, fixture_tear_down),
        cmocka_unit_test_setup_teardown(lengths_are_code_points, fixture_set_up_bare, fixture_tear_down),
        cmocka_unit_test_setup_teardown(well_known, fixture_set_up_bare, fixture_tear_down),
        cmocka_unit_test_setup_teardown(own_words, fixture_set_up_bare, fixture_tear_down),
        cmocka_unit_test(judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
