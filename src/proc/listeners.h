/* SPDX-License-Identifier: Apache-2.0 */
/* listeners: the sockets that the fronts accept from. The supervisor opens and keeps them, so that a front
 * that dies loses its connections, but not those still in the kernel's queue. With several fronts, each
 * has its own socket for each address (SO_REUSEPORT), and the kernel distributes new connections; they share
 * a socket that a service manager has opened (inherited.h), and one of the file system.
 *
 * A socket of the file system stays there at the end, as a service manager's does; the next start replaces
 * it. */
#ifndef COUNTERSIGN_PROC_LISTENERS_H
#define COUNTERSIGN_PROC_LISTENERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/inet.h"
#include "config/config.h"
#include "proc/inherited.h"

enum { LISTENERS_MAX = 32, FRONTS_MAX = 16 };

struct listener_socket {
    struct socket_place at; /* with the port that the kernel chose if 0 was configured */
    bool expects_proxy;     /* server.proxy_protocol */
    bool is_redirect;       /* tls.redirect_listen: one process has it, in fds[0] */
    int fds[FRONTS_MAX];    /* -1: none */
};

struct listeners {
    size_t n, fronts;
    struct listener_socket sockets[LISTENERS_MAX];
};

/* One socket for each place of server.listen and front, and one for each place of tls.redirect_listen: an
 * inherited one where there is one for the place.
 * config must outlive *out. ERR_CONFIG (an invalid address, too many, an inherited socket for none of the
 * places), ERR_SYSTEM (address in use or not local, a name without addresses); no socket is left open then.
 */
enum errcode listeners_open(struct cx *cx, const struct config *config, struct inherited *inherited,
                            struct listeners *out) MUST_CHECK;
void listeners_close(struct listeners *l);

/* Appends " ADDRESS:PORT" or " unix:/PATH" for each of server.listen, or of tls.redirect_listen. */
void listeners_describe(struct cx *cx, const struct listeners *l, bool redirects, struct buf *out);
/* Logs those of tls.redirect_listen, if there are any. */
void listeners_note_redirects(struct cx *cx, const struct listeners *l);

#endif
