/* pages: what the front says to browsers and to people by itself: the .asmx's own pages, WSDL and discovery
 * document, the guide to integration, the sandbox's list, the error pages, the files that pages use, the
 * health check. Each fills an answer; bodies are written into the buf given, or are constants. Enter at
 * pages.c; the parts are pages_help.c, pages_integrate.c, pages_sandbox.c and pages_error.c, their common
 * frame is page.h. */
#ifndef COUNTERSIGN_FRONT_PAGES_H
#define COUNTERSIGN_FRONT_PAGES_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "front/answer.h"
#include "front/forwarded.h"
#include "front/route.h"
#include "http/parser.h"

struct ct_wsdl;

struct page_request {
    const struct http_request *http;
    const struct route *route;
    const struct forwarded *who;
    struct arena *arena;
    struct str public_url; /* of the configuration, perhaps empty */
    const struct ct_wsdl *wsdl;
    bool is_ready; /* a worker is there */
};

/* Whatever is not for SOAP, JSON or the form binding: answers ROUTE_SERVICE but its POST, and all other
 * routes but ROUTE_API and ROUTE_API_NONE. `body` is empty. */
void pages_answer(const struct page_request *req, struct buf *body, struct answer *out);

/* What ASP.NET hands to its handler of scripts, which this service has none of. */
bool pages_is_script_call(const struct page_request *req);

/* ---- the parts ---- */

/* GET of the service: list, operation, WSDL, discovery document, by the query. */
void pages_help(const struct page_request *req, struct buf *body, struct answer *out);

/* GET of the guide: its index, or the page of one operation. */
void pages_integrate(const struct page_request *req, struct buf *body, struct answer *out);

/* The scenarios of a sandbox. */
void pages_sandbox(const struct page_request *req, struct buf *body, struct answer *out);

/* ASP.NET's error page: what happened is told to local callers alone. */
void pages_error(const struct page_request *req, unsigned status, struct str what, struct buf *body,
                 struct answer *out);
void pages_not_found(const struct page_request *req, struct buf *body, struct answer *out);

#endif
