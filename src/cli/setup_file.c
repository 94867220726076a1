/* SPDX-License-Identifier: Apache-2.0 */
/* setup_file: the account, folders and files of a new server. */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fds.h"
#include "base/inet.h"
#include "cli/print.h"
#include "cli/program.h"
#include "cli/setup.h"
#include "crypto/self_signed.h"

enum { TRIAL_DAYS = 90, CONFIG_MAX = 64 * 1024 };

void
setup_step(struct setup *s, bool is_made, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct str text = arena_vprintf(&s->cli->cx.arena, fmt, ap);
    va_end(ap);
    json_t *o = print_object();
    print_put_str(o, "what", text);
    print_put_cstr(o, "state", is_made ? "made" : "present");
    print_add(s->steps, o);
    print_note(s->cli, "%-8s %s", is_made ? "made" : "present", print_safe(s->cli, text));
}

static enum errcode
fail(struct setup *s, const char *path)
{
    return err_set(&s->cli->cx, ERR_STORE, "%s: %s", path, strerror(errno));
}

/* Whether the file has this very text. */
static bool
has_text(const char *path, struct str text)
{
    char some[CONFIG_MAX];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    ssize_t n = fd >= 0 ? read(fd, some, sizeof some) : -1;
    if (fd >= 0)
        (void)close(fd);
    return n >= 0 && str_eq(text, (struct str){some, (size_t)n});
}

static bool
write_new(struct setup *s, const char *path, struct str text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return false;
    bool done = fchmod(fd, mode) == 0 && (geteuid() != 0 || fchown(fd, s->uid, s->gid) == 0) &&
                fds_write_synced(fd, text);
    int why = errno;
    done = close(fd) == 0 && done;
    if (!done)
        (void)unlink(path);
    errno = why;
    return done;
}

enum errcode
setup_write(struct setup *s, const char *path, struct str text, mode_t mode, bool *is_made_out)
{
    struct stat st;
    *is_made_out = false;
    if (lstat(path, &st) == 0)
        return has_text(path, text)
                   ? ERR_NONE
                   : err_set(&s->cli->cx, ERR_EXISTS, "%s is there, and says something else", path);
    if (errno != ENOENT)
        return fail(s, path);
    const char *fresh = arena_printf(&s->cli->cx.arena, "%s.new", path).p;
    (void)unlink(fresh); /* of a run that was interrupted */
    if (!write_new(s, fresh, text, mode) || rename(fresh, path) != 0)
        return fail(s, path);
    *is_made_out = true;
    return ERR_NONE;
}

enum errcode
setup_account(struct setup *s)
{
    static const char *const add[] = {"/usr/sbin/useradd", "--system",
                                      "--user-group",      "--no-create-home",
                                      "--home-dir",        "/var/lib/countersign",
                                      "--shell",           "/usr/sbin/nologin",
                                      "--comment",         "Countersign sign-in server",
                                      SETUP_USER,          NULL};
    s->uid = geteuid();
    s->gid = getegid();
    if (!s->is_system)
        return ERR_NONE;
    bool is_made = getpwnam(SETUP_USER) == NULL;
    enum errcode err = is_made ? program_run(s->cli, add) : ERR_NONE;
    const struct passwd *pw = err == ERR_NONE ? getpwnam(SETUP_USER) : NULL;
    if (err != ERR_NONE)
        return err;
    if (pw == NULL)
        return err_set(&s->cli->cx, ERR_SYSTEM, "the account " SETUP_USER " cannot be made");
    s->uid = pw->pw_uid;
    s->gid = pw->pw_gid;
    setup_step(s, is_made, "the account " SETUP_USER);
    return ERR_NONE;
}

static enum errcode
make_folder(struct setup *s, const char *file, mode_t mode)
{
    const char *folder = cli_folder_of(s->cli, str_from_cstr(file));
    bool is_made = mkdir(folder, mode) == 0;
    if (!is_made && errno != EEXIST)
        return fail(s, folder);
    bool is_servers = (mode & 077) == 0;
    if (is_made &&
        (chmod(folder, mode) != 0 || (is_servers && geteuid() == 0 && chown(folder, s->uid, s->gid) != 0)))
        return fail(s, folder);
    setup_step(s, is_made, "the folder %s", folder);
    return ERR_NONE;
}

enum errcode
setup_folders(struct setup *s)
{
    enum errcode err = make_folder(s, s->config, 0755);
    if (err == ERR_NONE)
        err = make_folder(s, s->key_file, 0700);
    if (err == ERR_NONE)
        err = make_folder(s, s->store, 0700);
    if (err == ERR_NONE && s->is_trial)
        err = make_folder(s, s->trial_key, 0700);
    return err;
}

static enum errcode
write_pair(struct setup *s, const struct p256_key *key)
{
    struct arena *a = &s->cli->cx.arena;
    bool is_made = false;
    struct str pem = self_signed_make(a, key, s->name, TRIAL_DAYS);
    if (str_is_null(pem))
        return err_set(&s->cli->cx, ERR_USAGE, "there is no certificate for '%.*s'", STR_ARG(s->name));
    enum errcode err = setup_write(s, s->trial_key, p256_write_pem(a, key), 0600, &is_made);
    if (err == ERR_NONE)
        err = setup_write(s, s->trial_certificate, pem, 0644, &is_made);
    return err;
}

enum errcode
setup_trial_certificate(struct setup *s)
{
    if (!s->is_trial)
        return ERR_NONE;
    bool is_made = access(s->trial_certificate, F_OK) != 0;
    struct p256_key *key = is_made ? p256_generate() : NULL;
    if (is_made)
        (void)unlink(s->trial_key); /* without its certificate it is of a run that was interrupted */
    enum errcode err = is_made ? write_pair(s, key) : ERR_NONE;
    p256_free(&key);
    s->certificate = str_from_cstr(s->trial_certificate);
    s->key = str_from_cstr(s->trial_key);
    if (err == ERR_NONE)
        setup_step(s, is_made, "a certificate for a trial, %s: each phone must trust it at its first visit",
                   s->trial_certificate);
    return err;
}

/* ":8443" of "0.0.0.0:8443 [::]:8443"; empty for 443, and behind a proxy. */
static struct str
port_of(const struct setup *s)
{
    struct str first = s->listen;
    first = str_sub(first, 0, str_find(first, ' '));
    while (!str_is_empty(first) && str_find(str_sub(first, 1, SIZE_MAX), ':') + 1 < first.n)
        first = str_sub(first, str_find(str_sub(first, 1, SIZE_MAX), ':') + 1, SIZE_MAX);
    return s->is_proxied || str_eq(first, STR_LIT(":443")) ? STR_LIT("") : first;
}

static void
compose(const struct setup *s, struct buf *text)
{
    struct inet_addr addr;
    bool is_v6 = inet_parse(s->name, &addr) == ERR_NONE && addr.v6;
    buf_addf(
        text,
        "# Made by countersign setup. `countersign config default` prints every setting, with comments.\n"
        "[server]\nlisten = %.*s\npublic_url = https://%s%.*s%s%.*s\n",
        STR_ARG(s->listen), is_v6 ? "[" : "", STR_ARG(s->name), is_v6 ? "]" : "", STR_ARG(port_of(s)));
    if (s->is_system)
        buf_addf(text, "user = " SETUP_USER "\n");
    if (s->is_proxied)
        buf_addf(text, "trusted_proxies = 127.0.0.1 ::1\n");
    else
        buf_addf(text, "\n[tls]\ncertificate = %.*s\nkey = %.*s\n", STR_ARG(s->certificate), STR_ARG(s->key));
    buf_addf(text, "\n[store]\npath = %s\nkey_file = %s\n", s->store, s->key_file);
}

/* By the parser that the server uses, before anything is written. */
static enum errcode
check_text(struct setup *s, struct str text)
{
    struct config parsed;
    struct buf messages;
    config_init(&parsed);
    buf_init(&messages, CONFIG_MAX);
    enum errcode err = config_parse(&parsed, str_from_cstr(s->config), text, &messages);
    if (err != ERR_NONE) {
        struct str rest = str_trim(buf_view(&messages), "\n");
        err = err_set(&s->cli->cx, ERR_USAGE, "%.*s", STR_ARG(str_cut(&rest, '\n')));
    }
    buf_clear(&messages);
    config_clear(&parsed);
    return err;
}

enum errcode
setup_configuration(struct setup *s)
{
    struct buf text;
    bool is_made = false;
    buf_init(&text, CONFIG_MAX);
    compose(s, &text);
    ASSERT(!buf_is_over(&text));
    enum errcode err = check_text(s, buf_view(&text));
    if (err == ERR_NONE && s->steps != NULL) {
        err = setup_write(s, s->config, buf_view(&text), 0644, &is_made);
        if (err == ERR_NONE && geteuid() == 0 && chown(s->config, 0, 0) != 0)
            err = fail(s, s->config);
        if (err == ERR_NONE)
            setup_step(s, is_made, "the configuration %s", s->config);
    }
    buf_clear(&text);
    return err;
}
