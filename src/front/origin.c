/* SPDX-License-Identifier: Apache-2.0 */
/* origin: see origin.h. */
#include "front/origin.h"

#include "base/inet.h"

static bool
is_loopback_host(struct str host)
{
    struct inet_endpoint e;
    struct inet_addr a;
    struct str name = str_sub(host, 0, str_find(host, ':'));
    if (str_eq_nocase(name, STR_LIT("localhost")))
        return true;
    if (inet_endpoint_parse(host, &e) == ERR_NONE)
        return inet_is_loopback(&e.addr);
    if (str_eq(host, STR_LIT("[::1]")))
        return true;
    return inet_parse(host, &a) == ERR_NONE && inet_is_loopback(&a);
}

bool
origin_is_ours(struct str origin, struct str public_url, struct str host, bool is_secure)
{
    struct str scheme = is_secure ? STR_LIT("https://") : STR_LIT("http://");

    if (!str_is_empty(public_url)) {
        if (str_ends(public_url, STR_LIT("/")))
            public_url = str_sub(public_url, 0, public_url.n - 1);
        return str_eq_nocase(origin, public_url);
    }
    return !str_is_empty(host) && is_loopback_host(host) &&
           str_eq_nocase(str_sub(origin, 0, scheme.n), scheme) &&
           str_eq_nocase(str_sub(origin, scheme.n, origin.n), host);
}
