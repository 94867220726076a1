/* SPDX-License-Identifier: Apache-2.0 */
/* codec: one coder for base32 and base64url, which differ only in the alphabet and the bits per letter. */
#include "base/codec.h"

struct alphabet {
    const char *letters;
    unsigned bits; /* per letter */
    bool any_case;
};

static const struct alphabet base64url = {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
                                          6, false};
static const struct alphabet base64 = {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6,
                                       false};
static const struct alphabet base32 = {"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5, true};
static const struct alphabet hex = {"0123456789abcdef", 4, true};

static struct str
encode(struct arena *a, const struct alphabet *abc, const void *bytes, size_t n)
{
    ASSERT(n <= SIZE_MAX / 16);
    const unsigned char *in = bytes;
    size_t len = (n * 8 + abc->bits - 1) / abc->bits;
    char *out = arena_alloc(a, len + 1);
    uint32_t held = 0;
    unsigned have = 0;
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        held = (held << 8 | in[i]) & 0xffff;
        have += 8;
        for (; have >= abc->bits; have -= abc->bits)
            out[at++] = abc->letters[held >> (have - abc->bits) & ((1u << abc->bits) - 1)];
    }
    if (have > 0)
        out[at++] = abc->letters[held << (abc->bits - have) & ((1u << abc->bits) - 1)];
    ASSERT(at == len);
    out[len] = '\0';
    return (struct str){out, len};
}

static int
value_of(const struct alphabet *abc, char c)
{
    char other = c;
    if (abc->any_case && c >= 'a' && c <= 'z')
        other = (char)(c - ('a' - 'A'));
    else if (abc->any_case && c >= 'A' && c <= 'Z')
        other = (char)(c + ('a' - 'A'));
    for (int i = 0; i < 1 << abc->bits; i++)
        if (abc->letters[i] == c || abc->letters[i] == other)
            return i;
    return -1;
}

/* Strict: RFC 4648, sections 3.2 (here without padding), 3.3 (no characters outside the alphabet), 3.5
 * (unused bits are zero). */
static enum errcode
decode(const struct alphabet *abc, struct str s, unsigned char *out, size_t cap, size_t *n_out)
{
    uint32_t held = 0;
    unsigned have = 0;
    size_t at = 0;
    for (size_t i = 0; i < s.n; i++) {
        int v = value_of(abc, s.p[i]);
        if (v < 0)
            return ERR_SYNTAX;
        held = (held << abc->bits | (uint32_t)v) & 0xffff;
        have += abc->bits;
        if (have < 8)
            continue;
        have -= 8;
        if (at == cap)
            return ERR_LIMIT;
        out[at++] = (unsigned char)(held >> have);
    }
    if (have >= abc->bits || (held & ((1u << have) - 1)) != 0)
        return ERR_SYNTAX;
    *n_out = at;
    return ERR_NONE;
}

struct str
codec_base64url(struct arena *a, const void *bytes, size_t n)
{
    return encode(a, &base64url, bytes, n);
}

enum errcode
codec_base64url_read(struct str s, unsigned char *out, size_t cap, size_t *n_out)
{
    return decode(&base64url, s, out, cap, n_out);
}

struct str
codec_base64(struct arena *a, const void *bytes, size_t n)
{
    static const char *const padding[] = {"", "==", "="};
    struct str text = encode(a, &base64, bytes, n);
    return n % 3 == 0 ? text : arena_printf(a, "%.*s%s", STR_ARG(text), padding[n % 3]);
}

enum errcode
codec_base64_read(struct str s, unsigned char *out, size_t cap, size_t *n_out)
{
    *n_out = 0;
    if (s.n % 4 != 0)
        return ERR_SYNTAX;
    for (int i = 0; i < 2 && s.n > 0 && s.p[s.n - 1] == '='; i++)
        s.n--;
    return decode(&base64, s, out, cap, n_out);
}

struct str
codec_base32(struct arena *a, const void *bytes, size_t n)
{
    return encode(a, &base32, bytes, n);
}

enum errcode
codec_base32_read(struct str s, unsigned char *out, size_t cap, size_t *n_out)
{
    return decode(&base32, s, out, cap, n_out);
}

struct str
codec_hex(struct arena *a, const void *bytes, size_t n)
{
    return encode(a, &hex, bytes, n);
}

enum errcode
codec_hex_read(struct str s, unsigned char *out, size_t cap, size_t *n_out)
{
    return decode(&hex, s, out, cap, n_out);
}

/* The number of continuation bytes that a lead byte announces (0: not a lead byte), and the range of the
 * second byte, which excludes overlong forms, surrogates and numbers above U+10FFFF (RFC 3629, section 4). */
static size_t
utf8_shape(unsigned char lead, unsigned char *least, unsigned char *most)
{
    *least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    *most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

uint32_t
utf8_read(struct str s, size_t *n_out)
{
    ASSERT(s.n > 0);
    const unsigned char *p = (const unsigned char *)s.p;
    unsigned char least = 0, most = 0;
    size_t n = utf8_shape(p[0], &least, &most);
    *n_out = 1;
    if (n == 1)
        return p[0];
    if (n == 0 || n > s.n || p[1] < least || p[1] > most)
        return UINT32_MAX;
    uint32_t cp = p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return UINT32_MAX;
        cp = cp << 6 | (p[i] & 0x3fu);
    }
    *n_out = n;
    return cp;
}

struct str
utf8_repair(struct arena *a, struct str s)
{
    if (utf8_is_valid(s))
        return s;
    ASSERT(s.n <= SIZE_MAX / 3);
    unsigned char *out = arena_alloc(a, 3 * s.n);
    size_t len = 0;
    for (size_t at = 0, n; at < s.n; at += n) {
        uint32_t cp = utf8_read(str_sub(s, at, 4), &n);
        len += utf8_write(cp == UINT32_MAX ? 0xFFFD : cp, out + len);
    }
    return (struct str){(const char *)out, len};
}

struct str
utf8_skip_mark(struct str s)
{
    static const struct str mark = STR("\xef\xbb\xbf");
    return str_starts(s, mark) ? str_sub(s, mark.n, SIZE_MAX) : s;
}

bool
utf8_is_valid(struct str s)
{
    size_t n = 0;
    for (size_t at = 0; at < s.n; at += n) {
        n = 1;
        if ((unsigned char)s.p[at] >= 0x80 && utf8_read(str_sub(s, at, SIZE_MAX), &n) == UINT32_MAX)
            return false;
    }
    return true;
}

size_t
utf8_write(uint32_t cp, unsigned char out[4])
{
    ASSERT(cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff));
    if (cp < 0x80) {
        out[0] = (unsigned char)cp;
        return 1;
    }
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, cp >>= 6)
        out[i] = (unsigned char)(0x80 | (cp & 0x3f));
    out[0] = (unsigned char)(0xf00u >> n | cp);
    return n;
}

size_t
utf8_utf16_units(struct str s)
{
    size_t units = 0;
    size_t n = 0;
    for (size_t at = 0; at < s.n; at += n)
        units += utf8_read(str_sub(s, at, SIZE_MAX), &n) > 0xffff && n == 4 ? 2 : 1;
    return units;
}

void
be16_put(unsigned char out[2], uint16_t v)
{
    out[0] = (unsigned char)(v >> 8);
    out[1] = (unsigned char)v;
}

void
be32_put(unsigned char out[4], uint32_t v)
{
    be16_put(out, (uint16_t)(v >> 16));
    be16_put(out + 2, (uint16_t)v);
}

void
be64_put(unsigned char out[8], uint64_t v)
{
    be32_put(out, (uint32_t)(v >> 32));
    be32_put(out + 4, (uint32_t)v);
}

uint16_t
be16_get(const unsigned char in[2])
{
    return (uint16_t)(in[0] << 8 | in[1]);
}

uint32_t
be32_get(const unsigned char in[4])
{
    return (uint32_t)be16_get(in) << 16 | be16_get(in + 2);
}

uint64_t
be64_get(const unsigned char in[8])
{
    return (uint64_t)be32_get(in) << 32 | be32_get(in + 4);
}
