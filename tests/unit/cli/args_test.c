/* SPDX-License-Identifier: Apache-2.0 */
/* args: options anywhere, their two forms, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "cli/args.h"

enum { WORDS = 12 };

static enum errcode
read_words(struct cx *cx, struct args *args, const char *line)
{
    static char text[512];
    char *argv[WORDS] = {text};
    int argc = 0;
    size_t n = strlen(line);
    assert_true(n < sizeof text);
    memcpy(text, line, n + 1);
    for (char *p = text; argc < WORDS; p = strchr(p, ' '), *p++ = '\0') {
        argv[argc++] = p;
        if (strchr(p, ' ') == NULL)
            break;
    }
    cx_begin(cx);
    return args_read(cx, argc, argv, args);
}

static int
set_up(void **state)
{
    static struct cx cx;
    cx_init(&cx);
    *state = &cx;
    return 0;
}

static int
tear_down(void **state)
{
    cx_clear(*state);
    return 0;
}

static bool
is(struct str s, const char *text)
{
    return str_eq(s, str_from_cstr(text));
}

static void
options_stand_anywhere(void **state)
{
    struct args a;
    static const char *const lines[] = {
        "countersign --json -c F company add acme --title=T",
        "countersign company --title=T add --json acme --config F",
    };
    assert_int_equal(read_words(*state, &a, lines[0]), ERR_NONE);
    assert_true(is(args_word(&a, 0), "acme"));
    assert_true(is(args_option(&a, "title"), "T"));
    assert_true(is(args_option(&a, "config"), "F"));
    assert_true(args_has(&a, "json"));
    assert_true(str_is_null(args_word(&a, 1)));
    /* An option of a command is known once the command is. */
    assert_int_equal(read_words(*state, &a, lines[1]), ERR_USAGE);
}

static void
values(void **state)
{
    struct args a;
    assert_int_equal(read_words(*state, &a, "countersign company add acme --title --json"), ERR_NONE);
    assert_true(is(args_option(&a, "title"), "--json"));
    assert_false(args_has(&a, "json"));
    assert_int_equal(read_words(*state, &a, "countersign company add acme --title="), ERR_NONE);
    assert_true(args_has(&a, "title"));
    assert_int_equal(args_option(&a, "title").n, 0);
    assert_int_equal(read_words(*state, &a, "countersign company add acme --title=a=b"), ERR_NONE);
    assert_true(is(args_option(&a, "title"), "a=b"));
    assert_int_equal(read_words(*state, &a, "countersign company add acme"), ERR_NONE);
    assert_true(str_is_null(args_option(&a, "title")));
}

static void
dashes(void **state)
{
    struct args a;
    assert_int_equal(read_words(*state, &a, "countersign company add -- --title"), ERR_NONE);
    assert_true(is(args_word(&a, 0), "--title"));
    assert_int_equal(read_words(*state, &a, "countersign config check -"), ERR_NONE);
    assert_true(is(args_word(&a, 0), "-"));
    assert_int_equal(read_words(*state, &a, "countersign -h"), ERR_NONE);
    assert_true(args_has(&a, "help"));
}

static void
refused(void **state)
{
    static const char *const lines[] = {
        "countersign company add acme --title",
        "countersign company add acme --json=yes",
        "countersign company add acme --json --json",
        "countersign company add acme --qr no",
        "countersign company add acme corp",
        "countersign --title T company add acme",
        "countersign -c",
        "countersign policy set acme seats",
        "countersign a b c d e f g h",
    };
    struct args a;
    struct cx *cx = *state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        assert_int_equal(read_words(cx, &a, lines[i]), ERR_USAGE);
        assert_true(cx->detail[0] != '\0');
    }
}

static void
aliases_share_options(void **state)
{
    struct args a, b;
    assert_int_equal(read_words(*state, &a, "countersign enrol ann --qr no"), ERR_NONE);
    assert_int_equal(read_words(*state, &b, "countersign device add ann --qr no"), ERR_NONE);
    assert_true(a.command->handler == b.command->handler);
    assert_true(is(args_option(&b, "qr"), "no"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(options_stand_anywhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(dashes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(aliases_share_options, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
