/* forwarded: who really asks, when the connection comes from a proxy that the operator trusts.
 *
 * Only what a trusted proxy says is believed: X-Forwarded-For is read from its right end through addresses of
 * trusted proxies, and the first other address is the caller. Whatever is not an address ends the reading:
 * the last address known for sure is the caller then. Forwarded (RFC 7239) is not read.
 *
 * Where there is a public address, it alone says what is behind a proxy: many proxies pass a client's own
 * X-Forwarded-Host and X-Forwarded-Proto on, and then the client would choose. */
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
    struct str public_url; /* a view of the configuration's; empty: none */
};

struct forwarded {
    struct inet_addr source;
    bool is_tls;     /* the caller spoke TLS, to us or to the proxy, as far as it says */
    bool is_secure;  /* the same, or the public address is https: what is promised to a browser */
    bool is_local;   /* the peer is a loopback address, and nothing says that it asks for somebody else. The
                        Host   header has no say: any name can be made to lead here (DNS rebinding) */
    struct str host; /* as the caller asked for it, or null: unknown, or not for the caller to say. A view of
                        the request or in the arena */
    const char *missing; /* a header that the trusted proxy should have sent; NULL: none */
};

void forwarded_init(struct forwarded_rules *r);
void forwarded_clear(struct forwarded_rules *r);
/* Takes the networks of a checked setting; one that is none is left out. public_url must outlive the rules.
 */
void forwarded_set(struct forwarded_rules *r, const struct config_list *proxies, struct str public_url);

bool forwarded_is_proxy(const struct forwarded_rules *r, const struct inet_addr *peer);
/* `is_tls`: the connection itself is TLS. */
void forwarded_read(const struct forwarded_rules *r, const struct inet_addr *peer, bool is_tls,
                    const struct http_request *req, struct arena *a, struct forwarded *out);

#endif
