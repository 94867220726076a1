/* SPDX-License-Identifier: Apache-2.0 */
/* http_client: libcurl's easy interface, set up once and used for all requests of a client. */
#include "client/http_client.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/inet.h"

enum { ANSWER_MAX = 1024 * 1024, URL_MAX = 1024, CONNECT_SECONDS = 10, TOTAL_SECONDS = 90 };

struct http_client {
    struct http_client_options options; /* its url and ca_file are not kept */
    CURL *curl;
    struct buf answer;
    char url[URL_MAX];
    char problem[CURL_ERROR_SIZE];
};

static bool
is_loopback(const char *host)
{
    struct str h = str_trim(str_from_cstr(host), "[]");
    if (str_eq_nocase(h, STR_LIT("localhost")))
        return true;
    struct inet_addr addr;
    return inet_parse(h, &addr) == ERR_NONE && inet_is_loopback(&addr);
}

/* Of an address that libcurl could parse. */
static enum errcode
check_parts(const char *scheme, const char *host, bool allows_http, const char **problem_out)
{
    if (strcmp(scheme, "https") == 0)
        return ERR_NONE;
    *problem_out = "is neither https nor http";
    if (strcmp(scheme, "http") != 0)
        return ERR_USAGE;
    *problem_out = "is plain http beyond this machine: use https";
    return allows_http || is_loopback(host) ? ERR_NONE : ERR_POLICY;
}

enum errcode
http_client_check_url(const char *url, bool allows_http, const char **problem_out)
{
    CURLU *parts = curl_url();
    if (parts == NULL)
        err_no_memory();
    char *scheme = NULL, *host = NULL, *user = NULL;
    enum errcode err = ERR_USAGE;
    *problem_out = "is not an address such as https://sign-in.example.com";
    if (curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
        if (curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_OK)
            *problem_out = "names a user, which is not for an address";
        else
            err = check_parts(scheme, host, allows_http, problem_out);
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(user);
    curl_url_cleanup(parts);
    if (err == ERR_NONE)
        *problem_out = NULL;
    return err;
}

static size_t
take_body(char *bytes, size_t size, size_t n, void *arg)
{
    struct http_client *http = arg;
    buf_add(&http->answer, bytes, size * n);
    return buf_is_over(&http->answer) ? 0 : size * n;
}

static int
look_for_stop(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct http_client_options *o = &((const struct http_client *)arg)->options;
    (void)a, (void)b, (void)c, (void)d;
    return o->is_stopped != NULL && o->is_stopped(o->stop_arg) ? 1 : 0;
}

static void
set_up(struct http_client *http)
{
    CURL *c = http->curl;
    const struct http_client_options *o = &http->options;
    long connect_seconds = o->connect_seconds > 0 ? o->connect_seconds : CONNECT_SECONDS;
    long total_seconds = o->total_seconds > 0 ? o->total_seconds : TOTAL_SECONDS;
    bool ok = curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https,http") == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1") == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, connect_seconds) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_TIMEOUT, total_seconds) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_USERAGENT, "countersign/" COUNTERSIGN_VERSION) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_COOKIEFILE, "") == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_ERRORBUFFER, http->problem) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, look_for_stop) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_XFERINFODATA, http) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_WRITEDATA, http) == CURLE_OK;
    ASSERT(ok); /* every option is one that this libcurl knows */
    if (o->ca_file != NULL && curl_easy_setopt(c, CURLOPT_CAINFO, o->ca_file) != CURLE_OK)
        err_no_memory();
}

enum errcode
http_client_open(struct cx *cx, const struct http_client_options *options, struct http_client **http_out)
{
    const char *problem = "is too long";
    struct str url = options->url;
    while (url.n > 0 && url.p[url.n - 1] == '/')
        url.n--;
    const char *text = arena_cstr(&cx->arena, url);
    enum errcode err = ERR_USAGE;
    if (url.n < URL_MAX)
        err = http_client_check_url(text, options->allows_http, &problem);
    if (err != ERR_NONE)
        return err_set(cx, err, "'%s' %s", text, problem);
    struct http_client *http = calloc(1, sizeof *http);
    if (http == NULL)
        err_no_memory();
    memcpy(http->url, text, url.n + 1);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0 || (http->curl = curl_easy_init()) == NULL)
        err_no_memory();
    http->options = *options;
    buf_init(&http->answer, ANSWER_MAX);
    set_up(http);
    http->options.url = STR_NULL;
    http->options.ca_file = NULL;
    *http_out = http;
    return ERR_NONE;
}

void
http_client_close(struct http_client **http)
{
    if (*http == NULL)
        return;
    curl_easy_cleanup((*http)->curl);
    curl_global_cleanup();
    buf_clear(&(*http)->answer);
    free(*http);
    *http = NULL;
}

struct str
http_client_url(const struct http_client *http)
{
    return str_from_cstr(http->url);
}

static struct curl_slist *
add_header(struct cx *cx, struct curl_slist *list, const char *name, struct str value)
{
    const char *line = arena_cstr(&cx->arena, arena_printf(&cx->arena, "%s%.*s", name, STR_ARG(value)));
    struct curl_slist *longer = curl_slist_append(list, line);
    if (longer == NULL)
        err_no_memory();
    return longer;
}

static enum errcode
explain(struct cx *cx, const struct http_client *http, CURLcode code)
{
    const char *words = http->problem[0] != '\0' ? http->problem : curl_easy_strerror(code);
    if (code == CURLE_ABORTED_BY_CALLBACK)
        return err_set(cx, ERR_DENIED, "interrupted");
    if (code == CURLE_OPERATION_TIMEDOUT)
        return err_set(cx, ERR_TIMEOUT, "%s: %s", http->url, words);
    if (buf_is_over(&http->answer))
        return err_set(cx, ERR_PROTOCOL, "%s: the answer is too long", http->url);
    return err_set(cx, ERR_CLOSED, "%s: %s", http->url, words);
}

static enum errcode
perform(struct cx *cx, struct http_client *http, const char *path, struct http_client_response *answer_out)
{
    const char *url = arena_cstr(&cx->arena, arena_printf(&cx->arena, "%s%s", http->url, path));
    buf_reset(&http->answer);
    http->problem[0] = '\0';
    if (curl_easy_setopt(http->curl, CURLOPT_URL, url) != CURLE_OK)
        err_no_memory();
    CURLcode code = curl_easy_perform(http->curl);
    if (code != CURLE_OK)
        return explain(cx, http, code);
    if (curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &answer_out->status) != CURLE_OK)
        return err_set(cx, ERR_PROTOCOL, "%s: no status", http->url);
    answer_out->body = buf_view(&http->answer);
    return ERR_NONE;
}

enum errcode
http_client_get(struct cx *cx, struct http_client *http, const char *path,
                struct http_client_response *answer_out)
{
    if (curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, NULL) != CURLE_OK ||
        curl_easy_setopt(http->curl, CURLOPT_HTTPGET, 1L) != CURLE_OK)
        err_no_memory();
    return perform(cx, http, path, answer_out);
}

enum errcode
http_client_post(struct cx *cx, struct http_client *http, const struct http_client_request *request,
                 struct http_client_response *answer_out)
{
    struct curl_slist *headers = add_header(cx, NULL, "Content-Type: ", str_from_cstr(request->content_type));
    headers = add_header(cx, headers, "Expect:", STR_LIT(""));
    if (!str_is_null(request->header))
        headers = add_header(cx, headers, "", request->header);
    if (curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, headers) != CURLE_OK ||
        curl_easy_setopt(http->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.n) != CURLE_OK ||
        curl_easy_setopt(http->curl, CURLOPT_POSTFIELDS, request->body.p) != CURLE_OK)
        err_no_memory();
    enum errcode err = perform(cx, http, request->path, answer_out);
    curl_slist_free_all(headers);
    return err;
}
