/* SPDX-License-Identifier: Apache-2.0 */
/* text: see text.h. */
#include "text/text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/arena.h"
#include "base/codec.h"
#include "base/secret.h"

enum { ZWNJ = 0x200c, ZWJ = 0x200d, VIRAMA = 9 /* of the combining classes */ };

static bool
is_within(uint32_t cp, const uint32_t (*ranges)[2], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (cp >= ranges[i][0] && cp <= ranges[i][1])
            return true;
    return false;
}

/* Letters of the Arabic block by Joining_Type (Unicode, ArabicShaping.txt): D joins on both sides, R with the
 * letter before it alone. */
static bool
joins_next(uint32_t cp)
{
    static const uint32_t letters[][2] = {{0x620, 0x620}, {0x626, 0x626}, {0x628, 0x628}, {0x62a, 0x62e},
                                          {0x633, 0x63f}, {0x641, 0x647}, {0x649, 0x64a}, {0x66e, 0x66f},
                                          {0x678, 0x687}, {0x69a, 0x6bf}, {0x6c1, 0x6c2}, {0x6cc, 0x6cc},
                                          {0x6ce, 0x6ce}, {0x6d0, 0x6d1}, {0x6fa, 0x6fc}, {0x6ff, 0x6ff}};
    return is_within(cp, letters, ARRAY_LEN(letters));
}

static bool
joins_before(uint32_t cp)
{
    static const uint32_t right[][2] = {{0x622, 0x625}, {0x627, 0x627}, {0x629, 0x629}, {0x62f, 0x632},
                                        {0x648, 0x648}, {0x671, 0x673}, {0x675, 0x677}, {0x688, 0x699},
                                        {0x6c0, 0x6c0}, {0x6c3, 0x6cb}, {0x6cd, 0x6cd}, {0x6cf, 0x6cf},
                                        {0x6d2, 0x6d3}, {0x6d5, 0x6d5}, {0x6ee, 0x6ef}};
    return joins_next(cp) || is_within(cp, right, ARRAY_LEN(right));
}

/* Whether a joiner changes what is seen. */
static bool
is_joiner_between(uint32_t before, uint32_t cp, uint32_t after)
{
    if (cp != ZWNJ && cp != ZWJ)
        return false;
    return utf8proc_get_property((utf8proc_int32_t)before)->combining_class == VIRAMA ||
           (cp == ZWNJ && joins_next(before) && joins_before(after));
}

static bool
is_shown(uint32_t cp)
{
    static const bool is_hidden[] = {
        [UTF8PROC_CATEGORY_CN] = true, [UTF8PROC_CATEGORY_CC] = true, [UTF8PROC_CATEGORY_CF] = true,
        [UTF8PROC_CATEGORY_CS] = true, [UTF8PROC_CATEGORY_CO] = true, [UTF8PROC_CATEGORY_ZL] = true,
        [UTF8PROC_CATEGORY_ZP] = true};
    const utf8proc_property_t *property = utf8proc_get_property((utf8proc_int32_t)cp);
    return property->ignorable == 0 &&
           !((size_t)property->category < ARRAY_LEN(is_hidden) && is_hidden[property->category]);
}

static bool
is_blank(uint32_t cp)
{
    return utf8proc_category((utf8proc_int32_t)cp) == UTF8PROC_CATEGORY_ZS ||
           cp == 0x2800 /* no dots of Braille */;
}

/* The character at a place, and its bytes; at the end a blank of none. */
static uint32_t
character_at(struct str s, size_t at, size_t *n_out)
{
    *n_out = 0;
    return at < s.n ? utf8_read(str_sub(s, at, s.n - at), n_out) : ' ';
}

bool
text_is_printable(struct str s, size_t max)
{
    if (str_is_empty(s) || s.n > max)
        return false;
    uint32_t before = ' ', after = ' ';
    size_t n = 0, step = 0;
    uint32_t cp = character_at(s, 0, &n);
    for (size_t at = 0; at < s.n; at += n, before = cp, cp = after, n = step) {
        after = cp == UINT32_MAX ? cp : character_at(s, at + n, &step);
        if (cp == UINT32_MAX || !(is_shown(cp) || is_joiner_between(before, cp, after)))
            return false;
        if (is_blank(cp) && (at == 0 || at + n == s.n))
            return false;
    }
    return true;
}

static struct str
map(struct cx *cx, struct str s, utf8proc_option_t options)
{
    utf8proc_uint8_t *mapped = NULL;
    if (str_is_null(s) || !utf8_is_valid(s))
        return STR_NULL;
    if (s.n == 0)
        return STR_LIT("");
    utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &mapped, options);
    if (n == UTF8PROC_ERROR_NOMEM)
        err_no_memory();
    if (n < 0)
        return STR_NULL;
    struct str out = arena_str(&cx->arena, (struct str){(const char *)mapped, (size_t)n});
    secret_wipe(mapped, (size_t)n); /* it may be a password */
    free(mapped);
    return out;
}

struct str
text_nfkc(struct cx *cx, struct str s)
{
    return map(cx, s, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
}

struct str
text_fold(struct cx *cx, struct str s)
{
    return map(cx, s,
               UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
}

enum { TYPED_MAX = 64 };

/* Unicode's dashes are one category, except for the minus sign. */
static bool
is_left_out(utf8proc_int32_t cp)
{
    const utf8proc_category_t category = utf8proc_category(cp);
    return cp == ' ' || cp == '\t' || cp == '\r' || cp == '\n' || cp == 0x2212 ||
           category == UTF8PROC_CATEGORY_PD || category == UTF8PROC_CATEGORY_CF ||
           category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

struct str
text_typed(struct cx *cx, struct str s)
{
    struct str rest = s.n > TYPED_MAX ? STR_NULL : text_nfkc(cx, s);
    if (str_is_null(rest))
        return STR_NULL;
    char *out = arena_alloc(&cx->arena, rest.n + 1);
    size_t n = 0, step = 0;
    for (; rest.n > 0; rest = str_sub(rest, step, rest.n - step)) {
        if (is_left_out((utf8proc_int32_t)utf8_read(rest, &step)))
            continue;
        for (size_t i = 0; i < step; i++) {
            const char c = rest.p[i];
            out[n++] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        }
    }
    return (struct str){out, n};
}

bool
text_is_label(struct str s, size_t max)
{
    if (str_is_empty(s) || s.n > max)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\0' || strchr("abcdefghijklmnopqrstuvwxyz0123456789-._", s.p[i]) == NULL)
            return false;
    return true;
}
