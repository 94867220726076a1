/* SPDX-License-Identifier: Apache-2.0 */
/* mark: see the header. */
#include "front/mark.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contract/ct.h"
#include "front/forwarded.h"
#include "front/parts.h"
#include "front/peer.h"
#include "pages/route.h"

enum { TRACEPARENT = 55, TRACE_AT = 3, PARENT_AT = 36, FLAGS_AT = 53 };

static bool
is_hex(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
            return false;
    return true;
}

static bool
is_zero(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '0')
            return false;
    return true;
}

struct str
mark_trace_of(struct str h)
{
    struct str version = str_sub(h, 0, 2), trace = str_sub(h, TRACE_AT, 32),
               parent = str_sub(h, PARENT_AT, 16);
    bool is_whole =
        h.n == TRACEPARENT || (h.n > TRACEPARENT && h.p[TRACEPARENT] == '-' &&
                               !str_eq(version, STR_LIT("00"))); /* a later version may add more */
    if (!is_whole || h.p[2] != '-' || h.p[PARENT_AT - 1] != '-' || h.p[FLAGS_AT - 1] != '-' ||
        !is_hex(version) || str_eq(version, STR_LIT("ff")) || !is_hex(trace) || is_zero(trace) ||
        !is_hex(parent) || is_zero(parent) || !is_hex(str_sub(h, FLAGS_AT, 2)))
        return STR_NULL;
    return trace;
}

static void
keep(char *to, struct str s)
{
    if (s.n > 0)
        memcpy(to, s.p, s.n);
    to[s.n] = '\0';
}

/* Unique in this process by its counter, and between processes by its start. The multiplication by an odd
 * number keeps it unique and spreads the counter over all digits. */
static void
make_id(struct front *f, struct mark *m)
{
    uint64_t n = (f->mark_first + f->marks++) * UINT64_C(0x9e3779b97f4a7c15);
    (void)snprintf(m->id, sizeof m->id, "%016" PRIx64, n);
}

/* Of two of them, neither. */
static struct str
only(const struct http_request *req, enum http_name id)
{
    return http_header_is_repeated(req, id) ? STR_NULL : http_header(req, id);
}

/* The name of a route; the paths below a folder are files, whose names are ours only if they exist. */
static const char *
name_of(const struct route *route)
{
    static const char *const names[] = {
        [ROUTE_SERVICE] = CT_PATH,
        [ROUTE_PATH_INFO] = (CT_PATH "/*"),
        [ROUTE_API] = "/api",
        [ROUTE_HEALTH] = "/healthz",
        [ROUTE_READY] = "/readyz",
        [ROUTE_ASSET] = "/assets/*",
        [ROUTE_INTEGRATE] = "/integrate/*",
        [ROUTE_APPROVE] = "/approve/*",
        [ROUTE_APPROVE_BARE] = "/approve",
        [ROUTE_ACCOUNT] = "/account/*",
        [ROUTE_CONSOLE] = "/console/",
        [ROUTE_CONSOLE_BARE] = "/console",
        [ROUTE_ADMIN] = "/console/admin/*",
        [ROUTE_ADMIN_BARE] = "/console/admin",
        [ROUTE_ROOT] = "/",
        [ROUTE_OPENAPI] = "/api/*openapi.json",
        [ROUTE_SANDBOX] = "/sandbox",
        [ROUTE_ANY] = "*",
    };
    return (size_t)route->kind < ARRAY_LEN(names) ? names[route->kind] : NULL;
}

void
mark_begin(struct peer *p, bool is_proxy, const struct forwarded *who, const struct route *route)
{
    struct front *f = p->front;
    struct mark *m = &p->mark;
    m->began = loop_now(f->loop);
    m->route = name_of(route);
    m->op = route->op;
    m->source = who->source;
    m->method = f->request.method;
    m->trace[0] = '\0';
    struct str given = STR_NULL;
    if (is_proxy) {
        struct str trace = mark_trace_of(only(&f->request, HTTP_NAME_TRACEPARENT));
        if (!str_is_null(trace))
            keep(m->trace, trace);
        given = only(&f->request, HTTP_NAME_X_REQUEST_ID);
    }
    if (log_is_id(given, LOG_REQUEST_MAX))
        keep(m->id, given);
    else
        make_id(f, m);
    log_set_request(mark_id(m), mark_trace(m));
}

void
mark_refuse(struct peer *p)
{
    p->mark = (struct mark){.began = loop_now(p->front->loop), .source = p->from.address};
    make_id(p->front, &p->mark);
    log_set_request(mark_id(&p->mark), STR_NULL);
}

void
mark_end(void)
{
    log_set_request(STR_NULL, STR_NULL);
}

struct str
mark_id(const struct mark *m)
{
    return m->id[0] == '\0' ? STR_NULL : str_from_cstr(m->id);
}

struct str
mark_trace(const struct mark *m)
{
    return m->trace[0] == '\0' ? STR_NULL : str_from_cstr(m->trace);
}

static const char *
method_text(enum http_method method)
{
    static const char *const names[] = {
        [HTTP_GET] = "GET",         [HTTP_HEAD_METHOD] = "HEAD",  [HTTP_POST] = "POST",
        [HTTP_OPTIONS] = "OPTIONS", [HTTP_PUT] = "PUT",           [HTTP_DELETE] = "DELETE",
        [HTTP_PATCH] = "PATCH",     [HTTP_METHOD_OTHER] = "other"};
    return (size_t)method < ARRAY_LEN(names) && names[method] != NULL ? names[method] : "other";
}

static bool
is_wanted(const struct front *f, unsigned status)
{
    return !f->is_aside && (f->config->log_access == CONFIG_ACCESS_ALL ||
                            (f->config->log_access == CONFIG_ACCESS_ERRORS && status >= 400));
}

void
mark_log(const struct peer *p, unsigned status, size_t bytes)
{
    const struct mark *m = &p->mark;
    if (!is_wanted(p->front, status))
        return;
    struct arena a;
    arena_init(&a);
    struct str source =
        p->from.is_unix && m->source.b[0] == 0 ? STR_LIT("unix") : inet_format(&a, &m->source);
    struct str op = m->op != NULL ? m->op->name : STR_LIT("-");
    log_set_request(mark_id(m), mark_trace(m));
    log_event(LOG_ACCESS, "method=%s route=%s op=%.*s status=%u bytes=%zu ms=%" PRId64 " source=%.*s",
              method_text(m->method), m->route != NULL ? m->route : "-", STR_ARG(op), status, bytes,
              (loop_now(p->front->loop) - m->began) / CLOCK_MS, STR_ARG(source));
    log_set_request(STR_NULL, STR_NULL);
    arena_clear(&a);
}
