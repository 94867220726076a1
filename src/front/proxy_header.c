/* SPDX-License-Identifier: Apache-2.0 */
/* proxy_header: see proxy_header.h. */
#include "front/proxy_header.h"

#include <string.h>

enum {
    AT_COMMAND = 12,
    AT_FAMILY = 13,
    AT_LENGTH = 14,
    COMMAND_LOCAL = 0x20, /* with the version */
    COMMAND_PROXY = 0x21,
    TCP_4 = 0x11,
    TCP_6 = 0x21,
    LENGTH_4 = 12, /* both addresses, both ports */
    LENGTH_6 = 36,
};

static const struct str magic = STR("\r\n\r\n\0\r\nQUIT\n");

static enum proxy_header_result
refuse(struct proxy_header *h, const char *why)
{
    h->why = why;
    return PROXY_HEADER_REFUSED;
}

static unsigned
u16(struct str bytes, size_t at)
{
    return (unsigned)(unsigned char)bytes.p[at] << 8 | (unsigned char)bytes.p[at + 1];
}

/* An IPv4 address in the form of IPv6 becomes one (base/inet.h). */
static enum proxy_header_result
read_source(struct str bytes, bool is_v6, struct proxy_header *out)
{
    struct sockaddr_storage sa;
    struct inet_endpoint at = {.addr = {.v6 = is_v6}};
    size_t n = is_v6 ? 16 : 4;
    if (out->n - PROXY_HEADER_FIXED < (size_t)(is_v6 ? LENGTH_6 : LENGTH_4))
        return refuse(out, "proxy-header-short");
    memcpy(at.addr.b, bytes.p + PROXY_HEADER_FIXED, n);
    at.port = (uint16_t)u16(bytes, PROXY_HEADER_FIXED + 2 * n);
    (void)inet_to_sockaddr(&at, &sa);
    return inet_from_sockaddr(&sa, &out->source) == ERR_NONE ? PROXY_HEADER_DONE
                                                             : refuse(out, "proxy-header-address");
}

enum proxy_header_result
proxy_header_read(struct str bytes, struct proxy_header *out)
{
    *out = (struct proxy_header){.n = PROXY_HEADER_FIXED};
    size_t known = bytes.n < magic.n ? bytes.n : magic.n;
    if (!str_eq(str_sub(bytes, 0, known), str_sub(magic, 0, known)))
        return refuse(out, "no-proxy-header");
    if (bytes.n < PROXY_HEADER_FIXED)
        return PROXY_HEADER_MORE;
    unsigned char command = (unsigned char)bytes.p[AT_COMMAND], family = (unsigned char)bytes.p[AT_FAMILY];
    out->n += u16(bytes, AT_LENGTH);
    if (out->n > PROXY_HEADER_MAX)
        return refuse(out, "proxy-header-long");
    if (command != COMMAND_LOCAL && command != COMMAND_PROXY)
        return refuse(out, "proxy-header-version");
    if (command == COMMAND_PROXY && family != TCP_4 && family != TCP_6)
        return refuse(out, "proxy-header-family");
    if (bytes.n < out->n)
        return PROXY_HEADER_MORE;
    out->is_local = command == COMMAND_LOCAL;
    return out->is_local ? PROXY_HEADER_DONE : read_source(bytes, family == TCP_6, out);
}
