/* SPDX-License-Identifier: Apache-2.0 */
/* reply: the framing of an answer; see reply.h. */
#include "http/reply.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"

struct reason {
    struct str line;   /* the whole status line */
    struct str phrase; /* its end */
    const char *text;  /* the explanation for people, as http.sys words it */
    uint16_t status;
};

#define REASON(status, phrase, text)                                          \
    {                                                                         \
        STR("HTTP/1.1 " #status " " phrase "\r\n"), STR(phrase), text, status \
    }

static const struct reason reasons[] = {
    REASON(200, "OK", ""),
    REASON(201, "Created", ""),
    REASON(202, "Accepted", ""),
    REASON(204, "No Content", ""),
    REASON(301, "Moved Permanently", ""),
    REASON(302, "Found", ""),
    REASON(303, "See Other", ""),
    REASON(304, "Not Modified", ""),
    REASON(307, "Temporary Redirect", ""),
    REASON(308, "Permanent Redirect", ""),
    REASON(400, "Bad Request", "The request is badly formed."),
    REASON(401, "Unauthorized", "The request needs credentials."),
    REASON(403, "Forbidden", "The request is not allowed."),
    REASON(404, "Not Found", "The requested resource is not found."),
    REASON(405, "Method Not Allowed", "The method is not allowed here."),
    REASON(406, "Not Acceptable", "There is no acceptable form of the resource."),
    REASON(408, "Request Timeout", "The request took too long to arrive."),
    REASON(409, "Conflict", "The request conflicts with what is there."),
    REASON(410, "Gone", "The requested resource is gone."),
    REASON(411, "Length Required", "The request must be chunked or have a content length."),
    REASON(412, "Precondition Failed", "A condition of the request does not hold."),
    REASON(413, "Request Entity Too Large", "The request entity is too large."),
    REASON(414, "Request-URI Too Long", "The request URL is too long."),
    REASON(415, "Unsupported Media Type", "The media type is not supported."),
    REASON(417, "Expectation Failed", "The expectation cannot be met."),
    REASON(421, "Misdirected Request", "This server does not answer for that host."),
    REASON(422, "Unprocessable Content", "The content is not usable."),
    REASON(423, "Locked", "The resource is locked."),
    REASON(426, "Upgrade Required", "Another protocol is needed."),
    REASON(428, "Precondition Required", "The request must be conditional."),
    REASON(429, "Too Many Requests", "There were too many requests."),
    REASON(431, "Request Header Fields Too Large", "The size of the request headers is too long."),
    REASON(500, "Internal Server Error", "The server failed."),
    REASON(501, "Not Implemented", "The server does not support the functionality required."),
    REASON(502, "Bad Gateway", "Another server failed."),
    REASON(503, "Service Unavailable", "The service is unavailable."),
    REASON(504, "Gateway Timeout", "Another server took too long."),
    REASON(505, "HTTP Version Not Supported", "The HTTP version is not supported."),
};

static const struct reason *
reason_of(unsigned status)
{
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
        if (reasons[i].status == status)
            return &reasons[i];
    return NULL;
}

struct str
http_reason(unsigned status)
{
    const struct reason *r = reason_of(status);

    return r != NULL ? r->phrase : STR_LIT("Unknown");
}

struct http_reply_to
http_reply_to(const struct http_request *req)
{
    return (struct http_reply_to){req->method == HTTP_HEAD_METHOD, req->keep_alive, req->minor};
}

static void
put_digits(char *out, int n)
{
    out[0] = (char)('0' + n / 10);
    out[1] = (char)('0' + n % 10);
}

/* The proleptic Gregorian calendar by days since 1970, with years that start in March. */
void
http_date_set(struct http_date *d, int64_t now)
{
    static const char days[] = "ThuFriSatSunMonTueWed", months[] = "MarAprMayJunJulAugSepOctNovDecJanFeb";
    int64_t second = now / CLOCK_S, day = second / 86400, of_day = second % 86400, era, year, of_year, month;
    char *t = d->text;

    if (d->second == second && t[0] != '\0')
        return;
    ASSERT(second >= 0 && day < 2932897); /* before the year 10000 */
    d->second = second;
    memcpy(t, "Thu, 01 Jan 1970 00:00:00 GMT", sizeof d->text);
    memcpy(t, days + 3 * (day % 7), 3);
    day += 719468; /* days from 0000-03-01 to 1970-01-01 */
    era = day / 146097;
    day %= 146097;
    year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    of_year = day - (365 * year + year / 4 - year / 100);
    month = (5 * of_year + 2) / 153;
    year += 400 * era + (month >= 10);
    put_digits(t + 5, (int)(of_year - (153 * month + 2) / 5 + 1));
    memcpy(t + 8, months + 3 * month, 3);
    put_digits(t + 12, (int)(year / 100));
    put_digits(t + 14, (int)(year % 100));
    put_digits(t + 17, (int)(of_day / 3600));
    put_digits(t + 20, (int)(of_day / 60 % 60));
    put_digits(t + 23, (int)(of_day % 60));
}

void
http_reply_begin(struct http_reply *r, struct buf *out, const struct http_reply_to *to, unsigned status)
{
    const struct reason *reason = reason_of(status);

    ASSERT(status >= 200 && status <= 599);
    *r = (struct http_reply){out, *to, (uint16_t)status};
    if (reason != NULL)
        buf_add_str(out, reason->line);
    else
        buf_addf(out, "HTTP/1.1 %u Unknown\r\n", status);
}

static unsigned char *
put(unsigned char *at, struct str s)
{
    if (s.n > 0)
        memcpy(at, s.p, s.n);
    return at + s.n;
}

static bool
is_one_line(struct str s)
{
    return s.n == 0 || (memchr(s.p, '\r', s.n) == NULL && memchr(s.p, '\n', s.n) == NULL &&
                        memchr(s.p, '\0', s.n) == NULL);
}

void
http_reply_header(struct http_reply *r, const char *name, struct str value)
{
    struct str n = str_from_cstr(name);
    unsigned char *begin, *p;

    if (str_is_null(value))
        return;
    ASSERT(is_one_line(value));
    begin = buf_reserve(r->out, n.n + value.n + 4);
    if (begin == NULL)
        return;
    p = put(put(put(put(begin, n), STR_LIT(": ")), value), STR_LIT("\r\n"));
    buf_commit(r->out, (size_t)(p - begin));
}

static struct str
connection_of(struct http_reply_to to)
{
    if (!to.keep_alive)
        return STR_LIT("\r\nConnection: close\r\n\r\n");
    return to.minor == 0 ? STR_LIT("\r\nConnection: keep-alive\r\n\r\n") : STR_LIT("\r\n\r\n");
}

void
http_reply_end(struct http_reply *r, const struct http_date *d, struct str body)
{
    bool has_length = r->status != 204 && r->status != 304;
    struct str sent = has_length && !r->to.is_head ? body : STR_LIT("");
    struct str tail = connection_of(r->to), number = STR_LIT("");
    char digits[20], *at = digits + sizeof digits;
    unsigned char *begin, *p;

    if (has_length) {
        size_t n = body.n;

        do
            *--at = (char)('0' + n % 10);
        while ((n /= 10) > 0);
        number = (struct str){at, (size_t)(digits + sizeof digits - at)};
    }
    begin = buf_reserve(r->out, sent.n + 160);
    if (begin == NULL)
        return;
    p = put(begin, STR_LIT("Server: countersign\r\nDate: "));
    p = put(p, (struct str){d->text, sizeof d->text - 1});
    if (has_length)
        p = put(put(p, STR_LIT("\r\nContent-Length: ")), number);
    p = put(put(p, tail), sent);
    buf_commit(r->out, (size_t)(p - begin));
}

void
http_reply_refusal(struct buf *out, const struct http_date *d, const struct http_refusal *refusal)
{
    static const struct http_reply_to closing = {.minor = 1};
    const struct reason *reason = reason_of(refusal->status);
    struct str phrase = http_reason(refusal->status);
    struct http_reply r;
    char seconds[12], body[640];
    int n;

    n = snprintf(
        body, sizeof body,
        "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\"\"http://www.w3.org/TR/html4/strict.dtd\">\r\n"
        "<HTML><HEAD><TITLE>%.*s</TITLE>\r\n"
        "<META HTTP-EQUIV=\"Content-Type\" Content=\"text/html; charset=us-ascii\"></HEAD>\r\n"
        "<BODY><h2>%.*s</h2>\r\n<hr><p>HTTP Error %u. %s</p>\r\n</BODY></HTML>\r\n",
        STR_ARG(phrase), STR_ARG(phrase), refusal->status, reason != NULL ? reason->text : "");
    ASSERT(n > 0 && (size_t)n < sizeof body);
    http_reply_begin(&r, out, &closing, refusal->status);
    http_reply_header(&r, "Content-Type", STR_LIT("text/html; charset=us-ascii"));
    if (refusal->retry_after > 0) {
        (void)snprintf(seconds, sizeof seconds, "%u", refusal->retry_after);
        http_reply_header(&r, "Retry-After", str_from_cstr(seconds));
    }
    http_reply_header(&r, "Strict-Transport-Security", refusal->hsts);
    http_reply_header(&r, "X-Request-Id", refusal->request_id);
    http_reply_end(&r, d, (struct str){body, (size_t)n});
}
