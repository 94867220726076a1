/* SPDX-License-Identifier: Apache-2.0 */
/* charset: see charset.h. */
#include "xml/charset.h"

#include <string.h>

#include "base/codec.h"
#include "xml/charset_tables.h"

static const struct {
    struct str name;
    enum charset charset;
} names[] = {
    {STR("utf-8"), CHARSET_UTF8},
    {STR("unicode-1-1-utf-8"), CHARSET_UTF8},
    {STR("unicode-2-0-utf-8"), CHARSET_UTF8},
    {STR("x-unicode-1-1-utf-8"), CHARSET_UTF8},
    {STR("x-unicode-2-0-utf-8"), CHARSET_UTF8},
    {STR("utf-16"), CHARSET_UTF16LE},
    {STR("utf-16le"), CHARSET_UTF16LE},
    {STR("ucs-2"), CHARSET_UTF16LE},
    {STR("unicode"), CHARSET_UTF16LE},
    {STR("iso-10646-ucs-2"), CHARSET_UTF16LE},
    {STR("utf-16be"), CHARSET_UTF16BE},
    {STR("unicodefffe"), CHARSET_UTF16BE},
    {STR("utf-32"), CHARSET_UTF32LE},
    {STR("utf-32le"), CHARSET_UTF32LE},
    {STR("utf-32be"), CHARSET_UTF32BE},
    {STR("us-ascii"), CHARSET_ASCII},
    {STR("ascii"), CHARSET_ASCII},
    {STR("ansi_x3.4-1968"), CHARSET_ASCII},
    {STR("ansi_x3.4-1986"), CHARSET_ASCII},
    {STR("cp367"), CHARSET_ASCII},
    {STR("csascii"), CHARSET_ASCII},
    {STR("ibm367"), CHARSET_ASCII},
    {STR("iso-ir-6"), CHARSET_ASCII},
    {STR("iso646-us"), CHARSET_ASCII},
    {STR("iso_646.irv:1991"), CHARSET_ASCII},
    {STR("us"), CHARSET_ASCII},
    {STR("iso-8859-1"), CHARSET_LATIN1},
    {STR("iso8859-1"), CHARSET_LATIN1},
    {STR("iso_8859-1"), CHARSET_LATIN1},
    {STR("iso_8859-1:1987"), CHARSET_LATIN1},
    {STR("latin1"), CHARSET_LATIN1},
    {STR("l1"), CHARSET_LATIN1},
    {STR("cp819"), CHARSET_LATIN1},
    {STR("ibm819"), CHARSET_LATIN1},
    {STR("csisolatin1"), CHARSET_LATIN1},
    {STR("iso-ir-100"), CHARSET_LATIN1},
    {STR("iso-8859-2"), CHARSET_LATIN2},
    {STR("iso8859-2"), CHARSET_LATIN2},
    {STR("iso_8859-2"), CHARSET_LATIN2},
    {STR("iso_8859-2:1987"), CHARSET_LATIN2},
    {STR("latin2"), CHARSET_LATIN2},
    {STR("l2"), CHARSET_LATIN2},
    {STR("csisolatin2"), CHARSET_LATIN2},
    {STR("iso-ir-101"), CHARSET_LATIN2},
    {STR("iso-8859-15"), CHARSET_LATIN9},
    {STR("iso_8859-15"), CHARSET_LATIN9},
    {STR("latin9"), CHARSET_LATIN9},
    {STR("l9"), CHARSET_LATIN9},
    {STR("csisolatin9"), CHARSET_LATIN9},
    {STR("windows-1250"), CHARSET_WINDOWS1250},
    {STR("x-cp1250"), CHARSET_WINDOWS1250},
    {STR("windows-1251"), CHARSET_WINDOWS1251},
    {STR("x-cp1251"), CHARSET_WINDOWS1251},
    {STR("windows-1252"), CHARSET_WINDOWS1252},
    {STR("x-ansi"), CHARSET_WINDOWS1252},
};

enum charset
charset_find(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_eq_nocase(names[i].name, name))
            return names[i].charset;
    }
    return CHARSET_UNKNOWN;
}

enum charset
charset_of_bom(struct str bytes, size_t *n_out)
{
    static const struct {
        struct str mark;
        enum charset charset;
    } marks[] = {
        /* Four-byte marks first: one of them starts like that of UTF-16. */
        {STR("\xff\xfe\0\0"), CHARSET_UTF32LE}, {STR("\0\0\xfe\xff"), CHARSET_UTF32BE},
        {STR("\xef\xbb\xbf"), CHARSET_UTF8},    {STR("\xff\xfe"), CHARSET_UTF16LE},
        {STR("\xfe\xff"), CHARSET_UTF16BE},
    };
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        if (str_starts(bytes, marks[i].mark)) {
            *n_out = marks[i].mark.n;
            return marks[i].charset;
        }
    }
    *n_out = 0;
    return CHARSET_UNKNOWN;
}

enum { REPLACEMENT = 0xfffd };

/* A text under construction: at most three bytes per input byte, so it is allocated once. */
struct text {
    char *p;
    size_t n;
};

static void
put(struct text *t, uint32_t cp)
{
    unsigned char utf8[4];
    size_t n = utf8_write(cp, utf8);
    memcpy(t->p + t->n, utf8, n);
    t->n += n;
}

static size_t
ascii_prefix(struct str s)
{
    size_t i = 0;
    uint64_t word;
    for (; i + sizeof word <= s.n; i += sizeof word) {
        memcpy(&word, s.p + i, sizeof word);
        if ((word & UINT64_C(0x8080808080808080)) != 0)
            break;
    }
    while (i < s.n && (unsigned char)s.p[i] < 0x80)
        i++;
    return i;
}

/* The length of a character whose UTF-8 starts with this byte; 1 for an invalid first byte. */
static size_t
sequence_length(unsigned char lead)
{
    if (lead < 0xc2 || lead > 0xf4)
        return 1;
    return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/* Whether a continuation byte is valid as a character's second byte: no overlong forms, no surrogates,
 * nothing above U+10FFFF. */
static bool
is_second_byte(unsigned char lead, unsigned char second)
{
    unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    return second >= low && second <= high;
}

static bool
is_continuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* The number of bytes at the front of s, which is not a valid character, that are replaced by one U+FFFD;
 * at least 1. */
static size_t
broken_length(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t want = sequence_length(p[0]);
    if (want > 1 && s.n > 1 && is_continuation(p[1]) && !is_second_byte(p[0], p[1]))
        return 2;
    size_t n = 1;
    while (n < want && n < s.n && is_continuation(p[n]))
        n++;
    return n;
}

/* The number of bytes at the end of s that form an incomplete character. */
static size_t
utf8_tail_length(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    for (size_t n = 1; n <= 3 && n <= s.n; n++) {
        unsigned char lead = p[s.n - n];
        if (is_continuation(lead))
            continue;
        bool is_cut = sequence_length(lead) > n && (n == 1 || is_second_byte(lead, p[s.n - n + 1]));
        return is_cut ? n : 0;
    }
    return 0;
}

static void
from_utf8(struct text *t, struct str s)
{
    while (s.n > 0) {
        size_t n;
        uint32_t cp = utf8_read(s, &n);
        if (cp == UINT32_MAX) {
            n = broken_length(s);
            cp = REPLACEMENT;
        }
        put(t, cp);
        s = str_sub(s, n, SIZE_MAX);
    }
}

static uint32_t
unit16(struct str s, size_t at, bool big)
{
    uint32_t first = (unsigned char)s.p[at];
    uint32_t second = (unsigned char)s.p[at + 1];
    return big ? first << 8 | second : second << 8 | first;
}

struct str
charset_cut_tail(enum charset charset, struct str bytes)
{
    if (charset == CHARSET_UTF8)
        return str_sub(bytes, 0, bytes.n - utf8_tail_length(bytes));
    if (charset == CHARSET_UTF32LE || charset == CHARSET_UTF32BE)
        return str_sub(bytes, 0, bytes.n - bytes.n % 4);
    if (charset != CHARSET_UTF16LE && charset != CHARSET_UTF16BE)
        return bytes;
    bytes = str_sub(bytes, 0, bytes.n - bytes.n % 2);
    uint32_t last = bytes.n > 0 ? unit16(bytes, bytes.n - 2, charset == CHARSET_UTF16BE) : 0;
    bool is_half = last >= 0xd800 && last <= 0xdbff;
    return is_half ? str_sub(bytes, 0, bytes.n - 2) : bytes;
}

static void
from_utf16(struct text *t, struct str s, bool big)
{
    size_t i = 0;
    while (i + 1 < s.n) {
        uint32_t cp = unit16(s, i, big);
        i += 2;
        if (cp >= 0xd800 && cp <= 0xdfff) {
            uint32_t low = cp < 0xdc00 && i + 1 < s.n ? unit16(s, i, big) : 0;
            if (low >= 0xdc00 && low <= 0xdfff) {
                cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
                i += 2;
            } else {
                cp = REPLACEMENT;
            }
        }
        put(t, cp);
    }
    if (i < s.n)
        put(t, REPLACEMENT);
}

static void
from_utf32(struct text *t, struct str s, bool big)
{
    size_t i = 0;
    for (; i + 3 < s.n; i += 4) {
        uint32_t a = unit16(s, i, big);
        uint32_t b = unit16(s, i + 2, big);
        uint32_t cp = big ? a << 16 | b : b << 16 | a;
        bool is_scalar = cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff);
        put(t, is_scalar ? cp : REPLACEMENT);
    }
    if (i < s.n)
        put(t, REPLACEMENT);
}

/* high: the characters for the bytes from 0x80 on; NULL: the byte values themselves. */
static void
from_bytes(struct text *t, struct str s, const uint16_t *high)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char byte = (unsigned char)s.p[i];
        put(t, byte < 0x80 || high == NULL ? byte : high[byte - 0x80]);
    }
}

static void
from_ascii(struct text *t, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        put(t, (unsigned char)s.p[i] < 0x80 ? (unsigned char)s.p[i] : '?');
}

static bool
is_clean(enum charset charset, struct str bytes)
{
    switch (charset) {
    case CHARSET_UTF16LE:
    case CHARSET_UTF16BE:
    case CHARSET_UTF32LE:
    case CHARSET_UTF32BE:
        return false;
    case CHARSET_UTF8:
        bytes = str_sub(bytes, ascii_prefix(bytes), SIZE_MAX);
        return utf8_is_valid(bytes);
    case CHARSET_UNKNOWN:
    case CHARSET_ASCII:
    case CHARSET_LATIN1:
    case CHARSET_LATIN2:
    case CHARSET_LATIN9:
    case CHARSET_WINDOWS1250:
    case CHARSET_WINDOWS1251:
    case CHARSET_WINDOWS1252:
        return ascii_prefix(bytes) == bytes.n;
    }
    return false;
}

struct str
charset_to_utf8(struct arena *a, enum charset charset, struct str bytes)
{
    if (bytes.n == 0 || is_clean(charset, bytes))
        return bytes;
    /* UTF-16 is the worst case: a lone byte becomes U+FFFD, three bytes. */
    struct text t = {arena_alloc(a, bytes.n * 3), 0};
    switch (charset) {
    case CHARSET_UTF8:
        from_utf8(&t, bytes);
        break;
    case CHARSET_UTF16LE:
    case CHARSET_UTF16BE:
        from_utf16(&t, bytes, charset == CHARSET_UTF16BE);
        break;
    case CHARSET_UTF32LE:
    case CHARSET_UTF32BE:
        from_utf32(&t, bytes, charset == CHARSET_UTF32BE);
        break;
    case CHARSET_LATIN1:
        from_bytes(&t, bytes, NULL);
        break;
    case CHARSET_LATIN2:
        from_bytes(&t, bytes, charset_latin2);
        break;
    case CHARSET_LATIN9:
        from_bytes(&t, bytes, charset_latin9);
        break;
    case CHARSET_WINDOWS1250:
        from_bytes(&t, bytes, charset_windows1250);
        break;
    case CHARSET_WINDOWS1251:
        from_bytes(&t, bytes, charset_windows1251);
        break;
    case CHARSET_WINDOWS1252:
        from_bytes(&t, bytes, charset_windows1252);
        break;
    case CHARSET_UNKNOWN:
    case CHARSET_ASCII:
        from_ascii(&t, bytes);
        break;
    }
    return (struct str){t.p, t.n};
}
