/* SPDX-License-Identifier: Apache-2.0 */
/* check_redirect: the rules of the plain listeners and of the folder that they serve. */
#include "base/inet.h"
#include "config/setting.h"

static void
check_redirect_place(const struct config *c, struct problems *p, struct str text)
{
    unsigned line = p->set_at[SETTING_tls_redirect_listen];
    struct inet_endpoint at;
    if (inet_endpoint_parse(text, &at) != ERR_NONE)
        problems_add(p, line, "redirect_listen: %.*s is not ADDRESS:PORT or [ADDRESS]:PORT", STR_ARG(text));
    for (size_t i = 0; i < c->server_listen.n; i++)
        if (str_eq(text, c->server_listen.items[i]))
            problems_add(p, line, "redirect_listen: %.*s is in server.listen too", STR_ARG(text));
}

static bool
is_within(struct str path, struct str folder)
{
    struct str rest = str_sub(path, folder.n, SIZE_MAX);
    return str_starts(path, folder) && (rest.n == 0 || str_starts(rest, STR_LIT("/")));
}

static struct str
store_file(const struct config *c)
{
    static const struct str sqlite = STR("sqlite:");
    if (str_is_empty(c->store_url))
        return c->store_path;
    return str_starts(c->store_url, sqlite) ? str_sub(c->store_url, sqlite.n, SIZE_MAX) : STR_NULL;
}

/* The folder is open to a process that answers strangers: nothing else may be in it. */
static void
check_webroot(const struct config *c, struct problems *p)
{
    unsigned line = p->set_at[SETTING_tls_webroot];
    struct str folder = c->tls_webroot;
    while (folder.n > 0 && folder.p[folder.n - 1] == '/')
        folder.n--;
    if (str_is_empty(c->tls_webroot))
        return;
    if (c->tls_redirect_listen.n == 0 && !p->is_unread[SETTING_tls_redirect_listen])
        problems_add(p, line, "webroot without redirect_listen, which would serve it");
    if (is_within(c->store_key_file, folder) || is_within(store_file(c), folder) ||
        is_within(c->tls_key, folder) || is_within(c->tls_folder, folder))
        problems_add(p, line, "webroot must be a folder of its own: the database or a key is in it");
}

void
check_redirect(const struct config *c, struct problems *p)
{
    unsigned line = p->set_at[SETTING_tls_redirect_listen];
    for (size_t i = 0; i < c->tls_redirect_listen.n; i++)
        check_redirect_place(c, p, c->tls_redirect_listen.items[i]);
    if (c->tls_redirect_listen.n > 0 && !p->is_unread[SETTING_server_public_url] &&
        !str_starts(c->server_public_url, STR_LIT("https://")))
        problems_add(p, line,
                     "redirect_listen needs public_url, the https address that it sends everyone to");
    check_webroot(c, p);
}
