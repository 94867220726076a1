/* SPDX-License-Identifier: Apache-2.0 */
/* inet: parsing and matching of numeric addresses. */
#include "base/inet.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static const unsigned char mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* True when it was an IPv4-mapped address; it is the IPv4 address afterwards. */
static bool
unmap(struct inet_addr *addr)
{
    if (!addr->v6 || memcmp(addr->b, mapped_prefix, sizeof mapped_prefix) != 0)
        return false;
    struct inet_addr v4 = {.v6 = false};
    memcpy(v4.b, addr->b + sizeof mapped_prefix, 4);
    *addr = v4;
    return true;
}

static enum errcode
parse_raw(struct str s, struct inet_addr *out)
{
    char text[INET6_ADDRSTRLEN];
    if (s.n == 0 || s.n >= sizeof text || str_find(s, '\0') < s.n)
        return ERR_SYNTAX;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    struct inet_addr a = {.v6 = str_find(s, ':') < s.n};
    if (inet_pton(a.v6 ? AF_INET6 : AF_INET, text, a.b) != 1)
        return ERR_SYNTAX;
    *out = a;
    return ERR_NONE;
}

enum errcode
inet_parse(struct str s, struct inet_addr *out)
{
    enum errcode err = parse_raw(s, out);
    if (err == ERR_NONE)
        (void)unmap(out);
    return err;
}

struct str
inet_format(struct arena *a, const struct inet_addr *addr)
{
    char text[INET6_ADDRSTRLEN];
    ASSERT(inet_ntop(addr->v6 ? AF_INET6 : AF_INET, addr->b, text, sizeof text) != NULL);
    return arena_str(a, str_from_cstr(text));
}

static unsigned
width(const struct inet_addr *addr)
{
    return addr->v6 ? 128 : 32;
}

/* Whether the first `bits` bits are equal. */
static bool
same_prefix(const unsigned char *a, const unsigned char *b, unsigned bits)
{
    if (memcmp(a, b, bits / 8) != 0)
        return false;
    unsigned char mask = (unsigned char)(0xff00u >> bits % 8);
    return bits % 8 == 0 || ((a[bits / 8] ^ b[bits / 8]) & mask) == 0;
}

static bool
has_bits_past(const struct inet_net *net)
{
    for (unsigned i = net->bits; i < width(&net->addr); i++)
        if ((net->addr.b[i / 8] & (0x80u >> i % 8)) != 0)
            return true;
    return false;
}

enum errcode
inet_net_parse(struct str s, struct inet_net *out)
{
    struct str bits = s;
    struct str address = str_cut(&bits, '/');
    struct inet_net net = {.bits = 0};
    enum errcode err = parse_raw(address, &net.addr);
    if (err != ERR_NONE)
        return err;
    uint64_t n = width(&net.addr);
    if (!str_is_null(bits))
        err = str_to_u64(bits, n, &n);
    if (err != ERR_NONE)
        return err;
    net.bits = (unsigned)n;
    if (has_bits_past(&net))
        return ERR_RANGE;
    /* The last bit of the mapped prefix is set, so a network that starts with it is at least that long. */
    if (unmap(&net.addr))
        net.bits -= 8 * (unsigned)sizeof mapped_prefix;
    *out = net;
    return ERR_NONE;
}

struct str
inet_net_format(struct arena *a, const struct inet_net *net)
{
    struct str addr = inet_format(a, &net->addr);
    return arena_printf(a, "%.*s/%u", STR_ARG(addr), net->bits);
}

bool
inet_net_has(const struct inet_net *net, const struct inet_addr *addr)
{
    return net->addr.v6 == addr->v6 && same_prefix(net->addr.b, addr->b, net->bits);
}

struct str
inet_source(struct arena *a, struct str address)
{
    struct inet_net net = {.bits = 64};
    if (inet_parse(address, &net.addr) != ERR_NONE || !net.addr.v6)
        return address;
    memset(net.addr.b + 8, 0, 8);
    return inet_net_format(a, &net);
}

bool
inet_is_loopback(const struct inet_addr *addr)
{
    static const unsigned char v6_loopback[16] = {[15] = 1};
    return addr->v6 ? memcmp(addr->b, v6_loopback, sizeof v6_loopback) == 0 : addr->b[0] == 127;
}

bool
inet_is_public(const struct inet_addr *addr)
{
    static const struct inet_net special[] = {
        {{false, {0}}, 8},
        {{false, {10}}, 8},
        {{false, {100, 64}}, 10},
        {{false, {127}}, 8},
        {{false, {169, 254}}, 16},
        {{false, {172, 16}}, 12},
        {{false, {192, 0, 0}}, 24},
        {{false, {192, 0, 2}}, 24},
        {{false, {192, 88, 99}}, 24},
        {{false, {192, 168}}, 16},
        {{false, {198, 18}}, 15},
        {{false, {198, 51, 100}}, 24},
        {{false, {203, 0, 113}}, 24},
        {{false, {224}}, 3}, /* multicast, reserved, broadcast */
        {{true, {0x20, 0x01}}, 23},
        {{true, {0x20, 0x01, 0x0d, 0xb8}}, 32},
        {{true, {0x20, 0x02}}, 16},
        {{true, {0x3f, 0xff}}, 20},
    };
    static const struct inet_net global_unicast = {{true, {0x20}}, 3};
    for (size_t i = 0; i < ARRAY_LEN(special); i++)
        if (inet_net_has(&special[i], addr))
            return false;
    return !addr->v6 || inet_net_has(&global_unicast, addr);
}

enum errcode
inet_endpoint_parse(struct str s, struct inet_endpoint *out)
{
    bool bracket = str_starts(s, STR_LIT("["));
    size_t end = bracket ? str_find(s, ']') : str_find(s, ':');
    struct str host = bracket ? str_sub(s, 1, end - 1) : str_sub(s, 0, end);
    struct str port = str_sub(s, bracket ? end + 1 : end, SIZE_MAX);
    if (!str_starts(port, STR_LIT(":")) || (str_find(host, ':') < host.n) != bracket)
        return ERR_SYNTAX;
    struct inet_endpoint ep = {.port = 0};
    enum errcode err = inet_parse(host, &ep.addr);
    uint64_t n = 0;
    if (err == ERR_NONE)
        err = str_to_u64(str_sub(port, 1, SIZE_MAX), UINT16_MAX, &n);
    if (err != ERR_NONE)
        return err;
    ep.port = (uint16_t)n;
    *out = ep;
    return ERR_NONE;
}

struct str
inet_endpoint_format(struct arena *a, const struct inet_endpoint *e)
{
    struct str addr = inet_format(a, &e->addr);
    return arena_printf(a, e->addr.v6 ? "[%.*s]:%u" : "%.*s:%u", STR_ARG(addr), (unsigned)e->port);
}

socklen_t
inet_to_sockaddr(const struct inet_endpoint *e, struct sockaddr_storage *out)
{
    *out = (struct sockaddr_storage){.ss_family = AF_UNSPEC};
    if (e->addr.v6) {
        struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(e->port)};
        memcpy(&in6.sin6_addr, e->addr.b, 16);
        memcpy(out, &in6, sizeof in6);
        return sizeof in6;
    }
    struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons(e->port)};
    memcpy(&in4.sin_addr, e->addr.b, 4);
    memcpy(out, &in4, sizeof in4);
    return sizeof in4;
}

enum errcode
inet_from_sockaddr(const struct sockaddr_storage *sa, struct inet_endpoint *out)
{
    struct inet_endpoint ep = {.port = 0};
    if (sa->ss_family == AF_INET) {
        struct sockaddr_in in4;
        memcpy(&in4, sa, sizeof in4);
        memcpy(ep.addr.b, &in4.sin_addr, 4);
        ep.port = ntohs(in4.sin_port);
    } else if (sa->ss_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, sa, sizeof in6);
        ep.addr.v6 = true;
        memcpy(ep.addr.b, &in6.sin6_addr, 16);
        ep.port = ntohs(in6.sin6_port);
        (void)unmap(&ep.addr);
    } else {
        return ERR_SYNTAX;
    }
    *out = ep;
    return ERR_NONE;
}
