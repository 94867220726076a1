/* SPDX-License-Identifier: Apache-2.0 */
/* parser: a strict parser for HTTP/1.0 and 1.1 requests (RFC 9112, RFC 9110) from the bytes of one
 * connection.
 *
 * It accepts what a server of SOAP and web pages needs. Anything that two parsers could interpret differently
 * is refused, and the connection must then be closed. It reads no socket and allocates nothing: the caller
 * appends input to a struct buf and calls http_parser_step, as often as it likes; the result does not depend
 * on how the input was split.
 *
 * The parser itself is small, since there is one per connection. struct http_request is large (about 3 KB)
 * and filled only at the end of a step: one per process is enough, valid until the next step of any
 * connection.
 *
 *     for (;;) switch (http_parser_step(&c->parser, &c->in, &req)) {
 *     case HTTP_MORE:    read more into c->in (at end of file: stop), step again
 *     case HTTP_HEAD:    look at req; perhaps http_parser_limit_body; perhaps send HTTP_CONTINUE; step again
 *     case HTTP_DONE:    copy what is needed from req, http_parser_next(&c->parser, &c->in), answer
 *     case HTTP_REFUSED: answer c->parser.status (reply.h: http_reply_refusal) and close;
 *                        c->parser.why is for the log
 *     }
 */
#ifndef COUNTERSIGN_HTTP_PARSER_H
#define COUNTERSIGN_HTTP_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum http_method {
    HTTP_METHOD_OTHER, /* any other token, including TRACE and get (methods are case-sensitive): see
                        * method_text */
    HTTP_GET,
    HTTP_HEAD_METHOD,
    HTTP_POST,
    HTTP_OPTIONS,
    HTTP_PUT,
    HTTP_DELETE,
    HTTP_PATCH,
};

enum http_name {
    HTTP_NAME_OTHER,
#define HTTP_NAME(id, text, first, last) HTTP_NAME_##id,
#include "http/names.def"
    HTTP_NAME_COUNT_
};

enum { HTTP_HEADERS_MAX = 64, HTTP_METHOD_MAX = 32, HTTP_CHUNK_LINE_MAX = 256 };

struct http_limits {
    uint32_t line; /* limit of the request line in bytes, CRLF included; beyond: 414 */
    uint32_t head; /* limit of the head in bytes, request line and empty line included; beyond it (or above
                    * HTTP_HEADERS_MAX fields): 431. Also limits trailers, and all chunk extensions
                    * together */
    uint64_t body; /* limit of a body in bytes, unless http_parser_limit_body changes it; beyond: 413 */
};

enum http_step {
    HTTP_MORE,    /* all input is consumed, and completes nothing */
    HTTP_HEAD,    /* reported once per request, even without a body: all of req but body is filled */
    HTTP_DONE,    /* all of req is filled; reported until http_parser_next */
    HTTP_REFUSED, /* see status and why; reported forever. req is not filled */
};

struct http_header {
    struct str name;  /* as sent */
    struct str value; /* without surrounding blanks; may be empty, never null */
    enum http_name id;
};

/* All views point into the connection's buf: valid until it changes. Read-only for the caller. */
struct http_request {
    enum http_method method;
    struct str method_text;
    struct str path;      /* starts with '/', percent-encoded as received; "*" for OPTIONS * */
    struct str query;     /* the part after the first '?'; null if there is none */
    struct str host;      /* host or host:port, valid (RFC 9110, section 7.2), from Host or the absolute
                           * target. Null: HTTP/1.0 without one */
    uint8_t minor;        /* 1 or 0: HTTP/1.minor */
    bool keep_alive;      /* the client wants, and the version allows, another request on this connection */
    bool expect_continue; /* always false in HTTP/1.0 */
    bool is_chunked;
    bool has_length;
    uint64_t length; /* Content-Length; 0 without one */
    bool is_cut;     /* the body exceeded the limit of http_parser_limit_body: read but not kept; body is
                      * null */
    struct str body; /* HTTP_DONE: never null unless is_cut; chunks are decoded. HTTP_HEAD: null */
    size_t n_headers;
    struct http_header headers[HTTP_HEADERS_MAX];
    uint8_t first[HTTP_NAME_COUNT_]; /* index + 1 of the first header of that name; 0: none */
    uint32_t repeated;               /* one bit for each http_name (not OTHER) that occurred more than once */
    const void *owner;               /* private: the parser that this head belongs to, */
    const void *base;                /* and the head's address */
};

/* Fields are private, except status and why. */
struct http_parser {
    const struct http_limits *limits;
    const char *why; /* a constant in lower case, with dashes ("bare-lf"); NULL unless refused */
    uint16_t status; /* 400 411 413 414 417 431 501 505; 0 unless refused */
    uint8_t state;
    bool had_blank; /* an empty line preceded the request line */
    bool is_chunked, is_cut;
    const struct http_request *filled; /* the req that this request's head was last written to; only
                                        * compared */
    uint32_t line;                     /* where the first line of the incomplete head starts, */
    uint32_t searched;                 /* and how far its end was searched for; 0: not yet */
    uint32_t head;                     /* bytes of the head */
    uint32_t extra;                    /* bytes of chunk extensions or of trailers so far */
    uint64_t length;                   /* Content-Length */
    uint64_t keep, take;               /* set by http_parser_limit_body */
    uint64_t left;                     /* outstanding bytes of the body, or of the chunk */
    uint64_t total;                    /* bytes of the body so far, kept or not */
    size_t body;                       /* bytes of the body kept behind the head */
    size_t at;                         /* where undecoded bytes begin */
};

/* limits must outlive the parser. */
void http_parser_init(struct http_parser *p, const struct http_limits *limits);

/* Processes as much of `in` as possible, up to the next event to report. `in` belongs to one connection
 * and starts where its parser left it; between calls the caller may only append. Chunked bodies are
 * decoded in place. in->max must have room for the head, the kept body, and HTTP_CHUNK_LINE_MAX (or the
 * longest trailer): see http_parser_room. Never consumes a request: that is http_parser_next. `req` may
 * have served another connection since HTTP_HEAD. */
enum http_step http_parser_step(struct http_parser *p, struct buf *in, struct http_request *req) MUST_CHECK;

/* The max of a buf that has room for any request within these limits, and for part of the next. */
size_t http_parser_room(const struct http_limits *limits);

/* Between HTTP_HEAD and the next step: keep a body of at most `keep` bytes; read a longer one to its end
 * without keeping it (is_cut), but refuse one above `take` (>= keep) with 413. Both may exceed
 * limits->body, but `keep` bytes must fit into `in`. */
void http_parser_limit_body(struct http_parser *p, uint64_t keep, uint64_t take);

/* At HTTP_HEAD, with req as filled: the client waits for "100 Continue" (HTTP_CONTINUE of reply.h) before
 * sending its body: it asked for that, a body is expected, none of it has arrived, and its length would
 * not be refused. */
bool
http_parser_wants_continue(const struct http_parser *p, const struct buf *in, const struct http_request *req);

/* After HTTP_DONE: drops the request from the front of `in`, and keeps what follows it. All views of req
 * become invalid. */
void http_parser_next(struct http_parser *p, struct buf *in);

/* No byte of a request has arrived: the connection may be closed without harm, and its buf released. */
bool http_parser_is_idle(const struct http_parser *p, const struct buf *in);

/* The value of the first such header, or null. */
struct str http_header(const struct http_request *req, enum http_name id);
bool http_header_is_repeated(const struct http_request *req, enum http_name id);
/* All values of that name in their order, joined with ", " (RFC 9110, section 5.3; as http.sys does); null
 * if there is none. A view of the request if there is only one, otherwise in the arena. */
struct str http_header_joined(const struct http_request *req, enum http_name id, struct arena *a);
/* The value of the first header of any name (ignoring case), or null. */
struct str http_header_find(const struct http_request *req, struct str name);
/* The id of a header's name, ignoring case. */
enum http_name http_name_of(struct str name);

/* Decodes %XX in a path or in one component; '+' is kept. ERR_SYNTAX for a '%' without two hex digits, and
 * for %00. Returns s itself if there is nothing to decode, otherwise a string in the arena. Null stays
 * null. */
enum errcode http_percent_decode(struct arena *a, struct str s, struct str *out) MUST_CHECK;

#endif
