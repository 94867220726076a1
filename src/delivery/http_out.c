/* SPDX-License-Identifier: Apache-2.0 */
/* http_out: libcurl's multi interface, advanced step by step. */
#include "delivery/http_out.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/err.h"

enum { RETRY_MOST_S = HTTP_OUT_RETRY_MOST / CLOCK_S };

/* One post under way. */
struct transfer {
    struct http_out_post *post; /* NULL: none */
    CURL *easy;
    struct curl_slist *headers;
    struct curl_slist *to; /* of mail */
    size_t seen;           /* of the answer */
    size_t sent;           /* of a message */
    bool is_forbidden;     /* an address was not allowed */
    bool has_ended;
};

struct http_out {
    CURLM *multi;
    long timeout_ms;
    struct transfer transfers[HTTP_OUT_AT_ONCE];
};

struct http_out *
http_out_new(int64_t timeout)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return NULL;
    struct http_out *h = calloc(1, sizeof *h);
    if (h == NULL)
        err_no_memory();
    h->multi = curl_multi_init();
    if (h->multi == NULL)
        err_no_memory();
    h->timeout_ms = (long)(timeout / CLOCK_MS);
    return h;
}

enum http_out_result
http_out_judge(long status)
{
    if (status >= 200 && status < 300)
        return HTTP_OUT_SENT;
    if (status == 408 || status == 429 || status >= 500 || status < 200)
        return HTTP_OUT_LATER;
    return HTTP_OUT_REFUSED;
}

/* The answer's body is discarded; an endless one is cut off. */
static size_t
drop(char *bytes, size_t size, size_t n, void *arg)
{
    (void)bytes;
    size_t *seen = arg;
    *seen += size * n;
    return *seen > HTTP_OUT_ANSWER_MAX ? 0 : size * n;
}

static bool
is_admitted(const struct http_out_rules *rules, const struct inet_addr *addr)
{
    for (size_t i = 0; i < rules->n_networks; i++)
        if (inet_net_has(&rules->networks[i], addr))
            return true;
    return inet_is_public(addr);
}

/* Checked here and not earlier: this is the address that is connected to, so a second DNS answer cannot
 * differ from the one that was checked. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct transfer *t = arg;
    struct sockaddr_storage sa = {.ss_family = AF_UNSPEC};
    struct inet_endpoint e;
    ASSERT(to->addrlen <= sizeof sa);
    memcpy(&sa, &to->addr, to->addrlen);
    if (purpose == CURLSOCKTYPE_IPCXN && inet_from_sockaddr(&sa, &e) == ERR_NONE &&
        is_admitted(t->post->rules, &e.addr))
        return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    t->is_forbidden = true;
    return CURL_SOCKET_BAD;
}

static bool
set_rules(struct transfer *t)
{
    const struct http_out_rules *r = t->post->rules;
    if (r == NULL)
        return true;
    CURL *c = t->easy;
    struct curl_blob pem = {.data = r->authorities, .len = r->n_authorities}; /* libcurl does not modify it */
    return curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, (void *)t) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)(r->timeout / CLOCK_MS)) == CURLE_OK &&
           /* Another post's connection may have been opened under other rules. */
           curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK &&
           (r->n_authorities == 0 || curl_easy_setopt(c, CURLOPT_CAINFO_BLOB, &pem) == CURLE_OK);
}

/* What posts and mail have in common. */
static bool
set_common(const struct http_out *h, struct transfer *t, const char *protocols)
{
    CURL *c = t->easy;
    const struct http_out_post *p = t->post;
    const long timeout_ms = p->timeout == 0 ? h->timeout_ms : (long)(p->timeout / CLOCK_MS);
    return curl_easy_setopt(c, CURLOPT_URL, p->url) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, protocols) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           /* A name that does not resolve in time: the resolver thread ends by itself, and is not waited
            * for. */
           curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, timeout_ms) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_WRITEDATA, &t->seen) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_PRIVATE, (void *)t) == CURLE_OK;
}

static bool
set_options(const struct http_out *h, struct transfer *t)
{
    CURL *c = t->easy;
    const struct http_out_post *p = t->post;
    bool plain = str_starts(str_from_cstr(p->url), STR_LIT("http:"));
    return set_common(h, t, plain ? "http" : "https") &&
           curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_HTTPHEADER, t->headers) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_USERAGENT, "countersign/" COUNTERSIGN_VERSION) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)p->body.n) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_POSTFIELDS, p->body.p) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS) == CURLE_OK &&
           set_rules(t);
}

static size_t
give_message(char *to, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    struct str left = str_sub(t->post->body, t->sent, size * n);
    memcpy(to, left.p, left.n);
    t->sent += left.n;
    return left.n;
}

/* A connection is not used again: TLS and the relay's answer are of this message. A receiver that the relay
 * refuses does not keep the message from the others. */
static bool
set_mail(const struct http_out *h, struct transfer *t)
{
    CURL *c = t->easy;
    const struct http_out_mail *m = t->post->mail;
    return set_common(h, t, "smtp,smtps") &&
           curl_easy_setopt(c, CURLOPT_USE_SSL, (long)(m->is_plain ? CURLUSESSL_TRY : CURLUSESSL_ALL)) ==
               CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_MAIL_FROM, m->from) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_MAIL_RCPT, t->to) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L) == CURLE_OK &&
           (m->user == NULL || (curl_easy_setopt(c, CURLOPT_USERNAME, m->user) == CURLE_OK &&
                                curl_easy_setopt(c, CURLOPT_PASSWORD, m->password) == CURLE_OK)) &&
           curl_easy_setopt(c, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_READFUNCTION, give_message) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_READDATA, (void *)t) == CURLE_OK;
}

static struct curl_slist *
append(struct curl_slist *list, const char *text)
{
    struct curl_slist *longer = curl_slist_append(list, text);
    if (longer == NULL)
        err_no_memory();
    return longer;
}

static struct curl_slist *
list_headers(const struct http_out_post *post)
{
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < HTTP_OUT_HEADERS && post->headers[i] != NULL; i++)
        list = append(list, post->headers[i]);
    return list;
}

static struct curl_slist *
list_receivers(const struct http_out_post *post)
{
    struct curl_slist *list = NULL;
    for (size_t i = 0; post->mail != NULL && i < post->mail->n_to; i++)
        list = append(list, post->mail->to[i]);
    return list;
}

void
http_out_begin(struct http_out *h, struct http_out_post *post)
{
    struct transfer *t = h->transfers;
    while (t < h->transfers + HTTP_OUT_AT_ONCE && t->post != NULL)
        t++;
    ASSERT(t < h->transfers + HTTP_OUT_AT_ONCE);
    *t = (struct transfer){
        .post = post, .easy = curl_easy_init(), .headers = list_headers(post), .to = list_receivers(post)};
    if (t->easy == NULL)
        err_no_memory();
    post->end = (struct http_out_end){.result = HTTP_OUT_LATER};
    /* Fails only for a libcurl without one of these features, which is not usable here. */
    ASSERT(post->mail != NULL ? set_mail(h, t) : set_options(h, t));
    ASSERT(curl_multi_add_handle(h->multi, t->easy) == CURLM_OK);
}

static void
end(const struct http_out *h, struct transfer *t)
{
    (void)curl_multi_remove_handle(h->multi, t->easy);
    curl_easy_cleanup(t->easy);
    curl_slist_free_all(t->headers);
    curl_slist_free_all(t->to);
    *t = (struct transfer){.post = NULL};
}

/* The status counts even if the rest of the answer was too long or too late. */
static void
note_end(struct transfer *t, CURLcode result)
{
    struct http_out_end *end = &t->post->end;
    curl_off_t wait = 0;
    t->has_ended = true;
    (void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &end->status);
    if (end->status < 0 || end->status > HTTP_OUT_STATUS_MAX) /* a relay's, by its own words */
        end->status = 0;
    end->result = http_out_judge(end->status);
    if (t->post->mail != NULL) /* the last answer of a dialogue does not tell whether it was good */
        end->result = result == CURLE_OK ? HTTP_OUT_SENT : HTTP_OUT_LATER;
    if (curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0)
        end->retry_after = (wait < RETRY_MOST_S ? wait : RETRY_MOST_S) * CLOCK_S;
    if (t->is_forbidden && end->status == 0) {
        end->result = HTTP_OUT_REFUSED;
        (void)snprintf(end->why, sizeof end->why, "the address is not admitted");
    } else if (result != CURLE_OK)
        (void)snprintf(end->why, sizeof end->why, "%s", curl_easy_strerror(result));
}

static void
note_ends(const struct http_out *h)
{
    int left = 0;
    for (const CURLMsg *m = NULL; (m = curl_multi_info_read(h->multi, &left)) != NULL;) {
        struct transfer *t = NULL;
        if (m->msg == CURLMSG_DONE &&
            curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)(void *)&t) == CURLE_OK)
            note_end(t, m->data.result);
    }
}

static struct transfer *
find_ended(struct http_out *h)
{
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE; i++)
        if (h->transfers[i].has_ended)
            return &h->transfers[i];
    return NULL;
}

/* libcurl's own constants for the events to wait for. */
static short
to_curl(short events)
{
    return (short)(((events & POLLIN) != 0 ? CURL_WAIT_POLLIN : 0) |
                   ((events & POLLOUT) != 0 ? CURL_WAIT_POLLOUT : 0));
}

static short
from_curl(short events)
{
    return (short)(((events & CURL_WAIT_POLLIN) != 0 ? POLLIN : 0) |
                   ((events & CURL_WAIT_POLLOUT) != 0 ? POLLOUT : 0));
}

enum errcode
http_out_step(struct http_out *h, struct pollfd *watched, size_t n, int wait_ms)
{
    struct curl_waitfd extra[HTTP_OUT_WATCHED];
    int running = 0;
    ASSERT(n <= HTTP_OUT_WATCHED);
    for (size_t i = 0; i < n; i++)
        extra[i] = (struct curl_waitfd){.fd = watched[i].fd, .events = to_curl(watched[i].events)};
    /* Fails only when libcurl is misused, or at the end of memory. */
    ASSERT(curl_multi_perform(h->multi, &running) == CURLM_OK);
    note_ends(h);
    if (find_ended(h) != NULL)
        wait_ms = 0;
    const CURLMcode done = curl_multi_poll(h->multi, extra, (unsigned)n, wait_ms, NULL);
    ASSERT(done == CURLM_OK || done == CURLM_UNRECOVERABLE_POLL);
    for (size_t i = 0; i < n; i++) {
        watched[i].revents = 0;
        if (done == CURLM_OK)
            watched[i].revents = from_curl(extra[i].revents);
    }
    return done == CURLM_OK ? ERR_NONE : ERR_SYSTEM;
}

struct http_out_post *
http_out_take(struct http_out *h)
{
    struct transfer *t = find_ended(h);
    struct http_out_post *post = t == NULL ? NULL : t->post;
    if (t != NULL)
        end(h, t);
    return post;
}

void
http_out_free(struct http_out **h)
{
    if (*h == NULL)
        return;
    for (size_t i = 0; i < HTTP_OUT_AT_ONCE; i++)
        if ((*h)->transfers[i].post != NULL)
            end(*h, &(*h)->transfers[i]);
    (void)curl_multi_cleanup((*h)->multi);
    free(*h);
    *h = NULL;
    curl_global_cleanup();
}
