/* SPDX-License-Identifier: Apache-2.0 */
/* address: where the store is, the server's public address, and warnings for the operator about it and about
 * the account. */
#include "config/config.h"
#include "config/setting.h"

static const struct str sqlite = STR("sqlite:");

struct str
config_store(const struct config *c)
{
    return str_is_empty(c->store_url) ? c->store_path : c->store_url;
}

struct str
config_store_file(const struct config *c)
{
    if (str_is_empty(c->store_url))
        return c->store_path;
    return str_starts(c->store_url, sqlite) ? str_sub(c->store_url, sqlite.n, SIZE_MAX) : STR_NULL;
}

struct str
config_local_file(const struct config *c)
{
    struct str file = config_store_file(c);
    return str_is_null(file) ? c->store_key_file : file;
}

struct str
config_public_url(const struct config *c, struct arena *a)
{
    if (!str_is_empty(c->server_public_url))
        return c->server_public_url; /* config_check: no path, hence no slash */
    const char *scheme = str_is_empty(c->tls_certificate) ? "http" : "https";
    return arena_printf(a, "%s://%.*s", scheme, STR_ARG(c->server_listen.items[0]));
}

bool
config_is_local(const struct config *c)
{
    /* Listeners beyond loopback require a public_url (config_check). */
    return str_is_empty(c->server_public_url) || url_is_loopback(c->server_public_url);
}

const char *
config_warn_root(const struct config *c)
{
    if (!str_is_empty(c->server_user))
        return NULL;
    return "server.user is empty: when the server is started as root, all of its processes run as root. "
           "Set user in [server] to an account without privileges, such as countersign";
}
