/* SPDX-License-Identifier: Apache-2.0 */
/* pages: everything that the front answers by itself, without a worker: the .asmx's own pages, WSDL and
 * discovery document, the integration guide, the sandbox's page, error pages, static files, and the health
 * check. Each function fills an answer; bodies are written into the given buf, or are constants. Enter at
 * pages.c; the parts are pages_root.c, pages_help.c, pages_integrate.c, pages_sandbox.c and pages_error.c;
 * page.h has what they share. */
#ifndef COUNTERSIGN_PAGES_PAGES_H
#define COUNTERSIGN_PAGES_PAGES_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "pages/response.h"
#include "pages/route.h"
#include "http/parser.h"

struct ct_wsdl;

struct page_request {
    const struct http_request *http;
    const struct route *route;
    struct str host;       /* as the caller requested it; null when unknown, or when it may not choose it */
    bool is_tls, is_local; /* of the caller: front/forwarded.h */
    struct arena *arena;
    struct str public_url; /* from the configuration, may be empty */
    const struct ct_wsdl *wsdl;
    bool has_worker; /* one is connected */
    bool is_ready;   /* front/watch.h */
    bool is_sandbox;
};

/* Everything outside the SOAP, JSON and form bindings: answers ROUTE_SERVICE except for its POST, and all
 * other routes except ROUTE_API and ROUTE_API_NONE. `body` is empty. */
void pages_respond(const struct page_request *req, struct buf *body, struct response *out);

/* The answer to requests that ASP.NET passes to its script handler, which this service does not have. */
bool pages_is_script_call(const struct page_request *req);

/* GET of the service: list, operation, WSDL or discovery document, chosen by the query. */
void pages_help(const struct page_request *req, struct buf *body, struct response *out);

/* GET of the guide: its index, or an operation's page. */
void pages_integrate(const struct page_request *req, struct buf *body, struct response *out);

/* The bare address: where to go from there. */
void pages_root(struct buf *body, struct response *out);

/* The scenarios of a sandbox. */
void pages_sandbox(const struct page_request *req, struct buf *body, struct response *out);

/* ASP.NET's error page: only local callers see the cause. */
void pages_error(const struct page_request *req, unsigned status, struct str what, struct buf *body,
                 struct response *out);
void pages_not_found(const struct page_request *req, struct buf *body, struct response *out);

#endif
