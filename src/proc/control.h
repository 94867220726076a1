/* SPDX-License-Identifier: Apache-2.0 */
/* control: the channel between the supervisor and one child; descriptor 3 in the child.
 *
 * One frame (base/frame.h) per message, with the message's descriptors attached. A message that is not
 * meant for its receiver, or that has a different number of descriptors than its type requires, is a
 * protocol error: the supervisor kills such a child, and a child exits. The channel is about processes
 * only: calls use channels of their own (contract/call.h). */
#ifndef COUNTERSIGN_PROC_CONTROL_H
#define COUNTERSIGN_PROC_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/frame.h"

/* Descriptors that a child finds open when it starts. */
enum { CONTROL_FD = 3, CONTROL_CONFIG_FD = 4, CONTROL_CLOCK_FD = 5 /* in a sandbox */ };
/* Set in the environment of a sandbox's children; the supervisor builds that environment from scratch. */
#define CONTROL_SANDBOX_ENV "COUNTERSIGN_SANDBOX"
/* In the same way: the number of this server among those that share a database, new at each start. */
#define CONTROL_NODE_ENV "COUNTERSIGN_NODE"

enum control_type {
    /* supervisor -> child, before GO or at any time after it */
    CONTROL_LISTENER = 1, /* to a front: a listening socket */
    CONTROL_TLS,          /* to a front: a certificate chain and its key, `slot` of all that it is to use */
    CONTROL_TICKETS,      /* to a front: the keys of session tickets, in place of those before */
    CONTROL_WORKER,  /* to a front or the courier: its channel to the worker `slot`, in place of a dead one */
    CONTROL_FRONT,   /* to a worker: its channel to the front `slot`, in place of a dead one */
    CONTROL_COURIER, /* to worker 0: its channel to the courier, in place of a dead one */
    CONTROL_RELOAD,  /* a newer configuration: apply the LIVE settings */
    CONTROL_GO,      /* you are `slot` and have everything: confine yourself and send READY */
    CONTROL_DRAIN,   /* finish what is in flight, accept no more, exit */
    CONTROL_METRICS, /* the page of metrics: `slot` of it is yours */
    CONTROL_WATCH,   /* to a front, before GO: serve metrics and health at metrics.listen, and nothing else */
    CONTROL_REDIRECT, /* to a front, before GO: serve tls.redirect_listen (front/redirect.h), and nothing else
                       */
    CONTROL_REHEARSE, /* sent first: load what a start loads, report on it (FINDING), serve nothing; a
                       * later GO asks for READY and the exit */
    /* child -> supervisor */
    CONTROL_READY,   /* confined and serving */
    CONTROL_DRAINED, /* nothing is in flight any more; the child exits by itself */
    CONTROL_ALIVE,   /* the child's loop is running */
    CONTROL_FINDING, /* from a rehearsal: one problem or warning */
    CONTROL_NOTE,    /* from a rehearsal: what it has loaded */
    CONTROL_LOST,    /* from a front or the courier: it has lost its channel to the worker `slot`. Repeated
                      * until it has a new one */
    CONTROL_TYPE_COUNT_
};

enum { CONTROL_TEXT_MAX = 1024 };

struct control {
    enum control_type type;
    uint32_t slot;   /* WORKER, FRONT, METRICS, GO, LOST; LISTENER: its traits (front/front.h); TLS: from 0,
                      * which begins a new set */
    bool fast_only;  /* WORKER: it must not get slow calls (ct_lane) */
    bool is_last;    /* TLS: the set is complete and takes the place of the one before */
    bool is_first;   /* GO: the server is starting: fail on what an operator must fix, do not wait */
    bool is_problem; /* FINDING: a start would fail; otherwise a warning */
    int fds[FRAME_FDS];
    size_t n_fds;
    char text[CONTROL_TEXT_MAX]; /* FINDING, NOTE: one line, for the operator; TLS: the certificate's name for
                                    them */
};

/* The name for the log, such as "reload". */
const char *control_name(enum control_type type);

/* Sends one message; the descriptors stay the caller's. ERR_CLOSED when the other side is gone; ERR_IO
 * also when a non-blocking channel is full: its reader hangs. */
enum errcode control_send(int fd, const struct control *m) MUST_CHECK;

/* Receives one message. Its descriptors (close-on-exec) then belong to the caller; on an error none is
 * left open. ERR_CLOSED: the other side is gone. ERR_MORE: the channel is non-blocking and empty.
 * ERR_PROTOCOL: malformed. The receiver must check that it accepts messages of this type. */
enum errcode control_receive(int fd, struct control *m_out) MUST_CHECK;

/* Closes every descriptor of the message. */
void control_close_fds(struct control *m);

#endif
