/* SPDX-License-Identifier: Apache-2.0 */
/* transport: see transport.h. */
#include "front/transport.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DRAIN = 256 * 1024 };

/* A reset is not an orderly end: there is no client left to answer. */
static enum tls_result
of_errno(enum tls_result again)
{
    return errno == EAGAIN || errno == EINTR ? again : TLS_FAILED;
}

enum tls_result
transport_read(struct transport *t, void *out, size_t n, size_t *n_out, bool *is_drained_out)
{
    *is_drained_out = true;
    if (t->tls != NULL) {
        enum tls_result result = tls_read(t->tls, out, n, n_out);
        *is_drained_out = result != TLS_OK;
        return result;
    }
    ssize_t got = recv(t->fd, out, n, 0);
    if (got < 0)
        return of_errno(TLS_WANT_READ);
    *n_out = (size_t)got;
    *is_drained_out = *n_out < n;
    return got == 0 ? TLS_CLOSED : TLS_OK;
}

enum tls_result
transport_write(struct transport *t, const void *bytes, size_t n, size_t *n_out)
{
    if (t->tls != NULL)
        return tls_write(t->tls, bytes, n, n_out);
    ssize_t sent = send(t->fd, bytes, n, MSG_NOSIGNAL);
    if (sent < 0)
        return of_errno(TLS_WANT_WRITE);
    *n_out = (size_t)sent;
    return TLS_OK;
}

void
transport_end(struct transport *t)
{
    /* A close_notify that does not fit is dropped: the answer stated its length. */
    if (t->tls == NULL || tls_shutdown(t->tls) != TLS_FAILED)
        (void)shutdown(t->fd, SHUT_WR);
}

ssize_t
transport_discard(int fd, size_t n)
{
    /* Linux drops the bytes uncopied: tcp(7); not those of other sockets. */
    char waste[4096];
    ssize_t dropped = recv(fd, NULL, n, MSG_TRUNC);
    if (dropped < 0 && errno == EFAULT)
        dropped = recv(fd, waste, n < sizeof waste ? n : sizeof waste, 0);
    return dropped;
}

bool
transport_drain(struct transport *t)
{
    ssize_t n = transport_discard(t->fd, DRAIN);
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

void
transport_close(struct transport *t)
{
    tls_conn_free(&t->tls);
    if (t->fd >= 0)
        (void)close(t->fd);
    t->fd = -1;
}
