/* web: one HTTP connection of the console or the phone to a server, by libcurl: TLS verified, no redirects,
 * plain http to this machine alone unless the person said otherwise. */
#ifndef COUNTERSIGN_CLI_WEB_H
#define COUNTERSIGN_CLI_WEB_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/interrupt.h"

struct web; /* heap */

struct web_request {
    const char *path; /* behind the server's address */
    const char *content_type;
    struct str header; /* one more, whole ("Name: value"), or null; wiped by its owner */
    struct str body;
};

struct web_answer {
    long status;
    struct str body; /* a view until the next web_post */
};

/* url: scheme and host, with or without a slash at its end. The options --ca and --insecure-http of the
 * command count. A signal ends a request (interrupt, may be NULL, outlives the web). ERR_USAGE for the
 * address. */
enum errcode
web_open(struct cli *cli, struct str url, const struct interrupt *interrupt, struct web **web_out) MUST_CHECK;
void web_close(struct web **web);
/* The address without a slash at its end; as long as the web. */
struct str web_url(const struct web *web);

/* ERR_CLOSED, ERR_TIMEOUT: no answer; ERR_PROTOCOL: more than a mebibyte; ERR_DENIED: interrupted. */
enum errcode
web_post(struct web *web, const struct web_request *request, struct web_answer *answer_out) MUST_CHECK;

/* Whether an address may be spoken to: https, or http to loopback. NULL, or what is wrong with it. */
const char *web_url_problem(const char *url, bool allow_http);

#endif
