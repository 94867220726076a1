/* SPDX-License-Identifier: Apache-2.0 */
/* str: inspecting bytes without owning them. No function here allocates. */
#include "base/str.h"

#include <limits.h>
#include <string.h>

int
str_print_len(struct str s)
{
    return s.n > INT_MAX ? INT_MAX : (int)s.n;
}

struct str
str_from_cstr(const char *cstr)
{
    return cstr == NULL ? STR_NULL : (struct str){cstr, strlen(cstr)};
}

bool
str_is_null(struct str s)
{
    return s.p == NULL;
}

bool
str_is_empty(struct str s)
{
    return s.n == 0;
}

bool
str_eq(struct str a, struct str b)
{
    if (a.p == NULL || b.p == NULL)
        return a.p == b.p;
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

static unsigned char
fold(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 'A' && u <= 'Z' ? (unsigned char)(u + ('a' - 'A')) : u;
}

bool
str_eq_nocase(struct str a, struct str b)
{
    if (a.p == NULL || b.p == NULL)
        return a.p == b.p;
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (fold(a.p[i]) != fold(b.p[i]))
            return false;
    return true;
}

bool
str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

bool
str_ends(struct str s, struct str suffix)
{
    return s.n >= suffix.n && (suffix.n == 0 || memcmp(s.p + (s.n - suffix.n), suffix.p, suffix.n) == 0);
}

int
str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int d = n == 0 ? 0 : memcmp(a.p, b.p, n);
    if (d != 0)
        return d < 0 ? -1 : 1;
    return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

static bool
in_set(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

struct str
str_trim(struct str s, const char *set)
{
    while (s.n > 0 && in_set(s.p[0], set)) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && in_set(s.p[s.n - 1], set))
        s.n--;
    return s;
}

struct str
str_sub(struct str s, size_t from, size_t n)
{
    if (s.p == NULL)
        return s;
    if (from > s.n)
        from = s.n;
    if (n > s.n - from)
        n = s.n - from;
    return (struct str){s.p + from, n};
}

size_t
str_find(struct str s, char byte)
{
    const char *at = s.n == 0 ? NULL : memchr(s.p, byte, s.n);
    return at == NULL ? s.n : (size_t)(at - s.p);
}

size_t
str_find_str(struct str s, struct str needle)
{
    if (needle.n == 0)
        return 0;
    const char *at = s.n == 0 ? NULL : memmem(s.p, s.n, needle.p, needle.n);
    return at == NULL ? s.n : (size_t)(at - s.p);
}

struct str
str_folder(struct str path)
{
    while (path.n > 0 && path.p[path.n - 1] != '/')
        path.n--;
    return path;
}

struct str
str_cut(struct str *rest, char sep)
{
    size_t at = str_find(*rest, sep);
    struct str first = str_sub(*rest, 0, at);
    *rest = at < rest->n ? str_sub(*rest, at + 1, SIZE_MAX) : STR_NULL;
    return first;
}

enum errcode
str_to_u64(struct str s, uint64_t max, uint64_t *out)
{
    if (s.n == 0)
        return ERR_SYNTAX;
    uint64_t v = 0;
    bool over = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return ERR_SYNTAX;
        uint64_t digit = (uint64_t)(s.p[i] - '0');
        over |= __builtin_mul_overflow(v, (uint64_t)10, &v);
        over |= __builtin_add_overflow(v, digit, &v);
    }
    if (over || v > max)
        return ERR_RANGE;
    *out = v;
    return ERR_NONE;
}

enum errcode
str_to_i64(struct str s, int64_t min, int64_t max, int64_t *out)
{
    const uint64_t most_negative = (uint64_t)INT64_MAX + 1;
    bool negative = s.n > 0 && s.p[0] == '-';
    uint64_t v = 0;
    enum errcode err = str_to_u64(negative ? str_sub(s, 1, SIZE_MAX) : s,
                                  negative ? most_negative : (uint64_t)INT64_MAX, &v);
    if (err != ERR_NONE)
        return err;
    int64_t n = negative ? (v == most_negative ? INT64_MIN : -(int64_t)v) : (int64_t)v;
    if (n < min || n > max)
        return ERR_RANGE;
    *out = n;
    return ERR_NONE;
}
