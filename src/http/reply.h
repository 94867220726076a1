/* reply: writes answers of HTTP/1.1 (RFC 9112) into a struct buf. The body is always complete and
 * Content-Length always said; nothing is chunked. It decides nothing about an answer but its frame.
 *
 *     http_reply_begin(&r, &c->out, &c->to, 200);
 *     http_reply_header(&r, "Cache-Control", STR_LIT("private, max-age=0"));
 *     http_reply_header(&r, "Content-Type", STR_LIT("text/xml; charset=utf-8"));
 *     http_reply_end(&r, &front->date, body);
 *
 * gives the order of the contract (docs/contract.md, section 4): the caller's headers, Server, Date,
 * Content-Length, and Connection where it is needed. An answer that does not fit in the buf sets its `over`:
 * close then. */
#ifndef COUNTERSIGN_HTTP_REPLY_H
#define COUNTERSIGN_HTTP_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"
#include "http/parser.h"

/* What of a request decides the frame of its answer: kept by the connection while the answer is being made.
 */
struct http_reply_to {
    bool is_head;    /* no body goes out, Content-Length is that of the body */
    bool keep_alive; /* clear it to close after this answer */
    uint8_t minor;
};

/* The Date header of this second. One a process. */
struct http_date {
    int64_t second;
    char text[30]; /* "Mon, 23 Nov 2026 15:30:14 GMT" (RFC 9110, section 5.6.7) */
};

struct http_reply {
    struct buf *out;
    struct http_reply_to to;
    uint16_t status;
};

/* The interim answer to Expect: 100-continue, whole. */
#define HTTP_CONTINUE STR_LIT("HTTP/1.1 100 Continue\r\n\r\n")

struct http_reply_to http_reply_to(const struct http_request *req);

/* Makes the text for the time now (clock_wall); cheap when the second is the same. All zero is a date not yet
 * set. Call it once a round of the loop, or before each answer. */
void http_date_set(struct http_date *d, int64_t now);

/* "Not Found"; "Unknown" for a status without a phrase here. */
struct str http_reason(unsigned status);

/* status is 200 to 599 and three digits (ASSERT). */
void http_reply_begin(struct http_reply *r, struct buf *out, const struct http_reply_to *to, unsigned status);
/* Name: a constant token. CR, LF or NUL in a value is a bug of the caller (ASSERT): whoever passes on outside
 * text has checked it. A null value writes nothing. Not for Server, Date, Content-Length and Connection. */
void http_reply_header(struct http_reply *r, const char *name, struct str value);
/* Finishes the head and appends the body (which is not written for HEAD, 204 and 304; the latter two without
 * Content-Length). d has been set. */
void http_reply_end(struct http_reply *r, const struct http_date *d, struct str body);

/* A whole short answer for people, as http.sys words it (Content-Type: text/html; charset=us-ascii), that
 * closes: for HTTP_REFUSED, timeouts (408) and overload (503). retry_after > 0 adds Retry-After, in seconds;
 * is_tls Strict-Transport-Security.
 */
void http_reply_refusal(struct buf *out, const struct http_date *d, unsigned status, unsigned retry_after,
                        bool is_tls);

/* A year of Strict-Transport-Security (RFC 6797). */
#define HTTP_HSTS STR_LIT("max-age=31536000")

#endif
