/* SPDX-License-Identifier: Apache-2.0 */
/* http_fuzz: bytes as from a stranger's connection. The resulting requests and refusal are the same
 * wherever the bytes are split, lie within the buffer, contain no byte that the grammar forbids, and
 * each can be answered. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "http/reply.h"

enum { INPUT_MAX = 1 << 16, ANSWER_MAX = 1 << 20, STORY_MAX = 1 << 24 };

/* Small, so that short inputs reach every limit. */
static const struct http_limits limits = {.line = 256, .head = 2048, .body = 4096};

static void
check_view(const struct buf *in, struct str s, bool is_text)
{
    const char *begin = (const char *)in->data + in->start;

    if (str_is_null(s))
        return;
    ASSERT(s.n == 0 || s.p == begin || (s.p > begin && s.p < begin + in->len) || (s.n == 1 && s.p[0] == '/'));
    ASSERT(s.n <= in->len);
    for (size_t i = 0; is_text && i < s.n; i++)
        ASSERT((unsigned char)s.p[i] >= 0x20 || s.p[i] == '\t');
}

static void
tell(struct buf *story, struct str s)
{
    buf_addf(story, "%zu:", s.n);
    buf_add_str(story, s);
}

static void
check_request(const struct buf *in, const struct http_request *req, struct buf *story)
{
    struct arena a;
    struct str path;

    arena_init(&a);
    tell(story, req->method_text);
    tell(story, req->path);
    tell(story, req->query);
    tell(story, req->host);
    tell(story, req->body);
    buf_addf(story, "%d%d%d%d%d", req->minor, req->keep_alive, req->expect_continue, req->is_chunked,
             req->is_cut);
    check_view(in, req->method_text, true);
    check_view(in, req->path, true);
    check_view(in, req->query, true);
    check_view(in, req->host, true);
    check_view(in, req->body, false);
    ASSERT(req->path.n > 0 && (req->minor == 0 || req->host.n > 0));
    ASSERT(req->body.n <= limits.body && req->n_headers <= HTTP_HEADERS_MAX);
    ASSERT(!(req->is_chunked && req->has_length));
    for (size_t i = 0; i < req->n_headers; i++) {
        check_view(in, req->headers[i].name, true);
        check_view(in, req->headers[i].value, true);
        tell(story, http_header_find(req, req->headers[i].name));
        if (req->headers[i].id != HTTP_NAME_OTHER)
            tell(story, http_header_joined(req, req->headers[i].id, &a));
    }
    if (http_percent_decode(&a, req->path, &path) == ERR_NONE)
        ASSERT(path.n > 0 && path.n <= req->path.n);
    arena_clear(&a);
}

static void
answer(struct buf *out, const struct http_request *req)
{
    static const struct http_date date = {0};
    struct http_reply_to to = http_reply_to(req);
    struct http_reply r;

    buf_reset(out);
    http_reply_begin(&r, out, &to, 200);
    http_reply_header(&r, "X-Path", req->path);
    http_reply_end(&r, &date, req->body);
    ASSERT(!buf_is_over(out));
}

/* Feeds the bytes in pieces of at most `piece`, of changing sizes when it is 0, and reports the result.
 */
static void
run(const uint8_t *data, size_t size, size_t piece, struct buf *story)
{
    static struct http_request req;
    struct http_parser p;
    struct buf in, out;
    uint32_t chance = (uint32_t)size;
    bool is_refused = false;

    http_parser_init(&p, &limits);
    buf_init(&in, http_parser_room(&limits) + size);
    buf_init(&out, ANSWER_MAX);
    for (size_t at = 0; at < size && !is_refused;) {
        size_t n = piece;
        enum http_step step;

        if (n == 0) {
            chance = chance * 1103515245 + 12345;
            n = 1 + (chance >> 16) % 23;
        }
        n = n < size - at ? n : size - at;
        buf_add(&in, data + at, n);
        at += n;
        while ((step = http_parser_step(&p, &in, &req)) == HTTP_HEAD || step == HTTP_DONE) {
            if (step == HTTP_HEAD)
                continue;
            check_request(&in, &req, story);
            answer(&out, &req);
            http_parser_next(&p, &in);
        }
        is_refused = step == HTTP_REFUSED;
    }
    if (is_refused) {
        ASSERT(p.status >= 400 && p.status <= 505 && p.why != NULL);
        buf_addf(story, "refused %d", p.status);
    } else {
        buf_addf(story, "idle %d", http_parser_is_idle(&p, &in));
        ASSERT(in.len <= http_parser_room(&limits));
    }
    buf_clear(&in);
    buf_clear(&out);
}

const struct fuzz_cost fuzz_cost = {
    .allocated_base = 64 * 1024, .allocated_each = 1024, .steps_base = 64 * 1024, .steps_each = 1024};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf whole, pieces;

    if (size > INPUT_MAX)
        return 0;
    buf_init(&whole, STORY_MAX);
    buf_init(&pieces, STORY_MAX);
    run(data, size, size, &whole);
    run(data, size, 0, &pieces);
    ASSERT(str_eq(buf_view(&whole), buf_view(&pieces)));
    if (size < 2048) {
        buf_reset(&pieces);
        run(data, size, 1, &pieces);
        ASSERT(str_eq(buf_view(&whole), buf_view(&pieces)));
    }
    ASSERT(!buf_is_over(&whole));
    buf_clear(&whole);
    buf_clear(&pieces);
    return 0;
}
