/* SPDX-License-Identifier: Apache-2.0 */
/* http_out: posts small bodies to the operator's addresses and, under restrictions, to addresses from
 * outside; and hands mail to the operator's relay, by SMTP. The server's only use of libcurl.
 *
 * It follows no redirects, uses no proxy, keeps no cookies, and reads nothing of an answer but its status
 * and Retry-After. It speaks https, with HTTP/2 where the other side supports it, or http for an http URL
 * (which the caller allows only on loopback); certificates are verified against the system's authorities.
 * Several posts run side by side in one thread, and none delays another: http_out_begin for each,
 * http_out_step for all, http_out_take for those that have ended. */
#ifndef COUNTERSIGN_DELIVERY_HTTP_OUT_H
#define COUNTERSIGN_DELIVERY_HTTP_OUT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/inet.h"
#include "base/str.h"

enum {
    HTTP_OUT_HEADERS = 8,
    HTTP_OUT_AT_ONCE = 8,
    HTTP_OUT_ANSWER_MAX = 64 * 1024,
    HTTP_OUT_STATUS_MAX = 999
};
#define HTTP_OUT_RETRY_MOST CLOCK_DAY

enum http_out_result {
    HTTP_OUT_SENT,    /* 2xx */
    HTTP_OUT_LATER,   /* no connection, a timeout, 408, 429, 5xx: may succeed later */
    HTTP_OUT_REFUSED, /* any other status, or no allowed address: will not succeed */
    HTTP_OUT_RESULT_COUNT_
};

/* The outcome of a post. */
struct http_out_end {
    enum http_out_result result;
    long status;         /* 0: no answer */
    int64_t retry_after; /* microseconds, at most HTTP_OUT_RETRY_MOST; 0: not given in the answer */
    char why[96];        /* if there is no status: the reason, for the log */
};

/* For an address from outside: connections go only to public addresses, whatever its name resolves to, and
 * to those in `networks`. */
struct http_out_rules {
    const struct inet_net *networks;
    size_t n_networks;
    void *authorities; /* PEM, in addition to the system's */
    size_t n_authorities;
    int64_t timeout; /* microseconds, for the whole post */
};

/* For mail: of the configuration, so nothing in it is from outside. */
struct http_out_mail {
    const char *from;
    const char *const *to;
    size_t n_to;
    const char *user, *password; /* NULL: none is needed */
    bool is_plain;               /* may go without TLS */
};

struct http_out_post {
    const char *url;
    int64_t timeout;                       /* microseconds, for the whole post; 0: that of http_out_new */
    const struct http_out_rules *rules;    /* NULL: an address of the operator */
    const char *headers[HTTP_OUT_HEADERS]; /* "Name: value"; NULL-terminated if there are fewer */
    struct str body;
    const struct http_out_mail *mail; /* NULL: HTTP; otherwise the URL is smtp: or smtps:, and the body a
                                       * message with CRLF as line ends; SENT or LATER is the outcome */
    struct http_out_end end;          /* once it was taken */
};

struct http_out; /* heap */

/* Before the confinement: opens the files that libcurl and its TLS keep open. timeout: microseconds, for a
 * whole post. NULL only when libcurl cannot start. */
struct http_out *http_out_new(int64_t timeout);
/* Posts under way are dropped. */
void http_out_free(struct http_out **h);

/* Starts a post; at most HTTP_OUT_AT_ONCE may be under way (ASSERT). The post, and everything that it
 * refers to, must stay in place until it was taken, or h is freed. */
void http_out_begin(struct http_out *h, struct http_out_post *post);
/* Advances all posts. If none has ended yet, waits for at most wait_ms until one can advance, or until one
 * of the n descriptors is ready (POLLIN, POLLOUT; n <= HTTP_OUT_WATCHED). Fills in their revents in any
 * case. ERR_SYSTEM: the kernel has no memory to wait with; all else has been done. */
enum { HTTP_OUT_WATCHED = 4 };
enum errcode http_out_step(struct http_out *h, struct pollfd *watched, size_t n, int wait_ms) MUST_CHECK;
/* A post that has ended, which is forgotten here; NULL: none. */
struct http_out_post *http_out_take(struct http_out *h);

/* The meaning of a status. */
enum http_out_result http_out_judge(long status);

#endif
