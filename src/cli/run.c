/* SPDX-License-Identifier: Apache-2.0 */
/* run: see run.h. */
#include "cli/run.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cmds.h"
#include "cli/print.h"
#include "cli/usage.h"
#include "db/db.h"
#include "log/log.h"

enum { PERSON_MAX = 64, RUN_TRIES = 5 };

/* Errors not listed here are CLI_FAILED. */
static const unsigned char status_of[ERR_COUNT_] = {
    [ERR_SYNTAX] = CLI_USAGE,
    [ERR_RANGE] = CLI_USAGE,
    [ERR_LIMIT] = CLI_USAGE,
    [ERR_USAGE] = CLI_USAGE,
    [ERR_CONFIG] = CLI_USAGE,
    [ERR_NOT_FOUND] = CLI_USAGE,
    [ERR_EXISTS] = CLI_USAGE,
    [ERR_POLICY] = CLI_USAGE,
    [ERR_STORE] = CLI_UNAVAILABLE,
    [ERR_STORE_FULL] = CLI_UNAVAILABLE,
    [ERR_STORE_RACE] = CLI_UNAVAILABLE,
    [ERR_STORE_SCHEMA] = CLI_UNAVAILABLE,
    [ERR_BUSY] = CLI_UNAVAILABLE,
    [ERR_CLOSED] = CLI_UNAVAILABLE,
    [ERR_TIMEOUT] = CLI_UNAVAILABLE,
    [ERR_PROTOCOL] = CLI_UNAVAILABLE,
};

/* In the order of `commands`. */
#define COMMAND(group, verb, handler, args, summary) cmd_##handler,
static command_run *const runs[] = {
#include "cli/cmds.def"
};

static struct str
operator_name(struct cx *cx)
{
    const struct passwd *pw = getpwuid(geteuid());
    if (pw != NULL)
        return arena_printf(&cx->arena, "operator:%s", pw->pw_name);
    return arena_printf(&cx->arena, "operator:%u", (unsigned)geteuid());
}

/* The person behind sudo, for the audit; what is not a plain name is left out. */
static struct str
door_name(struct cx *cx)
{
    const char *person = getenv("SUDO_USER");
    struct str name = str_from_cstr(person);
    bool is_plain = !str_is_empty(name) && name.n <= PERSON_MAX;
    for (size_t i = 0; is_plain && i < name.n; i++)
        is_plain = name.p[i] > ' ' && name.p[i] < 0x7f;
    return is_plain ? arena_printf(&cx->arena, "cli, sudo of %.*s", STR_ARG(name)) : STR_LIT("cli");
}

static void
tell_error(struct cli *cli, enum errcode err)
{
    const char *detail = cli->cx.detail[0] != '\0' ? cli->cx.detail : err_text(err);
    const char *line = print_safe(cli, str_from_cstr(detail));
    fprintf(cli->err, "countersign: %s\n", line);
    if (!cli->json || cli->answered)
        return;
    json_t *document = print_object();
    print_put_cstr(document, "error", err_name(err));
    print_put_cstr(document, "message", detail);
    print_record(cli, document);
}

static enum errcode
run(struct cli *cli, int argc, char *const *argv)
{
    enum errcode err = args_read(&cli->cx, argc, argv, &cli->args);
    cli->json = args_has(&cli->args, "json");
    if (err != ERR_NONE)
        return err;
    if (args_has(&cli->args, "version")) {
        print_done(cli, usage_version(), "countersign %s", COUNTERSIGN_VERSION);
        return ERR_NONE;
    }
    if (args_has(&cli->args, "help"))
        return usage_help(cli);
    return runs[cli->args.command - commands](cli);
}

/* Whether its transaction was not committed, and the command may run again, whole: it has changed nothing,
 * answered nothing, and all that it was given is kept. */
static bool
has_lost_a_race(const struct cli *cli)
{
    return cli->cx.err == ERR_STORE_RACE && cli->cx.db != NULL && !db_has_written(cli->cx.db) &&
           !cli->answered && cli->n_typed < ARRAY_LEN(cli->typed);
}

static enum errcode
run_with_patience(struct cli *cli, int argc, char *const *argv)
{
    enum errcode err = run(cli, argc, argv);
    for (int tries = 1; tries < RUN_TRIES && has_lost_a_race(cli); tries++) {
        cli_close_store(cli);
        config_clear(&cli->config);
        config_init(&cli->config);
        cx_again(&cli->cx);
        cli->cx.actor = operator_name(&cli->cx);
        cli->cx.door = door_name(&cli->cx);
        cli->next_typed = 0;
        err = run(cli, argc, argv);
    }
    return err;
}

int
cli_main(int argc, char *const *argv, FILE *in, FILE *out, FILE *err_out)
{
    struct cli cli = {.in = in, .out = out, .err = err_out};
    log_init("countersign", LOG_LEVEL_ERROR);
    cx_init(&cli.cx);
    cx_begin(&cli.cx);
    config_init(&cli.config);
    cli.cx.actor = operator_name(&cli.cx);
    cli.cx.door = door_name(&cli.cx);

    enum errcode err = run_with_patience(&cli, argc, argv);
    if (err != ERR_NONE)
        tell_error(&cli, err);
    if ((fflush(out) != 0 || ferror(out)) && err == ERR_NONE) {
        fprintf(err_out, "countersign: the answer could not be written\n");
        err = ERR_IO;
    }

    cli_close_store(&cli); /* also when the command failed after part of its work */
    config_clear(&cli.config);
    cx_clear(&cli.cx);
    if (err == ERR_NONE)
        return CLI_OK;
    return status_of[err] != CLI_OK ? status_of[err] : CLI_FAILED;
}
