/* SPDX-License-Identifier: Apache-2.0 */
/* watch: see the header. */
#include "proc/watch.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/inet.h"
#include "base/local.h"

enum { BACKLOG = 64 };

/* TCP; ERR_SYSTEM. */
static enum errcode
open_address(struct cx *cx, const struct inet_endpoint *at, int *fd_out)
{
    struct sockaddr_storage sa;
    socklen_t n = inet_to_sockaddr(at, &sa);
    const int on = 1;
    int fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    *fd_out = fd;
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        (!at->addr.v6 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0) &&
        bind(fd, (const struct sockaddr *)&sa, n) == 0 && listen(fd, BACKLOG) == 0)
        return ERR_NONE;
    return err_set(cx, ERR_SYSTEM, "metrics.listen: %.*s: %s", STR_ARG(inet_endpoint_format(&cx->arena, at)),
                   strerror(errno));
}

static enum errcode
open_local(struct cx *cx, struct str path, const char *suffix, int *fd_out)
{
    struct local_place p = local_place(cx, path, suffix);
    *fd_out = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    enum errcode err = local_bind(cx, &p, *fd_out);
    if (err == ERR_NONE && listen(*fd_out, BACKLOG) != 0)
        err = err_set(cx, ERR_SYSTEM, "metrics.listen: %s", strerror(errno));
    local_leave(&p);
    return err;
}

static enum errcode
open_one(struct cx *cx, const struct config *config, struct str item, int *fd_out)
{
    static const struct str unix_path = STR("unix:");
    struct inet_endpoint at;
    if (str_eq(item, STR_LIT("unix")))
        return open_local(cx, config_local_file(config), "-metrics", fd_out);
    if (str_starts(item, unix_path))
        return open_local(cx, str_sub(item, unix_path.n, item.n), "", fd_out);
    ASSERT(inet_endpoint_parse(item, &at) == ERR_NONE); /* config_check */
    return open_address(cx, &at, fd_out);
}

static bool
is_address(struct str item)
{
    return !str_starts(item, STR_LIT("unix"));
}

enum errcode
watch_listen(struct cx *cx, const struct config *config, struct front *front)
{
    for (size_t i = 0; i < config->metrics_listen.n; i++) {
        int fd = -1;
        struct str item = config->metrics_listen.items[i];
        enum errcode err = open_one(cx, config, item, &fd);
        if (err == ERR_NONE)
            err = front_add_listener(cx, front, fd, is_address(item) ? 0 : FRONT_LISTENER_UNIX);
        else if (fd >= 0)
            (void)close(fd);
        if (err != ERR_NONE)
            return err;
    }
    return ERR_NONE;
}
