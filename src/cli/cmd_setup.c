/* SPDX-License-Identifier: Apache-2.0 */
/* init, upgrade, config, completion: the operator's tasks before the first start, and before a restart. */
#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts/company_change.h"
#include "accounts/key_check.h"
#include "accounts/technician_change.h"
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/daemon.h"
#include "cli/print.h"
#include "cli/prompt.h"
#include "db/db.h"
#include "db/migrate.h"

struct first_account {
    struct str company, email, password; /* null: not requested */
    bool generated, keeps_password;
};

static enum errcode
read_first_account(struct cli *cli, struct first_account *first)
{
    first->company = args_option(&cli->args, "company");
    first->email = args_option(&cli->args, "technician");
    first->keeps_password = args_has(&cli->args, "keep");
    bool has_password =
        args_has(&cli->args, "password-file") || args_has(&cli->args, "generate") || first->keeps_password;
    if (!str_is_null(first->email) && str_is_null(first->company))
        return err_set(&cli->cx, ERR_USAGE, "--technician needs --company");
    if (str_is_null(first->email))
        return has_password ? err_set(&cli->cx, ERR_USAGE, "a password needs --technician") : ERR_NONE;
    return prompt_new_password(cli, &first->password, &first->generated);
}

static enum errcode
check_absent(struct cli *cli, const char *path, const char *what)
{
    struct stat st;
    if (lstat(path, &st) == 0)
        return err_set(&cli->cx, ERR_EXISTS, "there is a %s already: %s; nothing was changed", what, path);
    if (errno != ENOENT)
        return err_set(&cli->cx, ERR_STORE, "%s: %s", path, strerror(errno));
    return ERR_NONE;
}

/* Creates the folder of a file if it is missing: one level, accessible only to its owner. */
static enum errcode
make_folder(struct cli *cli, struct str path)
{
    size_t n = path.n;
    while (n > 0 && path.p[n - 1] != '/')
        n--;
    if (n <= 1)
        return ERR_NONE;
    const char *folder = arena_cstr(&cli->cx.arena, str_sub(path, 0, n - 1));
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return err_set(&cli->cx, ERR_STORE, "the folder %s cannot be created: %s", folder, strerror(errno));
    return ERR_NONE;
}

static enum errcode
add_first_account(struct cli *cli, const struct first_account *first)
{
    if (str_is_null(first->company))
        return ERR_NONE;
    struct technician_new new = {.email = first->email,
                                 .name = STR_NULL,
                                 .password = first->password,
                                 .keeps_password = first->keeps_password};
    int64_t technician;
    enum errcode err = company_add(&cli->cx, first->company, STR_NULL, &new.company_id);
    if (err == ERR_NONE && !str_is_null(first->email))
        err = technician_add(&cli->cx, &new, &technician);
    return err;
}

/* When run as root, created files belong to the account that the server runs as. */
static enum errcode
give_to_server(struct cli *cli)
{
    const char *name = arena_cstr(&cli->cx.arena, cli->config.server_user);
    if (geteuid() != 0 || name[0] == '\0')
        return ERR_NONE;
    const struct passwd *pw = getpwnam(name);
    if (pw == NULL)
        return err_set(&cli->cx, ERR_CONFIG, "server.user: there is no account '%s'", name);
    const char *paths[] = {cli->config.store_key_file.p, cli->config.store_path.p};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (lchown(paths[i], pw->pw_uid, pw->pw_gid) != 0)
            return err_set(&cli->cx, ERR_STORE, "%s: %s", paths[i], strerror(errno));
    return ERR_NONE;
}

static enum errcode
make_store(struct cli *cli, const struct first_account *first)
{
    enum errcode err = env_read_keys(&cli->cx, cli->config.store_key_file.p, &cli->env);
    if (err != ERR_NONE)
        return err;
    cli_fill_env(cli);
    err = db_open(&cli->cx, cli->config.store_path, DB_CREATE, cli->config.store_busy_timeout, &cli->cx.db);
    if (err == ERR_NONE)
        err = key_check(&cli->cx, cli->config.store_key_file.p);
    if (err == ERR_NONE)
        err = add_first_account(cli, first);
    return err == ERR_NONE ? give_to_server(cli) : err;
}

/* An incomplete set-up is undone: the files that this run created are removed. */
static void
unmake(struct cli *cli)
{
    static const char *const tails[] = {"", "-wal", "-shm", "-journal"};
    db_close(&cli->cx.db);
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        const char *path =
            arena_cstr(&cli->cx.arena,
                       arena_printf(&cli->cx.arena, "%.*s%s", STR_ARG(cli->config.store_path), tails[i]));
        (void)unlink(path);
    }
    (void)unlink(cli->config.store_key_file.p);
}

/* A path, quoted for a shell. */
static const char *
shell_word(struct cli *cli, struct str path)
{
    static const struct str marks = STR("/._-+,:=@%");
    struct arena *a = &cli->cx.arena;
    bool is_plain = true;
    for (size_t i = 0; i < path.n; i++) {
        char c = path.p[i];
        is_plain = is_plain && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                str_find(marks, c) < marks.n);
    }
    if (is_plain)
        return print_safe(cli, path);
    struct str word = STR_LIT("'");
    for (struct str rest = path; !str_is_null(rest);) {
        struct str part = str_cut(&rest, '\'');
        word = arena_printf(a, "%.*s%.*s%s", STR_ARG(word), STR_ARG(part), str_is_null(rest) ? "'" : "'\\''");
    }
    return print_safe(cli, word);
}

/* Each command as it must be typed for this configuration. */
static void
tell_next(struct cli *cli, const struct first_account *first)
{
    enum { COMMANDS = 3 };
    static const char *const what[COMMANDS] = {"loads all that a start would", "starts the server",
                                               "brings a phone in"};
    struct arena *a = &cli->cx.arena;
    struct str config = args_option(&cli->args, "config");
    const char *with = str_is_null(config) ? "" : arena_printf(a, " -c %s", shell_word(cli, config)).p;
    const char *email = str_is_null(first->email) ? "EMAIL" : print_safe(cli, first->email);
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
    print_put_str(document, "database", cli->config.store_path);
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
    if (err == ERR_NONE)
        err = check_absent(cli, cli->config.store_path.p, "database");
    if (err == ERR_NONE)
        err = check_absent(cli, cli->config.store_key_file.p, "key file");
    if (err == ERR_NONE)
        err = read_first_account(cli, &first);
    if (err == ERR_NONE)
        err = make_folder(cli, cli->config.store_key_file);
    if (err == ERR_NONE)
        err = make_folder(cli, cli->config.store_path);
    if (err == ERR_NONE)
        err = env_write_key_file(&cli->cx, cli->config.store_key_file.p);
    if (err != ERR_NONE)
        return err == ERR_IO ? cli_unavailable(cli, err) : err;

    err = make_store(cli, &first);
    if (err != ERR_NONE) {
        unmake(cli);
        return err;
    }
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
    err = db_open(&cli->cx, c->store_path, DB_MIGRATE, c->store_busy_timeout, &cli->cx.db);
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
    json_t *problems = print_array(), *warnings = print_array();
    for (struct str rest = str_trim(lines, "\n"); rest.n > 0;) {
        struct str line = str_cut(&rest, '\n');
        print_note(cli, "%s", print_safe(cli, line));
        print_add(str_starts(line, warning) ? warnings : problems, print_text(line));
    }
    size_t count = json_array_size(problems);
    print_put(document, "problems", problems);
    print_put(document, "warnings", warnings);
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
