/* SPDX-License-Identifier: Apache-2.0 */
/* frame: messages between our own processes. A frame that violates the format ends its channel: nothing
 * tries to resynchronize. */
#include "base/frame.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/codec.h"
#include "base/os.h"

enum { LENGTH = 4, HEAD_REST = FRAME_HEAD - LENGTH, READ_SIZE = 4096, REST_MS = 1000 };

size_t
frame_begin(struct buf *out, uint8_t type, uint32_t id)
{
    size_t mark = out->len;
    frame_put_u32(out, 0);
    frame_put_u8(out, type);
    frame_put_u32(out, id);
    return mark;
}

void
frame_put_u8(struct buf *out, uint8_t v)
{
    buf_add_byte(out, v);
}

void
frame_put_u32(struct buf *out, uint32_t v)
{
    unsigned char b[4];
    be32_put(b, v);
    buf_add(out, b, sizeof b);
}

void
frame_put_i64(struct buf *out, int64_t v)
{
    unsigned char b[8];
    be64_put(b, (uint64_t)v);
    buf_add(out, b, sizeof b);
}

void
frame_put_str(struct buf *out, struct str s)
{
    if (s.p == NULL) {
        frame_put_u32(out, 0);
        return;
    }
    if (s.n >= FRAME_MAX) {
        out->over = true;
        return;
    }
    frame_put_u32(out, (uint32_t)s.n + 1);
    buf_add_str(out, s);
}

void
frame_put_bytes(struct buf *out, const void *p, size_t n)
{
    buf_add(out, p, n);
}

enum errcode
frame_end(struct buf *out, size_t mark)
{
    if (out->over || out->len - mark - LENGTH > FRAME_MAX) {
        buf_truncate(out, mark);
        return ERR_LIMIT;
    }
    be32_put(out->data + out->start + mark, (uint32_t)(out->len - mark - LENGTH));
    return ERR_NONE;
}

/* The total length of the frame at the front of `in`, once its first bytes have arrived. */
static enum errcode
whole_length(const struct buf *in, size_t *n_out)
{
    if (in->len < LENGTH)
        return ERR_MORE;
    size_t rest = be32_get(in->data + in->start);
    /* A frame that can never fit into `in` would be awaited forever. */
    if (rest < HEAD_REST || rest > FRAME_MAX || rest + LENGTH > in->max)
        return ERR_PROTOCOL;
    *n_out = rest + LENGTH;
    return ERR_NONE;
}

enum errcode
frame_next(const struct buf *in, struct frame *f)
{
    size_t n = 0;
    enum errcode err = whole_length(in, &n);
    if (err != ERR_NONE)
        return err;
    if (in->len < n)
        return ERR_MORE;
    const unsigned char *p = in->data + in->start;
    f->type = p[LENGTH];
    f->id = be32_get(p + LENGTH + 1);
    f->body = (struct str){(const char *)p + FRAME_HEAD, n - FRAME_HEAD};
    f->at = 0;
    f->bad = false;
    return ERR_NONE;
}

void
frame_consume(struct buf *in, const struct frame *f)
{
    buf_consume(in, f->body.n + FRAME_HEAD);
}

/* The next n bytes of the body. NULL, and the frame is marked bad, if they are missing. */
static const unsigned char *
take(struct frame *f, size_t n)
{
    if (f->bad || n > f->body.n - f->at) {
        f->bad = true;
        return NULL;
    }
    const unsigned char *p = (const unsigned char *)f->body.p + f->at;
    f->at += n;
    return p;
}

uint8_t
frame_get_u8(struct frame *f)
{
    const unsigned char *p = take(f, 1);
    return p == NULL ? 0 : p[0];
}

uint32_t
frame_get_u32(struct frame *f)
{
    const unsigned char *p = take(f, 4);
    return p == NULL ? 0 : be32_get(p);
}

int64_t
frame_get_i64(struct frame *f)
{
    const unsigned char *p = take(f, 8);
    return p == NULL ? 0 : (int64_t)be64_get(p);
}

struct str
frame_get_str(struct frame *f)
{
    uint32_t n = frame_get_u32(f);
    if (n == 0)
        return STR_NULL;
    const unsigned char *p = take(f, n - 1);
    return p == NULL ? STR_NULL : (struct str){(const char *)p, n - 1};
}

void
frame_get_bytes(struct frame *f, void *out, size_t n)
{
    const unsigned char *p = take(f, n);
    if (p == NULL)
        memset(out, 0, n);
    else
        memcpy(out, p, n);
}

enum errcode
frame_read_end(const struct frame *f)
{
    return f->bad || f->at != f->body.n ? ERR_PROTOCOL : ERR_NONE;
}

enum errcode
frame_send_all(int fd, struct buf *out)
{
    while (out->len > 0) {
        ssize_t n = send(fd, out->data + out->start, out->len, MSG_NOSIGNAL);
        if (n >= 0)
            buf_consume(out, (size_t)n);
        else if (errno == EPIPE || errno == ECONNRESET)
            return ERR_CLOSED;
        else if (errno != EINTR)
            return ERR_IO;
    }
    return ERR_NONE;
}

static enum errcode
at_end_of_file(const struct buf *in)
{
    return in->len == 0 ? ERR_CLOSED : ERR_PROTOCOL;
}

enum errcode
frame_receive(int fd, struct buf *in, struct frame *f)
{
    for (;;) {
        enum errcode err = frame_next(in, f);
        if (err != ERR_MORE)
            return err;
        size_t whole = 0;
        size_t want = whole_length(in, &whole) == ERR_NONE ? whole - in->len : LENGTH;
        if (want < READ_SIZE)
            want = READ_SIZE < buf_room(in) ? READ_SIZE : buf_room(in);
        unsigned char *at = buf_reserve(in, want);
        ASSERT(at != NULL);
        ssize_t n = recv(fd, at, want, 0);
        if (n > 0)
            buf_commit(in, (size_t)n);
        else if (n == 0 || errno == ECONNRESET)
            return at_end_of_file(in);
        else if (errno != EINTR)
            return ERR_IO;
    }
}

/* Room for FRAME_FDS descriptors, aligned as a cmsghdr requires. */
union control {
    char room[CMSG_SPACE(sizeof(int) * FRAME_FDS)];
    struct cmsghdr align;
};

enum errcode
frame_send_fds(int fd, struct buf *out, const int *fds, size_t n_fds)
{
    ASSERT(out->len > 0 && n_fds <= FRAME_FDS);
    union control control = {.room = {0}};
    struct iovec io = {out->data + out->start, out->len};
    struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1};
    if (n_fds > 0) {
        m.msg_control = control.room;
        m.msg_controllen = (OS_CMSG_LENGTH)CMSG_SPACE(sizeof(int) * n_fds);
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = (OS_CMSG_LENGTH)CMSG_LEN(sizeof(int) * n_fds);
        memcpy(CMSG_DATA(c), fds, sizeof(int) * n_fds);
    }
    ssize_t n = 0;
    do
        n = sendmsg(fd, &m, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EPIPE || errno == ECONNRESET ? ERR_CLOSED : ERR_IO;
    /* The descriptors were sent with the first byte; the rest is sent without. */
    buf_consume(out, (size_t)n);
    return frame_send_all(fd, out);
}

/* Appends the descriptors of a message. Any beyond FRAME_FDS are closed, and the peer has violated the
 * format. */
static enum errcode
collect_fds(struct msghdr *m, int fds[FRAME_FDS], size_t *n_fds)
{
    bool bad = (m->msg_flags & MSG_CTRUNC) != 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = os_next_cmsg(m, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
            int got = -1;
            memcpy(&got, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
            if (*n_fds < FRAME_FDS) {
                fds[(*n_fds)++] = got;
            } else {
                (void)close(got);
                bad = true;
            }
        }
    }
    return bad ? ERR_PROTOCOL : ERR_NONE;
}

/* Reads at most `want` bytes, and the descriptors that arrive with them. ERR_MORE: nothing is available
 * yet. */
static enum errcode
receive_some(int fd, struct buf *in, size_t want, int fds[FRAME_FDS], size_t *n_fds)
{
    union control control = {.room = {0}};
    struct iovec io = {buf_reserve(in, want), want};
    ASSERT(io.iov_base != NULL);
    struct msghdr m = {
        .msg_iov = &io, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room};
    ssize_t n = 0;
    do
        n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n == 0 || (n < 0 && errno == ECONNRESET))
        return at_end_of_file(in);
    if (n < 0)
        return errno == EAGAIN ? ERR_MORE : ERR_IO;
    buf_commit(in, (size_t)n);
    return collect_fds(&m, fds, n_fds);
}

/* Exactly one frame is read, so that its descriptors cannot be attributed to another. */
static enum errcode
receive_one(int fd, struct buf *in, int fds[FRAME_FDS], size_t *n_fds)
{
    for (;;) {
        size_t whole = LENGTH;
        enum errcode err = whole_length(in, &whole);
        if (err == ERR_PROTOCOL || (err == ERR_NONE && in->len == whole))
            return err;
        err = receive_some(fd, in, whole - in->len, fds, n_fds);
        if (err == ERR_MORE && in->len > 0) {
            struct pollfd p = {.fd = fd, .events = POLLIN};
            err = poll(&p, 1, REST_MS) == 0 ? ERR_PROTOCOL : ERR_NONE;
        }
        if (err != ERR_NONE)
            return err;
    }
}

enum errcode
frame_receive_fds(int fd, struct buf *in, int fds[FRAME_FDS], size_t *n_fds_out)
{
    ASSERT(in->len == 0);
    *n_fds_out = 0;
    size_t n = 0;
    enum errcode err = receive_one(fd, in, fds, &n);
    if (err == ERR_NONE) {
        *n_fds_out = n;
        return ERR_NONE;
    }
    for (size_t i = 0; i < n; i++)
        (void)close(fds[i]);
    return err;
}
