/* SPDX-License-Identifier: Apache-2.0 */
/* forwarded: see forwarded.h. */
#include "front/forwarded.h"

#include <stdlib.h>

void
forwarded_init(struct forwarded_rules *r)
{
    *r = (struct forwarded_rules){.proxies = NULL};
}

void
forwarded_clear(struct forwarded_rules *r)
{
    free(r->proxies);
    forwarded_init(r);
}

void
forwarded_set(struct forwarded_rules *r, const struct config_list *proxies, struct str public_url)
{
    forwarded_clear(r);
    r->public_url = public_url;
    if (proxies->n == 0)
        return;
    r->proxies = err_zalloc(proxies->n, sizeof *r->proxies);
    for (size_t i = 0; i < proxies->n; i++) {
        if (inet_net_parse(proxies->items[i], &r->proxies[r->n]) == ERR_NONE)
            r->n++;
    }
}

bool
forwarded_is_proxy(const struct forwarded_rules *r, const struct inet_addr *peer)
{
    for (size_t i = 0; i < r->n; i++) {
        if (inet_net_has(&r->proxies[i], peer))
            return true;
    }
    return false;
}

/* Cuts off the item after the last comma. */
static struct str
cut_last(struct str *rest)
{
    size_t at = rest->n;
    while (at > 0 && rest->p[at - 1] != ',')
        at--;
    struct str item = str_trim(str_sub(*rest, at, rest->n), " \t");
    *rest = at > 0 ? str_sub(*rest, 0, at - 1) : STR_NULL;
    return item;
}

/* The forms that proxies write: "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]",
 * "[2001:db8::1]:80". */
static enum errcode
parse_item(struct str item, struct inet_addr *out)
{
    struct inet_endpoint e;

    if (item.n > 2 && item.p[0] == '[' && item.p[item.n - 1] == ']')
        return inet_parse(str_sub(item, 1, item.n - 2), out);
    if (inet_parse(item, out) == ERR_NONE)
        return ERR_NONE;
    if (inet_endpoint_parse(item, &e) != ERR_NONE)
        return ERR_SYNTAX;
    *out = e.addr;
    return ERR_NONE;
}

static struct inet_addr
source_of(const struct forwarded_rules *r, const struct inet_addr *peer, struct str chain)
{
    struct inet_addr source = *peer;
    while (!str_is_null(chain)) {
        struct inet_addr next;
        if (parse_item(cut_last(&chain), &next) != ERR_NONE)
            break;
        source = next;
        if (!forwarded_is_proxy(r, &source))
            break;
    }
    return source;
}

static bool
is_host(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= ' ' || c >= 127 || c == '/' || c == '@' || c == '?' || c == '#' || c == '<' || c == '"')
            return false;
    }
    return s.n > 0;
}

/* A proxy on this machine makes every caller look local; an unlisted one is at least recognized by its
 * headers. */
static bool
is_local(const struct forwarded_rules *r, const struct inet_addr *peer, const struct http_request *req)
{
    static const enum http_name told[] = {HTTP_NAME_FORWARDED, HTTP_NAME_X_FORWARDED_FOR,
                                          HTTP_NAME_X_FORWARDED_PROTO, HTTP_NAME_X_FORWARDED_HOST};

    for (size_t i = 0; i < ARRAY_LEN(told); i++) {
        if (!str_is_null(http_header(req, told[i])))
            return false;
    }
    return inet_is_loopback(peer) && !forwarded_is_proxy(r, peer);
}

/* The last item of the header, or null. */
static struct str
nearest(const struct http_request *req, enum http_name id, struct arena *a)
{
    struct str all = http_header_joined(req, id, a);
    return str_is_null(all) ? STR_NULL : cut_last(&all);
}

static void
read_proxy(const struct forwarded_rules *r, const struct http_request *req, struct arena *a,
           struct forwarded *out)
{
    struct str chain = http_header_joined(req, HTTP_NAME_X_FORWARDED_FOR, a);
    struct str proto = nearest(req, HTTP_NAME_X_FORWARDED_PROTO, a);
    struct str host = nearest(req, HTTP_NAME_X_FORWARDED_HOST, a);

    if (str_is_empty(r->public_url) && str_is_null(host))
        out->missing = "X-Forwarded-Host";
    if (str_is_null(proto))
        out->missing = "X-Forwarded-Proto";
    if (str_is_null(chain))
        out->missing = "X-Forwarded-For";
    out->source = source_of(r, &out->source, chain);
    if (!str_is_null(proto))
        out->is_tls = str_eq_nocase(proto, STR_LIT("https"));
    if (!str_is_null(host))
        out->host = is_host(host) ? host : STR_NULL;
    if (!str_is_empty(r->public_url))
        out->host = STR_NULL;
}

void
forwarded_read(const struct forwarded_rules *r, const struct inet_addr *peer, bool is_tls,
               const struct http_request *req, struct arena *a, struct forwarded *out)
{
    static const struct str https = STR("https:");

    *out = (struct forwarded){
        .source = *peer, .is_tls = is_tls, .is_local = is_local(r, peer, req), .host = req->host};
    if (forwarded_is_proxy(r, peer))
        read_proxy(r, req, a, out);
    out->is_secure = out->is_tls || str_eq_nocase(str_sub(r->public_url, 0, https.n), https);
}
