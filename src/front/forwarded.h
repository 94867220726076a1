/* forwarded: who really asks, when the connection comes from a proxy that the operator trusts.
 *
 * Only what a trusted proxy says is believed: X-Forwarded-For is read from its right end through addresses of
 * trusted proxies, and the first other address is the caller. Whatever is not an address ends the reading:
 * the last address known for sure is the caller then. Forwarded (RFC 7239) is not read. */
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
};

struct forwarded {
    struct inet_addr source;
    bool is_secure;  /* the caller spoke TLS, to us or to the proxy */
    bool is_local;   /* the peer is a loopback address, and nothing says that it asks for somebody else. The
                        Host   header has no say: any name can be made to lead here (DNS rebinding) */
    struct str host; /* as the caller asked for it; null: unknown. A view of the request or in the arena */
};

void forwarded_init(struct forwarded_rules *r);
void forwarded_clear(struct forwarded_rules *r);
/* Takes the networks of a checked setting; one that is none is left out. */
void forwarded_set(struct forwarded_rules *r, const struct config_list *proxies);

bool forwarded_is_proxy(const struct forwarded_rules *r, const struct inet_addr *peer);
/* `is_tls`: the connection itself is TLS. */
void forwarded_read(const struct forwarded_rules *r, const struct inet_addr *peer, bool is_tls,
                    const struct http_request *req, struct arena *a, struct forwarded *out);

#endif
