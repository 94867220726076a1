/* SPDX-License-Identifier: Apache-2.0 */
/* db: what concerns the database as a whole, beside its backups (cmd_backup.c). */
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/print.h"
#include "upkeep/check.h"
#include "upkeep/move.h"

static void
show_progress(void *arg, struct str words)
{
    struct cli *cli = arg;
    print_progress(cli, "%s", print_safe(cli, words));
}

/* The lines that the configuration needs now. */
static void
tell_moved(struct cli *cli, const struct move *m)
{
    json_t *o = print_object();
    print_put_str(o, "database", m->to);
    print_put_bool(o, "was_moved", m->was_moved);
    if (!m->was_moved) {
        print_put_int(o, "rows", m->rows);
        print_put_str(o, "digest", m->digest);
        print_put_int(o, "changed_in_pause", m->changed);
        print_put_int(o, "pause_ms", m->pause / CLOCK_MS);
    }
    print_record(cli, o);
    print_note(
        cli,
        "\nThe old database is closed, and the server answers UnknownError until it is started again with "
        "the "
        "new one.\nIn %s, section [store], in place of path and url:\n    url = %s\nThen restart the server: "
        "systemctl restart countersign",
        print_safe(cli, str_from_cstr(cli_config_path(cli))), print_safe(cli, m->to));
}

enum errcode
cmd_db_migrate(struct cli *cli)
{
    enum errcode err = cli_configure(cli);
    if (err != ERR_NONE)
        return err;
    struct move m = {.from = config_store(&cli->config),
                     .to = args_option(&cli->args, "to"),
                     .key_file = cli->config.store_key_file,
                     .patience = cli->config.store_busy_timeout,
                     .tell = show_progress,
                     .arg = cli};
    err = env_read_keys(&cli->cx, cli->config.store_key_file.p, &cli->env);
    if (err != ERR_NONE)
        return cli_unavailable(cli, err);
    cli_fill_env(cli);
    err = move_run(&cli->cx, &m);
    if (err != ERR_NONE)
        return err;
    tell_moved(cli, &m);
    return ERR_NONE;
}

struct checking {
    struct cli *cli;
    json_t *problems;
};

static void
show_problem(void *arg, struct str words)
{
    const struct checking *c = arg;
    print_note(c->cli, "%s", print_safe(c->cli, words));
    print_add(c->problems, print_text(words));
}

enum errcode
cmd_db_check(struct cli *cli)
{
    enum errcode err = cli_open_store(cli);
    if (err != ERR_NONE)
        return err;
    struct checking c = {.cli = cli, .problems = print_array()};
    struct check check = {.found = show_problem, .arg = &c};
    check_run(&cli->cx, &check);
    json_t *o = print_object();
    print_put_bool(o, "ok", check.problems == 0);
    print_put_int(o, "rows", check.rows);
    print_put_int(o, "events", check.events);
    print_put(o, "problems", c.problems);
    if (check.problems == 0) {
        print_done(cli, o, "The database is sound: %lld rows, and a log of %lld events.",
                   (long long)check.rows, (long long)check.events);
        return ERR_NONE;
    }
    if (cli->json)
        print_record(cli, o);
    else
        json_decref(o);
    return err_set(&cli->cx, ERR_CRYPTO, "the database is not sound: %lld problem%s",
                   (long long)check.problems, check.problems == 1 ? "" : "s");
}
