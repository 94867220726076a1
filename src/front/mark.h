/* SPDX-License-Identifier: Apache-2.0 */
/* mark: what identifies one request in the log, here and in the worker that answers it: its id, the trace
 * that it belongs to, and its line in the access log.
 *
 * The id is ours, unless a trusted proxy has sent one (X-Request-Id) of harmless characters; the trace comes
 * from a trusted proxy's traceparent (W3C Trace Context, level 1, section 3.2) or is empty. The access log
 * has the name of the route, never the path: what a client put into a path or query may be a ticket. */
#ifndef COUNTERSIGN_FRONT_MARK_H
#define COUNTERSIGN_FRONT_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/inet.h"
#include "base/str.h"
#include "http/parser.h"
#include "log/log.h"

struct ct_op;
struct forwarded;
struct peer;
struct route;

struct mark {
    char id[LOG_REQUEST_MAX + 1], trace[LOG_TRACE_MAX + 1]; /* "": none */
    int64_t began;                                          /* loop_now */
    const char *route;                                      /* a constant; NULL: none */
    const struct ct_op *op;                                 /* NULL: none, or not known yet */
    struct inet_addr source;                                /* of the caller, behind the proxies */
    enum http_method method;
};

/* At the start of the request in p->front->request; is_proxy: a trusted proxy has sent it. The log's lines
 * belong to it until mark_end. */
void mark_begin(struct peer *p, bool is_proxy, const struct forwarded *who, const struct route *route);
void mark_end(void);
/* In place of mark_begin, for bytes that are not a request, or that were refused as one. */
void mark_refuse(struct peer *p);
/* Null where there is none. */
struct str mark_id(const struct mark *m);
struct str mark_trace(const struct mark *m);
/* A response was written: its line in the access log, if that is wanted. */
void mark_log(const struct peer *p, unsigned status, size_t bytes);

/* The trace id of a traceparent, or null if it is not valid. */
struct str mark_trace_of(struct str traceparent);

#endif
