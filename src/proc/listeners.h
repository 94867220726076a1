/* SPDX-License-Identifier: Apache-2.0 */
/* listeners: the sockets that the fronts accept from. The supervisor opens and keeps them, so that a front
 * that dies loses its connections, but not those still in the kernel's queue. With several fronts, each
 * has its own socket for each address (SO_REUSEPORT), and the kernel distributes new connections; they share
 * a socket that a service manager has opened (inherited.h). */
#ifndef COUNTERSIGN_PROC_LISTENERS_H
#define COUNTERSIGN_PROC_LISTENERS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/inet.h"
#include "config/config.h"
#include "proc/inherited.h"

enum { LISTENERS_MAX = 32, FRONTS_MAX = 16 };

struct listeners {
    size_t n, fronts;
    struct inet_endpoint at[LISTENERS_MAX]; /* with the port that the kernel chose if 0 was configured */
    int fds[LISTENERS_MAX][FRONTS_MAX];
};

/* One socket for each address and front: an inherited one where there is one for the address. ERR_CONFIG (an
 * invalid address, too many, an inherited socket for none of the addresses), ERR_SYSTEM (address in use or
 * not local); no socket is left open then. */
enum errcode listeners_open(struct cx *cx, const struct config_list *addresses, size_t fronts,
                            struct inherited *inherited, struct listeners *out) MUST_CHECK;
void listeners_close(struct listeners *l);

/* Appends " ADDRESS:PORT" for each. */
void listeners_describe(struct cx *cx, const struct listeners *l, struct buf *out);

#endif
