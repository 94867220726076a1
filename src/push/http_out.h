/* http_out: posts small bodies to addresses of the operator's, and by rules to those of strangers: the
 * server's only use of libcurl.
 *
 * No redirect is followed, no proxy used, no cookie kept, nothing of the answer but its status and its
 * Retry-After is looked at. https, by HTTP/2 where the other side has it, or http for a URL that says so (the
 * caller admits that on loopback alone); certificates are checked against the system's authorities. Several
 * posts run side by side in one thread, and none waits for another: http_out_begin each, http_out_step all,
 * http_out_take what has ended. */
#ifndef COUNTERSIGN_PUSH_HTTP_OUT_H
#define COUNTERSIGN_PUSH_HTTP_OUT_H

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
    HTTP_OUT_LATER,   /* no connection, a timeout, 408, 429, 5xx: may go well another time */
    HTTP_OUT_REFUSED, /* any other status, or no address that the rules admit: will not */
    HTTP_OUT_RESULT_COUNT_
};

/* How a post ended. */
struct http_out_end {
    enum http_out_result result;
    long status;         /* 0: none came */
    int64_t retry_after; /* microseconds, HTTP_OUT_RETRY_MOST at most; 0: the answer does not say */
    char why[96];        /* without a status: for the log */
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
    struct http_out_end end; /* once it was taken */
};

struct http_out; /* heap */

/* Before the confinement: opens what libcurl and its TLS open once. timeout: microseconds, for a whole post.
 * NULL only when libcurl cannot start. */
struct http_out *http_out_new(int64_t timeout);
/* What is under way is dropped. */
void http_out_free(struct http_out **h);

/* Begins a post, of which at most HTTP_OUT_AT_ONCE may be under way (ASSERT). It and what it names stay where
 * they are until it was taken, or h is freed. */
void http_out_begin(struct http_out *h, struct http_out_post *post);
/* Moves all posts along. Where none has ended yet, waits for at most wait_ms until one can be moved, or until
 * one of the n descriptors is ready (POLLIN, POLLOUT; n <= HTTP_OUT_WATCHED), whose revents it fills in any
 * case. */
enum { HTTP_OUT_WATCHED = 4 };
void http_out_step(struct http_out *h, struct pollfd *watched, size_t n, int wait_ms);
/* One that has ended, which is forgotten here; NULL: none. */
struct http_out_post *http_out_take(struct http_out *h);

/* What a status means. */
enum http_out_result http_out_judge(long status);

#endif
