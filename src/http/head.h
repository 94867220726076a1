/* SPDX-License-Identifier: Apache-2.0 */
/* head: lines, and the head of a request that they form. Private to parser.c; stateless. */
#ifndef COUNTERSIGN_HTTP_HEAD_H
#define COUNTERSIGN_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "http/parser.h"

/* A refusal; status 0: none. */
struct http_fault {
    uint16_t status;
    const char *why;
};

/* Received bytes: data[0..n). */
struct http_bytes {
    const unsigned char *data;
    size_t n;
};

enum http_line { HTTP_LINE_MORE, HTTP_LINE_WHOLE, HTTP_LINE_LONG, HTTP_LINE_BAD };

/* Looks for the end of the line that starts at `start`; there is no CR or LF before `from`, except perhaps
 * in the last byte before it. WHOLE: the line is [start, *end), followed by CRLF, and has no control
 * character except TAB. LONG: it does not end within `max` bytes, CRLF included. BAD: a bare CR or LF, or
 * a control character. Apart from MORE, the result for a given text does not depend on how much of it has
 * arrived. */
enum http_line http_line_find(struct http_bytes in, size_t start, size_t from, size_t max, size_t *end);

/* One header field (or trailer) without its CRLF. False: not a valid field (RFC 9112, section 5), or
 * folded. */
bool http_field_parse(struct str line, struct http_header *h);

enum http_head { HTTP_HEAD_MORE, HTTP_HEAD_WHOLE, HTTP_HEAD_BAD };

/* How far an incomplete head has been searched. All zero at its start. */
struct http_head_at {
    uint32_t line;
    uint32_t searched;
};

/* Parses the head at in.data into req. WHOLE: everything except the body is filled, at->line is the head's
 * length. MORE: req is undefined, and *at lets the next call skip what was searched. BAD: *fault.
 * limits->line <= limits->head. */
enum http_head http_head_parse(struct http_bytes in, const struct http_limits *limits,
                               struct http_head_at *at, struct http_request *req, struct http_fault *fault);

/* The character classes of the grammar. */
enum {
    HTTP_TOKEN = 1, /* RFC 9110, section 5.6.2 */
    HTTP_PATH = 2,  /* pchar and '/' of RFC 3986, section 3.3, '%' included */
    HTTP_QUERY = 4, /* the same, '?', and the characters that browsers leave unencoded: [ ] { } | ^ ` */
    HTTP_HOST = 8,  /* letters, digits, '-', '.', '_' */
};
extern const uint8_t http_class[256];

/* Not empty, and all characters are of one class. */
bool http_is_all(struct str s, unsigned class);
/* The value of a hex digit, or -1. */
int http_hex(unsigned char c);

#endif
