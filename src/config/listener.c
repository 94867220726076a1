/* SPDX-License-Identifier: Apache-2.0 */
/* listener: see listener.h. */
#include "config/listener.h"

static const struct str unix_prefix = STR("unix:");

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_label(struct str label)
{
    if (label.n == 0 || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-')
        return false;
    for (size_t i = 0; i < label.n; i++) {
        char c = label.p[i];
        if (!is_digit(c) && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '-')
            return false;
    }
    return true;
}

bool
listener_is_host_name(struct str host)
{
    if (host.n == 0 || host.n > 253)
        return false;
    while (!str_is_null(host)) {
        if (!is_label(str_cut(&host, '.')))
            return false;
    }
    return true;
}

static bool
ends_with_number(struct str host)
{
    size_t at = host.n;
    while (at > 0 && is_digit(host.p[at - 1]))
        at--;
    return at < host.n && (at == 0 || host.p[at - 1] == '.');
}

static enum errcode
parse_name(struct str text, struct listener_item *out)
{
    struct str port = text;
    uint64_t n = 0;
    out->kind = LISTENER_NAME;
    out->host = str_cut(&port, ':');
    if (!listener_is_host_name(out->host) || ends_with_number(out->host))
        return ERR_SYNTAX;
    enum errcode err = str_is_null(port) ? ERR_SYNTAX : str_to_u64(port, UINT16_MAX, &n);
    out->at.port = (uint16_t)n;
    return err == ERR_NONE ? ERR_NONE : ERR_SYNTAX;
}

enum errcode
listener_parse(struct str text, struct listener_item *out)
{
    *out = (struct listener_item){.kind = LISTENER_ADDRESS, .host = STR_NULL, .path = STR_NULL};
    if (str_starts(text, unix_prefix)) {
        out->kind = LISTENER_UNIX;
        out->path = str_sub(text, unix_prefix.n, SIZE_MAX);
        bool is_path = str_starts(out->path, STR_LIT("/")) && !str_ends(out->path, STR_LIT("/"));
        return is_path && out->path.n <= LISTENER_PATH_MAX ? ERR_NONE : ERR_SYNTAX;
    }
    if (inet_endpoint_parse(text, &out->at) == ERR_NONE)
        return ERR_NONE;
    return parse_name(text, out);
}

bool
listener_is_local(const struct listener_item *item)
{
    switch (item->kind) {
    case LISTENER_ADDRESS:
        return inet_is_loopback(&item->at.addr);
    case LISTENER_NAME:
        return str_eq_nocase(item->host, STR_LIT("localhost"));
    case LISTENER_UNIX:
        return true;
    }
    return false;
}

bool
listener_expects_proxy(const struct config *c, struct str text)
{
    for (size_t i = 0; i < c->server_proxy_protocol.n; i++)
        if (str_eq(c->server_proxy_protocol.items[i], text))
            return true;
    return false;
}

bool
listener_read_mode(struct str text, unsigned *out)
{
    unsigned mode = 0;
    if (text.n < 3 || text.n > 4)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '7')
            return false;
        mode = mode << 3 | (unsigned)(text.p[i] - '0');
    }
    *out = mode;
    return (mode & ~0660U) == 0;
}
