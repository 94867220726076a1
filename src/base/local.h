/* SPDX-License-Identifier: Apache-2.0 */
/* local: a Unix socket beside a file, such as the database, which only the file's account and root may use. A
 * path of a socket holds 108 bytes, and one of a database more: the folder is opened, and the socket named by
 * way of its descriptor. */
#ifndef COUNTERSIGN_BASE_LOCAL_H
#define COUNTERSIGN_BASE_LOCAL_H

#include <sys/un.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

struct local_place {
    int folder;                 /* -1: cannot be opened */
    int why;                    /* errno, where the folder cannot be opened */
    struct str name;            /* in the arena */
    struct sockaddr_un address; /* usable while the folder is open */
};

/* The socket PATH SUFFIX. */
struct local_place local_place(struct cx *cx, struct str path, const char *suffix);
void local_leave(struct local_place *p);
/* Binds it with mode 0600, in place of an older socket there. ERR_SYSTEM; the descriptor stays open. */
enum errcode local_bind(struct cx *cx, const struct local_place *p, int fd) MUST_CHECK;

#endif
