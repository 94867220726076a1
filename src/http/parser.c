/* SPDX-License-Identifier: Apache-2.0 */
/* parser: the states of a connection's input: a head, then a body by length or in chunks (RFC 9112, sections
 * 6 and 7). head.c knows what a head may contain.
 *
 * The buf holds, in this order: the head, the kept part of the body, a gap that grows where chunk lines
 * and dropped bytes were, and, from p->at on, unprocessed input. */
#include "http/parser.h"

#include <string.h>

#include "http/head.h"

enum {
    STATE_HEAD,
    STATE_WHOLE, /* the head was reported; the caller may have set limits */
    STATE_LENGTH,
    STATE_CHUNK_LINE,
    STATE_CHUNK,
    STATE_CHUNK_END,
    STATE_TRAILER,
    STATE_DONE,
    STATE_REFUSED,
    STATE_COUNT_
};

enum { CHUNK_DIGITS_MAX = 16 };

#define BIT(state) (1u << (state))

/* Only http_parser_next leaves DONE; nothing leaves REFUSED. */
static const unsigned moves[STATE_COUNT_] = {
    [STATE_HEAD] = BIT(STATE_WHOLE) | BIT(STATE_REFUSED),
    [STATE_WHOLE] = BIT(STATE_LENGTH) | BIT(STATE_CHUNK_LINE) | BIT(STATE_DONE) | BIT(STATE_REFUSED),
    [STATE_LENGTH] = BIT(STATE_DONE),
    [STATE_CHUNK_LINE] = BIT(STATE_CHUNK) | BIT(STATE_TRAILER) | BIT(STATE_REFUSED),
    [STATE_CHUNK] = BIT(STATE_CHUNK_END),
    [STATE_CHUNK_END] = BIT(STATE_CHUNK_LINE) | BIT(STATE_REFUSED),
    [STATE_TRAILER] = BIT(STATE_DONE) | BIT(STATE_REFUSED),
};

static void
go(struct http_parser *p, uint8_t state)
{
    ASSERT((moves[p->state] & BIT(state)) != 0);
    p->state = state;
}

static void
refuse(struct http_parser *p, uint16_t status, const char *why)
{
    go(p, STATE_REFUSED);
    p->status = status;
    p->why = why;
}

static struct http_bytes
bytes_of(const struct buf *in)
{
    return (struct http_bytes){in->data + in->start, in->len};
}

void
http_parser_init(struct http_parser *p, const struct http_limits *limits)
{
    ASSERT(limits->line > HTTP_METHOD_MAX && limits->line <= limits->head && limits->head <= UINT32_MAX / 4);
    *p = (struct http_parser){.limits = limits, .keep = limits->body, .take = limits->body};
}

size_t
http_parser_room(const struct http_limits *limits)
{
    ASSERT(limits->body <= SIZE_MAX / 2);
    return (size_t)limits->body + 2 * (size_t)limits->head + HTTP_CHUNK_LINE_MAX;
}

void
http_parser_limit_body(struct http_parser *p, uint64_t keep, uint64_t take)
{
    ASSERT(p->state == STATE_WHOLE && keep <= take);
    p->keep = keep;
    p->take = take;
}

bool
http_parser_wants_continue(const struct http_parser *p, const struct buf *in, const struct http_request *req)
{
    return p->state == STATE_WHOLE && req->expect_continue && in->len == p->head &&
           (p->is_chunked || (p->length > 0 && p->length <= p->take));
}

bool
http_parser_is_idle(const struct http_parser *p, const struct buf *in)
{
    return p->state == STATE_HEAD && in->len == 0;
}

void
http_parser_next(struct http_parser *p, struct buf *in)
{
    ASSERT(p->state == STATE_DONE);
    buf_consume(in, p->at);
    http_parser_init(p, p->limits);
}

/* RFC 9112, section 2.2: one empty line before a request is skipped. False: wait, or refused. */
static bool
pass_blank(struct http_parser *p, struct buf *in)
{
    while (p->searched == 0 && in->len > 0) {
        const unsigned char *data = in->data + in->start;

        if (data[0] != '\r')
            return true;
        if (in->len == 1)
            return false;
        if (data[1] != '\n' || p->had_blank) {
            refuse(p, 400, "blank-line");
            return false;
        }
        p->had_blank = true;
        buf_consume(in, 2);
    }
    return in->len > 0;
}

static void
read_head(struct http_parser *p, struct buf *in, struct http_request *req)
{
    struct http_head_at at = {p->line, p->searched};
    struct http_fault fault;
    enum http_head found;

    if (!pass_blank(p, in))
        return;
    found = http_head_parse(bytes_of(in), p->limits, &at, req, &fault);
    p->line = at.line;
    p->searched = at.searched;
    if (found == HTTP_HEAD_BAD) {
        refuse(p, fault.status, fault.why);
    } else if (found == HTTP_HEAD_WHOLE) {
        go(p, STATE_WHOLE);
        p->head = at.line;
        p->at = p->head;
        p->is_chunked = req->is_chunked;
        p->length = req->length;
        req->owner = p;
        req->base = in->data + in->start;
        p->filled = req;
    }
}

/* Parses the head again if req has served another connection since, or if the buf has moved. */
static void
fill(struct http_parser *p, struct buf *in, struct http_request *req)
{
    struct http_bytes bytes = {in->data + in->start, p->head};
    struct http_head_at at = {0, 0};
    struct http_fault fault;

    if (p->filled != req || req->owner != p || req->base != bytes.data) {
        enum http_head found = http_head_parse(bytes, p->limits, &at, req, &fault);

        ASSERT(found == HTTP_HEAD_WHOLE);
    }
    req->owner = p;
    req->base = bytes.data;
    p->filled = req;
    req->is_cut = p->is_cut;
    req->body = p->is_cut ? STR_NULL : (struct str){(const char *)bytes.data + p->head, p->body};
}

static bool
begin_body(struct http_parser *p, struct buf *in)
{
    (void)in;
    if (p->is_chunked) {
        go(p, STATE_CHUNK_LINE);
        return true;
    }
    if (p->length > p->take) {
        refuse(p, 413, "body-long");
        return false;
    }
    p->left = p->length;
    p->is_cut = p->length > p->keep;
    go(p, p->length > 0 ? STATE_LENGTH : STATE_DONE);
    return p->length > 0;
}

/* Consumes what has arrived of the `left` bytes: appends it to the body, or drops it. */
static void
take_bytes(struct http_parser *p, struct buf *in)
{
    unsigned char *data = in->data + in->start;
    size_t here = in->len - p->at, n = p->left < here ? (size_t)p->left : here;

    if (!p->is_cut && p->total + n > p->keep) {
        p->is_cut = true;
        p->body = 0;
    }
    if (!p->is_cut) {
        if (p->at != p->head + p->body)
            memmove(data + p->head + p->body, data + p->at, n);
        p->body += n;
    }
    p->at += n;
    p->left -= n;
    p->total += n;
}

static bool
read_length(struct http_parser *p, struct buf *in)
{
    take_bytes(p, in);
    if (p->left == 0)
        go(p, STATE_DONE);
    return false;
}

/* chunk-ext of RFC 9112, section 7.1.1, without optional blanks: *( ";" token [ "=" ( token /
 * quoted-string ) ] ). */
static bool
is_extension(struct str s)
{
    size_t i = 0;

    while (i < s.n && s.p[i] == ';') {
        size_t from = ++i;

        for (; i < s.n && s.p[i] != ';' && s.p[i] != '='; i++)
            if ((http_class[(unsigned char)s.p[i]] & HTTP_TOKEN) == 0)
                return false;
        if (i == from)
            return false;
        if (i == s.n || s.p[i] == ';')
            continue;
        from = ++i;
        if (i < s.n && s.p[i] == '"') {
            for (i++; i < s.n && s.p[i] != '"'; i++)
                i += s.p[i] == '\\' && i + 1 < s.n;
            if (i++ >= s.n)
                return false;
            continue;
        }
        while (i < s.n && (http_class[(unsigned char)s.p[i]] & HTTP_TOKEN) != 0)
            i++;
        if (i == from)
            return false;
    }
    return i == s.n;
}

/* The size and the extensions of a chunk line; false if it is not one. */
static bool
parse_chunk_line(struct str line, uint64_t *size, size_t *extension)
{
    size_t n = 0;

    *size = 0;
    for (; n < line.n && n < CHUNK_DIGITS_MAX && http_hex((unsigned char)line.p[n]) >= 0; n++)
        *size = *size << 4 | (uint64_t)http_hex((unsigned char)line.p[n]);
    *extension = line.n - n;
    return n > 0 && is_extension(str_sub(line, n, SIZE_MAX));
}

static bool
read_chunk_line(struct http_parser *p, struct buf *in)
{
    struct http_bytes bytes = bytes_of(in);
    size_t end, extension;
    enum http_line found = http_line_find(bytes, p->at, p->at, HTTP_CHUNK_LINE_MAX, &end);

    if (found == HTTP_LINE_MORE)
        return false;
    if (found != HTTP_LINE_WHOLE ||
        !parse_chunk_line((struct str){(const char *)bytes.data + p->at, end - p->at}, &p->left,
                          &extension)) {
        refuse(p, 400, "chunk-line");
        return false;
    }
    p->extra += (uint32_t)extension;
    if (p->extra > p->limits->head) {
        refuse(p, 400, "chunk-extensions");
        return false;
    }
    if (p->left > p->take - p->total) {
        refuse(p, 413, "body-long");
        return false;
    }
    p->at = end + 2;
    if (p->left == 0)
        p->extra = 0;
    go(p, p->left > 0 ? STATE_CHUNK : STATE_TRAILER);
    return true;
}

static bool
read_chunk(struct http_parser *p, struct buf *in)
{
    take_bytes(p, in);
    if (p->left > 0)
        return false;
    go(p, STATE_CHUNK_END);
    return true;
}

static bool
read_chunk_end(struct http_parser *p, struct buf *in)
{
    const unsigned char *c = in->data + in->start + p->at;
    size_t here = in->len - p->at;

    if ((here > 0 && c[0] != '\r') || (here > 1 && c[1] != '\n')) {
        refuse(p, 400, "chunk-end");
        return false;
    }
    if (here < 2)
        return false;
    p->at += 2;
    go(p, STATE_CHUNK_LINE);
    return true;
}

/* RFC 9110, section 6.5.1: fields for framing or routing are not allowed in trailers. */
static bool
is_trailer(struct str line)
{
    struct http_header h;

    return http_field_parse(line, &h) && h.id != HTTP_NAME_CONTENT_LENGTH &&
           h.id != HTTP_NAME_TRANSFER_ENCODING && h.id != HTTP_NAME_HOST;
}

static bool
read_trailer(struct http_parser *p, struct buf *in)
{
    struct http_bytes bytes = bytes_of(in);
    size_t end;
    enum http_line found = http_line_find(bytes, p->at, p->at, p->limits->head - p->extra, &end);

    if (found == HTTP_LINE_MORE)
        return false;
    if (found == HTTP_LINE_LONG) {
        refuse(p, 431, "trailer-long");
        return false;
    }
    if (found == HTTP_LINE_BAD ||
        (end > p->at && !is_trailer((struct str){(const char *)bytes.data + p->at, end - p->at}))) {
        refuse(p, 400, "trailer");
        return false;
    }
    if (end == p->at)
        go(p, STATE_DONE);
    p->extra += (uint32_t)(end + 2 - p->at);
    p->at = end + 2;
    return p->state == STATE_TRAILER;
}

/* Closes the gap before the few unprocessed bytes, so that the buf holds no more than is kept. */
static void
close_gap(struct http_parser *p, struct buf *in)
{
    unsigned char *data = in->data + in->start;
    size_t to = p->head + p->body, n = in->len - p->at;

    if (p->at == to)
        return;
    memmove(data + to, data + p->at, n);
    buf_truncate(in, to + n);
    p->at = to;
}

/* True: the state has changed, continue; false: wait, done or refused. */
static bool (*const readers[STATE_COUNT_])(struct http_parser *, struct buf *) = {
    [STATE_WHOLE] = begin_body, [STATE_LENGTH] = read_length,       [STATE_CHUNK_LINE] = read_chunk_line,
    [STATE_CHUNK] = read_chunk, [STATE_CHUNK_END] = read_chunk_end, [STATE_TRAILER] = read_trailer,
};

enum http_step
http_parser_step(struct http_parser *p, struct buf *in, struct http_request *req)
{
    if (p->state == STATE_HEAD) {
        read_head(p, in, req);
        if (p->state == STATE_WHOLE)
            return HTTP_HEAD;
    }
    while (readers[p->state] != NULL && readers[p->state](p, in)) {
    }
    if (p->state == STATE_REFUSED)
        return HTTP_REFUSED;
    if (p->state == STATE_DONE) {
        fill(p, in, req);
        return HTTP_DONE;
    }
    if (p->state != STATE_HEAD)
        close_gap(p, in);
    return HTTP_MORE;
}
