/* SPDX-License-Identifier: Apache-2.0 */
/* cookie: see cookie.h. */
#include "front/cookie.h"

#define ATTRIBUTES "; Path=/; HttpOnly; SameSite=Strict"

/* cookie-octet of RFC 6265, section 4.1.1. */
static bool
is_octet(unsigned char c)
{
    return c > ' ' && c < 127 && c != '"' && c != ',' && c != ';' && c != '\\';
}

static bool
is_value(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!is_octet((unsigned char)s.p[i]))
            return false;
    }
    return s.n <= COOKIE_VALUE_MAX;
}

static struct str
find(const struct http_request *req, struct str name, struct arena *a)
{
    struct str rest = http_header(req, HTTP_NAME_COOKIE);

    if (http_header_is_repeated(req, HTTP_NAME_COOKIE))
        rest = http_header_joined(req, HTTP_NAME_COOKIE, a);
    while (!str_is_null(rest)) {
        /* A repeated Cookie field is joined with a comma, which no value of ours contains. */
        size_t end = 0;
        while (end < rest.n && rest.p[end] != ';' && rest.p[end] != ',')
            end++;
        struct str value = str_sub(rest, 0, end);
        rest = end < rest.n ? str_sub(rest, end + 1, rest.n) : STR_NULL;
        if (!str_eq(str_trim(str_cut(&value, '='), " \t"), name) || str_is_null(value))
            continue;
        value = str_trim(value, " \t");
        if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
            value = str_sub(value, 1, value.n - 2);
        return value.n > 0 && is_value(value) ? value : STR_NULL;
    }
    return STR_NULL;
}

struct str
cookie_session(const struct http_request *req, struct arena *a)
{
    return find(req, STR_LIT(COOKIE_SESSION), a);
}

struct str
cookie_operator(const struct http_request *req, struct arena *a)
{
    return find(req, STR_LIT(COOKIE_OPERATOR), a);
}

static struct str
set(struct arena *a, const char *name, struct str value, bool is_secure)
{
    if (str_is_null(value) || !is_value(value))
        return STR_NULL;
    return arena_printf(a, "%s=%.*s%s%s%s", name, STR_ARG(value), value.n == 0 ? "; Max-Age=0" : "",
                        ATTRIBUTES, is_secure ? "; Secure" : "");
}

struct str
cookie_set_operator(struct arena *a, struct str value)
{
    return set(a, COOKIE_OPERATOR, value, true);
}

struct str
cookie_set_session(struct arena *a, struct str value, bool is_secure)
{
    return set(a, COOKIE_SESSION, value, is_secure);
}
