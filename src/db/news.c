/* SPDX-License-Identifier: Apache-2.0 */
/* news: see news.h. */
#include "db/news.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/local.h"

#define SOCKET_SUFFIX "-news"

static int
new_socket(void)
{
    return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

enum errcode
news_listen(struct cx *cx, struct str path, int *fd_out)
{
    struct local_place p = local_place(cx, path, SOCKET_SUFFIX);
    *fd_out = p.folder < 0 ? -1 : new_socket();
    enum errcode err = local_bind(cx, &p, *fd_out);
    if (err != ERR_NONE && *fd_out >= 0) {
        (void)close(*fd_out);
        *fd_out = -1;
    }
    local_leave(&p);
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
    struct local_place p = local_place(cx, path, SOCKET_SUFFIX);
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
