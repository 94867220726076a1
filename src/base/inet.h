/* SPDX-License-Identifier: Apache-2.0 */
/* inet: addresses and networks as values. Numeric only: nothing here resolves names or opens sockets.
 *
 * An IPv4-mapped IPv6 address (RFC 4291, section 2.5.5.2) is treated as the IPv4 address it contains,
 * everywhere: a rule about 192.0.2.1 must not be bypassed by writing ::ffff:192.0.2.1. */
#ifndef COUNTERSIGN_BASE_INET_H
#define COUNTERSIGN_BASE_INET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct inet_addr {
    bool v6;
    unsigned char b[16]; /* network byte order; IPv4 uses the first 4, the others are 0 */
};

/* A prefix; the bits of `addr` beyond the first `bits` are 0. */
struct inet_net {
    struct inet_addr addr;
    unsigned bits;
};

struct inet_endpoint {
    struct inet_addr addr;
    uint16_t port;
};

/* "192.0.2.1" or "2001:db8::1"; no brackets, port or zone. ERR_SYNTAX. */
enum errcode inet_parse(struct str s, struct inet_addr *out) MUST_CHECK;
/* The canonical text form (RFC 5952). */
struct str inet_format(struct arena *a, const struct inet_addr *addr);

/* "10.0.0.0/8", "2001:db8::/32", or a single address, which stands for that one host. ERR_SYNTAX;
 * ERR_RANGE when the prefix is too long, or when bits beyond it are set, which is more likely a mistake
 * than intended. */
enum errcode inet_net_parse(struct str s, struct inet_net *out) MUST_CHECK;
struct str inet_net_format(struct arena *a, const struct inet_net *net);
/* An IPv4 address is never in an IPv6 network, not even "::/0". */
bool inet_net_has(const struct inet_net *net, const struct inet_addr *addr);

/* The source to which requests are attributed: the address, or for IPv6, of which a host has 2^64, its /64,
 * as text in the arena. A text that is not an address is returned as it is. */
struct str inet_source(struct arena *a, struct str address);

/* 127.0.0.0/8 or ::1. */
bool inet_is_loopback(const struct inet_addr *addr);
/* Whether it is an address of the public Internet: not in one of the special-purpose networks of RFC 6890
 * and its registries (private, loopback, link-local, shared, documentation, benchmarks, 6to4, Teredo,
 * NAT64), not multicast. */
bool inet_is_public(const struct inet_addr *addr);

/* "192.0.2.1:443" or "[2001:db8::1]:443"; port 0 to 65535. ERR_SYNTAX, ERR_RANGE. */
enum errcode inet_endpoint_parse(struct str s, struct inet_endpoint *out) MUST_CHECK;
struct str inet_endpoint_format(struct arena *a, const struct inet_endpoint *e);
/* For bind and connect: fills *out and returns its length. */
socklen_t inet_to_sockaddr(const struct inet_endpoint *e, struct sockaddr_storage *out);
/* From accept and getsockname. ERR_SYNTAX when it is neither AF_INET nor AF_INET6. */
enum errcode inet_from_sockaddr(const struct sockaddr_storage *sa, struct inet_endpoint *out) MUST_CHECK;

#endif
