/* SPDX-License-Identifier: Apache-2.0 */
/* setup_service: what systemd must know about this server in addition to its units: which files are its
 * credentials, where the service's own account cannot read them, and where it listens. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/program.h"
#include "cli/setup.h"
#include "config/credential.h"
#include "config/listener.h"

#define UNITS "/etc/systemd/system/"
#define SYSTEMCTL "/usr/bin/systemctl"

static bool
has_unit(void)
{
    static const char *const places[] = {UNITS, "/usr/local/lib/systemd/system/", "/lib/systemd/system/",
                                         "/usr/lib/systemd/system/"};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%scountersign.service", places[i]);
        if (access(path, F_OK) == 0)
            return true;
    }
    return false;
}

bool
setup_has_service(const struct setup *s)
{
    return s->is_system && access("/run/systemd/system", F_OK) == 0 && has_unit();
}

/* A drop-in of ours; another text in its place is the operator's, and stays. */
static enum errcode
write_drop_in(struct setup *s, const char *unit, const char *name, struct str text)
{
    struct arena *a = &s->cli->cx.arena;
    const char *folder = arena_printf(a, UNITS "%s.d", unit).p;
    const char *path = arena_printf(a, "%s/%s.conf", folder, name).p;
    struct setup root = *s; /* whose files these are */
    bool is_made = false;
    root.uid = 0;
    root.gid = 0;
    if (mkdir(folder, 0755) != 0 && errno != EEXIST)
        return err_set(&s->cli->cx, ERR_STORE, "%s: %s", folder, strerror(errno));
    enum errcode err = setup_write(&root, path, text, 0644, &is_made);
    if (err == ERR_EXISTS) {
        err_forget(&s->cli->cx);
        err = ERR_NONE;
    }
    if (err == ERR_NONE)
        setup_step(s, is_made, "%s", path);
    return err;
}

/* A service manager knows no names: where one is listed, the server opens the sockets. */
static void
add_sockets(const struct config *c, struct buf *text)
{
    struct listener_item item;
    buf_addf(text, "[Socket]\nListenStream=\nSocketMode=%.*s\n", STR_ARG(c->server_socket_mode));
    if (!str_is_empty(c->server_socket_group))
        buf_addf(text, "SocketGroup=%.*s\n", STR_ARG(c->server_socket_group));
    for (size_t i = 0; i < c->server_listen.n; i++) {
        struct str place = c->server_listen.items[i];
        if (listener_parse(place, &item) != ERR_NONE || item.kind == LISTENER_NAME)
            continue;
        buf_addf(text, "ListenStream=%.*s\n", STR_ARG(item.kind == LISTENER_UNIX ? item.path : place));
    }
}

static enum errcode
write_drop_ins(struct setup *s)
{
    const struct config *c = &s->cli->config;
    struct buf text;
    buf_init(&text, (size_t)16 * 1024);
    buf_addf(&text, "[Service]\nLoadCredential=store.key_file:%s\n", c->store_key_file.p);
    const struct credential_user user = {SETUP_USER, s->uid, s->gid};
    if (!str_is_empty(c->tls_certificate) && credential_is_needed(&user, c->tls_certificate.p, c->tls_key.p))
        buf_addf(&text, "LoadCredential=tls.certificate:%s\nLoadCredential=tls.key:%s\n",
                 c->tls_certificate.p, c->tls_key.p);
    enum errcode err = write_drop_in(s, "countersign.service", "credentials", buf_view(&text));
    buf_reset(&text);
    add_sockets(c, &text);
    if (err == ERR_NONE)
        err = write_drop_in(s, "countersign.socket", "listen", buf_view(&text));
    buf_clear(&text);
    return err;
}

enum errcode
setup_service(struct setup *s)
{
    static const char *const reread[] = {SYSTEMCTL, "daemon-reload", NULL};
    static const char *const ask[] = {SYSTEMCTL, "is-active", "--quiet", "countersign.service", NULL};
    static const char *const start[] = {
        SYSTEMCTL, "enable", "--now", "--quiet", "countersign.socket", "countersign.service", NULL};
    if (!setup_has_service(s))
        return ERR_NONE;
    enum errcode err = write_drop_ins(s);
    if (err != ERR_NONE || !s->starts)
        return err;
    bool runs = program_run(s->cli, ask) == ERR_NONE;
    err_forget(&s->cli->cx);
    if (!runs)
        err = program_run(s->cli, reread);
    if (err == ERR_NONE && !runs)
        err = program_run(s->cli, start);
    if (err != ERR_NONE)
        return err_set(&s->cli->cx, err, "the service does not start: journalctl -u countersign says why");
    setup_step(s, !runs, "the service countersign, which runs and starts with the machine");
    return ERR_NONE;
}
