/* SPDX-License-Identifier: Apache-2.0 */
/* server: how the console and the phone of the command line reach a server: the options --ca and
 * --insecure-http, and what a signal does to a request. */
#ifndef COUNTERSIGN_CLI_SERVER_H
#define COUNTERSIGN_CLI_SERVER_H

#include "base/err.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "client/http_client.h"

/* For a server at the address (null: the key file names it). A signal ends a request; interrupt: may be NULL,
 * else it outlives the client. Views into the command's words. */
struct http_client_options server_options(struct cli *cli, struct str url, const struct interrupt *interrupt);
/* What opening a client or a phone returned: an address that is refused is wrong usage, and the words name
 * the option that would allow it. Anything else is passed on. */
enum errcode server_opened(struct cli *cli, enum errcode err) MUST_CHECK;

#endif
