/* SPDX-License-Identifier: Apache-2.0 */
/* cli: see cli.h. */
#include "cli/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accounts/audit.h"
#include "accounts/key_check.h"
#include "base/clock.h"
#include "cli/print.h"
#include "db/db.h"
#include "db/news.h"
#include "db/shared_news.h"
#include "ledger/sealer.h"
#include "report/short_id.h"

void
cli_close_store(struct cli *cli)
{
    const bool has_written = cli->cx.db != NULL && db_has_written(cli->cx.db);
    if (has_written && !db_is_shared(cli->cx.db))
        news_tell(&cli->cx, config_local_file(&cli->config));
    if (has_written)
        shared_news_tell(&cli->cx);
    db_close(&cli->cx.db);
    env_clear(&cli->env);
}

const char *
cli_config_path(const struct cli *cli)
{
    struct str given = args_option(&cli->args, "config");
    if (cli->config_path != NULL)
        return cli->config_path;
    return str_is_null(given) ? CLI_CONFIG_FILE : given.p;
}

enum errcode
cli_configure(struct cli *cli)
{
    bool is_default = cli->config_path == NULL && str_is_null(args_option(&cli->args, "config"));
    const char *path = cli_config_path(cli);
    if (is_default && access(path, F_OK) != 0 && errno == ENOENT)
        return ERR_NONE;

    struct buf messages;
    buf_init(&messages, (size_t)64 * 1024);
    enum errcode err = config_read(&cli->config, path, &messages);
    if (err != ERR_NONE) {
        struct str rest = str_trim(buf_view(&messages), "\n");
        struct str first = str_cut(&rest, '\n');
        err = err_set(&cli->cx, err == ERR_IO ? ERR_CONFIG : err, "%.*s%s", STR_ARG(first),
                      str_is_null(rest) ? "" : " (there is more: see countersign config check)");
    }
    buf_clear(&messages);
    config_use_credentials(&cli->config, getenv("CREDENTIALS_DIRECTORY"));
    return err;
}

void
cli_fill_env(struct cli *cli)
{
    env_configure(&cli->env, &cli->config, &cli->cx.arena);
    cli->cx.env = &cli->env;
}

const char *
cli_folder_of(struct cli *cli, struct str path)
{
    size_t n = str_folder(path).n;
    return n == 0 ? "." : arena_cstr(&cli->cx.arena, str_sub(path, 0, n == 1 ? 1 : n - 1));
}

/* The real path of a folder; the given one if it does not exist yet. */
static struct str
real_folder(struct cli *cli, struct str path)
{
    const char *folder = cli_folder_of(cli, path);
    char *real = realpath(folder, NULL);
    struct str found = arena_printf(&cli->cx.arena, "%s/", real != NULL ? real : folder);
    free(real);
    return found;
}

bool
cli_is_key_beside_store(struct cli *cli)
{
    struct str file = config_store_file(&cli->config);
    return !str_is_null(file) &&
           str_starts(real_folder(cli, cli->config.store_key_file), real_folder(cli, file));
}

void
cli_warn(struct cli *cli, const char *text)
{
    if (text != NULL)
        fprintf(cli->err, "countersign: warning: %s\n", print_safe(cli, str_from_cstr(text)));
}

void
cli_warn_local(struct cli *cli)
{
    if (!config_is_local(&cli->config))
        return;
    struct arena *a = &cli->cx.arena;
    struct str url = config_public_url(&cli->config, a);
    cli_warn(cli, arena_printf(a,
                               "links and QR codes are for %.*s, which is this machine: no other device can "
                               "open them. Set public_url in [server] to the address that phones use",
                               STR_ARG(url))
                      .p);
}

enum errcode
cli_warn_archived(struct cli *cli, int64_t after, int64_t since)
{
    struct audit_archived gone;
    struct arena *a = &cli->cx.arena;
    enum errcode err = audit_archived(&cli->cx, &gone);
    if (err != ERR_NONE || gone.last == 0 || after >= gone.last || gone.before <= since)
        return err;
    cli_warn(cli, arena_printf(a, "the events up to %lld, before %.*s, are in archives", (long long)gone.last,
                               STR_ARG(clock_text(a, gone.before)))
                      .p);
    return ERR_NONE;
}

enum errcode
cli_check_archived(struct cli *cli, int64_t after)
{
    struct audit_archived gone;
    enum errcode err = audit_archived(&cli->cx, &gone);
    if (err != ERR_NONE || after >= gone.last)
        return err;
    return err_set(&cli->cx, ERR_RANGE, "the events up to %lld are in archives: go on with --after %lld",
                   (long long)gone.last, (long long)gone.last);
}

enum errcode
cli_unavailable(struct cli *cli, enum errcode err)
{
    const char *detail = cli->cx.detail[0] != '\0' ? cli->cx.detail : err_text(err);
    struct str words = arena_str(&cli->cx.arena, str_from_cstr(detail));
    err_forget(&cli->cx);
    return err_set(&cli->cx, ERR_STORE, "%.*s", STR_ARG(words));
}

/* The usual reason: the command was run without sudo. */
static enum errcode
say_whose_key(struct cli *cli, enum errcode err)
{
    const char *key_file = cli->config.store_key_file.p;
    if (access(key_file, R_OK) == 0 || errno != EACCES)
        return err;
    err_forget(&cli->cx);
    return err_set(&cli->cx, err, "%s: only root and the server's account may read it", key_file);
}

enum errcode
cli_open_store(struct cli *cli)
{
    enum errcode err = cli_configure(cli);
    if (err != ERR_NONE)
        return err;
    const char *path = config_store_file(&cli->config).p;
    if (path != NULL && access(path, F_OK) != 0 && errno == ENOENT)
        return err_set(&cli->cx, ERR_STORE, "there is no database %s: run countersign init first", path);
    err = env_read_keys(&cli->cx, cli->config.store_key_file.p, &cli->env);
    if (err != ERR_NONE)
        return cli_unavailable(cli, say_whose_key(cli, err));
    cli_fill_env(cli);
    err = db_open(&cli->cx, config_store(&cli->config), DB_OPEN, cli->config.store_busy_timeout, &cli->cx.db);
    if (err == ERR_NONE) {
        db_guard(cli->cx.db);
        err = key_check(&cli->cx, cli->config.store_key_file.p);
    }
    return err == ERR_NONE ? ERR_NONE : cli_unavailable(cli, err);
}

enum errcode
cli_open_log(struct cli *cli)
{
    enum errcode err = cli_open_store(cli);
    return err == ERR_NONE ? sealer_finish(&cli->cx) : err;
}

enum errcode
cli_not_found(struct cli *cli, enum errcode err, const char *what, struct str word)
{
    if (err != ERR_NOT_FOUND)
        return err;
    err_forget(&cli->cx);
    return err_set(&cli->cx, ERR_NOT_FOUND, "there is no %s '%.*s'", what, STR_ARG(word));
}

enum errcode
cli_find_company(struct cli *cli, struct str name, struct company *company_out)
{
    return cli_not_found(cli, company_find(&cli->cx, name, company_out), "company", name);
}

enum errcode
cli_find_technician(struct cli *cli, struct str email, struct technician *technician_out)
{
    return cli_not_found(cli, technician_find(&cli->cx, email, technician_out), "technician", email);
}

enum errcode
cli_company_option(struct cli *cli, int64_t *id_out)
{
    struct str name = args_option(&cli->args, "company");
    struct company company = {0};
    enum errcode err = str_is_null(name) ? ERR_NONE : cli_find_company(cli, name, &company);
    *id_out = company.id;
    return err;
}

enum errcode
cli_technician_option(struct cli *cli, int64_t *id_out)
{
    struct str email = args_option(&cli->args, "technician");
    struct technician technician = {0};
    enum errcode err = str_is_null(email) ? ERR_NONE : cli_find_technician(cli, email, &technician);
    *id_out = technician.id;
    return err;
}

enum errcode
cli_account_of(struct cli *cli, int64_t technician_id, struct str *account_out)
{
    struct technician t = {.email = STR_NULL};
    enum errcode err = technician_id != 0 ? technician_get(&cli->cx, technician_id, &t) : ERR_NONE;
    *account_out = t.email;
    return err;
}

enum errcode
cli_read_id(struct cli *cli, struct str word, const char *what, int64_t *id_out)
{
    if (str_to_i64(word, 1, INT64_MAX, id_out) != ERR_NONE)
        return err_set(&cli->cx, ERR_USAGE, "'%.*s' is not the id of any %s: ids are numbers from 1 on",
                       STR_ARG(word), what);
    return ERR_NONE;
}

enum errcode
cli_find_id(struct cli *cli, enum store_id of, struct str word, const char *what, int64_t *id_out)
{
    struct short_id found;
    struct buf list;
    enum errcode err = cli_read_id(cli, word, what, id_out);
    if (err == ERR_NONE)
        err = short_id_find(&cli->cx, of, word, &found);
    if (err != ERR_NONE)
        return err;
    *id_out = found.n == 1 ? found.ids[0] : found.whole;
    if (found.n <= 1)
        return ERR_NONE;
    buf_init(&list, (size_t)32 * SHORT_ID_MOST);
    for (size_t i = 0; i < found.n; i++)
        buf_addf(&list, "%s%lld", i == 0 ? "" : ", ", (long long)found.ids[i]);
    struct str ids = buf_view(&list);
    err = err_set(&cli->cx, ERR_USAGE, "'%.*s' is the beginning of more than one %s: %.*s%s", STR_ARG(word),
                  what, STR_ARG(ids), found.n == SHORT_ID_MOST ? " and perhaps more" : "");
    buf_clear(&list);
    return err;
}

enum errcode
cli_read_switch(struct cli *cli, const char *option, bool fallback, bool *on_out)
{
    struct str word = args_option(&cli->args, option);
    *on_out = fallback;
    if (str_is_null(word))
        return ERR_NONE;
    *on_out = str_eq(word, STR_LIT("on")) || str_eq(word, STR_LIT("yes"));
    if (!*on_out && !str_eq(word, STR_LIT("off")) && !str_eq(word, STR_LIT("no")))
        return err_set(&cli->cx, ERR_USAGE, "--%s is on or off, not '%.*s'", option, STR_ARG(word));
    return ERR_NONE;
}

enum errcode
cli_read_span(struct cli *cli, const char *option, int64_t days, int64_t *span_out)
{
    static const struct {
        char letter;
        int64_t unit;
    } units[] = {{'s', CLOCK_S}, {'m', CLOCK_MINUTE}, {'h', CLOCK_HOUR}, {'d', CLOCK_DAY}};
    struct str word = args_option(&cli->args, option);
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        int64_t n;
        if (word.n < 2 || word.p[word.n - 1] != units[i].letter)
            continue;
        if (str_to_i64(str_sub(word, 0, word.n - 1), 1, days * CLOCK_DAY / units[i].unit, &n) != ERR_NONE)
            break;
        *span_out = n * units[i].unit;
        return ERR_NONE;
    }
    return err_set(&cli->cx, ERR_USAGE, "--%s is a number and s, m, h or d, from 1s to %lldd, not '%.*s'",
                   option, (long long)days, STR_ARG(word));
}

enum errcode
cli_read_life(struct cli *cli, int64_t fallback, int64_t *life_out)
{
    enum { MOST = 30 }; /* days */
    *life_out = fallback;
    return args_has(&cli->args, "life") ? cli_read_span(cli, "life", MOST, life_out) : ERR_NONE;
}

enum errcode
cli_read_text(struct cli *cli, struct str path, size_t most, struct str *text_out)
{
    const bool is_input = str_eq(path, STR_LIT("-"));
    FILE *from = is_input ? cli->in : fopen(path.p, "re");
    if (from == NULL)
        return err_set(&cli->cx, ERR_IO, "%s: %s", path.p, strerror(errno));
    char *text = arena_alloc(&cli->cx.arena, most + 1);
    const size_t n = fread(text, 1, most + 1, from);
    const bool has_failed = ferror(from) != 0;
    if (!is_input)
        (void)fclose(from);
    if (has_failed || n > most)
        return err_set(&cli->cx, ERR_IO, "%s %s", path.p, has_failed ? "cannot be read" : "is too long");
    *text_out = (struct str){text, n};
    return ERR_NONE;
}
