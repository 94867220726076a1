/* SPDX-License-Identifier: Apache-2.0 */
/* channel: see the header. */
#include "proc/channel.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cx.h"
#include "base/frame.h"

enum { READ_SIZE = 16 * 1024, WAKE_SIZE = FRAME_HEAD + sizeof(struct topic) };

/* A call's own wake-ups are queued before its answer: all of them fit. */
_Static_assert(CX_WOKEN *WAKE_SIZE <= CHANNEL_WAKES, "the wake-ups of one call fit");

void
channel_init(struct channel *c)
{
    *c = (struct channel){.fd = -1};
    buf_init(&c->in, FRAME_MAX + FRAME_HEAD);
    buf_init(&c->out, FRAME_MAX + FRAME_HEAD + CHANNEL_WAKES);
}

void
channel_open(struct channel *c, int fd)
{
    channel_close(c);
    c->fd = fd;
}

void
channel_close(struct channel *c)
{
    if (c->fd >= 0)
        (void)close(c->fd);
    c->fd = -1;
    c->owes_wake_all = false;
    buf_clear(&c->in);
    buf_clear(&c->out);
}

short
channel_events(const struct channel *c)
{
    return c->out.len > 0 ? POLLOUT : POLLIN;
}

bool
channel_is_free(const struct channel *c)
{
    return c->fd >= 0 && c->out.len == 0;
}

enum errcode
channel_fill(struct channel *c)
{
    size_t want = READ_SIZE < buf_room(&c->in) ? READ_SIZE : buf_room(&c->in);
    unsigned char *at = buf_reserve(&c->in, want);
    ASSERT(at != NULL);
    ssize_t n = recv(c->fd, at, want, MSG_DONTWAIT);
    if (n > 0)
        buf_commit(&c->in, (size_t)n);
    if (n == 0)
        return ERR_CLOSED;
    return n > 0 || errno == EAGAIN || errno == EINTR ? ERR_NONE : ERR_IO;
}

static void
put_wake(struct buf *out, const struct topic *topic)
{
    size_t mark = frame_begin(out, topic != NULL ? FRAME_WAKE : FRAME_WAKE_ALL, 0);
    if (topic != NULL)
        frame_put_bytes(out, topic->bytes, sizeof topic->bytes);
    ASSERT(frame_end(out, mark) == ERR_NONE);
}

void
channel_flush(struct channel *c)
{
    while (c->fd >= 0 && (c->out.len > 0 || c->owes_wake_all)) {
        if (c->out.len == 0) {
            put_wake(&c->out, NULL);
            c->owes_wake_all = false;
        }
        ssize_t n = send(c->fd, buf_view(&c->out).p, c->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0 && errno != EINTR)
            channel_close(c);
        else if (n > 0)
            buf_consume(&c->out, (size_t)n);
    }
}

void
channel_wake(struct channel *c, const struct topic *topic)
{
    if (c->fd < 0)
        return;
    if (c->owes_wake_all || c->out.len + WAKE_SIZE > CHANNEL_WAKES)
        c->owes_wake_all = true;
    else
        put_wake(&c->out, topic);
    channel_flush(c);
}
