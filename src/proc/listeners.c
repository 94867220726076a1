/* SPDX-License-Identifier: Apache-2.0 */
/* listeners: which sockets, and for whom; socket_open.h opens them. */
#include "proc/listeners.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "config/listener.h"
#include "log/log.h"
#include "proc/socket_open.h"

enum { SPARE = 10, DESCRIPTION_MAX = 64 * 1024 };

struct opening {
    struct cx *cx;
    const struct config *config;
    struct inherited *inherited;
    struct listeners *out;
};

static enum errcode
copy(struct cx *cx, int from, int *fd_out)
{
    *fd_out = fcntl(from, F_DUPFD_CLOEXEC, SPARE);
    return *fd_out >= 0 ? ERR_NONE
                        : err_set(cx, ERR_SYSTEM, "no descriptor for a socket: %s", strerror(errno));
}

/* The inherited socket, or one of our own, for that front. */
static enum errcode
get_one(const struct opening *o, struct listener_socket *l, size_t front)
{
    bool is_shared = o->out->fronts > 1 && !l->is_redirect;
    int *fd = &l->fds[front];
    enum errcode err = inherited_get(o->cx, o->inherited, &l->at, fd);
    if (err != ERR_NOT_FOUND)
        return err;
    if (!l->at.is_path)
        return socket_open_address(o->cx, &l->at.inet, is_shared, fd);
    return front == 0 ? socket_open_path(o->cx, o->config, l->at.path, fd) : copy(o->cx, l->fds[0], fd);
}

static void
close_sockets(struct listener_socket *l, size_t fronts)
{
    for (size_t front = 0; front < fronts; front++)
        if (l->fds[front] >= 0)
            (void)close(l->fds[front]);
}

static enum errcode
open_place(const struct opening *o, const struct listener_socket *place)
{
    struct listeners *out = o->out;
    if (out->n == LISTENERS_MAX)
        return err_set(o->cx, ERR_CONFIG, "server.listen: more than %d addresses", LISTENERS_MAX);
    struct listener_socket *l = &out->sockets[out->n];
    *l = *place;
    for (size_t front = 0; front < out->fronts; front++)
        l->fds[front] = -1;
    enum errcode err = ERR_NONE;
    for (size_t front = 0; err == ERR_NONE && front < (l->is_redirect ? 1 : out->fronts); front++)
        err = get_one(o, l, front);
    if (err == ERR_NONE)
        out->n++;
    else
        close_sockets(l, out->fronts);
    return err;
}

/* Every address of the name that this machine has: localhost may be ::1 as well, on a machine without
 * IPv6. */
static enum errcode
open_name(const struct opening *o, const struct listener_item *item, bool expects_proxy)
{
    struct inet_addr found[LISTENERS_MAX];
    size_t n = 0, before = o->out->n;
    enum errcode err = socket_resolve(o->cx, item->host, found, LISTENERS_MAX, &n);
    for (size_t i = 0; err == ERR_NONE && i < n; i++) {
        const struct listener_socket place = {.at = {.inet = {.addr = found[i], .port = item->at.port}},
                                              .expects_proxy = expects_proxy};
        err = open_place(o, &place);
        bool is_last = i + 1 == n;
        if (err == ERR_NOT_FOUND && (!is_last || o->out->n > before)) {
            err_forget(o->cx);
            err = ERR_NONE;
        }
    }
    return err;
}

static enum errcode
open_item(const struct opening *o, struct str text)
{
    struct listener_item item;
    bool expects_proxy = listener_expects_proxy(o->config, text);
    if (listener_parse(text, &item) != ERR_NONE)
        return err_set(o->cx, ERR_CONFIG, "server.listen: %.*s is not a place to listen", STR_ARG(text));
    if (item.kind == LISTENER_NAME)
        return open_name(o, &item, expects_proxy);
    const struct listener_socket place = {
        .at = {.is_path = item.kind == LISTENER_UNIX, .inet = item.at, .path = item.path},
        .expects_proxy = expects_proxy};
    return open_place(o, &place);
}

static enum errcode
open_redirect(const struct opening *o, struct str text)
{
    struct listener_socket place = {.is_redirect = true};
    if (inet_endpoint_parse(text, &place.at.inet) != ERR_NONE)
        return err_set(o->cx, ERR_CONFIG, "tls.redirect_listen: %.*s is not an address", STR_ARG(text));
    return open_place(o, &place);
}

enum errcode
listeners_open(struct cx *cx, const struct config *config, struct inherited *inherited, struct listeners *out)
{
    const struct opening o = {.cx = cx, .config = config, .inherited = inherited, .out = out};
    out->n = 0;
    out->fronts = (size_t)config->server_fronts;
    ASSERT(out->fronts >= 1 && out->fronts <= FRONTS_MAX);
    enum errcode err = ERR_NONE;
    for (size_t i = 0; err == ERR_NONE && i < config->server_listen.n; i++)
        err = open_item(&o, config->server_listen.items[i]);
    for (size_t i = 0; err == ERR_NONE && i < config->tls_redirect_listen.n; i++)
        err = open_redirect(&o, config->tls_redirect_listen.items[i]);
    if (err == ERR_NONE)
        err = inherited_check_used(cx, inherited);
    if (err != ERR_NONE)
        listeners_close(out);
    return err == ERR_NOT_FOUND ? ERR_SYSTEM : err;
}

void
listeners_close(struct listeners *l)
{
    for (size_t i = 0; i < l->n; i++)
        close_sockets(&l->sockets[i], l->fronts);
    l->n = 0;
}

void
listeners_describe(struct cx *cx, const struct listeners *l, bool redirects, struct buf *out)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->sockets[i].is_redirect == redirects)
            buf_addf(out, " %.*s", STR_ARG(socket_place_format(&cx->arena, &l->sockets[i].at)));
}

void
listeners_note_redirects(struct cx *cx, const struct listeners *l)
{
    struct buf line;
    buf_init(&line, DESCRIPTION_MAX);
    listeners_describe(cx, l, true, &line);
    if (line.len > 0)
        log_event(LOG_REDIRECT, "addresses=\"%.*s\"", STR_ARG(str_sub(buf_view(&line), 1, SIZE_MAX)));
    buf_clear(&line);
}
