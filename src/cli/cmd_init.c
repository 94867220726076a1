/* SPDX-License-Identifier: Apache-2.0 */
/* init, upgrade, config (setup is cmd_setup.c): the operator's tasks before the first start, and
 * before a restart. */
#include <unistd.h>

#include "accounts/key_check.h"
#include "base/shell.h"
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/daemon.h"
#include "cli/init.h"
#include "cli/print.h"
#include "db/db.h"
#include "db/migrate.h"

/* Each command as it must be typed for this configuration. */
static void
tell_next(struct cli *cli, const struct first_account *first)
{
    enum { COMMANDS = 3 };
    static const char *const what[COMMANDS] = {"loads all that a start would", "starts the server",
                                               "brings a phone in"};
    struct arena *a = &cli->cx.arena;
    struct str config = args_option(&cli->args, "config");
    const char *with =
        str_is_null(config) ? "" : arena_printf(a, " -c %s", print_safe(cli, shell_word(a, config))).p;
    const char *email = str_is_null(first->email) ? "EMAIL" : print_safe(cli, shell_operand(a, first->email));
    struct str steps[COMMANDS] = {arena_printf(a, "countersign%s config check", with),
                                  arena_printf(a, "countersignd%s", with),
                                  arena_printf(a, "countersign%s enrol %s", with, email)};
    size_t width = 0;
    for (size_t i = 0; i < COMMANDS; i++)
        width = steps[i].n > width ? steps[i].n : width;

    print_note(cli, "\nWhat comes next:");
    if (str_is_null(first->company))
        print_note(cli, "  countersign%s company add COMPANY", with);
    if (str_is_null(first->email))
        print_note(cli, "  countersign%s technician add EMAIL --company %s", with,
                   str_is_null(first->company) ? "COMPANY" : print_safe(cli, first->company));
    for (size_t i = 0; i < COMMANDS; i++)
        print_note(cli, "  %-*s  %s", (int)width, steps[i].p, what[i]);
}

static void
tell_init(struct cli *cli, const struct first_account *first)
{
    json_t *document = print_object();
    print_put_str(document, "database", config_store(&cli->config));
    print_put_str(document, "key_file", cli->config.store_key_file);
    if (!str_is_null(first->company))
        print_put_str(document, "company", first->company);
    if (!str_is_null(first->email))
        print_put_str(document, "technician", first->email);
    if (first->generated)
        print_put_str(document, "password", first->password);
    print_record(cli, document);
    tell_next(cli, first);
    if (!str_is_null(first->email) && !first->keeps_password)
        print_note(cli, "The first sign-in of %s asks for another password; with --keep it does not.",
                   print_safe(cli, first->email));
    print_note(cli,
               "Keep a copy of the key file apart from the database's: one is of no use without the other.");
}

enum errcode
cmd_init(struct cli *cli)
{
    struct first_account first = {STR_NULL, STR_NULL, STR_NULL, false, false};
    enum errcode err = cli_configure(cli);
    struct str file = config_store_file(&cli->config);
    if (err == ERR_NONE && !str_is_null(file))
        err = init_check_absent(cli, file.p, "database");
    if (err == ERR_NONE)
        err = init_check_absent(cli, cli->config.store_key_file.p, "key file");
    if (err == ERR_NONE)
        err = init_read_account(cli, &first);
    if (err == ERR_NONE)
        err = init_make(cli, &first);
    if (err != ERR_NONE)
        return err;
    tell_init(cli, &first);
    cli_warn_local(cli);
    if (geteuid() == 0)
        cli_warn(cli, config_warn_root(&cli->config));
    return ERR_NONE;
}

enum errcode
cmd_upgrade(struct cli *cli)
{
    enum errcode err = cli_configure(cli);
    if (err != ERR_NONE)
        return err;
    const struct config *c = &cli->config;
    err = env_read_keys(&cli->cx, c->store_key_file.p, &cli->env);
    if (err != ERR_NONE)
        return cli_unavailable(cli, err);
    cli_fill_env(cli);
    err = db_open(&cli->cx, config_store(c), DB_MIGRATE, c->store_busy_timeout, &cli->cx.db);
    bool is_upgraded = err == ERR_NONE && db_has_written(cli->cx.db);
    if (err == ERR_NONE)
        err = key_check(&cli->cx, c->store_key_file.p);
    if (err != ERR_NONE)
        return cli_unavailable(cli, err);
    json_t *document = print_object();
    print_put_int(document, "schema_version", migrate_latest());
    print_put_bool(document, "upgraded", is_upgraded);
    print_done(cli, document, "the database %s schema version %lld", is_upgraded ? "now has" : "had already",
               (long long)migrate_latest());
    return ERR_NONE;
}

enum errcode
cmd_config_default(struct cli *cli)
{
    struct buf text;
    buf_init(&text, (size_t)256 * 1024);
    config_print_default(&text);
    json_t *document = print_object();
    print_put_str(document, "config", buf_view(&text));
    struct str shown = str_trim(buf_view(&text), "\n");
    print_done(cli, document, "%.*s", STR_ARG(shown));
    buf_clear(&text);
    return ERR_NONE;
}

/* Each line goes into the document and, for people, to the screen. Returns the number of problems. */
static size_t
show_findings(struct cli *cli, struct str path, struct str lines, json_t *document)
{
    struct str warning = arena_printf(&cli->cx.arena, "%.*s: warning: ", STR_ARG(path));
    struct str note = arena_printf(&cli->cx.arena, "%.*s: note: ", STR_ARG(path));
    json_t *problems = print_array(), *warnings = print_array(), *notes = print_array();
    for (struct str rest = str_trim(lines, "\n"); rest.n > 0;) {
        struct str line = str_cut(&rest, '\n');
        print_note(cli, "%s", print_safe(cli, line));
        print_add(str_starts(line, warning) ? warnings
                  : str_starts(line, note)  ? notes
                                            : problems,
                  print_text(line));
    }
    size_t count = json_array_size(problems);
    print_put(document, "problems", problems);
    print_put(document, "warnings", warnings);
    print_put(document, "notes", notes);
    return count;
}

enum errcode
cmd_config_check(struct cli *cli)
{
    struct str word = args_word(&cli->args, 0), option = args_option(&cli->args, "config");
    if (!str_is_null(word) && !str_is_null(option))
        return err_set(&cli->cx, ERR_USAGE, "one file at a time");
    struct str path = !str_is_null(word) ? word : !str_is_null(option) ? option : STR_LIT(CLI_CONFIG_FILE);

    struct buf lines;
    buf_init(&lines, DAEMON_LINES_MAX);
    bool is_usable = false;
    enum errcode err = daemon_check(cli, path, &lines, &is_usable);
    json_t *document = print_object();
    print_put_bool(document, "usable", is_usable);
    size_t count = show_findings(cli, path, buf_view(&lines), document);
    if (cli->json)
        print_record(cli, document);
    else
        json_decref(document);
    buf_clear(&lines);
    if (err != ERR_NONE)
        return err;
    if (!is_usable)
        return err_set(&cli->cx, ERR_CONFIG, "%s is not usable: %zu problem%s", path.p, count,
                       count == 1 ? "" : "s");
    print_note(cli, "%s is usable", path.p);
    return ERR_NONE;
}
