/* SPDX-License-Identifier: Apache-2.0 */
/* backup, restore: what upkeep/ does, in words. */
#include <pwd.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/print.h"
#include "db/migrate.h"
#include "upkeep/backup.h"
#include "upkeep/restore.h"

enum errcode
cmd_backup(struct cli *cli)
{
    enum errcode err = cli_open_store(cli);
    if (err != ERR_NONE)
        return err;
    struct backup b = {.path = args_word(&cli->args, 0), .patience = cli->config.store_busy_timeout};
    err = backup_make(&cli->cx, &b);
    if (err != ERR_NONE)
        return err;
    json_t *o = print_object();
    print_put_str(o, "file", b.path);
    print_put_int(o, "schema_version", migrate_latest());
    print_put_int(o, "events", b.events);
    print_put_str(o, "digest", b.digest);
    print_done(cli, o,
               "%s has schema version %lld and %lld events; their log is whole, and its root is %.*s.\n"
               "The key %s is not in it: keep a copy of that apart from this one.",
               print_safe(cli, b.path), (long long)migrate_latest(), (long long)b.events, STR_ARG(b.digest),
               print_safe(cli, cli->config.store_key_file));
    return ERR_NONE;
}

/* When run as root, a new file belongs to the account that the server runs as. */
static enum errcode
find_owner(struct cli *cli, struct restore *r)
{
    const char *name = arena_cstr(&cli->cx.arena, cli->config.server_user);
    r->user = (uid_t)-1;
    if (geteuid() != 0 || name[0] == '\0')
        return ERR_NONE;
    const struct passwd *pw = getpwnam(name);
    if (pw == NULL)
        return err_set(&cli->cx, ERR_CONFIG, "server.user: there is no account '%s'", name);
    r->user = pw->pw_uid;
    r->group = pw->pw_gid;
    return ERR_NONE;
}

static void
tell_restored(struct cli *cli, const struct restore *r)
{
    json_t *o = print_object();
    print_put_str(o, "database", r->url);
    print_put_int(o, "from_schema_version", r->from_version);
    print_put_int(o, "schema_version", migrate_latest());
    print_put_int(o, "rows", r->rows);
    print_put_int(o, "events", r->events);
    print_put_str(o, "digest", r->digest);
    print_put_time(cli, o, "last_event_at", r->last_at);
    print_put_int(o, "ended_sessions", r->sessions);
    print_put_int(o, "void_enrolments", r->enrolments);
    print_put_int(o, "void_recovery_codes", r->recovery_codes);
    print_put_int(o, "disabled_operators", r->operators);
    print_record(cli, o);
    print_note(
        cli, "\nWhat happened after the last event is lost: repeat the locks, deletions, password resets and "
             "removed\nphones of that time before you start the server (docs/operating.md, \"Restoring\"). "
             "Operators are disabled:\nenable each that still is one by countersign operator enable EMAIL.");
}

enum errcode
cmd_restore(struct cli *cli)
{
    enum errcode err = cli_configure(cli);
    if (err != ERR_NONE)
        return err;
    struct str to = args_option(&cli->args, "to");
    struct restore r = {.backup = args_word(&cli->args, 0),
                        .url = str_is_null(to) ? config_store(&cli->config) : to,
                        .key_file = cli->config.store_key_file,
                        .patience = cli->config.store_busy_timeout};
    err = env_read_keys(&cli->cx, cli->config.store_key_file.p, &cli->env);
    if (err != ERR_NONE)
        return cli_unavailable(cli, err);
    cli_fill_env(cli);
    err = find_owner(cli, &r);
    if (err == ERR_NONE)
        err = restore_run(&cli->cx, &r);
    if (err != ERR_NONE)
        return err;
    tell_restored(cli, &r);
    return ERR_NONE;
}
