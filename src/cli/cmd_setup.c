/* SPDX-License-Identifier: Apache-2.0 */
/* setup: makes a server out of an installed program: four questions, and everything from the account to the
 * first phone's QR code. Existing files are not changed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "accounts/company_change.h"
#include "accounts/device.h"
#include "accounts/enrolment.h"
#include "accounts/technician_change.h"
#include "base/clock.h"
#include "cli/cmds.h"
#include "cli/daemon.h"
#include "cli/doctor.h"
#include "cli/init.h"
#include "cli/print.h"
#include "cli/prompt.h"
#include "cli/qr.h"
#include "cli/setup.h"

enum { HOST_MAX = 256 };

#define LINK_LIFE (15 * CLOCK_MINUTE)

/* What the run is about: the machine's server, or one in a folder. */
static enum errcode
choose_places(struct setup *s)
{
    struct arena *a = &s->cli->cx.arena;
    struct str folder = args_option(&s->cli->args, "folder");
    if (!str_is_null(args_option(&s->cli->args, "config")))
        return err_set(&s->cli->cx, ERR_USAGE, "setup makes the configuration: --folder says where");
    s->is_system = str_is_null(folder);
    if (s->is_system && geteuid() != 0)
        return err_set(&s->cli->cx, ERR_USAGE,
                       "only root sets the machine's server up; --folder FOLDER makes one of your own");
    if (s->is_system) {
        s->config = CLI_CONFIG_FILE;
        s->key_file = "/etc/countersign/key/countersign.key";
        s->store = "/var/lib/countersign/countersign.db";
        folder = STR_LIT("/etc/countersign");
    } else {
        if (folder.n == 0 || folder.p[0] != '/')
            return err_set(&s->cli->cx, ERR_USAGE, "--folder is an absolute path");
        s->config = arena_printf(a, "%.*s/countersign.conf", STR_ARG(folder)).p;
        s->key_file = arena_printf(a, "%.*s/key/countersign.key", STR_ARG(folder)).p;
        s->store = arena_printf(a, "%.*s/store/countersign.db", STR_ARG(folder)).p;
    }
    s->trial_certificate = arena_printf(a, "%.*s/trial/certificate.pem", STR_ARG(folder)).p;
    s->trial_key = arena_printf(a, "%.*s/trial/key.pem", STR_ARG(folder)).p;
    s->cli->config_path = s->config;
    return ERR_NONE;
}

/* An option; otherwise what is typed, or the fallback if nothing is. */
static enum errcode
ask(struct setup *s, const char *option, const char *question, struct str fallback, struct str *out)
{
    *out = args_option(&s->cli->args, option);
    if (!str_is_null(*out))
        return ERR_NONE;
    const char *instead = arena_printf(&s->cli->cx.arena, "--%s", option).p;
    enum errcode err = prompt_line(s->cli, question, instead, out);
    if (err == ERR_NONE && str_is_empty(*out))
        *out = fallback;
    return err;
}

/* A value becomes a line of the configuration: it must not become two. */
static enum errcode
check_line(struct setup *s, const char *option, struct str value)
{
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < ' ' || value.p[i] == 0x7f)
            return err_set(&s->cli->cx, ERR_USAGE, "--%s has a control character", option);
    return ERR_NONE;
}

/* The name under which other machines of a local network find this one. */
static struct str
local_name(struct setup *s)
{
    char host[HOST_MAX] = "";
    if (gethostname(host, sizeof host - 1) != 0 || host[0] == '\0')
        return STR_LIT("localhost");
    return arena_printf(&s->cli->cx.arena, "%s%s", host, strchr(host, '.') == NULL ? ".local" : "");
}

static enum errcode
ask_certificate(struct setup *s)
{
    struct str word = STR_NULL;
    if (s->is_trial || s->is_proxied)
        return ERR_NONE;
    enum errcode err =
        ask(s, "certificate", "Certificate chain (a PEM file; 'proxy' if a proxy terminates TLS)",
            STR_LIT(""), &word);
    s->is_proxied = str_eq(word, STR_LIT("proxy"));
    s->certificate = word;
    if (err == ERR_NONE && !s->is_proxied)
        err = ask(s, "key", "Its private key (a PEM file)", STR_LIT(""), &s->key);
    if (err == ERR_NONE)
        err = check_line(s, "certificate", s->certificate);
    return err == ERR_NONE ? check_line(s, "key", s->key) : err;
}

static bool
has_ipv6(void)
{
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0)
        (void)close(fd);
    return fd >= 0;
}

static void
choose_listen(struct setup *s)
{
    struct str given = args_option(&s->cli->args, "listen");
    const char *port = s->is_system ? "443" : "8443";
    if (!str_is_null(given))
        s->listen = given;
    else if (s->is_proxied)
        s->listen = STR_LIT("127.0.0.1:8443");
    else
        s->listen =
            arena_printf(&s->cli->cx.arena, has_ipv6() ? "0.0.0.0:%s [::]:%s" : "0.0.0.0:%s", port, port);
}

/* The first two questions, and a check of the answers. */
static enum errcode
ask_server(struct setup *s)
{
    struct str fallback = s->is_trial ? local_name(s) : STR_LIT("");
    const char *question =
        s->is_trial
            ? arena_printf(&s->cli->cx.arena, "Name of this machine for phones [%.*s]", STR_ARG(fallback)).p
            : "Name of the server (such as sign-in.example.com)";
    enum errcode err = ask(s, "name", question, fallback, &s->name);
    if (err == ERR_NONE)
        err = check_line(s, "name", s->name);
    if (err == ERR_NONE)
        err = ask_certificate(s);
    choose_listen(s);
    return err == ERR_NONE ? check_line(s, "listen", s->listen) : err;
}

/* The configuration that is there is the operator's: options that contradict it are refused, not ignored. */
static enum errcode
compare(struct setup *s)
{
    struct cli *cli = s->cli;
    struct str name = args_option(&cli->args, "name"), certificate = args_option(&cli->args, "certificate");
    struct str url = cli->config.server_public_url;
    struct str host = str_sub(url, str_find_str(url, STR_LIT("://")) + 3, SIZE_MAX);
    bool is_named = str_is_null(name) || str_eq(host, name) ||
                    (str_starts(host, name) && host.n > name.n && host.p[name.n] == ':');
    bool is_certified = str_is_null(certificate) || str_eq(certificate, cli->config.tls_certificate) ||
                        (str_eq(certificate, STR_LIT("proxy")) && str_is_empty(cli->config.tls_certificate));
    if (is_named && is_certified)
        return ERR_NONE;
    return err_set(&cli->cx, ERR_EXISTS, "%s is there, with another --%s: edit it; nothing was changed",
                   s->config, is_named ? "certificate" : "name");
}

/* Account, folders, certificate and configuration; cli->config is read then. */
static enum errcode
make_files(struct setup *s)
{
    ASSERT(s->config != NULL);
    bool is_there = access(s->config, F_OK) == 0;
    enum errcode err = ERR_NONE;
    if (!is_there && errno != ENOENT)
        return err_set(&s->cli->cx, ERR_STORE, "%s: %s", s->config, strerror(errno));
    if (is_there) {
        err = cli_configure(s->cli);
        if (err == ERR_NONE)
            err = compare(s);
        if (err == ERR_NONE)
            setup_step(s, false, "the configuration %s", s->config);
        return err;
    }
    err = ask_server(s);
    if (err == ERR_NONE)
        err = setup_account(s);
    if (err == ERR_NONE)
        err = setup_folders(s);
    if (err == ERR_NONE)
        err = setup_trial_certificate(s);
    if (err == ERR_NONE)
        err = setup_configuration(s);
    return err == ERR_NONE ? cli_configure(s->cli) : err;
}

/* The last two questions. */
static enum errcode
ask_account(struct setup *s, struct first_account *first)
{
    enum errcode err =
        ask(s, "company", "First company (a-z, 0-9, dash, dot, underscore)", STR_LIT(""), &first->company);
    if (err == ERR_NONE)
        err = ask(s, "technician", "First technician (an e-mail address)", STR_LIT(""), &first->email);
    first->keeps_password = args_has(&s->cli->args, "keep");
    return err == ERR_NONE ? prompt_new_password(s->cli, &first->password, &first->generated) : err;
}

/* Both are there, or neither: one without the other is not a server, and must not be made one. */
static enum errcode
make_accounts(struct setup *s, struct first_account *first, bool *is_new_out)
{
    struct cli *cli = s->cli;
    struct str file = config_store_file(&cli->config);
    bool has_key = access(cli->config.store_key_file.p, F_OK) == 0;
    bool has_store = str_is_null(file) ? has_key : access(file.p, F_OK) == 0;
    *is_new_out = !has_store && !has_key;
    if (has_store != has_key)
        return err_set(&cli->cx, ERR_STORE, "there is %s, but not %s: put the other one back from its backup",
                       has_store ? file.p : cli->config.store_key_file.p,
                       has_store ? cli->config.store_key_file.p : file.p);
    if (cli_is_key_beside_store(cli))
        return err_set(&cli->cx, ERR_CONFIG,
                       "store.key_file is in the folder of store.path: a copy of the folder would have both. "
                       "Give the key a folder of its own");
    enum errcode err = *is_new_out ? ask_account(s, first) : cli_open_store(cli);
    if (err == ERR_NONE && *is_new_out)
        err = init_make(cli, first);
    if (err != ERR_NONE)
        return err;
    setup_step(s, *is_new_out, "the database %s and its key %s", config_store(&cli->config).p,
               cli->config.store_key_file.p);
    if (*is_new_out)
        setup_step(s, true, "the company %s and the account %s", print_safe(cli, first->company),
                   print_safe(cli, first->email));
    return ERR_NONE;
}

/* The first phone's link, of an account that was made now: a second run must not make another. */
static enum errcode
make_link(struct setup *s, const struct first_account *first, struct str *link_out)
{
    struct technician t;
    enum errcode err = cli_find_technician(s->cli, first->email, &t);
    return err == ERR_NONE ? enrolment_new(&s->cli->cx, t.id, LINK_LIFE, link_out) : err;
}

static void
show_link(struct setup *s, const struct first_account *first, struct str link, json_t *document)
{
    struct cli *cli = s->cli;
    print_put_str(document, "link", link);
    if (first->generated)
        print_put_str(document, "password", first->password);
    if (!cli->json)
        qr_print(cli->out, link);
    print_note(cli, "%.*s\n\nOpen it on the phone of %s, within 15 minutes: it enrols one phone.",
               STR_ARG(link), print_safe(cli, first->email));
    if (first->generated)
        print_note(cli, "The password, shown once: %.*s", STR_ARG(first->password));
}

static void
say_what_is_next(struct setup *s, bool is_new)
{
    struct cli *cli = s->cli;
    if (s->is_trial)
        print_note(cli, "\nThis is a trial: its certificate vouches for itself, so phones warn, and get no "
                        "notifications. For real use, run setup with a certificate of an authority.");
    if (!setup_has_service(s))
        print_note(cli, "\nStart the server:  %s -c %s", daemon_path(&cli->cx.arena), s->config);
    if (!is_new)
        print_note(cli, "\nAnother phone:  countersign%s%s enrol EMAIL", s->is_system ? "" : " -c ",
                   s->is_system ? "" : s->config);
}

static enum errcode
set_up(struct setup *s, json_t *document)
{
    struct first_account first = {STR_NULL, STR_NULL, STR_NULL, false, false};
    bool is_new = false;
    enum errcode err = choose_places(s);
    if (err == ERR_NONE)
        err = make_files(s);
    if (err == ERR_NONE)
        err = make_accounts(s, &first, &is_new);
    struct str link = STR_NULL;
    if (err == ERR_NONE && is_new)
        err = make_link(s, &first, &link);
    cli_close_store(s->cli);
    if (err == ERR_NONE)
        err = setup_service(s);
    if (err != ERR_NONE)
        return err;
    print_note(s->cli, "%s", "");
    print_put_int(document, "wrong", (int64_t)doctor_run(s->cli, document));
    print_put_str(document, "address", config_public_url(&s->cli->config, &s->cli->cx.arena));
    if (is_new)
        show_link(s, &first, link, document);
    say_what_is_next(s, is_new);
    return ERR_NONE;
}

enum errcode
cmd_setup(struct cli *cli)
{
    struct setup s = {.cli = cli, .steps = print_array()};
    s.is_trial = args_has(&cli->args, "trial");
    s.starts = !args_has(&cli->args, "no-start");
    json_t *document = print_object();
    print_put(document, "steps", s.steps);
    enum errcode err = set_up(&s, document);
    if (err == ERR_NONE && cli->json)
        print_record(cli, document);
    else
        json_decref(document);
    return err;
}
