/* SPDX-License-Identifier: Apache-2.0 */
/* reply: writes HTTP/1.1 answers (RFC 9112) into a struct buf. The body is always complete, with a
 * Content-Length; nothing is chunked. It decides only the framing of an answer.
 *
 *     http_reply_begin(&r, &c->out, &c->to, 200);
 *     http_reply_header(&r, "Cache-Control", STR_LIT("private, max-age=0"));
 *     http_reply_header(&r, "Content-Type", STR_LIT("text/xml; charset=utf-8"));
 *     http_reply_end(&r, &front->date, body);
 *
 * The headers are in the order of the contract (docs/contract.md, section 4): the caller's, Server, Date,
 * Content-Length, and Connection where needed. An answer that does not fit into the buf sets its `over`: the
 * connection must then be closed. */
#ifndef COUNTERSIGN_HTTP_REPLY_H
#define COUNTERSIGN_HTTP_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"
#include "http/parser.h"

/* The properties of a request that decide the framing of its answer; the connection keeps them while the
 * answer is made. */
struct http_reply_to {
    bool is_head;    /* no body is sent, but Content-Length is that of the body */
    bool keep_alive; /* clear it to close after this answer */
    uint8_t minor;
};

/* The Date header of the current second. One per process. */
struct http_date {
    int64_t second;
    char text[30]; /* "Mon, 23 Nov 2026 15:30:14 GMT" (RFC 9110, section 5.6.7) */
};

struct http_reply {
    struct buf *out;
    struct http_reply_to to;
    uint16_t status;
};

/* The complete interim answer to Expect: 100-continue. */
#define HTTP_CONTINUE STR_LIT("HTTP/1.1 100 Continue\r\n\r\n")

struct http_reply_to http_reply_to(const struct http_request *req);

/* Generates the text for the current time (clock_wall); cheap within the same second. All zero: a date not
 * yet set. Call it once per round of the loop, or before each answer. */
void http_date_set(struct http_date *d, int64_t now);

/* "Not Found"; "Unknown" for a status without a phrase in this file. */
struct str http_reason(unsigned status);

/* status is 200 to 599 and three digits (ASSERT). */
void http_reply_begin(struct http_reply *r, struct buf *out, const struct http_reply_to *to, unsigned status);
/* Name: a constant token. CR, LF or NUL in a value is the caller's bug (ASSERT): text from outside must
 * have been checked. A null value writes nothing. Not for Server, Date, Content-Length and Connection. */
void http_reply_header(struct http_reply *r, const char *name, struct str value);
/* Ends the head and appends the body (not for HEAD, 204 and 304; the latter two have no Content-Length
 * either). d must be set. */
void http_reply_end(struct http_reply *r, const struct http_date *d, struct str body);

/* A complete short answer for people, as http.sys words it (Content-Type: text/html; charset=us-ascii),
 * which closes the connection: for HTTP_REFUSED, timeouts (408) and overload (503). A null string is a field
 * that is left out. */
struct http_refusal {
    unsigned status;
    unsigned retry_after;  /* seconds; 0: no Retry-After */
    struct str hsts;       /* Strict-Transport-Security */
    struct str request_id; /* X-Request-Id */
};
void http_reply_refusal(struct buf *out, const struct http_date *d, const struct http_refusal *refusal);

#endif
