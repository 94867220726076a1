/* SPDX-License-Identifier: Apache-2.0 */
/* ct_bound: what is cut, what is not, and that no character is cut through. */
#include "tests/unit/unit.h"

#include "base/codec.h"
#include "contract/ct_bound.h"

enum { MOST = 4096, LONG = 3 * MOST };

static struct loginTechnicianFromStandalone_v7_2_in
bounded(const char *email, size_t n)
{
    struct loginTechnicianFromStandalone_v7_2_in in = {
        .sEmail = {email, n}, .sPassword = STR_LIT("short"), .sLanguage = STR_NULL};
    ct_bound_texts(&ct_ops[CT_OP_loginTechnicianFromStandalone_v7_2].in, &in, MOST);
    assert_str(in.sPassword, "short");
    assert_true(str_is_null(in.sLanguage));
    return in;
}

static void
a_long_text_is_cut_and_stays_too_long(void **state)
{
    static char text[LONG];
    (void)state;
    memset(text, 'a', sizeof text);
    assert_int_equal(bounded(text, MOST).sEmail.n, MOST);
    assert_int_equal(bounded(text, MOST + 1).sEmail.n, MOST + 1);
    assert_int_equal(bounded(text, LONG).sEmail.n, MOST + 1);
}

static void
a_character_is_kept_whole(void **state)
{
    static char text[LONG];
    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        memset(text, 'a', shift);
        for (size_t i = shift; i + 4 <= sizeof text; i += 4)
            memcpy(text + i, "\xf0\x9f\x98\x80", 4);
        struct str email = bounded(text, LONG - 4).sEmail;
        assert_true(email.n > MOST && email.n < MOST + 8);
        assert_true(utf8_is_valid(email));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_text_is_cut_and_stays_too_long),
        cmocka_unit_test(a_character_is_kept_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
