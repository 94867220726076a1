/* SPDX-License-Identifier: Apache-2.0 */
/* proxy_header: the binary header of the PROXY protocol, version 2 (haproxy's doc/proxy-protocol.txt, section
 * 2.2), which a proxy sends before the bytes of the connection that it relays. The text header of version 1
 * is not accepted: its end has to be searched for. */
#ifndef COUNTERSIGN_FRONT_PROXY_HEADER_H
#define COUNTERSIGN_FRONT_PROXY_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/inet.h"
#include "base/str.h"

enum {
    PROXY_HEADER_FIXED = 16,
    PROXY_HEADER_MAX = 1024, /* with all that follows the fixed part; what is not an address is skipped */
};

enum proxy_header_result {
    PROXY_HEADER_MORE,
    PROXY_HEADER_DONE,
    PROXY_HEADER_REFUSED,
};

struct proxy_header {
    size_t n; /* DONE: its length; MORE: so many bytes are needed before the next call. Never more than the
               * header has, so what is read up to it belongs to the header */
    bool is_local; /* the proxy's own connection, such as a check of whether we are alive: no address */
    struct inet_endpoint source;
    const char *why; /* REFUSED */
};

/* REFUSED: not such a header, too long, or a caller that is not at a TCP address. */
enum proxy_header_result proxy_header_read(struct str bytes, struct proxy_header *out);

#endif
