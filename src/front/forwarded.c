/* SPDX-License-Identifier: Apache-2.0 */
/* forwarded: see forwarded.h. */
#include "front/forwarded.h"

#include <stdlib.h>
#include <string.h>

#include "front/forwarded_field.h"

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

/* False: the chain names no address that counts, and *source is unchanged. */
static bool
read_chain(const struct forwarded_rules *r, struct str chain, struct inet_addr *source)
{
    bool is_found = false;
    while (!str_is_null(chain)) {
        struct inet_addr next;
        if (parse_item(cut_last(&chain), &next) != ERR_NONE)
            break;
        *source = next;
        is_found = true;
        if (!forwarded_is_proxy(r, source))
            break;
    }
    return is_found;
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
is_local(const struct forwarded_rules *r, const struct forwarded_peer *peer, const struct http_request *req)
{
    static const enum http_name told[] = {HTTP_NAME_FORWARDED, HTTP_NAME_X_FORWARDED_FOR,
                                          HTTP_NAME_X_FORWARDED_PROTO, HTTP_NAME_X_FORWARDED_HOST};

    for (size_t i = 0; i < ARRAY_LEN(told); i++) {
        if (!str_is_null(http_header(req, told[i])))
            return false;
    }
    return inet_is_loopback(&peer->address) && !peer->is_relayed && !forwarded_is_proxy(r, &peer->address);
}

/* The last item of the header, or null. */
static struct str
nearest(const struct http_request *req, enum http_name id, struct arena *a)
{
    struct str all = http_header_joined(req, id, a);
    return str_is_null(all) ? STR_NULL : cut_last(&all);
}

/* What one family of fields says. */
struct claims {
    struct inet_addr source; /* the peer's where it has none */
    bool has_source;
    struct str proto, host; /* null: not said */
};

static struct claims
read_x_forwarded(const struct forwarded_rules *r, const struct inet_addr *peer,
                 const struct http_request *req, struct arena *a)
{
    struct claims c = {.source = *peer,
                       .proto = nearest(req, HTTP_NAME_X_FORWARDED_PROTO, a),
                       .host = nearest(req, HTTP_NAME_X_FORWARDED_HOST, a)};
    c.has_source = read_chain(r, http_header_joined(req, HTTP_NAME_X_FORWARDED_FOR, a), &c.source);
    return c;
}

/* From left to right, with the outcome of reading from the right end (read_chain): what is left of a node
 * that is not an address counts no more, and of the nodes that do count, the last one that is not a proxy is
 * the caller, otherwise the farthest proxy. */
static enum errcode
read_rfc7239(const struct forwarded_rules *r, const struct inet_addr *peer, struct str field, struct arena *a,
             struct claims *out)
{
    struct forwarded_element e = {.node = STR_NULL};
    out->has_source = false;
    while (!str_is_null(field)) {
        struct inet_addr node;
        if (forwarded_field_next(&field, a, &e) != ERR_NONE)
            return ERR_SYNTAX;
        bool is_address = forwarded_node_parse(e.node, &node) == ERR_NONE;
        if (is_address && (!out->has_source || !forwarded_is_proxy(r, &node)))
            out->source = node;
        out->has_source = is_address;
    }
    if (!out->has_source)
        out->source = *peer;
    out->proto = e.proto;
    out->host = e.host;
    return ERR_NONE;
}

static const char *
what_is_missing(const struct claims *c, bool has_source, bool wants_host)
{
    if (!has_source)
        return "X-Forwarded-For";
    if (str_is_null(c->proto))
        return "X-Forwarded-Proto";
    return wants_host && str_is_null(c->host) ? "X-Forwarded-Host" : NULL;
}

/* A proxy sets one of the families and passes a client's own fields of the other one on, and nothing shows
 * which. */
static bool
agree(const struct claims *a, const struct claims *b)
{
    return memcmp(&a->source, &b->source, sizeof a->source) == 0 &&
           (str_is_null(a->proto) || str_is_null(b->proto) || str_eq_nocase(a->proto, b->proto));
}

static void
read_proxy(const struct forwarded_rules *r, const struct http_request *req, struct arena *a,
           struct forwarded *out)
{
    struct str field = http_header_joined(req, HTTP_NAME_FORWARDED, a);
    bool has_rfc = !str_is_null(field);
    bool has_x = !str_is_null(http_header(req, HTTP_NAME_X_FORWARDED_FOR));
    bool wants_host = str_is_empty(r->public_url);
    struct claims x = read_x_forwarded(r, &out->source, req, a), rfc = x;

    if (has_rfc && read_rfc7239(r, &out->source, field, a, &rfc) != ERR_NONE)
        out->refused = "malformed-forwarded";
    else if (has_rfc && has_x && !agree(&x, &rfc))
        out->refused = "contradictory-forwarded";
    const struct claims *c = has_x ? &x : &rfc;
    out->missing = what_is_missing(c, has_x || has_rfc, wants_host);
    out->source = c->source;
    if (has_x || has_rfc)
        out->has_source = c->has_source;
    if (!str_is_null(c->proto))
        out->is_tls = str_eq_nocase(c->proto, STR_LIT("https"));
    if (!str_is_null(c->host))
        out->host = is_host(c->host) ? c->host : STR_NULL;
    if (!wants_host)
        out->host = STR_NULL;
}

void
forwarded_read(const struct forwarded_rules *r, const struct forwarded_peer *peer,
               const struct http_request *req, struct arena *a, struct forwarded *out)
{
    static const struct str https = STR("https:");

    *out = (struct forwarded){.source = peer->address,
                              .has_source = !peer->is_unix,
                              .is_tls = peer->is_tls,
                              .is_local = !peer->is_unix && is_local(r, peer, req),
                              .host = req->host};
    if (peer->is_unix || forwarded_is_proxy(r, &peer->address))
        read_proxy(r, req, a, out);
    out->is_secure = out->is_tls || str_eq_nocase(str_sub(r->public_url, 0, https.n), https);
}
