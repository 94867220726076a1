/* SPDX-License-Identifier: Apache-2.0 */
/* inherited: listening sockets that a service manager has opened and passed (sd_listen_fds(3)), so that a
 * server without privileges has port 443, and a restart refuses no connection. Each must be bound to an
 * address of server.listen, which stays the one statement of where the server listens, and of whether TLS is
 * needed there. */
#ifndef COUNTERSIGN_PROC_INHERITED_H
#define COUNTERSIGN_PROC_INHERITED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/inet.h"

enum { INHERITED_MAX = 32 + 512 /* LISTENERS_MAX for each of FRONTS_MAX */ };

/* Where a socket is bound. */
struct socket_place {
    bool is_path;
    struct inet_endpoint inet;
    struct str path; /* of the file system */
};

/* "192.0.2.1:443", "[2001:db8::1]:443" or "unix:/PATH". */
struct str socket_place_format(struct arena *a, const struct socket_place *at);

struct inherited {
    size_t n;
    struct {
        int fd;
        bool is_used;
        bool is_handed; /* by the program that was here before (handover.h), which also has it drained */
        struct socket_place at; /* its path and */
        struct str name;        /* from the manager: in the context's arena */
    } sockets[INHERITED_MAX];
};

/* Takes what LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES describe; none if they are for another process.
 * ERR_CONFIG: a descriptor that is not a listening stream socket, or too many. inherited_close in any case.
 */
enum errcode inherited_take(struct cx *cx, struct inherited *out) MUST_CHECK;
/* Takes a descriptor that was handed over, in addition. One that is not a listening stream socket is closed.
 */
void inherited_add(struct cx *cx, struct inherited *in, int fd);
/* A descriptor of our own for the socket at that place, for one front after the other: a socket that has not
 * been asked for yet, or else the first one again. ERR_NOT_FOUND: none was passed for the place; ERR_SYSTEM.
 */
enum errcode
inherited_get(struct cx *cx, struct inherited *in, const struct socket_place *at, int *fd_out) MUST_CHECK;
/* ERR_CONFIG, with its name and address: a socket of the service manager that nothing has asked
 * for. */
enum errcode inherited_check_used(struct cx *cx, const struct inherited *in) MUST_CHECK;
void inherited_close(struct inherited *in);

#endif
