/* parser: requests of HTTP/1.0 and 1.1 (RFC 9112, RFC 9110) out of the bytes of one connection, strictly.
 *
 * What a server of SOAP and of web pages needs is taken; everything that two readers could understand in two
 * ways is refused, and the connection then has to be closed. It reads no socket and allocates nothing: the
 * caller appends what came to a struct buf and calls http_parser_step, as often as it likes and in pieces of
 * any size; the result is the same.
 *
 * The parser itself is small, as it lives as long as its connection. struct http_request is large (about 3
 * KB) and only filled on the way out of a step: one for the whole process is enough, used until the next step
 * of any connection.
 *
 *     for (;;) switch (http_parser_step(&c->parser, &c->in, &req)) {
 *     case HTTP_MORE:    read more into c->in (none left and the peer closed: end), try again
 *     case HTTP_HEAD:    look at req; perhaps http_parser_limit_body; perhaps send HTTP_CONTINUE; step again
 *     case HTTP_DONE:    take what is needed out of req, http_parser_next(&c->parser, &c->in), answer
 *     case HTTP_REFUSED: answer c->parser.status (reply.h: http_reply_refusal) and close; c->parser.why is
 * for the log
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
    HTTP_METHOD_OTHER, /* any other token, TRACE and get (case counts) among them: see method_text */
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
    uint32_t line; /* most bytes of the request line, CRLF included; beyond: 414 */
    uint32_t head; /* most bytes of the head, request line and empty line included; beyond (or more than
                      HTTP_HEADERS_MAX fields): 431. Bounds trailers and all chunk extensions as well */
    uint64_t body; /* most bytes of a body unless http_parser_limit_body says otherwise; beyond: 413 */
};

enum http_step {
    HTTP_MORE,    /* all that came is taken in and does not complete anything */
    HTTP_HEAD,    /* told once a request, also for one without a body: all of req but body is filled */
    HTTP_DONE,    /* all of req is filled; told again until http_parser_next */
    HTTP_REFUSED, /* see status and why; told again for ever. req is not filled */
};

struct http_header {
    struct str name;  /* as it was sent */
    struct str value; /* without the blanks around it; may be empty, never null */
    enum http_name id;
};

/* All views point into the connection's buf: valid until it changes. Read-only for the caller. */
struct http_request {
    enum http_method method;
    struct str method_text;
    struct str path;  /* starts with '/', percent-encoded as it came; "*" for OPTIONS * */
    struct str query; /* what follows the first '?'; null without one */
    struct str host;  /* host or host:port, valid (RFC 9110, section 7.2) as Host or the absolute target gave
                         it. Null: 1.0 without */
    uint8_t minor;    /* 1 or 0: HTTP/1.minor */
    bool keep_alive;  /* the client wants, and the version allows, another request on this connection */
    bool expect_continue; /* always false in 1.0 */
    bool is_chunked;
    bool has_length;
    uint64_t length; /* Content-Length; 0 without one */
    bool is_cut;     /* the body went over what http_parser_limit_body keeps: read, not kept; body is null */
    struct str body; /* HTTP_DONE: never null unless is_cut; chunks are undone. HTTP_HEAD: null */
    size_t n_headers;
    struct http_header headers[HTTP_HEADERS_MAX];
    uint8_t first[HTTP_NAME_COUNT_]; /* index + 1 of the first header of that name; 0: none */
    uint32_t repeated;               /* bit of each http_name (not OTHER) that came more than once */
    const void *owner;               /* private: the parser whose head this is, */
    const void *base;                /* and where that head stood */
};

/* Fields are private but status and why. */
struct http_parser {
    const struct http_limits *limits;
    const char *why; /* a constant in lower case, with dashes ("bare-lf"); NULL unless refused */
    uint16_t status; /* 400 411 413 414 417 431 501 505; 0 unless refused */
    uint8_t state;
    bool had_blank; /* an empty line stood before the request line */
    bool is_chunked, is_cut;
    const struct http_request *filled; /* what this request's head was last written to; only compared */
    uint32_t line;                     /* where the first line of the head that is not whole begins, */
    uint32_t searched;                 /* and up to where its end was looked for; 0: not at all */
    uint32_t head;                     /* bytes of the head */
    uint32_t extra;                    /* bytes of chunk extensions or of trailers so far */
    uint64_t length;                   /* Content-Length */
    uint64_t keep, take;               /* http_parser_limit_body */
    uint64_t left;                     /* bytes of the body, or of the chunk, that are still to come */
    uint64_t total;                    /* bytes of the body so far, kept or not */
    size_t body;                       /* bytes of the body kept behind the head */
    size_t at;                         /* where undecoded bytes begin */
};

/* limits must outlive the parser. */
void http_parser_init(struct http_parser *p, const struct http_limits *limits);

/* Goes as far as `in` allows, to the next thing to tell. `in` belongs to one connection and begins where its
 * parser left it; between calls the caller only appends. Chunked bodies are undone in place. in->max must
 * hold the head, the body that is kept, and HTTP_CHUNK_LINE_MAX (or the longest trailer): http_parser_room
 * tells. Never consumes a request: that is http_parser_next. `req` may have served another connection since
 * HTTP_HEAD. */
enum http_step http_parser_step(struct http_parser *p, struct buf *in, struct http_request *req) MUST_CHECK;

/* The max of a buf that can hold any request within these limits, and some of the next. */
size_t http_parser_room(const struct http_limits *limits);

/* Between HTTP_HEAD and the next step: keep a body of at most `keep` bytes; read a longer one to its end
 * without keeping it (is_cut), but refuse with 413 what exceeds `take` (>= keep). Both may exceed
 * limits->body, but `keep` bytes must fit in `in`. */
void http_parser_limit_body(struct http_parser *p, uint64_t keep, uint64_t take);

/* At HTTP_HEAD, with req as filled: the client waits for "100 Continue" (HTTP_CONTINUE of reply.h) before it
 * sends its body: it asked for that, there is a body to come, none of it is here, and it would not be refused
 * for its length. */
bool
http_parser_wants_continue(const struct http_parser *p, const struct buf *in, const struct http_request *req);

/* After HTTP_DONE: drops the request from the front of `in`, what follows it stays. All views of req are
 * void. */
void http_parser_next(struct http_parser *p, struct buf *in);

/* No byte of a request is here: the connection may be closed without harm, and its buf released. */
bool http_parser_is_idle(const struct http_parser *p, const struct buf *in);

/* The value of the first such header, or null. */
struct str http_header(const struct http_request *req, enum http_name id);
bool http_header_is_repeated(const struct http_request *req, enum http_name id);
/* All values of that name in their order, joined with ", " (RFC 9110, section 5.3; as http.sys does); null
 * without one. A view of the request where there is one only, else in the arena. */
struct str http_header_joined(const struct http_request *req, enum http_name id, struct arena *a);
/* The value of the first header of any name (letter case aside), or null. */
struct str http_header_find(const struct http_request *req, struct str name);
/* The id of a header's name, letter case aside. */
enum http_name http_name_of(struct str name);

/* Undoes %XX in a path or in one component; '+' stays. ERR_SYNTAX for a '%' without two hex digits, and for
 * %00. The result is s itself where nothing is to undo, else in the arena. Null stays null. */
enum errcode http_percent_decode(struct arena *a, struct str s, struct str *out) MUST_CHECK;

#endif
