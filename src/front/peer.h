/* SPDX-License-Identifier: Apache-2.0 */
/* peer: the client at the other end of a connection, as the files see it that answer its requests: dispatch,
 * the faces, the exchange. They know no connection; the connection, which embeds it, knows dispatch. */
#ifndef COUNTERSIGN_FRONT_PEER_H
#define COUNTERSIGN_FRONT_PEER_H

#include <stdbool.h>

#include "base/buf.h"
#include "front/forwarded.h"
#include "front/mark.h"
#include "http/reply.h"
#include "pages/response.h"

struct exchange;
struct front;
struct peer;

/* What an exchange asks of the connection. */
struct peer_hooks {
    /* The request is held (true), or is now asked of a worker. */
    void (*set_parked)(struct peer *p, bool is_parked);
    /* The exchange is over, and its response is in p->out: continues. May free p. */
    void (*resume)(struct peer *p);
};

struct peer {
    struct front *front;
    const struct peer_hooks *hooks;
    struct exchange *exchange; /* while a worker has the request, or it is held */
    struct buf out;            /* responses that are not sent yet */
    struct http_reply_to to;   /* of the request that is being answered */
    struct forwarded_peer from;
    struct mark mark; /* of the request that is being answered */
    bool is_secure;   /* the request came over TLS, to us or to the trusted proxy */
    bool is_done;     /* it has closed its sending side, and may be gone */
};

/* Whether it is a proxy whose word counts. */
bool peer_is_proxy(const struct peer *p);
/* Its address, or "unix"; for the log. */
struct str peer_name(const struct peer *p, struct arena *a);
/* Logs that it was refused for what a proxy says, or fails to say: the first time, since others can cause it
 * too. */
void peer_warn(struct peer *p, const char *why);

/* Appends the response to p->out. Afterwards p->to.keep_alive says whether the connection stays open. */
void peer_respond(struct peer *p, const struct response *r);

#endif
