/* SPDX-License-Identifier: Apache-2.0 */
/* inherited: see the header. */
#include "proc/inherited.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"

enum { FIRST = 3 /* SD_LISTEN_FDS_START */, SPARE = 10 };

/* How many the manager has passed to this very process. */
static int64_t
count(void)
{
    const char *whose = getenv("LISTEN_PID"), *how_many = getenv("LISTEN_FDS");
    int64_t pid = 0, n = 0;
    if (whose == NULL || how_many == NULL ||
        str_to_i64(str_from_cstr(whose), 1, INT32_MAX, &pid) != ERR_NONE || pid != getpid() ||
        str_to_i64(str_from_cstr(how_many), 1, INT32_MAX, &n) != ERR_NONE)
        return 0;
    return n;
}

static bool
has_option(int fd, int name, int value)
{
    int got = 0;
    socklen_t n = sizeof got;
    return getsockopt(fd, SOL_SOCKET, name, &got, &n) == 0 && got == value;
}

struct str
socket_place_format(struct arena *a, const struct socket_place *at)
{
    return at->is_path ? arena_printf(a, "unix:%.*s", STR_ARG(at->path)) : inet_endpoint_format(a, &at->inet);
}

/* False: neither an address nor a path. */
static bool
read_place(struct arena *a, int fd, struct socket_place *out)
{
    struct sockaddr_storage sa = {.ss_family = AF_UNSPEC};
    socklen_t n = sizeof sa;
    *out = (struct socket_place){.path = STR_NULL};
    if (getsockname(fd, (struct sockaddr *)&sa, &n) != 0)
        return false;
    if (sa.ss_family != AF_UNIX)
        return inet_from_sockaddr(&sa, &out->inet) == ERR_NONE;
    struct sockaddr_un un;
    memcpy(&un, &sa, sizeof un);
    out->is_path = true;
    out->path = arena_str(a, (struct str){un.sun_path, strnlen(un.sun_path, sizeof un.sun_path)});
    return str_starts(out->path, STR_LIT("/"));
}

static enum errcode
take_one(struct cx *cx, int fd, struct str name, struct inherited *out)
{
    size_t i = out->n;
    if (!has_option(fd, SO_TYPE, SOCK_STREAM) || !has_option(fd, SO_ACCEPTCONN, 1) ||
        !read_place(&cx->arena, fd, &out->sockets[i].at) || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
        fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
        return err_set(cx, ERR_CONFIG,
                       "descriptor %d, '%.*s', of the service manager is not a listening stream socket", fd,
                       STR_ARG(name));
    out->sockets[i].fd = fd;
    out->sockets[i].name = name;
    out->n++;
    return ERR_NONE;
}

enum errcode
inherited_take(struct cx *cx, struct inherited *out)
{
    int64_t n = count();
    const char *text = getenv("LISTEN_FDNAMES");
    struct str names = text == NULL ? STR_NULL : arena_str(&cx->arena, str_from_cstr(text));
    *out = (struct inherited){.n = 0};
    if (n > INHERITED_MAX)
        return err_set(cx, ERR_CONFIG, "the service manager has passed more than %d sockets", INHERITED_MAX);
    enum errcode err = ERR_NONE;
    for (int i = 0; err == ERR_NONE && i < n; i++) {
        struct str name = str_is_null(names) ? STR_LIT("unknown") : str_cut(&names, ':');
        err = take_one(cx, FIRST + i, name, out);
    }
    return err;
}

static bool
is_equal(const struct socket_place *at, const struct socket_place *other)
{
    const struct inet_endpoint *a = &at->inet, *b = &other->inet;
    if (at->is_path || other->is_path)
        return at->is_path && other->is_path && str_eq(at->path, other->path);
    return a->port == b->port && a->addr.v6 == b->addr.v6 &&
           memcmp(a->addr.b, b->addr.b, sizeof a->addr.b) == 0;
}

void
inherited_add(struct cx *cx, struct inherited *in, int fd)
{
    if (in->n < INHERITED_MAX && take_one(cx, fd, STR_LIT("handed"), in) == ERR_NONE) {
        in->sockets[in->n - 1].is_handed = true;
        return;
    }
    err_forget(cx);
    (void)close(fd);
}

enum errcode
inherited_get(struct cx *cx, struct inherited *in, const struct socket_place *at, int *fd_out)
{
    size_t found = in->n;
    *fd_out = -1;
    for (size_t i = 0; i < in->n; i++)
        if (is_equal(&in->sockets[i].at, at) &&
            (found == in->n || (in->sockets[found].is_used && !in->sockets[i].is_used)))
            found = i;
    if (found == in->n)
        return ERR_NOT_FOUND;
    in->sockets[found].is_used = true;
    *fd_out = fcntl(in->sockets[found].fd, F_DUPFD_CLOEXEC, SPARE);
    return *fd_out >= 0 ? ERR_NONE
                        : err_set(cx, ERR_SYSTEM, "no descriptor for a socket: %s", strerror(errno));
}

enum errcode
inherited_check_used(struct cx *cx, const struct inherited *in)
{
    for (size_t i = 0; i < in->n; i++)
        if (!in->sockets[i].is_used && !in->sockets[i].is_handed)
            return err_set(cx, ERR_CONFIG,
                           "neither server.listen nor tls.redirect_listen names %.*s, where the socket "
                           "'%.*s' of the service manager is bound",
                           STR_ARG(socket_place_format(&cx->arena, &in->sockets[i].at)),
                           STR_ARG(in->sockets[i].name));
    return ERR_NONE;
}

void
inherited_close(struct inherited *in)
{
    for (size_t i = 0; i < in->n; i++)
        (void)close(in->sockets[i].fd);
    in->n = 0;
}
