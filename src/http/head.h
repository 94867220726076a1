/* head: lines, and the head of a request made of them. For parser.c alone; nothing here keeps a state. */
#ifndef COUNTERSIGN_HTTP_HEAD_H
#define COUNTERSIGN_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "http/parser.h"

/* A refusal; status 0 is none. */
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

/* Looks for the end of the line that begins at `start`; no CR or LF stands before `from`, save perhaps in the
 * last byte before it. WHOLE: the line is [start, *end) with CRLF behind it, and holds no control character
 * but TAB. LONG: it does not end within `max` bytes, CRLF included. BAD: bare CR or LF, or a control
 * character. The answer for a given text does not depend on how much of it has come, MORE aside. */
enum http_line http_line_find(struct http_bytes in, size_t start, size_t from, size_t max, size_t *end);

/* One header field (or trailer) without its CRLF. False: not a field (RFC 9112, section 5), or folded. */
bool http_field_parse(struct str line, struct http_header *h);

enum http_head { HTTP_HEAD_MORE, HTTP_HEAD_WHOLE, HTTP_HEAD_BAD };

/* Where a head that is not whole has been searched so far. All zero at its beginning. */
struct http_head_at {
    uint32_t line;
    uint32_t searched;
};

/* Parses the head at in.data into req: WHOLE: all but the body is filled, at->line is its length. MORE: req
 * is spoilt, *at is set so that the next call does not search in vain. BAD: *fault. limits->line <=
 * limits->head. */
enum http_head http_head_parse(struct http_bytes in, const struct http_limits *limits,
                               struct http_head_at *at, struct http_request *req, struct http_fault *fault);

/* The classes of bytes that the grammar knows. */
enum {
    HTTP_TOKEN = 1, /* RFC 9110, section 5.6.2 */
    HTTP_PATH = 2,  /* pchar and '/' of RFC 3986, section 3.3, '%' included */
    HTTP_QUERY = 4, /* the same, '?', and what browsers leave as it is: [ ] { } | ^ ` */
    HTTP_HOST = 8,  /* letters, digits, '-', '.', '_' */
};
extern const uint8_t http_class[256];

/* Not empty, and all of one class. */
bool http_is_all(struct str s, unsigned class);
/* The value of a hex digit, or -1. */
int http_hex(unsigned char c);

#endif
