/* SPDX-License-Identifier: Apache-2.0 */
/* prompt: the terminal with and without echo, and password files. */
#include "cli/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "accounts/password.h"
#include "base/codec.h"
#include "base/rand.h"
#include "base/secret.h"
#include "cli/interrupt.h"

/* The line that was read in this place when the command ran for the first time. Where the question is another
 * one now, it is asked: a "yes" to the removal of one phone is not one to another's. */
static bool
was_typed(struct cli *cli, const char *question, struct str *line_out)
{
    if (cli->next_typed == cli->n_typed)
        return false;
    if (!str_eq(cli->typed[cli->next_typed].question, str_from_cstr(question))) {
        cli->n_typed = cli->next_typed;
        return false;
    }
    *line_out = cli->typed[cli->next_typed++].line;
    return true;
}

static void
keep_typed(struct cli *cli, const char *question, struct str line)
{
    if (cli->n_typed == ARRAY_LEN(cli->typed))
        return;
    cli->typed[cli->n_typed].question = arena_str(&cli->cx.arena, str_from_cstr(question));
    cli->typed[cli->n_typed++].line = line;
    cli->next_typed = cli->n_typed;
}

/* Reads one line byte by byte, so that nothing after it is consumed. The line end is not included. */
static enum errcode
read_line(struct cli *cli, const char *question, FILE *from, struct str *line_out)
{
    char line[PROMPT_LINE];
    size_t n = 0;
    int c;
    if (was_typed(cli, question, line_out))
        return ERR_NONE;
    while ((c = getc(from)) != EOF && c != '\n' && n < sizeof line)
        line[n++] = (char)c;
    bool is_whole = c == '\n' || (c == EOF && n > 0 && !ferror(from));
    if (n > 0 && line[n - 1] == '\r')
        n--;
    if (is_whole)
        *line_out = arena_str(&cli->cx.arena, (struct str){line, n});
    secret_wipe(line, sizeof line);
    if (is_whole) {
        keep_typed(cli, question, *line_out);
        return ERR_NONE;
    }
    return n == sizeof line ? ERR_LIMIT : ERR_CLOSED;
}

enum errcode
prompt_read_file(struct cli *cli, const char *path, struct str *line_out)
{
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *from = is_stdin ? cli->in : fopen(path, "re");
    if (from == NULL)
        return err_set(&cli->cx, ERR_USAGE, "%s cannot be read: %s", path, strerror(errno));
    if (!is_stdin)
        (void)setvbuf(from, NULL, _IONBF, 0); /* no copy of a password in a stdio buffer */
    enum errcode err = read_line(cli, path, from, line_out);
    if (!is_stdin)
        fclose(from);
    const char *fault = err == ERR_LIMIT ? "too long" : err != ERR_NONE ? "empty" : NULL;
    if (fault == NULL && !utf8_is_valid(*line_out)) /* before the byte order mark, which is the only sign
                                                     * of UTF-16 */
        fault = "not UTF-8";
    if (fault == NULL)
        *line_out = utf8_skip_mark(*line_out);
    if (fault == NULL && line_out->n == 0)
        fault = "empty";
    if (fault == NULL)
        return ERR_NONE;
    return err_set(&cli->cx, ERR_USAGE, "the first line of %s is %s", is_stdin ? "standard input" : path,
                   fault);
}

/* The line that the person types; `tty` in its current mode. */
static enum errcode
read_typed(struct cli *cli, const char *question, FILE *tty, struct interrupt *interrupt,
           struct str *line_out)
{
    enum errcode err = ERR_DENIED;
    if (interrupt_or_readable(interrupt, fileno(tty)))
        err = read_line(cli, question, tty, line_out);
    else
        interrupt_take(interrupt);
    if (err == ERR_NONE)
        return ERR_NONE;
    return err_set(&cli->cx, err, "%s", err == ERR_DENIED ? "interrupted" : "nothing was typed");
}

/* instead: the options to use when there is no terminal. */
static enum errcode
ask(struct cli *cli, const char *question, const char *instead, bool echo, struct str *line_out)
{
    if (was_typed(cli, question, line_out))
        return ERR_NONE;
    FILE *tty = fopen("/dev/tty", "r+e");
    if (tty == NULL)
        return err_set(&cli->cx, ERR_USAGE, "there is no terminal to ask '%s': use %s", question, instead);
    (void)setvbuf(tty, NULL, _IONBF, 0);
    struct termios before, silent;
    /* Before echo is turned off: an interrupt must not leave the terminal without echo. */
    struct interrupt interrupt;
    if (interrupt_open(&interrupt) != ERR_NONE) {
        fclose(tty);
        return err_set(&cli->cx, ERR_SYSTEM, "signals cannot be watched");
    }
    bool is_tty = tcgetattr(fileno(tty), &before) == 0;
    if (is_tty && !echo) {
        silent = before;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        silent.c_lflag |= ECHONL;
        (void)tcsetattr(fileno(tty), TCSAFLUSH, &silent);
    }
    fprintf(tty, "%s: ", question);
    fflush(tty);
    enum errcode err = read_typed(cli, question, tty, &interrupt, line_out);
    if (is_tty && !echo)
        (void)tcsetattr(fileno(tty), TCSAFLUSH, &before);
    interrupt_close(&interrupt);
    fclose(tty);
    return err;
}

enum errcode
prompt_line(struct cli *cli, const char *question, const char *instead, struct str *line_out)
{
    return ask(cli, question, instead, true, line_out);
}

enum errcode
prompt_password(struct cli *cli, const char *option, const char *question, struct str *password_out)
{
    struct str path = args_option(&cli->args, option);
    if (!str_is_null(path))
        return prompt_read_file(cli, path.p, password_out);
    const bool has_generate = command_option_find(cli->args.command, "generate") != NULL;
    struct str instead = arena_printf(&cli->cx.arena, "--%s%s", option, has_generate ? " or --generate" : "");
    return ask(cli, question, instead.p, false, password_out);
}

enum errcode
prompt_new_password(struct cli *cli, struct str *password_out, bool *generated_out)
{
    *generated_out = args_has(&cli->args, "generate");
    if (*generated_out) {
        if (args_has(&cli->args, "password-file"))
            return err_set(&cli->cx, ERR_USAGE, "--generate and --password-file exclude each other");
        *password_out = password_make(&cli->cx);
        return ERR_NONE;
    }
    enum errcode err = prompt_password(cli, "password-file", "New password", password_out);
    if (err != ERR_NONE || args_has(&cli->args, "password-file"))
        return err;
    struct str again = STR_NULL;
    err = ask(cli, "The same again", "--password-file", false, &again);
    if (err == ERR_NONE && !secret_equal_str(*password_out, again))
        return err_set(&cli->cx, ERR_USAGE, "the two passwords differ");
    return err;
}

enum errcode
prompt_confirm(struct cli *cli, const char *fmt, ...)
{
    struct str answer = STR_NULL;
    va_list ap;
    if (args_has(&cli->args, "yes"))
        return ERR_NONE;
    va_start(ap, fmt);
    struct str deed = arena_vprintf(&cli->cx.arena, fmt, ap);
    va_end(ap);
    if (cli->json || isatty(fileno(cli->in)) == 0)
        return err_set(&cli->cx, ERR_USAGE,
                       "to %.*s cannot be undone: give --yes to do it without a question", STR_ARG(deed));
    struct str question =
        arena_printf(&cli->cx.arena, "This cannot be undone: %.*s? (yes or no)", STR_ARG(deed));
    enum errcode err = ask(cli, question.p, "--yes", true, &answer);
    answer = str_trim(answer, " \t");
    if (err == ERR_NONE && !str_eq_nocase(answer, STR_LIT("yes")) && !str_eq_nocase(answer, STR_LIT("y")))
        return err_set(&cli->cx, ERR_DENIED, "nothing was changed");
    return err;
}
