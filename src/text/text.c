/* SPDX-License-Identifier: Apache-2.0 */
/* text: see text.h. */
#include "text/text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/arena.h"
#include "base/codec.h"
#include "base/secret.h"

static bool
is_shown(uint32_t cp)
{
    if (cp == 0x200e || cp == 0x200f || (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069))
        return false;
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)cp);
    return category != UTF8PROC_CATEGORY_CC && category != UTF8PROC_CATEGORY_CS &&
           category != UTF8PROC_CATEGORY_CN && category != UTF8PROC_CATEGORY_ZL &&
           category != UTF8PROC_CATEGORY_ZP;
}

bool
text_is_printable(struct str s, size_t max)
{
    if (str_is_empty(s) || s.n > max || s.p[0] == ' ' || s.p[s.n - 1] == ' ')
        return false;
    while (s.n > 0) {
        size_t n;
        uint32_t cp = utf8_decode(s, &n);
        if (cp == UINT32_MAX || !is_shown(cp))
            return false;
        s = str_sub(s, n, s.n - n);
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
        if (is_left_out((utf8proc_int32_t)utf8_decode(rest, &step)))
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
