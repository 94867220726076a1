/* SPDX-License-Identifier: Apache-2.0 */
/* server: see server.h. */
#include "cli/server.h"

static bool
signal_came(const void *interrupt)
{
    return interrupt_came(interrupt, 0);
}

struct http_client_options
server_options(struct cli *cli, struct str url, const struct interrupt *interrupt)
{
    return (struct http_client_options){.url = url,
                                        .ca_file = args_option(&cli->args, "ca").p,
                                        .allows_http = args_has(&cli->args, "insecure-http"),
                                        .is_stopped = interrupt != NULL ? signal_came : NULL,
                                        .stop_arg = interrupt};
}

enum errcode
server_opened(struct cli *cli, enum errcode err)
{
    if (err != ERR_POLICY)
        return err;
    struct str words = arena_str(&cli->cx.arena, str_from_cstr(cli->cx.detail));
    err_forget(&cli->cx);
    return err_set(&cli->cx, ERR_USAGE, "%.*s, or --insecure-http if you must", STR_ARG(words));
}
