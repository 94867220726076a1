/* SPDX-License-Identifier: Apache-2.0 */
/* response: the HTTP response to one request, as pages and faces fill it in, and its headers in the
 * contract's order. Not here: the framing (http/reply.h). */
#ifndef COUNTERSIGN_PAGES_RESPONSE_H
#define COUNTERSIGN_PAGES_RESPONSE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"
#include "http/reply.h"

/* Null views are left out. All of them are read before response_write returns. */
struct response {
    unsigned status;
    struct str cache_control, content_type, content_encoding, vary, etag, allow, set_cookie,
        preference_applied, location;
    unsigned retry_after; /* seconds; 0: none */
    bool is_api;          /* extra headers of the JSON face: nosniff, and the challenge of a 401 */
    bool is_failure;      /* counts as a failure of the payer (front/throttle.h) */
    bool is_accepted;     /* a worker accepted the token of the request, */
    bool is_token_wrong;  /* or does not know it */
    bool has_public;      /* Public beside Allow, as IIS answers OPTIONS */
    bool is_page;         /* for a browser: what the page may load, and which pages may frame it */
    bool is_app;          /* a page that may also call the server: the approver */
    struct str body;
};

/* What is the same for all responses of a server, or of a connection. */
struct response_setting {
    const struct http_reply_to *to; /* how the request wants it framed */
    const struct http_date *date;
    struct str request_id; /* X-Request-Id; null: none */
    bool is_sandbox;       /* says so in a header */
    struct str
        hsts; /* Strict-Transport-Security; null: the request did not come over TLS, or none is wanted */
};

/* Appends the response. */
void response_write(const struct response *r, const struct response_setting *s, struct buf *out);

#endif
