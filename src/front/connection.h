/* SPDX-License-Identifier: Apache-2.0 */
/* connection: one client. Bytes come in, requests go to dispatch.h one after another, answers go out in
 * order.
 *
 * It reads the next request only when the last answer is on its way. While a worker has a request, it
 * reads ahead a little, mostly to notice when the client leaves. Input is processed in slices (turn.h). It
 * does not know routes or operations. */
#ifndef COUNTERSIGN_FRONT_CONNECTION_H
#define COUNTERSIGN_FRONT_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/loop.h"
#include "front/peer.h"
#include "front/throttle.h"
#include "front/transport.h"
#include "front/turn.h"
#include "http/parser.h"

enum connection_state {
    CONNECTION_PREFACE,   /* a proxy's header, which names the caller */
    CONNECTION_HANDSHAKE, /* of TLS */
    CONNECTION_READING,   /* between requests, or inside a request's head */
    CONNECTION_BODY,      /* the head was read, the body is incomplete */
    CONNECTION_CALLING,   /* a worker has the request, or will get it */
    CONNECTION_PARKED,    /* the request is held */
    CONNECTION_WRITING,   /* nothing is read until the answers have been sent */
    CONNECTION_LINGERING, /* all answers are sent; waits for the client to close, so that it can read them */
    CONNECTION_CLOSED,    /* freed at the end of the event */
};

/* What a deadline is for. */
enum connection_phase {
    CONNECTION_PHASE_NONE, /* another module holds the deadline */
    CONNECTION_PHASE_HANDSHAKE,
    CONNECTION_PHASE_IDLE,
    CONNECTION_PHASE_HEAD,
    CONNECTION_PHASE_BODY,
    CONNECTION_PHASE_WRITE,
    CONNECTION_PHASE_LINGER,
};

struct connection {
    struct loop_fd watch;
    struct loop_timer timer;     /* never later than the deadline, often earlier */
    struct list node;            /* in the front's list of connections, longest idle first */
    struct turn turn;            /* its place in line when it has more to do than this round allows */
    struct peer peer;            /* what others see of it */
    int64_t deadline, opened_at; /* clock_mono */
    struct http_parser parser;
    struct buf in;
    struct transport transport;
    struct throttle_source *source;
    size_t bytes_sent;  /* in all */
    size_t bytes_read;  /* in all, */
    size_t head_read;   /* and up to the end of this request's head */
    size_t body_memory; /* its share of the front's bodies */
    uint8_t state, phase;
    uint8_t resume;     /* the state that follows WRITING */
    bool has_spoken;    /* a request's head was read */
    bool may_read;      /* the socket may have unread input */
    bool is_last;       /* no request follows the responses that are in peer.out */
    bool is_cut_off;    /* further input is discarded */
    bool has_discarded; /* some of it was */
    bool is_pouring;    /* its last slice made large responses, and it asks for more */
    bool is_restarted;  /* a new request: its deadlines start over */
    bool has_asked;     /* at least one complete request was read */
    bool crossed_read;  /* TLS must write before it can read, */
    bool crossed_write; /* or the other way round */
};

struct connection_start {
    struct forwarded_peer from;
    struct throttle_source *source; /* which counts it already */
    bool expects_proxy;             /* it begins with a header of the PROXY protocol */
};

/* Takes the socket and starts to read. */
void connection_new(struct front *f, int fd, const struct connection_start *start);
/* Frees it at once. Only from outside its own events. */
void connection_end(struct connection *c);
/* For a drain: an idle connection is closed at its turn unless a request has arrived by then; one without
 * any request yet has limits.header_time from its arrival. All others end by themselves. */
void connection_drain(struct connection *c);

#endif
