/* SPDX-License-Identifier: Apache-2.0 */
/* parts: struct front, all parts of a front as one object, shared by the files of this room. Enter at
 * front.h. */
#ifndef COUNTERSIGN_FRONT_PARTS_H
#define COUNTERSIGN_FRONT_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/list.h"
#include "base/loop.h"
#include "config/config.h"
#include "contract/ct_wsdl.h"
#include "front/away.h"
#include "front/backend.h"
#include "front/certificate.h"
#include "front/date.h"
#include "front/drain.h"
#include "front/forwarded.h"
#include "front/front.h"
#include "front/park.h"
#include "front/pool.h"
#include "front/throttle.h"
#include "front/turn.h"
#include "front/weight.h"
#include "http/parser.h"
#include "metrics/metrics_read.h"
#include "http/tls.h"
#include "base/tickets.h"
#include "soap/soap.h"

enum {
    FRONT_BODIES_MAX =
        64 * 1024 * 1024, /* large request bodies and the calls built from them, in total; above it 503 */
    FRONT_RESPONSE_MAX = 16 * 1024 * 1024, /* one response */
};

struct front {
    struct loop *loop;
    const struct config *config;
    struct http_limits limits;
    struct date date;
    struct drain drain;
    struct http_request request; /* of the connection being run */
    struct arena arena;          /* of the request or reply being processed */
    struct buf scratch;          /* a call on its way to a worker */
    struct buf body;             /* a response on its way to a connection */
    struct ct_wsdl wsdl;
    struct soap_reader *soap;
    struct soap_response soap_form[2]; /* by HTTP version: the fixed parts of a 200 response */
    struct pool pool;
    struct backend backend;
    struct park park;
    struct throttle throttle;
    struct turns turns, bulk; /* bulk: large bodies, and what is discarded */
    struct away away;
    struct forwarded_rules proxies;
    struct tls_context *tls;      /* NULL: plain HTTP */
    struct tls_context *next_tls; /* incomplete, or NULL */
    struct tls_tickets tickets;   /* used if has_tickets */
    bool has_tickets;
    struct certificate_watch certificate;
    struct list connections, listeners;
    int challenges;               /* the folder tls.webroot; -1: none */
    int64_t challenge_warned;     /* loop_now; 0: never */
    size_t connections_most;      /* limits.connections, or less */
    size_t gave_way, turned_away; /* since full_warned */
    int64_t full_warned;          /* loop_now; 0: never */
    size_t n_connections;
    struct weight bodies; /* see FRONT_BODIES_MAX */
    uint64_t accepted, refused, requests, calls, watch_hits;
    char hsts_text[32];
    struct str hsts;             /* Strict-Transport-Security (RFC 6797); null: none */
    uint64_t mark_first, marks;  /* of the ids of requests: a random start, and how many */
    struct metrics_view metrics; /* of all processes */
    bool is_sandbox;
    bool is_aside;              /* offers no operation, and does not count what it does: */
    bool is_watch;              /* serves metrics and health, and nothing else, */
    bool is_redirect;           /* or what redirect.h says */
    bool has_warned_of_clear;   /* a request that was posted there; logged once, and again after a reload */
    bool has_bad_certificate;   /* next_tls must not be used */
    bool has_warned_of_proxy;   /* proxies whose headers are missing; logged once, and again after a reload */
    bool has_warned_of_refusal; /* the same of requests that a proxy's headers make unanswerable */
};

#endif
