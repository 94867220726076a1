/* SPDX-License-Identifier: Apache-2.0 */
/* argon2id: against hashes of the reference implementation (the command argon2 of its authors), and texts
 * that it never writes. */
#include "tests/unit/accounts/fixture.h"

#include "accounts/argon2id.h"

static const struct known {
    const char *input, *text;
} KNOWN[] = {
    {"", "$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$1EDrpniG35PWQ9y4ppsCr2jBbShM1vaGWVU+JFv578A"},
    {"x", "$argon2id$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$gWPsQS7/Vy9D+eLc6iEA3od0GVEvX3WYzef+3alXCrE"},
    {"a quiet harbour, 7 boats",
     "$argon2id$v=19$m=256,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$ou5itxfuaGpb15aInXzJ2drDsKNYbf7v3r+Rqr8MEco"},
};

static void
computes_what_the_reference_does(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(KNOWN); i++) {
        struct argon2id stored, ours;
        struct str text = str_from_cstr(KNOWN[i].text);
        assert_ok(argon2id_read(&f->cx, text, &stored));
        assert_memory_equal(stored.salt, "0123456789abcdef", sizeof stored.salt);
        ours = stored;
        memset(ours.tag, 0, sizeof ours.tag);
        assert_ok(argon2id_run(&f->cx, str_from_cstr(KNOWN[i].input), &ours));
        assert_memory_equal(ours.tag, stored.tag, sizeof ours.tag);
        assert_true(str_eq(argon2id_text(&f->cx.arena, &ours), text));
        assert_ok(argon2id_run(&f->cx, STR_LIT("another"), &ours));
        assert_memory_not_equal(ours.tag, stored.tag, sizeof ours.tag);
    }
}

/* Each part of a text in turn is something else: another kind, version or number of lanes, a cost that
 * cannot be set, bytes that are missing, too many, or written in another way. */
static void
reads_no_other_text(void **state)
{
    static const char salt[] = "MDEyMzQ1Njc4OWFiY2RlZg",
                      tag[] = "1EDrpniG35PWQ9y4ppsCr2jBbShM1vaGWVU+JFv578A";
    static const char *const heads[] = {
        "",
        "$argon2i$v=19$m=8,t=1,p=1$",
        "$argon2id$m=8,t=1,p=1$",
        "$argon2id$v=16$m=8,t=1,p=1$",
        "x$argon2id$v=19$m=8,t=1,p=1$",
        "$argon2id$v=19$m=7,t=1,p=1$",
        "$argon2id$v=19$m=4194305,t=1,p=1$",
        "$argon2id$v=19$m=18446744073709551624,t=1,p=1$",
        "$argon2id$v=19$m=8,t=0,p=1$",
        "$argon2id$v=19$m=8,t=101,p=1$",
        "$argon2id$v=19$m=8,t=1,p=2$",
        "$argon2id$v=19$m=8,t=1,p=1,keyid=1$",
        "$argon2id$v=19$t=1,m=8,p=1$",
        "$argon2id$v=19$m= 8,t=1,p=1$",
        "$argon2id$v=19$m=-8,t=1,p=1$",
        "$argon2id$v=19$m=,t=1,p=1$",
        "$argon2id$v=19$m=8,t=1,p=1$$",
    };
    static const char *const tails[] = {
        "MDEyMzQ1Njc4OWFiY2RlZg",
        "MDEyMzQ1Njc4OWFiY2RlZg$",
        "MDEyMzQ1Njc4OWFiY2Rl$1EDrpniG35PWQ9y4ppsCr2jBbShM1vaGWVU+JFv578A",
        "MDEyMzQ1Njc4OWFiY2RlZg$1EDrpniG35PWQ9y4ppsCr2jBbShM1vaGWVU+JFv5",
        "MDEyMzQ1Njc4OWFiY2RlZg$1EDrpniG35PWQ9y4ppsCr2jBbShM1vaGWVU+JFv578AA",
        "MDEyMzQ1Njc4OWFiY2RlZg$1EDrpniG35PWQ9y4ppsCr2jBbShM1vaGWVU+JFv578A=",
        "MDEyMzQ1Njc4OWFiY2RlZg$1EDrpniG35PWQ9y4ppsCr2jBbShM1vaGWVU+JFv578B",
        "MDEyMzQ1Njc4OWFiY2RlZg==$1EDrpniG35PWQ9y4ppsCr2jBbShM1vaGWVU+JFv578A",
        "MDEyMzQ1Njc4OWFiY2RlZg$1EDrpniG35PWQ9y4ppsCr2jBbShM1vaGWVU-JFv578A",
        "MDEyMzQ1Njc4OWFiY2RlZg$1EDrpniG35PWQ9y4ppsCr2jBbShM1vaGWVU+JFv578A$",
    };
    struct fixture *f = *state;
    struct argon2id hash;
    for (size_t i = 0; i < ARRAY_LEN(heads); i++)
        assert_fails(&f->cx,
                     argon2id_read(&f->cx, arena_printf(&f->cx.arena, "%s%s$%s", heads[i], salt, tag), &hash),
                     ERR_STORE);
    for (size_t i = 0; i < ARRAY_LEN(tails); i++)
        assert_fails(&f->cx,
                     argon2id_read(&f->cx,
                                   arena_printf(&f->cx.arena, "$argon2id$v=19$m=8,t=1,p=1$%s", tails[i]),
                                   &hash),
                     ERR_STORE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(computes_what_the_reference_does, fixture_set_up_bare,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(reads_no_other_text, fixture_set_up_bare, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
