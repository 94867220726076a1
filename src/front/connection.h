/* connection: one client: bytes in, requests to dispatch.h one after another, answers out in their order.
 *
 * It reads the next request only when the answer to the last one is on its way; while a worker has a request
 * it reads ahead a little, mostly to see the client leave. What a client sends is worked off in slices
 * (turn.h). It knows no route and no operation. */
#ifndef COUNTERSIGN_FRONT_CONNECTION_H
#define COUNTERSIGN_FRONT_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/inet.h"
#include "base/list.h"
#include "base/loop.h"
#include "front/throttle.h"
#include "front/transport.h"
#include "front/turn.h"
#include "http/parser.h"
#include "http/reply.h"

struct exchange;
struct front;

enum connection_state {
    CONNECTION_HANDSHAKE, /* of TLS */
    CONNECTION_READING,   /* between requests, or within the head of one */
    CONNECTION_BODY,      /* the head was read, the body is not all here */
    CONNECTION_CALLING,   /* a worker has the request, or will have it */
    CONNECTION_PARKED,    /* the request is held */
    CONNECTION_WRITING,   /* nothing is read before the answers are taken */
    CONNECTION_LINGERING, /* all is said; waits for the client to close, so that it sees what was said */
    CONNECTION_CLOSED,    /* freed on the way out of the event */
};

/* What a deadline is for. */
enum connection_phase {
    CONNECTION_PHASE_NONE, /* somebody else has a deadline */
    CONNECTION_PHASE_HANDSHAKE,
    CONNECTION_PHASE_IDLE,
    CONNECTION_PHASE_HEAD,
    CONNECTION_PHASE_BODY,
    CONNECTION_PHASE_WRITE,
    CONNECTION_PHASE_LINGER,
};

struct connection {
    struct loop_fd watch;
    struct loop_timer timer; /* never later than the deadline, often earlier */
    struct list node;        /* of the front's connections: what did nothing for the longest time is first */
    struct turn turn;        /* in line while it has more to do, and the round is over for it */
    struct front *front;
    int64_t deadline, opened_at; /* clock_mono */
    struct http_parser parser;
    struct buf in, out;
    struct transport transport;
    struct exchange *exchange; /* while CALLING or PARKED */
    struct throttle_source *source;
    size_t bytes_read;  /* in all */
    size_t body_memory; /* counted in the front's bodies */
    struct inet_addr peer;
    struct http_reply_to to; /* of the request that is being answered */
    uint8_t state, phase;
    uint8_t resume;     /* what WRITING goes back to */
    uint8_t route;      /* enum route_kind: dispatch.c's */
    bool is_secure;     /* the request came by TLS, here or at the trusted proxy */
    bool has_spoken;    /* the head of a request was read */
    bool may_read;      /* the socket may hold something */
    bool is_last;       /* no request after the answers that are in `out` */
    bool is_cut_off;    /* what the client still sends will not be read */
    bool is_restarted;  /* a new request: its deadlines begin anew */
    bool peer_is_done;  /* sends nothing more */
    bool has_asked;     /* at least one whole request */
    bool crossed_read;  /* TLS has to write before it can read, */
    bool crossed_write; /* or the other way round */
};

/* Takes the socket; begins to read. */
void connection_new(struct front *f, int fd, const struct inet_addr *peer, struct throttle_source *source);
/* Frees it at once: from outside of its own events only. */
void connection_end(struct connection *c);
/* For a drain: an idle one is closed when its turn comes, unless it has sent a request by then; one that has
 * never asked gets until limits.header_time after it came. All others end by themselves. */
void connection_drain(struct connection *c);

/* For dispatch.h and exchange.h, about the request that is being answered. */
void connection_set_parked(struct connection *c, bool is_parked);
/* The answer of a request that a worker or the watch list had is in c->out: goes on. May free c. */
void connection_resume(struct connection *c);

#endif
