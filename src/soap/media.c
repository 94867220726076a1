/* SPDX-License-Identifier: Apache-2.0 */
/* media: see media.h. */
#include "soap/media.h"

#include "base/codec.h"
#include "xml/charset.h"

static struct str
base_of(struct str content_type)
{
    return str_sub(content_type, 0, str_find(content_type, ';'));
}

bool
media_is(struct str content_type, struct str type)
{
    return !str_is_null(content_type) && str_eq_nocase(base_of(content_type), type);
}

bool
media_is_application(struct str content_type)
{
    if (str_is_null(content_type))
        return false;
    struct str base = base_of(content_type);
    return str_eq_nocase(str_sub(base, 0, str_find(base, '/')), STR_LIT("application"));
}

struct str
media_parameter(struct str content_type, struct str name)
{
    struct str rest = content_type;
    (void)str_cut(&rest, ';');
    while (!str_is_null(rest)) {
        struct str parameter = str_cut(&rest, ';');
        while (parameter.n > 0 && str_find(STR_LIT(" \t\r\n\v\f"), parameter.p[0]) < 6)
            parameter = str_sub(parameter, 1, SIZE_MAX);
        if (!str_eq_nocase(str_sub(parameter, 0, name.n), name))
            continue;
        size_t equals = str_find(str_sub(parameter, name.n, SIZE_MAX), '=') + name.n;
        if (equals < parameter.n)
            return str_trim(str_sub(parameter, equals + 1, SIZE_MAX), " '\"\t");
    }
    return STR_NULL;
}

/* The value of the n hexadecimal digits at `at`, or -1. */
static int
hex_at(struct str s, size_t at, size_t n)
{
    int value = 0;
    if (at > s.n || s.n - at < n)
        return -1;
    for (size_t i = at; i < at + n; i++) {
        char c = s.p[i];
        if (c >= '0' && c <= '9')
            value = value * 16 + (c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value * 16 + (c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            value = value * 16 + (c - 'A' + 10);
        else
            return -1;
    }
    return value;
}

struct str
media_url_decode(struct arena *a, struct str s)
{
    if (str_find(s, '%') == s.n && str_find(s, '+') == s.n)
        return charset_to_utf8(a, CHARSET_UTF8, s);
    /* Never longer: %uXXXX is six bytes, and decodes to three at most. */
    unsigned char *out = arena_alloc(a, s.n + 1);
    size_t n = 0;
    size_t i = 0;
    while (i < s.n) {
        int unicode = s.p[i] == '%' && i + 1 < s.n && s.p[i + 1] == 'u' ? hex_at(s, i + 2, 4) : -1;
        int byte = s.p[i] == '%' ? hex_at(s, i + 1, 2) : -1;
        if (unicode >= 0) {
            bool is_surrogate = unicode >= 0xd800 && unicode <= 0xdfff;
            n += utf8_write(is_surrogate ? 0xfffd : (uint32_t)unicode, out + n);
            i += 6;
        } else if (byte >= 0) {
            out[n++] = (unsigned char)byte;
            i += 3;
        } else {
            out[n++] = s.p[i] == '+' ? ' ' : (unsigned char)s.p[i];
            i++;
        }
    }
    return charset_to_utf8(a, CHARSET_UTF8, (struct str){(const char *)out, n});
}
