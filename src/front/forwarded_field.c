/* SPDX-License-Identifier: Apache-2.0 */
/* forwarded_field: see forwarded_field.h. */
#include "front/forwarded_field.h"

static bool
is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* RFC 9110, section 5.6.2. */
static bool
is_token_char(char c)
{
    static const struct str others = STR("!#$%&'*+-.^_`|~");
    return is_alnum(c) || str_find(others, c) < others.n;
}

static void
skip_blanks(struct str *s)
{
    while (s->n > 0 && (s->p[0] == ' ' || s->p[0] == '\t'))
        *s = str_sub(*s, 1, SIZE_MAX);
}

static struct str
cut_token(struct str *s)
{
    size_t n = 0;
    while (n < s->n && is_token_char(s->p[n]))
        n++;
    struct str token = str_sub(*s, 0, n);
    *s = str_sub(*s, n, SIZE_MAX);
    return token;
}

/* A quoted-string (RFC 9110, section 5.6.4); *s begins with its quote. */
static enum errcode
cut_quoted(struct str *s, struct arena *a, struct str *out)
{
    size_t end = 1, n = 0;
    while (end < s->n && s->p[end] != '"')
        end += s->p[end] == '\\' ? 2 : 1;
    if (end >= s->n)
        return ERR_SYNTAX;
    char *text = arena_alloc(a, end);
    for (size_t i = 1; i < end; i++) {
        i += s->p[i] == '\\';
        text[n++] = s->p[i];
    }
    *out = (struct str){.p = text, .n = n};
    *s = str_sub(*s, end + 1, SIZE_MAX);
    return ERR_NONE;
}

static struct str *
place(struct forwarded_element *e, struct str name)
{
    if (str_eq_nocase(name, STR_LIT("for")))
        return &e->node;
    if (str_eq_nocase(name, STR_LIT("proto")))
        return &e->proto;
    return str_eq_nocase(name, STR_LIT("host")) ? &e->host : NULL;
}

static enum errcode
cut_pair(struct str *rest, struct arena *a, struct forwarded_element *e)
{
    struct str name = cut_token(rest), value = STR_NULL;
    if (name.n == 0 || !str_starts(*rest, STR_LIT("=")))
        return ERR_SYNTAX;
    *rest = str_sub(*rest, 1, SIZE_MAX);
    enum errcode err = ERR_NONE;
    if (str_starts(*rest, STR_LIT("\"")))
        err = cut_quoted(rest, a, &value);
    else
        value = cut_token(rest);
    if (err != ERR_NONE || value.n == 0)
        return ERR_SYNTAX;
    struct str *to = place(e, name);
    if (to == NULL)
        return ERR_NONE;
    if (!str_is_null(*to))
        return ERR_SYNTAX;
    *to = value;
    return ERR_NONE;
}

enum errcode
forwarded_field_next(struct str *rest, struct arena *a, struct forwarded_element *out)
{
    *out = (struct forwarded_element){.node = STR_NULL, .proto = STR_NULL, .host = STR_NULL};
    for (;;) {
        skip_blanks(rest);
        bool is_pair = rest->n > 0 && rest->p[0] != ';' && rest->p[0] != ',';
        if (is_pair && cut_pair(rest, a, out) != ERR_NONE)
            return ERR_SYNTAX;
        skip_blanks(rest);
        bool is_last = rest->n == 0;
        bool is_end = !is_last && rest->p[0] == ',', is_more = !is_last && rest->p[0] == ';';
        *rest = is_last ? STR_NULL : str_sub(*rest, 1, SIZE_MAX);
        if (is_last || is_end)
            return ERR_NONE;
        if (!is_more)
            return ERR_SYNTAX;
    }
}

/* ":80" or ":_hidden" (section 6.3); empty: none. */
static bool
is_port(struct str s)
{
    uint64_t n;
    if (s.n == 0)
        return true;
    struct str port = str_sub(s, 1, SIZE_MAX);
    if (s.p[0] != ':' || port.n == 0)
        return false;
    if (port.p[0] != '_')
        return str_to_u64(port, UINT16_MAX, &n) == ERR_NONE;
    for (size_t i = 1; i < port.n; i++)
        if (!is_alnum(port.p[i]) && port.p[i] != '.' && port.p[i] != '_' && port.p[i] != '-')
            return false;
    return port.n > 1;
}

enum errcode
forwarded_node_parse(struct str node, struct inet_addr *out)
{
    bool has_bracket = str_starts(node, STR_LIT("["));
    size_t end = str_find(node, has_bracket ? ']' : ':');
    if (has_bracket && end == node.n)
        return ERR_SYNTAX;
    struct str address = str_sub(node, has_bracket ? 1 : 0, has_bracket ? end - 1 : end);
    struct str port = str_sub(node, has_bracket ? end + 1 : end, SIZE_MAX);
    if (!is_port(port) || (str_find(address, ':') < address.n) != has_bracket)
        return ERR_SYNTAX;
    return inet_parse(address, out);
}
