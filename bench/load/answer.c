/* SPDX-License-Identifier: Apache-2.0 */
/* answer: HTTP/1.1 framing (RFC 9112, section 6) as far as the answers of the benchmark's servers need it. */
#include "answer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/param.h>

#include "client.h"

enum { BODY_MOST = 1024 * 1024 };

static const char status[] = "HTTP/1.1 200 ";

struct head {
    size_t n; /* with the empty line */
    bool is_chunked, closes, has_length;
    size_t length, length_at, length_n;
};

struct answer_body {
    const char *bytes;
    size_t n;
};

void
answers_init(struct answers *a, const char *expected)
{
    *a = (struct answers){.expected = expected, .last = malloc(BODY_MOST), .joined = malloc(BODY_MOST)};
    if (a->last == NULL || a->joined == NULL)
        fail("memory");
}

void
answers_clear(struct answers *a)
{
    free(a->last);
    free(a->joined);
}

static bool
is_field(const char *line, const char *name)
{
    return strncasecmp(line, name, strlen(name)) == 0;
}

/* False: not all of it has arrived. The line break before the end is within [bytes, bytes + n). */
static bool
read_head(const char *bytes, size_t n, struct head *h)
{
    static const char length[] = "content-length:", coding[] = "transfer-encoding: chunked",
                      close[] = "connection: close";
    const char *end = memmem(bytes, n, "\r\n\r\n", 4);
    *h = (struct head){0};
    if (end == NULL)
        return false;
    h->n = (size_t)(end - bytes) + 4;
    for (const char *line = memchr(bytes, '\n', h->n); line + 1 < end;
         line = memchr(line, '\n', (size_t)(end - line) + 2)) {
        line++;
        h->is_chunked |= is_field(line, coding);
        h->closes |= is_field(line, close);
        if (is_field(line, length)) {
            h->has_length = true;
            h->length = strtoull(line + sizeof length - 1, NULL, 10);
            h->length_at = (size_t)(line - bytes);
            h->length_n = strcspn(line, "\n") + 1;
        }
    }
    return true;
}

/* *n_out: length of the body, whose chunks are joined in `joined`, which has room for n. */
static enum answer_step
join_chunks(const char *bytes, size_t n, char *joined, size_t *n_out)
{
    *n_out = 0;
    for (size_t at = 0;;) {
        const char *line_end = memmem(bytes + at, n - at, "\r\n", 2);
        if (line_end == NULL)
            return ANSWER_MORE;
        size_t size = strtoull(bytes + at, NULL, 16);
        at = (size_t)(line_end - bytes) + 2;
        if (size > BODY_MOST)
            return ANSWER_WRONG;
        if (n - at < size + 2)
            return ANSWER_MORE;
        if (size == 0)
            return n == at + 2 ? ANSWER_WHOLE : ANSWER_WRONG;
        memcpy(joined + *n_out, bytes + at, size);
        *n_out += size;
        at += size + 2;
    }
}

static bool
is_like_last(const struct answers *a, const char *bytes, size_t n)
{
    return a->n == n && memcmp(bytes, status, sizeof status - 1) == 0 &&
           memcmp(bytes + a->head - 4, "\r\n\r\n", 4) == 0 &&
           memcmp(bytes + a->length_at, a->last + a->length_at, a->length_n) == 0 &&
           memcmp(bytes + a->head, a->last + a->head, n - a->head) == 0;
}

static void
learn(struct answers *a, const char *bytes, size_t n, const struct head *h)
{
    if (!h->has_length || h->closes || n > BODY_MOST)
        return;
    memcpy(a->last, bytes, n);
    a->head = h->n;
    a->n = n;
    a->length_at = h->length_at;
    a->length_n = h->length_n;
}

/* body: everything after the head, and once the answer is complete, only the body. */
static enum answer_step
read_body(struct answers *a, const struct head *h, struct answer_body *body, bool ended)
{
    if (h->is_chunked) {
        enum answer_step step = join_chunks(body->bytes, body->n, a->joined, &body->n);
        body->bytes = a->joined;
        return step;
    }
    if (h->has_length && body->n > h->length)
        return ANSWER_WRONG;
    return (h->has_length ? body->n == h->length : ended) ? ANSWER_WHOLE : ANSWER_MORE;
}

enum answer_step
answer_step(struct answers *a, const char *bytes, size_t n, bool ended, bool *closes_out)
{
    struct head h;
    *closes_out = false;
    if (is_like_last(a, bytes, n))
        return ANSWER_WHOLE;
    if (n > BODY_MOST)
        return ANSWER_WRONG;
    if (!read_head(bytes, n, &h))
        return ended ? ANSWER_WRONG : ANSWER_MORE;
    *closes_out = h.closes;
    struct answer_body body = {bytes + h.n, n - h.n};
    enum answer_step step = memcmp(bytes, status, MIN(h.n, sizeof status - 1)) == 0
                                ? read_body(a, &h, &body, ended)
                                : ANSWER_WRONG;
    if (step == ANSWER_MORE && ended)
        return ANSWER_WRONG;
    if (step == ANSWER_WHOLE && memmem(body.bytes, body.n, a->expected, strlen(a->expected)) == NULL)
        return ANSWER_WRONG;
    if (step == ANSWER_WHOLE)
        learn(a, bytes, n, &h);
    return step;
}
