/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch: see dispatch.h. */
#include "front/dispatch.h"

#include "contract/ct_json.h"
#include "pages/response.h"
#include "front/peer.h"
#include "front/face_form.h"
#include "front/face_json.h"
#include "front/face_soap.h"
#include "pages/pages.h"
#include "pages/route.h"
#include "front/parts.h"
#include "front/redirect.h"
#include "front/watch.h"
#include "log/log.h"
#include "soap/soap.h"

enum { API_BODY_READ = 1024 * 1024 /* read to its end, so that its sender sees the refusal */ };

static void
find_route(struct front *f, struct route *route)
{
    route_find(&f->arena, f->request.path, route);
    if (route->is_sandbox && !f->is_sandbox)
        *route = (struct route){.kind = ROUTE_NONE};
}

/* A proxy's own probes carry no forwarding headers. */
static void
warn_of_proxy(struct peer *p, const struct forwarded *who, const struct route *route)
{
    struct front *f = p->front;

    bool is_probe = route->kind == ROUTE_HEALTH || route->kind == ROUTE_READY;
    if (who->missing == NULL || f->has_warned_of_proxy || is_probe)
        return;
    f->has_warned_of_proxy = true;
    log_event(LOG_PROXY_INCOMPLETE, "proxy=%.*s missing=%s", STR_ARG(peer_name(p, &f->arena)), who->missing);
}

static uint64_t
smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

void
dispatch_head(struct peer *p, struct http_parser *parser)
{
    struct front *f = p->front;
    uint64_t most = (uint64_t)f->config->limits_body_size;
    struct route route;

    find_route(f, &route);
    if (f->is_aside)
        http_parser_limit_body(parser, 0, f->is_redirect ? smaller(REDIRECT_BODY, most) : 0);
    else if (route.kind == ROUTE_SERVICE && f->request.method == HTTP_POST)
        http_parser_limit_body(parser, smaller(SOAP_BODY_MAX, most), most);
    else if (route.kind == ROUTE_API)
        http_parser_limit_body(parser, CT_JSON_BODY_MAX, smaller(API_BODY_READ, most));
    else if (route.kind == ROUTE_PATH_INFO && f->request.method == HTTP_POST)
        http_parser_limit_body(parser, FACE_FORM_BODY_MAX, most);
    else
        http_parser_limit_body(parser, 0, most);
    arena_reset(&f->arena);
}

static bool
is_call(const struct front *f, const struct route *route)
{
    return route->kind == ROUTE_API || (route->kind == ROUTE_SERVICE && f->request.method == HTTP_POST);
}

/* What a proxy said about the caller cannot be true, or is missing where something depends on it. */
static void
refuse(struct peer *p, const char *why)
{
    struct front *f = p->front;

    peer_warn(p, why);
    log_event(LOG_REQUEST_REFUSED, "source=%.*s status=400 reason=%s", STR_ARG(peer_name(p, &f->arena)), why);
    f->refused++;
    p->to.keep_alive = false;
    pool_take(&f->pool, &p->out);
    const struct http_refusal refusal = {
        .status = 400, .hsts = p->from.is_tls ? f->hsts : STR_NULL, .request_id = mark_id(&p->mark)};
    http_reply_refusal(&p->out, date_now(&f->date, f->loop), &refusal);
    mark_log(p, 400, 0);
}

static bool
dispatch(struct peer *p)
{
    struct front *f = p->front;
    struct forwarded who;
    struct route route;
    struct response r = {.status = 0};

    find_route(f, &route);
    forwarded_read(&f->proxies, &p->from, &f->request, &f->arena, &who);
    mark_begin(p, peer_is_proxy(p), &who, &route);
    if (who.refused == NULL && !who.has_source && is_call(f, &route))
        who.refused = "no-source-address";
    warn_of_proxy(p, &who, &route);
    p->is_secure = who.is_secure;
    if (who.refused != NULL) {
        refuse(p, who.refused);
        return true;
    }
    if (route.kind == ROUTE_SERVICE && f->request.method == HTTP_POST)
        return face_soap_request(p, &who);
    if (route.kind == ROUTE_API || route.kind == ROUTE_API_NONE)
        return face_json_request(p, &who, &route);
    struct page_request page = {.http = &f->request,
                                .route = &route,
                                .host = who.host,
                                .is_tls = who.is_tls,
                                .is_local = who.is_local,
                                .arena = &f->arena,
                                .wsdl = &f->wsdl,
                                .public_url = f->config->server_public_url,
                                .has_worker = backend_alive(&f->backend) > 0,
                                .is_ready = watch_is_ready(f),
                                .is_sandbox = f->is_sandbox};
    if (face_form_takes(&page))
        return face_form_request(p, &who, &page);
    buf_reset(&f->body);
    pages_respond(&page, &f->body, &r);
    peer_respond(p, &r);
    return true;
}

bool
dispatch_request(struct peer *p)
{
    if (p->front->is_watch) {
        watch_respond(p);
        return true;
    }
    if (p->front->is_redirect) {
        redirect_respond(p);
        return true;
    }
    bool is_answered = dispatch(p);
    mark_end();
    return is_answered;
}
