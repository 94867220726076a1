/* SPDX-License-Identifier: Apache-2.0 */
/* http_client: one HTTP connection of a console or a phone to a server, by libcurl: TLS verified, no
 * redirects, plain http only to this machine unless the caller allows more. Knows no command line and prints
 * nothing. */
#ifndef COUNTERSIGN_CLIENT_HTTP_CLIENT_H
#define COUNTERSIGN_CLIENT_HTTP_CLIENT_H

#include <stdbool.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

struct http_client; /* heap */

/* How a server is reached. Zero is a valid value for everything but the address. */
struct http_client_options {
    struct str url;      /* scheme and host, with or without a slash at its end */
    const char *ca_file; /* certificates (PEM) to trust instead of the system's; NULL: the system's */
    bool allows_http;    /* plain http beyond this machine too */
    /* Whether to give up: asked several times a second while a request is on its way. NULL: never. Both
     * outlive the client. */
    bool (*is_stopped)(const void *arg);
    const void *stop_arg;
    long connect_seconds; /* 0: 10 */
    long total_seconds;   /* of one request; 0: 90 */
};

/* Connects nothing yet. The options are copied, what they point to is not needed afterwards
 * unless noted. ERR_USAGE: the address; ERR_POLICY: plain http beyond this machine. http_client_close frees.
 */
enum errcode http_client_open(struct cx *cx, const struct http_client_options *options,
                              struct http_client **http_out) MUST_CHECK;
void http_client_close(struct http_client **http);
/* The address without a slash at its end; valid as long as the client. */
struct str http_client_url(const struct http_client *http);

struct http_client_request {
    const char *path; /* appended to the server's address */
    const char *content_type;
    struct str header; /* one more header, complete ("Name: value"), or null; wiped by its owner */
    struct str body;
};

struct http_client_response {
    long status;
    struct str body; /* a view until the next request */
};

/* Cookies that the server sets are kept and sent again. ERR_CLOSED, ERR_TIMEOUT: no answer; ERR_PROTOCOL:
 * more than a mebibyte; ERR_DENIED: stopped. */
enum errcode
http_client_post(struct cx *cx, struct http_client *http, const struct http_client_request *request,
                 struct http_client_response *answer_out) MUST_CHECK;

/* The same without a body. */
enum errcode http_client_get(struct cx *cx, struct http_client *http, const char *path,
                             struct http_client_response *answer_out) MUST_CHECK;

/* Whether a password or a token may be sent to an address: https, or http to loopback. ERR_NONE, ERR_USAGE or
 * ERR_POLICY as http_client_open; *problem_out: what is wrong with it, worded to follow the address. */
enum errcode http_client_check_url(const char *url, bool allows_http, const char **problem_out) MUST_CHECK;

#endif
