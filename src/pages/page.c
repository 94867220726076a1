/* SPDX-License-Identifier: Apache-2.0 */
/* page: see the header. */
#include "pages/page.h"

#define HTTP "http://"
#define HTTPS "https://"

static bool
is_host_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' ||
           c == ':' || c == '-' || c == '_' || c == '[' || c == ']';
}

static bool
is_plain_host(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!is_host_char(s.p[i]))
            return false;
    }
    return s.n > 0;
}

/* Without ":port"; the colons of an IPv6 address are inside brackets. */
static struct str
without_port(struct str host)
{
    size_t at = host.n;
    while (at > 0 && host.p[at - 1] >= '0' && host.p[at - 1] <= '9')
        at--;
    return at > 0 && host.p[at - 1] == ':' ? str_sub(host, 0, at - 1) : host;
}

/* Host and port of the public address; null: none is set. */
static struct str
public_host(struct str public_url, bool *is_secure_out)
{
    bool is_secure = str_starts(public_url, STR_LIT(HTTPS));
    struct str host = str_sub(public_url, is_secure ? sizeof HTTPS - 1 : sizeof HTTP - 1, public_url.n);

    host = str_sub(host, 0, str_find(host, '/'));
    *is_secure_out = is_secure;
    return is_plain_host(host) ? host : STR_NULL;
}

void
page_site(const struct page_request *req, struct page_site *out)
{
    struct str host = req->host;
    bool is_secure = req->is_tls, is_public_secure = false;
    struct str known = public_host(req->public_url, &is_public_secure);

    /* Where the caller's host is missing or malformed, the public address is used. */
    if (str_is_null(host) || !is_plain_host(host))
        host = str_is_null(known) ? STR_LIT("localhost") : known;
    if (!str_is_null(known) && str_eq_nocase(host, known))
        is_secure = is_public_secure;
    out->host = without_port(host);
    if (str_eq(str_sub(host, out->host.n, host.n), is_secure ? STR_LIT(":443") : STR_LIT(":80")))
        host = out->host;
    out->path = str_is_null(req->route->service) ? STR_LIT(CT_PATH) : req->route->service;
    size_t file = out->path.n;
    while (file > 0 && out->path.p[file - 1] != '/')
        file--;
    out->file = str_sub(out->path, file, out->path.n);
    out->address =
        arena_printf(req->arena, "%s%.*s%.*s", is_secure ? HTTPS : HTTP, STR_ARG(host), STR_ARG(out->path));
}

void
page_text(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '&':
            buf_add_cstr(b, "&amp;");
            break;
        case '<':
            buf_add_cstr(b, "&lt;");
            break;
        case '>':
            buf_add_cstr(b, "&gt;");
            break;
        case '"':
            buf_add_cstr(b, "&quot;");
            break;
        case '\'':
            buf_add_cstr(b, "&#39;");
            break;
        default:
            buf_add_byte(b, (unsigned char)s.p[i]);
            break;
        }
    }
}

void
page_cstr(struct buf *b, const char *s)
{
    page_text(b, str_from_cstr(s));
}

void
page_begin(struct buf *b, struct str title, struct str discovery)
{
    buf_add_cstr(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    if (!str_is_null(discovery)) {
        buf_add_cstr(b, "<link rel=\"alternate\" type=\"text/xml\" href=\"");
        page_text(b, discovery);
        buf_add_cstr(b, "?disco\">\n");
    }
    buf_add_cstr(b, "<link rel=\"stylesheet\" href=\"" PAGE_ASSETS "pages.css\">\n"
                    "<link rel=\"icon\" type=\"image/svg+xml\" href=\"" PAGE_ASSETS "mark.svg\">\n"
                    "<script src=\"" PAGE_ASSETS "pages.js\" defer></script>\n<title>");
    page_text(b, title);
    buf_add_cstr(b, "</title>\n</head>\n<body>\n<div id=\"content\">\n<div class=\"top\">\n"
                    "<p class=\"heading1\">" CT_SERVICE "</p>\n<nav>"
                    "<a href=\"" CT_PATH "\" data-label=\"Operations\" aria-label=\"Operations\"></a>"
                    "<a href=\"" PAGE_INTEGRATE
                    "\" data-label=\"Guide\" aria-label=\"Guide to integration\"></a>"
                    "<a href=\"" CT_PATH "?WSDL\" data-label=\"WSDL\" aria-label=\"Service description\"></a>"
                    "</nav>\n</div>\n");
}

void
page_end(struct buf *b, unsigned status, const char *cache_control, struct response *out)
{
    buf_add_cstr(b, "</div>\n</body>\n</html>\n");
    *out = (struct response){.status = status,
                             .cache_control = str_from_cstr(cache_control),
                             .content_type = STR("text/html; charset=utf-8"),
                             .is_page = true,
                             .body = buf_view(b)};
}

static const char *const ink_class[] = {
    [CT_INK_TEXT] = NULL,     [CT_INK_HEAD] = "h",  [CT_INK_TAG] = "t",
    [CT_INK_ATTRIBUTE] = "a", [CT_INK_VALUE] = "v", [CT_INK_NOTE] = "n",
};

/* Adjacent pieces of one colour become one element. */
static void
change_ink(struct page_pen *p, enum ct_ink kind)
{
    if (p->kind == kind)
        return;
    if (ink_class[p->kind] != NULL)
        buf_add_cstr(p->out, "</span>");
    if (ink_class[kind] != NULL)
        buf_addf(p->out, "<span class=\"%s\">", ink_class[kind]);
    p->kind = kind;
}

static void
enum_value(struct page_pen *p, struct str text, const char *doc)
{
    change_ink(p, CT_INK_TEXT);
    buf_addf(p->out, "<a class=\"v\" href=\"" PAGE_INTEGRATE "%.*s#%.*s\" title=\"", STR_ARG(p->op->name),
             STR_ARG(text));
    page_cstr(p->out, doc);
    buf_add_cstr(p->out, "\">");
    page_text(p->out, text);
    buf_add_cstr(p->out, "</a>");
}

static void
write_ink(struct ct_pen *pen, enum ct_ink kind, struct str text, const char *doc)
{
    struct page_pen *p = (struct page_pen *)(void *)((char *)pen - offsetof(struct page_pen, pen));

    if (doc != NULL && p->op != NULL) {
        enum_value(p, text, doc);
        return;
    }
    change_ink(p, kind);
    page_text(p->out, text);
}

void
page_pen_begin(struct page_pen *p, struct buf *out, const struct ct_op *op)
{
    *p = (struct page_pen){{write_ink, false}, out, op, CT_INK_TEXT};
    buf_add_cstr(out, op != NULL ? "<pre>" : "<pre class=\"code\">");
}

void
page_pen_end(struct page_pen *p)
{
    change_ink(p, CT_INK_TEXT);
    buf_add_cstr(p->out, "</pre>\n");
}

size_t
page_operations(const struct ct_op *ops_out[CT_OP_COUNT_])
{
    size_t n = 0;

    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++) {
        if (op->face != CT_FACE_SOAP)
            continue;
        size_t at = n++;
        for (; at > 0 && str_cmp(op->name, ops_out[at - 1]->name) < 0; at--)
            ops_out[at] = ops_out[at - 1];
        ops_out[at] = op;
    }
    return n;
}
