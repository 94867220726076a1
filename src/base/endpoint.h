/* SPDX-License-Identifier: Apache-2.0 */
/* endpoint: where Web Push messages may be sent. A subscription's address comes from a phone, and is as
 * untrusted as any outside input: it is parsed strictly and must match a list of hosts. What the name
 * resolves to is not known here: inet_is_public judges the address that is actually connected to. Opens
 * nothing. */
#ifndef COUNTERSIGN_BASE_ENDPOINT_H
#define COUNTERSIGN_BASE_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum { ENDPOINT_MAX = 1024 };

struct endpoint {
    struct str host; /* a view of the URL */
    uint16_t port;
    bool is_plain; /* http */
};

/* "https://HOST/PATH" or "https://HOST:PORT/PATH", or the same with http: at most ENDPOINT_MAX bytes; HOST
 * of lower-case letters, digits, hyphens and dots; PATH as in RFC 3986, sections 3.3 and 3.4. No user, no
 * fragment, no brackets. */
bool endpoint_read(struct str url, struct endpoint *out);

/* Its origin (RFC 6454, section 6.2): the default port is omitted. */
struct str endpoint_origin(struct arena *a, const struct endpoint *e);

/* An item of the operator's list: HOST or *.DOMAIN (any host below it), either with :PORT, otherwise port
 * 443; or http://HOST:PORT, where HOST is a loopback address. */
bool endpoint_item_is_valid(struct str item);

/* The push services of the browsers, plus the operator's list. */
bool endpoint_is_listed(const struct endpoint *e, const struct str *items, size_t n);

#endif
