/* SPDX-License-Identifier: Apache-2.0 */
/* link: the bytes of the channel to one worker. Not here: what the frames mean (backend.c). */
#ifndef COUNTERSIGN_FRONT_LINK_H
#define COUNTERSIGN_FRONT_LINK_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/loop.h"

struct link {
    struct loop *loop;
    struct loop_fd watch; /* fd -1: no worker */
    struct buf in, out;
};

enum link_result {
    LINK_READ,    /* something arrived */
    LINK_NOTHING, /* not now */
    LINK_END,     /* the worker has closed its end, or there was an error */
};

void link_init(struct link *k, struct loop *l);
/* Takes the descriptor, makes it non-blocking and watches it. ERR_SYSTEM. */
enum errcode link_open(struct link *k, int fd, void (*ready)(struct loop_fd *, unsigned what)) MUST_CHECK;
bool link_is_open(const struct link *k);
/* Frees the buffers too. */
void link_close(struct link *k);

/* Appends what has arrived to `in`. */
enum link_result link_read(struct link *k) MUST_CHECK;
/* Sends what it can of `out`, and the rest when the socket has room. An error shows up as LINK_END at the
 * next read. */
void link_flush(struct link *k);
/* The next read says LINK_END. */
void link_break(struct link *k);
/* All of `in` was used: gives its memory back if it is large. */
void link_trim(struct link *k);

#endif
