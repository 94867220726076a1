/* SPDX-License-Identifier: Apache-2.0 */
/* handover: what a program that is replaced in its own process (upgrade.h) leaves open for the next one, by
 * an environment variable that names the process and the descriptors: the store's lock, each front's
 * listening sockets, the keys of session tickets, and the pipe that ends with what sees the old children off
 * (former.h). Nothing else crosses from one version to another. */
#ifndef COUNTERSIGN_PROC_HANDOVER_H
#define COUNTERSIGN_PROC_HANDOVER_H

#include <stdbool.h>

#include "base/cx.h"
#include "proc/listeners.h"

/* Before exec: keeps them open across it, and `ready` too. False and errno: not possible. */
struct handover_fds {
    const struct listeners *listeners;
    int lock, ticket_keys, former; /* -1: none */
};
bool handover_give(struct cx *cx, const struct handover_fds *fds, int ready);
/* exec has failed. */
void handover_take_back(const struct handover_fds *fds);

enum { HANDOVER_MAX = LISTENERS_MAX * FRONTS_MAX };

struct handover {
    int lock, ticket_keys, former; /* -1: none */
    size_t n;
    int fds[HANDOVER_MAX];
};

/* What was left for this very process; none if nothing was. The descriptors are the caller's, close-on-exec.
 * The variable is removed. */
void handover_receive(struct handover *out);
/* Closes the sockets that are left in it. */
void handover_drop(struct handover *h);

#endif
