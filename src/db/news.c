/* SPDX-License-Identifier: Apache-2.0 */
/* news: see news.h. A path of a socket holds 108 bytes, and one of a database more: the folder is opened, and
 * the socket named by way of its descriptor. */
#include "db/news.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_SUFFIX "-news"

struct place {
    int folder; /* -1: cannot be opened */
    struct str name;
    struct sockaddr_un address;
};

static struct place
place_of(struct cx *cx, struct str path)
{
    struct place p = {.folder = -1, .address = {.sun_family = AF_UNIX}};
    size_t slash = path.n;
    while (slash > 0 && path.p[slash - 1] != '/')
        slash--;
    p.name = arena_printf(&cx->arena, "%.*s%s", STR_ARG(str_sub(path, slash, path.n)), SOCKET_SUFFIX);
    const char *folder = slash == 0 ? "." : arena_cstr(&cx->arena, str_sub(path, 0, slash));
    p.folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int n = snprintf(p.address.sun_path, sizeof p.address.sun_path, "/proc/self/fd/%d/%.*s", p.folder,
                     STR_ARG(p.name));
    if (p.folder >= 0 && (n < 0 || (size_t)n >= sizeof p.address.sun_path)) {
        (void)close(p.folder);
        p.folder = -1;
    }
    return p;
}

static int
new_socket(void)
{
    return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

enum errcode
news_listen(struct cx *cx, struct str path, int *fd_out)
{
    struct place p = place_of(cx, path);
    enum errcode err = ERR_NONE;
    struct stat old;

    *fd_out = p.folder < 0 ? -1 : new_socket();
    if (*fd_out >= 0 && fstatat(p.folder, p.name.p, &old, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(old.st_mode))
        (void)unlinkat(p.folder, p.name.p, 0);
    mode_t mask = umask(S_IRWXG | S_IRWXO | S_IXUSR);
    if (*fd_out < 0 || bind(*fd_out, (const struct sockaddr *)&p.address, sizeof p.address) != 0)
        err =
            err_set(cx, ERR_SYSTEM, "socket %.*s beside the database: %s", STR_ARG(p.name), strerror(errno));
    (void)umask(mask);
    if (err != ERR_NONE && *fd_out >= 0) {
        (void)close(*fd_out);
        *fd_out = -1;
    }
    if (p.folder >= 0)
        (void)close(p.folder);
    return err;
}

void
news_take(int fd)
{
    char byte;
    while (recv(fd, &byte, sizeof byte, MSG_DONTWAIT) >= 0)
        continue;
}

void
news_open(struct cx *cx, struct str path, struct news_line *line_out)
{
    struct place p = place_of(cx, path);
    *line_out =
        (struct news_line){.fd = p.folder < 0 ? -1 : new_socket(), .folder = p.folder, .address = p.address};
}

void
news_send(const struct news_line *line)
{
    if (line->fd >= 0)
        (void)sendto(line->fd, "", 0, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&line->address,
                     sizeof line->address);
}

void
news_close(struct news_line *line)
{
    if (line->fd >= 0)
        (void)close(line->fd);
    if (line->folder >= 0)
        (void)close(line->folder);
    line->fd = line->folder = -1;
}

void
news_tell(struct cx *cx, struct str path)
{
    struct news_line line;
    news_open(cx, path, &line);
    news_send(&line);
    news_close(&line);
}
