/* pages: what the front says to browsers and to people by itself: the service's own page, the error pages,
 * the health check. Each fills an answer; bodies are written into the buf given, or are constants. */
#ifndef COUNTERSIGN_FRONT_PAGES_H
#define COUNTERSIGN_FRONT_PAGES_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "front/answer.h"
#include "front/route.h"
#include "http/parser.h"

struct page_request {
    const struct http_request *http;
    const struct route *route;
    bool is_ready; /* a worker is there */
};

/* Whatever is not for SOAP or JSON: answers ROUTE_SERVICE but its POST, ROUTE_PATH_INFO, ROUTE_HEALTH,
 * ROUTE_ANY and ROUTE_NONE. */
void pages_answer(const struct page_request *req, struct buf *body, struct answer *out);

#endif
