/* SPDX-License-Identifier: Apache-2.0 */
/* pages: see pages.h. The contract's side of it is docs/contract.md, section 6. */
#include "pages/pages.h"

#include <inttypes.h>

#include "contract/ct.h"
#include "base/siphash.h"
#include "pages/encoding.h"
#include "web/web.h"

#define NO_SCRIPT_SERVICE \
    "Only Web services with a [ScriptService] attribute on the class definition can be called from script."

/* What IIS answers for *.asmx. */
static const struct str service_methods = STR("OPTIONS, TRACE, GET, HEAD, POST");

static void
options(struct response *out)
{
    out->status = 200;
    out->allow = service_methods;
    out->has_public = true;
    out->body = STR_LIT("");
}

bool
pages_is_script_call(const struct page_request *req)
{
    static const struct str json = STR("application/json");
    struct str type = http_header_joined(req->http, HTTP_NAME_CONTENT_TYPE, req->arena);
    struct str info = req->route->path_info;

    if (str_eq_nocase(info, STR_LIT("/js")) || str_eq_nocase(info, STR_LIT("/jsdebug")))
        return true;
    return str_eq_nocase(str_sub(type, 0, json.n), json) && (type.n == json.n || type.p[json.n] == ';');
}

static void
path_info(const struct page_request *req, struct buf *body, struct response *out)
{
    struct str what =
        pages_is_script_call(req)
            ? STR_LIT(NO_SCRIPT_SERVICE)
            : arena_printf(req->arena,
                           "Request format is unrecognized for URL unexpectedly ending in '%.*s'.",
                           STR_ARG(req->route->path_info));
    pages_error(req, 500, what, body, out);
}

static void
service(const struct page_request *req, struct buf *body, struct response *out)
{
    if (req->http->method == HTTP_OPTIONS) {
        options(out);
    } else if (req->route->kind == ROUTE_PATH_INFO) {
        path_info(req, body, out);
    } else if (req->http->method == HTTP_GET) {
        pages_help(req, body, out);
    } else {
        pages_error(req, 405, STR_LIT("Request format is unrecognized."), body, out);
        out->allow = (struct str)STR("GET, POST, OPTIONS");
    }
}

static void
plain(struct response *out, unsigned status, struct str body)
{
    out->status = status;
    out->cache_control = (struct str)STR("no-store");
    out->content_type = (struct str)STR("text/plain; charset=utf-8");
    out->body = body;
}

/* For resources that can only be read. True: the method is neither GET nor HEAD, and was refused. */
static bool
refuse_method(const struct page_request *req, struct response *out)
{
    if (req->http->method == HTTP_GET || req->http->method == HTTP_HEAD_METHOD)
        return false;
    plain(out, 405, STR_LIT("method not allowed\n"));
    out->allow = (struct str)STR("GET, HEAD");
    return true;
}

/* For load balancers. The cause is for the operator: it is in the log, and at metrics.listen. */
static void
probe(const struct page_request *req, struct response *out)
{
    bool is_health = req->route->kind == ROUTE_HEALTH;
    bool is_good = is_health ? req->has_worker : req->is_ready;
    struct str good = is_health ? STR_LIT("ok\n") : STR_LIT("ready\n");
    struct str bad = is_health ? STR_LIT("no worker\n") : STR_LIT("not ready\n");
    if (refuse_method(req, out))
        return;
    plain(out, is_good ? 200 : 503, is_good ? good : bad);
    out->retry_after = is_good ? 0 : 1;
}

/* Not a protection against forgery: it only gives the same bytes the same tag in every build. */
static struct str
etag_of(struct arena *a, struct str body)
{
    static const unsigned char key[SIPHASH_KEY] = {0};
    struct siphash h = siphash(key, body.p, body.n);
    return arena_printf(a, "\"%016" PRIx64 "\"", h.a);
}

/* Whether If-None-Match contains the tag, by weak comparison (RFC 9110, section 13.1.2); `*` matches any. */
static bool
is_listed(struct str list, struct str etag)
{
    while (!str_is_null(list)) {
        list = str_trim(list, " \t,");
        if (str_eq(list, STR_LIT("*")))
            return true;
        if (str_starts(list, STR_LIT("W/")))
            list = str_sub(list, 2, SIZE_MAX);
        if (!str_starts(list, STR_LIT("\"")))
            return false;
        /* A tag may contain a comma. */
        size_t n = str_find(str_sub(list, 1, SIZE_MAX), '"') + 2;
        if (str_eq(str_sub(list, 0, n), etag))
            return true;
        list = str_sub(list, n, SIZE_MAX);
        (void)str_cut(&list, ',');
    }
    return false;
}

/* Only files are ever sent compressed: the length of a compressed page with a secret and an attacker's words
 * in it reveals the secret (BREACH). */
static void
asset(const struct page_request *req, const struct web_asset *a, struct buf *body, struct response *out)
{
    if (a == NULL) {
        pages_not_found(req, body, out);
        return;
    }
    if (refuse_method(req, out))
        return;
    bool has_choice = !str_is_null(a->gzip);
    bool is_gzip = has_choice && encoding_prefers_gzip(
                                     http_header_joined(req->http, HTTP_NAME_ACCEPT_ENCODING, req->arena));
    struct str sent = is_gzip ? a->gzip : a->body;
    struct str etag = etag_of(req->arena, sent);
    bool is_known = is_listed(http_header_joined(req->http, HTTP_NAME_IF_NONE_MATCH, req->arena), etag);
    *out = (struct response){.status = is_known ? 304 : 200,
                             .cache_control = STR("no-cache"),
                             .content_type = a->content_type,
                             .content_encoding = is_gzip && !is_known ? STR_LIT("gzip") : STR_NULL,
                             .vary = has_choice ? STR_LIT("Accept-Encoding") : STR_NULL,
                             .etag = etag,
                             .is_page = true,
                             .is_app = req->route->kind != ROUTE_ASSET,
                             .body = is_known ? STR_LIT("") : sent};
}

/* The file of that route's folder, or NULL. */
static const struct web_asset *
file_of(const struct route *r)
{
    static const struct {
        enum route_kind kind;
        const struct web_asset *(*find)(struct str name);
    } folders[] = {{ROUTE_ASSET, web_asset_find},
                   {ROUTE_APPROVE, web_approve_find},
                   {ROUTE_ACCOUNT, web_account_find},
                   {ROUTE_ADMIN, web_admin_find}};
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        if (folders[i].kind == r->kind)
            return folders[i].find(r->name);
    }
    return NULL;
}

/* An address typed by hand often lacks its last slash. The redirect is relative, since a proxy may have
 * added a path prefix. */
static void
bare(const struct page_request *req, struct response *out)
{
    struct str folder = req->route->kind == ROUTE_CONSOLE_BARE ? STR_LIT("console/")
                        : req->route->kind == ROUTE_ADMIN_BARE ? STR_LIT("admin/")
                                                               : STR_LIT("approve/");
    if (refuse_method(req, out))
        return;
    plain(out, 308, arena_printf(req->arena, "%.*s\n", STR_ARG(folder)));
    out->location = folder;
}

void
pages_respond(const struct page_request *req, struct buf *body, struct response *out)
{
    switch (req->route->kind) {
    case ROUTE_SERVICE:
    case ROUTE_PATH_INFO:
        service(req, body, out);
        break;
    case ROUTE_HEALTH:
    case ROUTE_READY:
        probe(req, out);
        break;
    case ROUTE_ASSET:
    case ROUTE_APPROVE:
    case ROUTE_ACCOUNT:
    case ROUTE_ADMIN:
        asset(req, file_of(req->route), body, out);
        break;
    case ROUTE_CONSOLE:
        asset(req, web_account_find(STR_LIT("console.html")), body, out);
        break;
    case ROUTE_APPROVE_BARE:
    case ROUTE_CONSOLE_BARE:
    case ROUTE_ADMIN_BARE:
        bare(req, out);
        break;
    case ROUTE_INTEGRATE:
        if (!refuse_method(req, out))
            pages_integrate(req, body, out);
        break;
    case ROUTE_ROOT:
        if (!refuse_method(req, out))
            pages_root(body, out);
        break;
    case ROUTE_OPENAPI:
        asset(req, web_asset_find(req->route->name), body, out);
        break;
    case ROUTE_SANDBOX:
        if (!refuse_method(req, out))
            pages_sandbox(req, body, out);
        break;
    case ROUTE_ANY:
        options(out);
        break;
    case ROUTE_API:
    case ROUTE_API_NONE:
    case ROUTE_NONE:
        pages_not_found(req, body, out);
        break;
    }
}
