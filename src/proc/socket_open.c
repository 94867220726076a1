/* SPDX-License-Identifier: Apache-2.0 */
/* socket_open: see the header. */
#include "proc/socket_open.h"

#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "config/listener.h"

enum { BACKLOG = 4096 };

_Static_assert(LISTENER_PATH_MAX + 1 == sizeof((struct sockaddr_un){0}.sun_path), "unix(7)");

static bool
set_on(int fd, int level, int name)
{
    int on = 1;
    return setsockopt(fd, level, name, &on, sizeof on) == 0;
}

static void
close_again(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

enum errcode
socket_open_address(struct cx *cx, struct inet_endpoint *at, bool shared, int *fd_out)
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
    bool is_elsewhere = errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT;
    enum errcode err = err_set(cx, is_elsewhere ? ERR_NOT_FOUND : ERR_SYSTEM, "cannot listen on %.*s: %s",
                               STR_ARG(inet_endpoint_format(&cx->arena, at)), strerror(errno));
    close_again(fd_out);
    return err;
}

/* Nothing accepts there: what an earlier server has left behind. */
static bool
is_left_behind(const struct sockaddr_un *sa)
{
    struct stat st;
    if (lstat(sa->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
        return false;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool is_dead =
        fd >= 0 && connect(fd, (const struct sockaddr *)sa, sizeof *sa) != 0 && errno == ECONNREFUSED;
    close_again(&fd);
    return is_dead;
}

static bool
bind_path(int fd, const struct sockaddr_un *sa)
{
    if (bind(fd, (const struct sockaddr *)sa, sizeof *sa) == 0)
        return true;
    if (errno != EADDRINUSE)
        return false;
    if (!is_left_behind(sa)) {
        errno = EADDRINUSE;
        return false;
    }
    return unlink(sa->sun_path) == 0 && bind(fd, (const struct sockaddr *)sa, sizeof *sa) == 0;
}

/* -1: keep the group. */
static enum errcode
find_group(struct cx *cx, struct str name, gid_t *out)
{
    *out = (gid_t)-1;
    if (str_is_empty(name))
        return ERR_NONE;
    const struct group *group = getgrnam(arena_cstr(&cx->arena, name));
    if (group == NULL)
        return err_set(cx, ERR_CONFIG, "server.socket_group: there is no group %.*s", STR_ARG(name));
    *out = group->gr_gid;
    return ERR_NONE;
}

/* The mode is set last: until then the umask leaves the socket to its owner alone. */
enum errcode
socket_open_path(struct cx *cx, const struct config *config, struct str path, int *fd_out)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    unsigned mode = 0;
    gid_t group;
    *fd_out = -1;
    ASSERT(path.n < sizeof sa.sun_path && listener_read_mode(config->server_socket_mode, &mode));
    memcpy(sa.sun_path, path.p, path.n);
    enum errcode err = find_group(cx, config->server_socket_group, &group);
    if (err != ERR_NONE)
        return err;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    *fd_out = fd;
    if (fd >= 0 && bind_path(fd, &sa) && (group == (gid_t)-1 || chown(sa.sun_path, (uid_t)-1, group) == 0) &&
        chmod(sa.sun_path, (mode_t)mode) == 0 && listen(fd, BACKLOG) == 0)
        return ERR_NONE;
    err = err_set(cx, ERR_SYSTEM, "cannot listen on unix:%s: %s", sa.sun_path, strerror(errno));
    close_again(fd_out);
    return err;
}

static bool
has(const struct inet_addr *list, size_t n, const struct inet_addr *addr)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(&list[i], addr, sizeof *addr) == 0)
            return true;
    return false;
}

/* Addresses that the name must not have are refused: the checks of the configuration relied on its name. */
static enum errcode
take_addresses(struct cx *cx, struct str host, const struct addrinfo *found, struct inet_addr *out,
               size_t *n_out)
{
    const bool is_local = listener_is_local(&(struct listener_item){.kind = LISTENER_NAME, .host = host});
    const size_t most = *n_out;
    *n_out = 0;
    for (; found != NULL; found = found->ai_next) {
        struct sockaddr_storage sa = {.ss_family = AF_UNSPEC};
        struct inet_endpoint at;
        if (found->ai_addrlen > sizeof sa)
            continue;
        memcpy(&sa, found->ai_addr, found->ai_addrlen);
        if (inet_from_sockaddr(&sa, &at) != ERR_NONE || has(out, *n_out, &at.addr))
            continue;
        if (is_local && !inet_is_loopback(&at.addr))
            return err_set(cx, ERR_SYSTEM, "server.listen: %.*s has the address %.*s, which is not loopback",
                           STR_ARG(host), STR_ARG(inet_format(&cx->arena, &at.addr)));
        if (*n_out == most)
            return err_set(cx, ERR_SYSTEM, "server.listen: %.*s has too many addresses", STR_ARG(host));
        out[(*n_out)++] = at.addr;
    }
    return ERR_NONE;
}

enum errcode
socket_resolve(struct cx *cx, struct str host, struct inet_addr *out, size_t most, size_t *n_out)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    *n_out = 0;
    int why = getaddrinfo(arena_cstr(&cx->arena, host), NULL, &hints, &found);
    if (why != 0)
        return err_set(cx, ERR_SYSTEM, "server.listen: %.*s: %s", STR_ARG(host), gai_strerror(why));
    *n_out = most;
    enum errcode err = take_addresses(cx, host, found, out, n_out);
    freeaddrinfo(found);
    if (err == ERR_NONE && *n_out == 0)
        err = err_set(cx, ERR_SYSTEM, "server.listen: %.*s has no address", STR_ARG(host));
    return err;
}
