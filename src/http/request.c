/* SPDX-License-Identifier: Apache-2.0 */
/* request: look-ups in a parsed request. */
#include "http/parser.h"

#include <string.h>

#include "http/head.h"

struct str
http_header(const struct http_request *req, enum http_name id)
{
    ASSERT(id > HTTP_NAME_OTHER && id < HTTP_NAME_COUNT_);
    return req->first[id] == 0 ? STR_NULL : req->headers[req->first[id] - 1].value;
}

bool
http_header_is_repeated(const struct http_request *req, enum http_name id)
{
    return (req->repeated >> id & 1) != 0;
}

struct str
http_header_joined(const struct http_request *req, enum http_name id, struct arena *a)
{
    struct str all = STR_NULL;

    if (!http_header_is_repeated(req, id))
        return http_header(req, id);
    for (size_t i = 0; i < req->n_headers; i++) {
        const struct http_header *h = &req->headers[i];

        if (h->id == id)
            all =
                str_is_null(all) ? h->value : arena_printf(a, "%.*s, %.*s", STR_ARG(all), STR_ARG(h->value));
    }
    return all;
}

struct str
http_header_find(const struct http_request *req, struct str name)
{
    for (size_t i = 0; i < req->n_headers; i++)
        if (str_eq_nocase(req->headers[i].name, name))
            return req->headers[i].value;
    return STR_NULL;
}

enum errcode
http_percent_decode(struct arena *a, struct str s, struct str *out)
{
    size_t from = str_find(s, '%'), n = from;
    char *p;

    *out = s;
    if (from == s.n)
        return ERR_NONE;
    p = arena_alloc(a, s.n);
    memcpy(p, s.p, from);
    while (from < s.n) {
        int high, low;

        if (s.p[from] != '%') {
            p[n++] = s.p[from++];
            continue;
        }
        high = s.n - from < 3 ? -1 : http_hex((unsigned char)s.p[from + 1]);
        low = s.n - from < 3 ? -1 : http_hex((unsigned char)s.p[from + 2]);
        if (high < 0 || low < 0 || high + low == 0)
            return ERR_SYNTAX;
        p[n++] = (char)(high << 4 | low);
        from += 3;
    }
    *out = (struct str){p, n};
    return ERR_NONE;
}
