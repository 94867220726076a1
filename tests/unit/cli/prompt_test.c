/* SPDX-License-Identifier: Apache-2.0 */
/* prompt, interrupt: password files, made-up passwords, and signals as something to look for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accounts/password.h"
#include "cli/interrupt.h"
#include "cli/prompt.h"

static int
set_up(void **state)
{
    static struct cli cli;
    cli = (struct cli){0};
    cx_init(&cli.cx);
    cx_begin(&cli.cx);
    *state = &cli;
    return 0;
}

static int
tear_down(void **state)
{
    struct cli *cli = *state;
    cx_clear(&cli->cx);
    return 0;
}

static enum errcode
read_text(struct cli *cli, const char *text, size_t n, struct str *line)
{
    char path[] = "/tmp/countersign-prompt-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, text, n), (ssize_t)n);
    close(fd);
    err_forget(&cli->cx);
    enum errcode err = prompt_read_file(cli, path, line);
    unlink(path);
    return err;
}

static void
files(void **state)
{
    struct cli *cli = *state;
    struct str line;
    static const char *const texts[] = {"secret", "secret\n", "secret\r\n", "secret\nmore\n",
                                        "\xef\xbb\xbfsecret\r\n"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        assert_int_equal(read_text(cli, texts[i], strlen(texts[i]), &line), ERR_NONE);
        assert_true(str_eq(line, STR_LIT("secret")));
    }
    static const char *const foreign[] = {"p\xe4ss\n", "\xff\xfe"
                                                       "a\n"};
    for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
        assert_int_equal(read_text(cli, foreign[i], strlen(foreign[i]), &line), ERR_USAGE);
        assert_non_null(strstr(cli->cx.detail, "is not UTF-8"));
    }
    assert_int_equal(read_text(cli, " with blanks \n", 14, &line), ERR_NONE);
    assert_true(str_eq(line, STR_LIT(" with blanks ")));
    static const char *const empty[] = {"", "\n", "\r\n", "\nsecret", "\xef\xbb\xbf\n"};
    for (size_t i = 0; i < ARRAY_LEN(empty); i++)
        assert_int_equal(read_text(cli, empty[i], strlen(empty[i]), &line), ERR_USAGE);
    char longest[PROMPT_LINE + 1];
    memset(longest, 'x', sizeof longest);
    assert_int_equal(read_text(cli, longest, sizeof longest, &line), ERR_USAGE);
    assert_non_null(strstr(cli->cx.detail, "too long"));
    assert_int_equal(read_text(cli, longest, PROMPT_LINE - 1, &line), ERR_NONE);
}

static void
made_up_passwords(void **state)
{
    struct cli *cli = *state;
    for (int round = 0; round < 1000; round++) {
        bool lower = false, upper = false, digit = false, other = false;
        struct str p = password_make(&cli->cx);
        assert_int_equal(p.n, 20);
        for (size_t i = 0; i < p.n; i++) {
            lower = lower || (p.p[i] >= 'a' && p.p[i] <= 'z');
            upper = upper || (p.p[i] >= 'A' && p.p[i] <= 'Z');
            digit = digit || (p.p[i] >= '0' && p.p[i] <= '9');
            other = other || strchr("-_+=.:", p.p[i]) != NULL;
            assert_int_equal(str_find(str_sub(p, i + 1, p.n), p.p[i]), p.n - i - 1);
        }
        assert_true(lower && upper && digit && other);
    }
}

static void
signals_are_seen(void **state)
{
    (void)state;
    struct interrupt i;
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(interrupt_open(&i), ERR_NONE);
    assert_false(interrupt_came(&i, 0));
    assert_int_equal(write(pipes[1], "x", 1), 1);
    assert_true(interrupt_or_readable(&i, pipes[0]));
    assert_int_equal(raise(SIGTERM), 0);
    assert_true(interrupt_came(&i, INT64_C(60000000)));
    assert_false(interrupt_or_readable(&i, pipes[0]));
    interrupt_take(&i);
    assert_false(interrupt_came(&i, 0));
    interrupt_close(&i);
    close(pipes[0]);
    close(pipes[1]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(made_up_passwords, set_up, tear_down),
        cmocka_unit_test(signals_are_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
