/* SPDX-License-Identifier: Apache-2.0 */
/* endpoint: see endpoint.h. */
#include "base/endpoint.h"

#include "base/inet.h"

enum { PORT_HTTPS = 443, PORT_HTTP = 80, HOST_MAX = 253 };

static const struct str https = STR("https://");
static const struct str http = STR("http://");

/* For Chrome and its derivatives, Firefox, Safari, Edge. */
static const struct str known[] = {
    STR("fcm.googleapis.com"),
    STR("updates.push.services.mozilla.com"),
    STR("*.push.apple.com"),
    STR("*.notify.windows.com"),
};

static bool
is_lower_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool
is_host(struct str s)
{
    if (s.n == 0 || s.n > HOST_MAX)
        return false;
    while (!str_is_null(s)) {
        struct str label = str_cut(&s, '.');
        if (label.n == 0 || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-')
            return false;
        for (size_t i = 0; i < label.n; i++)
            if (!is_lower_alnum(label.p[i]) && label.p[i] != '-')
                return false;
    }
    return true;
}

static bool
is_path(struct str s)
{
    static const struct str others = STR("ABCDEFGHIJKLMNOPQRSTUVWXYZ-._~%!$&'()*+,;=:@/?");
    for (size_t i = 0; i < s.n; i++)
        if (!is_lower_alnum(s.p[i]) && str_find(others, s.p[i]) == others.n)
            return false;
    return true;
}

/* HOST or HOST:PORT. */
static bool
read_authority(struct str s, struct endpoint *out)
{
    uint64_t port = out->is_plain ? PORT_HTTP : PORT_HTTPS;
    out->host = str_cut(&s, ':');
    if (!str_is_null(s) && (str_to_u64(s, UINT16_MAX, &port) != ERR_NONE || port == 0))
        return false;
    out->port = (uint16_t)port;
    return is_host(out->host);
}

/* The part after the scheme. */
static struct str
cut_scheme(struct str url, bool *plain_out)
{
    *plain_out = str_starts(url, http);
    const struct str scheme = *plain_out ? http : https;
    return str_starts(url, scheme) ? str_sub(url, scheme.n, SIZE_MAX) : STR_NULL;
}

bool
endpoint_read(struct str url, struct endpoint *out)
{
    *out = (struct endpoint){.port = 0};
    struct str rest = cut_scheme(url, &out->is_plain);
    size_t slash = str_find(rest, '/');
    return url.n <= ENDPOINT_MAX && slash < rest.n && read_authority(str_sub(rest, 0, slash), out) &&
           is_path(str_sub(rest, slash, SIZE_MAX));
}

struct str
endpoint_origin(struct arena *a, const struct endpoint *e)
{
    const struct str scheme = e->is_plain ? http : https;
    if (e->port == (e->is_plain ? PORT_HTTP : PORT_HTTPS))
        return arena_printf(a, "%.*s%.*s", STR_ARG(scheme), STR_ARG(e->host));
    return arena_printf(a, "%.*s%.*s:%u", STR_ARG(scheme), STR_ARG(e->host), (unsigned)e->port);
}

struct pattern {
    struct endpoint e;
    bool is_wild;
};

static bool
read_pattern(struct str item, struct pattern *out)
{
    *out = (struct pattern){.is_wild = false};
    if (str_starts(item, http)) {
        struct inet_addr addr;
        item = cut_scheme(item, &out->e.is_plain);
        return read_authority(item, &out->e) && inet_parse(out->e.host, &addr) == ERR_NONE &&
               inet_is_loopback(&addr);
    }
    out->is_wild = str_starts(item, STR_LIT("*."));
    return read_authority(out->is_wild ? str_sub(item, 2, SIZE_MAX) : item, &out->e);
}

bool
endpoint_item_is_valid(struct str item)
{
    struct pattern p;
    return read_pattern(item, &p);
}

static bool
matches(const struct endpoint *e, struct str item)
{
    struct pattern p;
    if (!read_pattern(item, &p) || p.e.is_plain != e->is_plain || p.e.port != e->port)
        return false;
    if (!p.is_wild)
        return str_eq(p.e.host, e->host);
    return e->host.n > p.e.host.n + 1 && str_ends(e->host, p.e.host) &&
           e->host.p[e->host.n - p.e.host.n - 1] == '.';
}

static bool
is_in(const struct endpoint *e, const struct str *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (matches(e, items[i]))
            return true;
    return false;
}

bool
endpoint_is_listed(const struct endpoint *e, const struct str *items, size_t n)
{
    return is_in(e, known, ARRAY_LEN(known)) || is_in(e, items, n);
}
