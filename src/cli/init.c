/* SPDX-License-Identifier: Apache-2.0 */
/* init: see the header. */
#include "cli/init.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accounts/company_change.h"
#include "accounts/key_check.h"
#include "accounts/technician_change.h"
#include "cli/prompt.h"
#include "db/db.h"

enum errcode
init_read_account(struct cli *cli, struct first_account *first)
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

enum errcode
init_check_absent(struct cli *cli, const char *path, const char *what)
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
    size_t n = str_folder(path).n;
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
    const char *paths[] = {cli->config.store_key_file.p, config_store_file(&cli->config).p};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        if (paths[i] != NULL && lchown(paths[i], pw->pw_uid, pw->pw_gid) != 0)
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
    err =
        db_open(&cli->cx, config_store(&cli->config), DB_CREATE, cli->config.store_busy_timeout, &cli->cx.db);
    if (err == ERR_NONE)
        err = key_check(&cli->cx, cli->config.store_key_file.p);
    if (err == ERR_NONE)
        err = add_first_account(cli, first);
    return err == ERR_NONE ? give_to_server(cli) : err;
}

/* An incomplete set-up is undone: what this run created is removed, and nothing else. */
static void
unmake(struct cli *cli)
{
    db_unmake(&cli->cx.db);
    (void)unlink(cli->config.store_key_file.p);
}

enum errcode
init_make(struct cli *cli, const struct first_account *first)
{
    enum errcode err = make_folder(cli, cli->config.store_key_file);
    struct str file = config_store_file(&cli->config);
    if (err == ERR_NONE && !str_is_null(file))
        err = make_folder(cli, file);
    if (err == ERR_NONE)
        err = env_write_key_file(&cli->cx, cli->config.store_key_file.p);
    if (err != ERR_NONE)
        return err == ERR_IO ? cli_unavailable(cli, err) : err;
    err = make_store(cli, first);
    if (err != ERR_NONE)
        unmake(cli);
    return err;
}
