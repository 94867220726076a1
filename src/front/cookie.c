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

/* What one field gives that name. Two values are none: a neighbouring site can add cookies, but cannot remove
 * ours. False: the search is over. */
static bool
look(struct str field, struct str name, struct str *found)
{
    while (!str_is_null(field)) {
        struct str value = str_cut(&field, ';');
        if (!str_eq(str_trim(str_cut(&value, '='), " \t"), name) || str_is_null(value))
            continue;
        value = str_trim(value, " \t");
        if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
            value = str_sub(value, 1, value.n - 2);
        const bool is_new = str_is_null(*found);
        if (is_new || str_eq(*found, value))
            *found = value;
        else
            *found = STR_NULL;
        if (str_is_null(*found))
            return false;
    }
    return true;
}

/* A comma ends no cookie: it may be in the value of one that another site has set (RFC 6265, section 5.2). */
static struct str
find(const struct http_request *req, struct str name)
{
    struct str found = STR_NULL;
    bool goes_on = true;

    for (size_t i = 0; i < req->n_headers && goes_on; i++)
        if (req->headers[i].id == HTTP_NAME_COOKIE)
            goes_on = look(req->headers[i].value, name, &found);
    return found.n > 0 && is_value(found) ? found : STR_NULL;
}

struct str
cookie_session(const struct http_request *req)
{
    return find(req, STR_LIT(COOKIE_SESSION));
}

struct str
cookie_operator(const struct http_request *req)
{
    return find(req, STR_LIT(COOKIE_OPERATOR));
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
