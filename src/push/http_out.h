/* http_out: posts small bodies to addresses of the operator's, and by rules to those of strangers: the
 * server's only use of libcurl.
 *
 * No redirect is followed, no proxy used, no cookie kept, nothing of the answer but its status and its
 * Retry-After is looked at. https, by HTTP/2 where the other side has it, or http for a URL that says so (the
 * caller admits that on loopback alone); certificates are checked against the system's authorities. Several
 * posts run side by side in one thread. */
#ifndef COUNTERSIGN_PUSH_HTTP_OUT_H
#define COUNTERSIGN_PUSH_HTTP_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/inet.h"
#include "base/str.h"

enum { HTTP_OUT_HEADERS = 8, HTTP_OUT_AT_ONCE = 8, HTTP_OUT_ANSWER_MAX = 64 * 1024 };

enum http_out_result {
    HTTP_OUT_SENT,      /* 2xx */
    HTTP_OUT_LATER,     /* no connection, a timeout, 408, 429, 5xx: may go well another time */
    HTTP_OUT_REFUSED,   /* any other status, or no address that the rules admit: will not */
    HTTP_OUT_CANCELLED, /* the caller was asked for before it ended */
};

/* For an address that a stranger named: only public addresses are connected to, whatever its name resolves
 * to, and those of `networks`. */
struct http_out_rules {
    const struct inet_net *networks;
    size_t n_networks;
    void *authorities; /* PEM, beside the system's */
    size_t n_authorities;
    int64_t timeout; /* microseconds, for a whole post */
};

struct http_out_post {
    const char *url;
    const struct http_out_rules *rules;    /* NULL: an address of the operator's */
    const char *headers[HTTP_OUT_HEADERS]; /* "Name: value", NULL-terminated when fewer */
    struct str body;
    enum http_out_result result;
    long status;         /* 0: none came */
    int64_t retry_after; /* microseconds; 0: the answer does not say */
    char why[96];        /* without a status: for the log */
};

struct http_out; /* heap */

/* Before the confinement: opens what libcurl and its TLS open once. timeout: microseconds, for a whole post.
 * NULL only when libcurl cannot start. */
struct http_out *http_out_new(int64_t timeout);
void http_out_free(struct http_out **h);

/* Runs up to HTTP_OUT_AT_ONCE posts to their ends, which fills their results. When `interrupt` (-1: none)
 * becomes readable, what is not done is cancelled. */
void http_out_run(struct http_out *h, struct http_out_post *posts, size_t n, int interrupt);

/* What a status means. */
enum http_out_result http_out_judge(long status);

#endif
