/* SPDX-License-Identifier: Apache-2.0 */
/* link: see link.h. */
#include "front/link.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/frame.h"

enum { READ_STEP = 16 * 1024, KEEP = 256 * 1024 };

void
link_init(struct link *k, struct loop *l)
{
    *k = (struct link){.loop = l, .watch = {.fd = -1}};
    buf_init(&k->in, FRAME_MAX + FRAME_HEAD + READ_STEP);
    buf_init(&k->out, FRAME_MAX + FRAME_HEAD);
}

enum errcode
link_open(struct link *k, int fd, void (*ready)(struct loop_fd *, unsigned what))
{
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
        loop_fd_add(k->loop, &k->watch, fd, LOOP_READ, ready) == ERR_NONE)
        return ERR_NONE;
    (void)close(fd);
    k->watch.fd = -1;
    return ERR_SYSTEM;
}

bool
link_is_open(const struct link *k)
{
    return k->watch.fd >= 0;
}

void
link_close(struct link *k)
{
    int fd = k->watch.fd;

    loop_fd_remove(k->loop, &k->watch);
    (void)close(fd);
    buf_clear(&k->in);
    buf_clear(&k->out);
}

/* Gives the memory of a large buffer back. */
static void
trim(struct buf *b)
{
    if (b->len == 0 && b->cap > KEEP)
        buf_clear(b);
}

enum link_result
link_read(struct link *k)
{
    unsigned char *room = buf_reserve(&k->in, READ_STEP);
    ssize_t n = room != NULL ? recv(k->watch.fd, room, READ_STEP, 0) : 0;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return LINK_NOTHING;
    if (n <= 0)
        return LINK_END;
    buf_commit(&k->in, (size_t)n);
    return LINK_READ;
}

void
link_flush(struct link *k)
{
    while (k->out.len > 0) {
        struct str bytes = buf_view(&k->out);
        ssize_t n = send(k->watch.fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN)
            link_break(k);
        if (n < 0)
            break;
        buf_consume(&k->out, (size_t)n);
    }
    loop_fd_want(k->loop, &k->watch, k->out.len > 0 ? LOOP_READ | LOOP_WRITE : LOOP_READ);
    trim(&k->out);
}

void
link_break(struct link *k)
{
    (void)shutdown(k->watch.fd, SHUT_RDWR);
}

void
link_trim(struct link *k)
{
    trim(&k->in);
}
