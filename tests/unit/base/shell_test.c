/* SPDX-License-Identifier: Apache-2.0 */
/* shell: what people chose is one word of a command, and never an option. */
#include "tests/unit/unit.h"

#include "base/shell.h"

static void
a_word_is_quoted_where_a_shell_would_change_it(void **state)
{
    static const struct {
        const char *word, *quoted;
    } cases[] = {{"ann@acme.example", "ann@acme.example"},
                 {"/etc/a-b_c,d.conf", "/etc/a-b_c,d.conf"},
                 {"", "''"},
                 {"a b", "'a b'"},
                 {"$(id)", "'$(id)'"},
                 {"`id`", "'`id`'"},
                 {"a\nb", "'a\nb'"},
                 {"~", "'~'"},
                 {"o'neill", "'o'\\''neill'"},
                 {"'", "''\\'''"},
                 {"\xc3\xa9", "'\xc3\xa9'"}};
    struct arena arena;
    (void)state;
    arena_init(&arena);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_str(shell_word(&arena, str_from_cstr(cases[i].word)), cases[i].quoted);
    arena_clear(&arena);
}

static void
an_operand_is_never_an_option(void **state)
{
    struct arena arena;
    (void)state;
    arena_init(&arena);
    assert_str(shell_operand(&arena, STR_LIT("ann@acme.example")), "ann@acme.example");
    assert_str(shell_operand(&arena, STR_LIT("-rf@acme.example")), "-- -rf@acme.example");
    assert_str(shell_operand(&arena, STR_LIT("--a;b")), "-- '--a;b'");
    arena_clear(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_is_quoted_where_a_shell_would_change_it),
        cmocka_unit_test(an_operand_is_never_an_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
