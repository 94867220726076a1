/* SPDX-License-Identifier: Apache-2.0 */
/* wsdl: prints the service description, for generating classes before there is a server. */
#include "cli/cli.h"
#include "cli/cmds.h"
#include "cli/print.h"
#include "contract/ct_wsdl.h"

enum { WSDL_MAX = 1 << 20 };

/* Characters that need no escaping in XML, and suffice for any server's address. */
static bool
is_plain(struct str s)
{
    static const struct str other = STR(".:-_~[]/");

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool is_alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!is_alnum && str_find(other, c) == other.n)
            return false;
    }
    return s.n > 0;
}

/* The address of the service on the server of --url, or of the configuration. */
static enum errcode
service_address(struct cli *cli, struct str *address_out)
{
    static const struct str https = STR("https://"), http = STR("http://");
    struct str url = args_option(&cli->args, "url");

    if (str_is_null(url)) {
        enum errcode err = cli_configure(cli);
        if (err != ERR_NONE)
            return err;
        url = config_public_url(&cli->config, &cli->cx.arena);
    }
    size_t scheme = str_starts(url, https) ? https.n : str_starts(url, http) ? http.n : url.n;
    if (!is_plain(str_sub(url, scheme, url.n)))
        return err_set(&cli->cx, ERR_USAGE, "--url is http:// or https:// and a host, not '%.*s'",
                       STR_ARG(url));
    if (str_ends(url, STR_LIT("/")))
        url = str_sub(url, 0, url.n - 1);
    *address_out = arena_printf(&cli->cx.arena, "%.*s" CT_PATH, STR_ARG(url));
    return ERR_NONE;
}

enum errcode
cmd_wsdl(struct cli *cli)
{
    struct str address = STR_NULL;
    struct buf text;
    enum errcode err = service_address(cli, &address);

    if (err != ERR_NONE)
        return err;
    buf_init(&text, WSDL_MAX);
    ct_wsdl_write(&text, address, NULL);
    ASSERT(!buf_is_over(&text));
    json_t *document = print_object();
    print_put_str(document, "address", address);
    print_put_str(document, "wsdl", buf_view(&text));
    print_done(cli, document, "%.*s", STR_ARG(buf_view(&text)));
    buf_clear(&text);
    return ERR_NONE;
}
