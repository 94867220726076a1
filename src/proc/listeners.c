/* SPDX-License-Identifier: Apache-2.0 */
/* listeners: socket, bind, listen. */
#include "proc/listeners.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

static bool
set_on(int fd, int level, int name)
{
    int on = 1;
    return setsockopt(fd, level, name, &on, sizeof on) == 0;
}

/* Opens one socket and stores the port it got in *at. */
static enum errcode
open_one(struct cx *cx, struct inet_endpoint *at, bool shared, int *fd_out)
{
    struct sockaddr_storage sa;
    socklen_t n = inet_to_sockaddr(at, &sa);
    int fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    *fd_out = fd;
    socklen_t n_got = sizeof sa;
    if (fd >= 0 && set_on(fd, SOL_SOCKET, SO_REUSEADDR) &&
        (!shared || set_on(fd, SOL_SOCKET, SO_REUSEPORT)) &&
        (!at->addr.v6 || set_on(fd, IPPROTO_IPV6, IPV6_V6ONLY)) &&
        bind(fd, (const struct sockaddr *)&sa, n) == 0 && listen(fd, BACKLOG) == 0 &&
        getsockname(fd, (struct sockaddr *)&sa, &n_got) == 0)
        return inet_from_sockaddr(&sa, at);
    enum errcode err = err_set(cx, ERR_SYSTEM, "cannot listen on %.*s: %s",
                               STR_ARG(inet_endpoint_format(&cx->arena, at)), strerror(errno));
    if (fd >= 0)
        (void)close(fd);
    *fd_out = -1;
    return err;
}

/* The inherited socket, or one of our own. */
static enum errcode
get_one(struct cx *cx, struct inherited *inherited, struct inet_endpoint *at, bool shared, int *fd_out)
{
    enum errcode err = inherited_get(cx, inherited, at, fd_out);
    return err == ERR_NOT_FOUND ? open_one(cx, at, shared, fd_out) : err;
}

static enum errcode
open_address(struct cx *cx, struct str text, struct inherited *inherited, struct listeners *l)
{
    size_t i = l->n;
    if (i == LISTENERS_MAX)
        return err_set(cx, ERR_CONFIG, "server.listen: more than %d addresses", LISTENERS_MAX);
    enum errcode err = inet_endpoint_parse(text, &l->at[i]);
    if (err != ERR_NONE)
        return err_set(cx, ERR_CONFIG, "server.listen: %.*s is not ADDRESS:PORT", STR_ARG(text));
    l->n++;
    for (size_t front = 0; front < l->fronts; front++)
        l->fds[i][front] = -1;
    for (size_t front = 0; err == ERR_NONE && front < l->fronts; front++)
        err = get_one(cx, inherited, &l->at[i], l->fronts > 1, &l->fds[i][front]);
    return err;
}

enum errcode
listeners_open(struct cx *cx, const struct config_list *addresses, size_t fronts, struct inherited *inherited,
               struct listeners *out)
{
    ASSERT(fronts >= 1 && fronts <= FRONTS_MAX);
    out->n = 0;
    out->fronts = fronts;
    enum errcode err = ERR_NONE;
    for (size_t i = 0; err == ERR_NONE && i < addresses->n; i++)
        err = open_address(cx, addresses->items[i], inherited, out);
    if (err == ERR_NONE)
        err = inherited_check_used(cx, inherited);
    if (err != ERR_NONE)
        listeners_close(out);
    return err;
}

void
listeners_close(struct listeners *l)
{
    for (size_t i = 0; i < l->n; i++)
        for (size_t front = 0; front < l->fronts; front++)
            if (l->fds[i][front] >= 0)
                (void)close(l->fds[i][front]);
    l->n = 0;
}

void
listeners_describe(struct cx *cx, const struct listeners *l, struct buf *out)
{
    for (size_t i = 0; i < l->n; i++)
        buf_addf(out, " %.*s", STR_ARG(inet_endpoint_format(&cx->arena, &l->at[i])));
}
