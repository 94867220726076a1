/* SPDX-License-Identifier: Apache-2.0 */
/* forwarded: finds the real caller behind a proxy that the operator trusts.
 *
 * Only what a trusted proxy says is used: X-Forwarded-For, -Proto and -Host, or Forwarded (RFC 7239). The
 * addresses are read from the right end past those of trusted proxies; the first other one is the caller.
 * Anything that is not an address stops the reading, and the last known address is the caller. Where both
 * X-Forwarded-For and Forwarded are there, they must name the same caller, and what Forwarded says beyond
 * that is ignored: one of the two may be the client's own. Contradictions and a malformed Forwarded are
 * refused.
 *
 * Where a public address is set, it alone defines host and scheme behind a proxy: many proxies pass a
 * client's own X-Forwarded-Host and X-Forwarded-Proto on, which would let the client choose them. */
#ifndef COUNTERSIGN_FRONT_FORWARDED_H
#define COUNTERSIGN_FRONT_FORWARDED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/inet.h"
#include "base/str.h"
#include "config/config.h"
#include "http/parser.h"

struct forwarded_rules {
    struct inet_net *proxies; /* heap */
    size_t n;
    struct str public_url; /* a view of the configuration; empty: none */
};

/* The other end of a connection. */
struct forwarded_peer {
    struct inet_addr address;
    bool is_tls;  /* the connection is */
    bool is_unix; /* it has no address, but came through a socket that only proxies can open: a trusted one */
    bool is_relayed; /* the address is from a trusted proxy's header (proxy_header.h) */
};

struct forwarded {
    struct inet_addr source; /* if */
    bool has_source;         /* there is one: a socket's peer has none but those that it sends */
    bool is_tls;             /* the caller used TLS, to us or to the proxy, as far as the proxy reports it */
    bool is_secure;      /* the same, or the public address is https: decides what browsers are promised */
    bool is_local;       /* the peer is a loopback address, and nothing indicates a remote caller behind it.
                          * The Host header does not count: any name can be made to resolve to this machine
                          * (DNS rebinding) */
    struct str host;     /* as the caller requested it; null when it is unknown, or when the caller may not
                          * choose it. A view of the request, or in the arena */
    const char *missing; /* a header that the trusted proxy failed to send; NULL: none */
    const char *refused; /* why the request must not be answered (400); NULL: it may */
};

void forwarded_init(struct forwarded_rules *r);
void forwarded_clear(struct forwarded_rules *r);
/* Takes the networks from a checked setting; entries that are not networks are skipped. public_url must
 * outlive the rules. */
void forwarded_set(struct forwarded_rules *r, const struct config_list *proxies, struct str public_url);

bool forwarded_is_proxy(const struct forwarded_rules *r, const struct inet_addr *peer);
void forwarded_read(const struct forwarded_rules *r, const struct forwarded_peer *peer,
                    const struct http_request *req, struct arena *a, struct forwarded *out);

#endif
