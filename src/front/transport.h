/* SPDX-License-Identifier: Apache-2.0 */
/* transport: the bytes of one client's socket, plain or over TLS, with the results of http/tls.h. */
#ifndef COUNTERSIGN_FRONT_TRANSPORT_H
#define COUNTERSIGN_FRONT_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "http/tls.h"

struct transport {
    int fd;               /* non-blocking */
    struct tls_conn *tls; /* NULL: plain */
};

/* TLS_OK: 1 to n bytes were read; *is_drained_out: no more are pending, so the caller may wait for the
 * socket. */
enum tls_result
transport_read(struct transport *t, void *out, size_t n, size_t *n_out, bool *is_drained_out) MUST_CHECK;
/* TLS_OK: *n_out bytes were written, perhaps fewer than n. */
enum tls_result transport_write(struct transport *t, const void *bytes, size_t n, size_t *n_out) MUST_CHECK;
/* Closes the sending side. */
void transport_end(struct transport *t);
/* Reads and discards up to n bytes of a socket; as recv(2). */
ssize_t transport_discard(int fd, size_t n);
/* Reads and discards input. False at its end, or on an error. */
bool transport_drain(struct transport *t);
void transport_close(struct transport *t);

#endif
