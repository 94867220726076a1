/* SPDX-License-Identifier: Apache-2.0 */
/* field: lines, header fields, and their names and bytes (RFC 9112, sections 2.2 and 5; RFC 9110, section
 * 5). */
#include "http/head.h"

#include <string.h>

#define T HTTP_TOKEN
#define P HTTP_PATH
#define Q HTTP_QUERY
#define H HTTP_HOST

const uint8_t http_class[256] = {
    ['0' ... '9'] = T | P | Q | H,
    ['A' ... 'Z'] = T | P | Q | H,
    ['a' ... 'z'] = T | P | Q | H,
    ['-'] = T | P | Q | H,
    ['.'] = T | P | Q | H,
    ['_'] = T | P | Q | H,
    ['~'] = T | P | Q,
    ['!'] = T | P | Q,
    ['$'] = T | P | Q,
    ['%'] = T | P | Q,
    ['&'] = T | P | Q,
    ['\''] = T | P | Q,
    ['*'] = T | P | Q,
    ['+'] = T | P | Q,
    ['('] = P | Q,
    [')'] = P | Q,
    [','] = P | Q,
    ['/'] = P | Q,
    [':'] = P | Q,
    [';'] = P | Q,
    ['='] = P | Q,
    ['@'] = P | Q,
    ['?'] = Q,
    ['['] = Q,
    [']'] = Q,
    ['{'] = Q,
    ['}'] = Q,
    ['|'] = T | Q,
    ['^'] = T | Q,
    ['`'] = T | Q,
    ['#'] = T,
};

#undef T
#undef P
#undef Q
#undef H

bool
http_is_all(struct str s, unsigned class)
{
    for (size_t i = 0; i < s.n; i++)
        if ((http_class[(unsigned char)s.p[i]] & class) == 0)
            return false;
    return s.n > 0;
}

int
http_hex(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
is_control(unsigned char c)
{
    return (c < 0x20 && c != '\t') || c == 0x7f;
}

/* Eight bytes at a time: most lines contain none, and this is a third of the cost of a request. */
static bool
has_control(const unsigned char *p, size_t n)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    size_t i = 0;

    for (; i + 8 <= n; i += 8) {
        uint64_t v, del;

        memcpy(&v, p + i, 8);
        del = v ^ (ones * 0x7f);
        /* Some byte is < 0x20 or equals 0x7f; because of a borrow, the byte above such a byte may be
         * flagged as well. */
        if (((((v - ones * 0x20) & ~v) | ((del - ones) & ~del)) & high) == 0)
            continue;
        for (size_t k = i; k < i + 8; k++)
            if (is_control(p[k]))
                return true;
    }
    for (; i < n; i++)
        if (is_control(p[i]))
            return true;
    return false;
}

enum http_line
http_line_find(struct http_bytes in, size_t start, size_t from, size_t max, size_t *end)
{
    size_t stop = in.n - start < max ? in.n : start + max;
    const unsigned char *cr = from < stop ? memchr(in.data + from, '\r', stop - from) : NULL;
    size_t e = cr != NULL ? (size_t)(cr - in.data) : stop;

    if (e + 1 < stop && in.data[e + 1] == '\n' && !has_control(in.data + start, e - start)) {
        *end = e;
        return HTTP_LINE_WHOLE;
    }
    /* The fault that comes first must win, however the input was split: a bare LF, then the length, then
     * the bare CR. */
    if (from < e && memchr(in.data + from, '\n', e - from) != NULL)
        return HTTP_LINE_BAD;
    if (e + 1 >= stop)
        return stop == start + max ? HTTP_LINE_LONG : HTTP_LINE_MORE;
    return HTTP_LINE_BAD;
}

#define NAME_KEY(n, first, last) (((size_t)(n)*6 + (size_t)(first)*15 + (size_t)(last)*5) & 63)

static const uint8_t name_at[64] = {
#define HTTP_NAME(id, text, first, last) [NAME_KEY(sizeof text - 1, first, last)] = HTTP_NAME_##id,
#include "http/names.def"
};

static const struct str name_text[] = {
    [HTTP_NAME_OTHER] = STR(""),
#define HTTP_NAME(id, text, first, last) [HTTP_NAME_##id] = STR(text),
#include "http/names.def"
};

enum http_name
http_name_of(struct str name)
{
    enum http_name id;

    if (name.n == 0)
        return HTTP_NAME_OTHER;
    id = name_at[NAME_KEY(name.n, (unsigned char)name.p[0] | 0x20u,
                          (unsigned char)name.p[name.n - 1] | 0x20u)];
    return str_eq_nocase(name, name_text[id]) ? id : HTTP_NAME_OTHER;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool
http_field_parse(struct str line, struct http_header *h)
{
    size_t colon = 0, from, to = line.n;

    while (colon < line.n && (http_class[(unsigned char)line.p[colon]] & HTTP_TOKEN) != 0)
        colon++;
    if (colon == 0 || colon == line.n || line.p[colon] != ':')
        return false;
    from = colon + 1;
    while (from < to && is_blank(line.p[from]))
        from++;
    while (to > from && is_blank(line.p[to - 1]))
        to--;
    h->name = (struct str){line.p, colon};
    h->value = (struct str){line.p + from, to - from};
    h->id = http_name_of(h->name);
    return true;
}
