/* SPDX-License-Identifier: Apache-2.0 */
/* head: the request line and the header fields (RFC 9112, sections 3, 5 and 6), and their combined
 * meaning. */
#include "http/head.h"

#include <arpa/inet.h>
#include <string.h>

static struct http_fault
refuse(uint16_t status, const char *why)
{
    return (struct http_fault){status, why};
}

static const struct http_fault fine = {0, NULL};

static bool
parse_method(struct str text, struct http_request *req)
{
    static const struct {
        struct str text;
        enum http_method method;
    } known[] = {
        {STR("POST"), HTTP_POST},       {STR("GET"), HTTP_GET}, {STR("HEAD"), HTTP_HEAD_METHOD},
        {STR("OPTIONS"), HTTP_OPTIONS}, {STR("PUT"), HTTP_PUT}, {STR("DELETE"), HTTP_DELETE},
        {STR("PATCH"), HTTP_PATCH},
    };

    req->method_text = text;
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (str_eq(text, known[i].text)) {
            req->method = known[i].method;
            return true;
        }
    }
    req->method = HTTP_METHOD_OTHER;
    return http_is_all(text, HTTP_TOKEN);
}

static struct http_fault
parse_version(struct str text, struct http_request *req)
{
    static const struct str start = STR("HTTP/");

    if (text.n != 8 || !str_starts(text, start) || text.p[6] != '.' || text.p[5] < '0' || text.p[5] > '9' ||
        text.p[7] < '0' || text.p[7] > '9')
        return refuse(400, "version");
    if (text.p[5] != '1' || text.p[7] > '1')
        return refuse(505, "version-unknown");
    req->minor = (uint8_t)(text.p[7] - '0');
    return fine;
}

/* Length of s if all of it is of that class and every '%' is followed by two hex digits; otherwise
 * SIZE_MAX. */
static size_t
span_encoded(struct str s, unsigned class)
{
    size_t i = 0;

    for (; i < s.n && (http_class[(unsigned char)s.p[i]] & class) != 0; i++) {
        if (s.p[i] != '%')
            continue;
        if (s.n - i < 3 || http_hex((unsigned char)s.p[i + 1]) < 0 || http_hex((unsigned char)s.p[i + 2]) < 0)
            return SIZE_MAX;
    }
    return i;
}

static bool
is_ipv6(struct str s)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;

    if (s.n >= sizeof text)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    return inet_pton(AF_INET6, text, &address) == 1;
}

/* host or host:port: a name, an IPv4 address, or an IPv6 address in brackets; the port has 1 to 5 digits
 * and is at most 65535. */
static bool
is_authority(struct str s)
{
    uint64_t port;
    size_t n = 0;

    if (s.n > 0 && s.p[0] == '[') {
        n = str_find(s, ']');
        if (n == s.n || !is_ipv6(str_sub(s, 1, n - 1)))
            return false;
        n++;
    } else {
        while (n < s.n && (http_class[(unsigned char)s.p[n]] & HTTP_HOST) != 0)
            n++;
    }
    if (n == s.n || n == 0)
        return n > 0;
    return s.p[n] == ':' && s.n - n <= 6 && str_to_u64(str_sub(s, n + 1, SIZE_MAX), 65535, &port) == ERR_NONE;
}

/* absolute-form: removes the authority from the front; *target becomes the path and query, perhaps empty. */
static bool
cut_authority(struct str *target, struct http_request *req)
{
    static const struct str schemes[] = {STR("https://"), STR("http://")};
    struct str rest = STR_NULL;
    size_t n = 0;

    for (size_t i = 0; i < 2 && str_is_null(rest); i++)
        if (str_eq_nocase(str_sub(*target, 0, schemes[i].n), schemes[i]))
            rest = str_sub(*target, schemes[i].n, SIZE_MAX);
    if (str_is_null(rest))
        return false;
    while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?')
        n++;
    req->host = str_sub(rest, 0, n);
    *target = str_sub(rest, n, SIZE_MAX);
    return is_authority(req->host);
}

static bool
parse_target(struct str target, struct http_request *req)
{
    static const struct str star = STR("*"), root = STR("/");
    size_t n;

    req->query = STR_NULL;
    req->host = STR_NULL;
    if (str_eq(target, star)) {
        req->path = target;
        return req->method == HTTP_OPTIONS;
    }
    if (target.n > 0 && target.p[0] != '/' && !cut_authority(&target, req))
        return false;
    n = span_encoded(target, HTTP_PATH);
    if (n == SIZE_MAX)
        return false;
    req->path = n > 0 ? str_sub(target, 0, n) : root;
    if (n == target.n)
        return n > 0 || !str_is_null(req->host);
    if (target.p[n] != '?')
        return false;
    req->query = str_sub(target, n + 1, SIZE_MAX);
    return span_encoded(req->query, HTTP_QUERY) == req->query.n;
}

static struct http_fault
parse_request_line(struct str line, struct http_request *req)
{
    size_t method = str_find(line, ' ');
    struct str rest = str_sub(line, method + 1, SIZE_MAX);
    size_t target = str_find(rest, ' ');
    struct http_fault f;

    if (method > HTTP_METHOD_MAX)
        return refuse(400, "method-long");
    if (!parse_method(str_sub(line, 0, method), req))
        return refuse(400, "method");
    if (method == line.n || target == rest.n)
        return refuse(400, "request-line");
    f = parse_version(str_sub(rest, target + 1, SIZE_MAX), req);
    if (f.status == 0 && !parse_target(str_sub(rest, 0, target), req))
        f = refuse(400, "target");
    return f;
}

/* Judges an incomplete request line, so that the parser does not wait for the end of garbage or of an
 * endless line. */
static struct http_fault
look_at_start(struct http_bytes in)
{
    size_t n = in.n <= HTTP_METHOD_MAX ? in.n : HTTP_METHOD_MAX + 1;

    if (in.n > 0 && (http_class[in.data[0]] & HTTP_TOKEN) == 0)
        return refuse(400, "method");
    if (n > HTTP_METHOD_MAX && memchr(in.data, ' ', n) == NULL)
        return refuse(400, "method-long");
    return fine;
}

static struct http_fault
add_header(struct str line, struct http_request *req)
{
    struct http_header *h = &req->headers[req->n_headers];

    if (req->n_headers == HTTP_HEADERS_MAX)
        return refuse(431, "header-count");
    if (!http_field_parse(line, h))
        return refuse(400, "header");
    req->n_headers++;
    if (h->id == HTTP_NAME_OTHER)
        return fine;
    if (req->first[h->id] == 0)
        req->first[h->id] = (uint8_t)req->n_headers;
    else
        req->repeated |= UINT32_C(1) << h->id;
    return fine;
}

static struct http_fault
judge_host(struct http_request *req)
{
    struct str host = http_header(req, HTTP_NAME_HOST);

    if (str_is_null(host))
        return req->minor == 0 ? fine : refuse(400, "host-missing");
    if (http_header_is_repeated(req, HTTP_NAME_HOST) || !is_authority(host))
        return refuse(400, "host");
    if (!str_is_null(req->host) && !str_eq_nocase(req->host, host))
        return refuse(400, "host-differs");
    req->host = host;
    return fine;
}

/* RFC 9112, section 6.3, without its leniency. */
static struct http_fault
judge_transfer_encoding(struct str coding, struct http_request *req)
{
    static const struct str chunked = STR("chunked");

    if (req->minor == 0)
        return refuse(400, "transfer-encoding-1.0");
    if (!str_is_null(http_header(req, HTTP_NAME_CONTENT_LENGTH)))
        return refuse(400, "length-and-chunked");
    if (http_header_is_repeated(req, HTTP_NAME_TRANSFER_ENCODING))
        return refuse(400, "transfer-encoding-twice");
    if (!str_eq_nocase(coding, chunked))
        return http_is_all(coding, HTTP_TOKEN) ? refuse(501, "transfer-coding")
                                               : refuse(400, "transfer-encoding");
    req->is_chunked = true;
    return fine;
}

static struct http_fault
judge_length(struct str length, struct http_request *req)
{
    if (http_header_is_repeated(req, HTTP_NAME_CONTENT_LENGTH))
        return refuse(400, "length-twice");
    /* A leading zero means decimal to one parser and octal to another. */
    if (length.n > 1 && length.p[0] == '0')
        return refuse(400, "length");
    if (str_to_u64(length, UINT64_MAX, &req->length) != ERR_NONE)
        return refuse(400, "length");
    req->has_length = true;
    return fine;
}

static struct http_fault
judge_framing(struct http_request *req)
{
    struct str coding = http_header(req, HTTP_NAME_TRANSFER_ENCODING);
    struct str length = http_header(req, HTTP_NAME_CONTENT_LENGTH);

    if (!str_is_null(coding))
        return judge_transfer_encoding(coding, req);
    if (!str_is_null(length))
        return judge_length(length, req);
    return req->method == HTTP_POST ? refuse(411, "length-missing") : fine;
}

static struct http_fault
judge_expect(struct http_request *req)
{
    static const struct str go_on = STR("100-continue");
    struct str expect = http_header(req, HTTP_NAME_EXPECT);

    /* RFC 9110, section 10.1.1: ignored in HTTP/1.0. */
    if (str_is_null(expect) || req->minor == 0)
        return fine;
    if (http_header_is_repeated(req, HTTP_NAME_EXPECT) || !str_eq_nocase(expect, go_on))
        return refuse(417, "expect");
    req->expect_continue = true;
    return fine;
}

/* RFC 9112, section 9.3. */
static void
judge_connection(struct http_request *req)
{
    static const struct str close = STR("close"), keep_alive = STR("keep-alive");
    bool wants_close = false, wants_keep = false;

    for (size_t i = 0; req->first[HTTP_NAME_CONNECTION] != 0 && i < req->n_headers; i++) {
        struct str rest = req->headers[i].value;

        if (req->headers[i].id != HTTP_NAME_CONNECTION)
            continue;
        while (!str_is_null(rest)) {
            struct str option = str_trim(str_cut(&rest, ','), " \t");

            wants_close |= str_eq_nocase(option, close);
            wants_keep |= str_eq_nocase(option, keep_alive);
        }
    }
    req->keep_alive = !wants_close && (req->minor == 1 || wants_keep);
}

static struct http_fault
judge(struct http_request *req)
{
    struct http_fault f = judge_host(req);

    if (f.status == 0)
        f = judge_framing(req);
    if (f.status == 0)
        f = judge_expect(req);
    judge_connection(req);
    return f;
}

static void
begin(struct http_request *req)
{
    req->expect_continue = req->is_chunked = req->has_length = req->is_cut = false;
    req->length = 0;
    req->body = STR_NULL;
    req->n_headers = 0;
    req->repeated = 0;
    memset(req->first, 0, sizeof req->first);
}

/* The meaning of an incomplete line. */
static enum http_head
stop_at(enum http_line found, struct http_bytes in, bool is_first, struct http_fault *fault)
{
    *fault = is_first ? look_at_start(in) : fine;
    if (fault->status != 0)
        return HTTP_HEAD_BAD;
    if (found == HTTP_LINE_MORE)
        return HTTP_HEAD_MORE;
    if (found == HTTP_LINE_BAD)
        *fault = refuse(400, "line-end-or-control");
    else
        *fault = is_first ? refuse(414, "request-line-long") : refuse(431, "head-long");
    return HTTP_HEAD_BAD;
}

/* Whether the line that was incomplete at the last call still is. */
static enum http_line
look_again(struct http_bytes in, const struct http_limits *limits, const struct http_head_at *at)
{
    size_t max = at->line == 0 ? limits->line : limits->head - at->line, end;

    /* The last byte seen so far may have been a CR. */
    return http_line_find(in, at->line, at->searched > at->line ? at->searched - 1 : at->line, max, &end);
}

enum http_head
http_head_parse(struct http_bytes in, const struct http_limits *limits, struct http_head_at *at,
                struct http_request *req, struct http_fault *fault)
{
    size_t start = 0, end;
    enum http_line found = at->searched > 0 ? look_again(in, limits, at) : HTTP_LINE_WHOLE;

    if (found != HTTP_LINE_WHOLE) {
        at->searched = (uint32_t)in.n;
        return stop_at(found, in, at->line == 0, fault);
    }
    /* A line is complete: parses the head from its beginning. This happens at most once per allowed field. */
    begin(req);
    for (;; start = end + 2) {
        struct str line;

        found = http_line_find(in, start, start, start == 0 ? limits->line : limits->head - start, &end);
        if (found != HTTP_LINE_WHOLE) {
            *at = (struct http_head_at){(uint32_t)start, (uint32_t)in.n};
            return stop_at(found, in, start == 0, fault);
        }
        line = (struct str){(const char *)in.data + start, end - start};
        if (start > 0 && line.n == 0)
            break;
        *fault = start == 0 ? parse_request_line(line, req) : add_header(line, req);
        if (fault->status != 0)
            return HTTP_HEAD_BAD;
    }
    at->line = (uint32_t)end + 2;
    *fault = judge(req);
    return fault->status != 0 ? HTTP_HEAD_BAD : HTTP_HEAD_WHOLE;
}
