/* web: libcurl's easy interface, set up once and used for all requests of a run. */
#include "cli/web.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/inet.h"

enum { ANSWER_MAX = 1024 * 1024, CONNECT_SECONDS = 10, TOTAL_SECONDS = 90 };

struct web {
    struct cli *cli;
    CURL *curl;
    const struct interrupt *interrupt;
    struct buf answer;
    char url[1024];
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

const char *
web_url_problem(const char *url, bool allow_http)
{
    CURLU *parts = curl_url();
    if (parts == NULL)
        err_no_memory();
    char *scheme = NULL, *host = NULL, *user = NULL;
    const char *problem = NULL;
    if (curl_url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        problem = "is not an address such as https://sign-in.example.com";
    else if (curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_OK)
        problem = "names a user, which is not for an address";
    else if (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0)
        problem = "is neither https nor http";
    else if (strcmp(scheme, "http") == 0 && !allow_http && !is_loopback(host))
        problem = "is plain http beyond this machine: use https, or --insecure-http if you must";
    curl_free(scheme);
    curl_free(host);
    curl_free(user);
    curl_url_cleanup(parts);
    return problem;
}

static size_t
take_body(char *bytes, size_t size, size_t n, void *arg)
{
    struct web *web = arg;
    buf_add(&web->answer, bytes, size * n);
    return buf_is_over(&web->answer) ? 0 : size * n;
}

static int
look_for_signal(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct web *web = arg;
    (void)a, (void)b, (void)c, (void)d;
    return web->interrupt != NULL && interrupt_came(web->interrupt, 0) ? 1 : 0;
}

static void
set_up(struct web *web)
{
    CURL *c = web->curl;
    bool ok = curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https,http") == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1") == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)TOTAL_SECONDS) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_USERAGENT, "countersign/" COUNTERSIGN_VERSION) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_COOKIEFILE, "") == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_ERRORBUFFER, web->problem) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, look_for_signal) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_XFERINFODATA, web) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
              curl_easy_setopt(c, CURLOPT_WRITEDATA, web) == CURLE_OK;
    ASSERT(ok); /* every option is one that this libcurl knows */
    struct str ca = args_option(&web->cli->args, "ca");
    if (!str_is_null(ca) && curl_easy_setopt(c, CURLOPT_CAINFO, ca.p) != CURLE_OK)
        err_no_memory();
}

enum errcode
web_open(struct cli *cli, struct str url, const struct interrupt *interrupt, struct web **web_out)
{
    struct web *web = calloc(1, sizeof *web);
    if (web == NULL)
        err_no_memory();
    while (url.n > 0 && url.p[url.n - 1] == '/')
        url.n--;
    const char *text = arena_cstr(&cli->cx.arena, url);
    const char *problem = url.n >= sizeof web->url
                              ? "is too long"
                              : web_url_problem(text, args_has(&cli->args, "insecure-http"));
    if (problem != NULL) {
        free(web);
        return err_set(&cli->cx, ERR_USAGE, "'%s' %s", text, problem);
    }
    memcpy(web->url, text, url.n + 1);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0 || (web->curl = curl_easy_init()) == NULL)
        err_no_memory();
    web->cli = cli;
    web->interrupt = interrupt;
    buf_init(&web->answer, ANSWER_MAX);
    set_up(web);
    *web_out = web;
    return ERR_NONE;
}

void
web_close(struct web **web)
{
    if (*web == NULL)
        return;
    curl_easy_cleanup((*web)->curl);
    curl_global_cleanup();
    buf_clear(&(*web)->answer);
    free(*web);
    *web = NULL;
}

struct str
web_url(const struct web *web)
{
    return str_from_cstr(web->url);
}

static struct curl_slist *
add_header(struct web *web, struct curl_slist *list, const char *name, struct str value)
{
    const char *line =
        arena_cstr(&web->cli->cx.arena, arena_printf(&web->cli->cx.arena, "%s%.*s", name, STR_ARG(value)));
    struct curl_slist *longer = curl_slist_append(list, line);
    if (longer == NULL)
        err_no_memory();
    return longer;
}

static enum errcode
tell_problem(struct web *web, CURLcode code)
{
    struct cx *cx = &web->cli->cx;
    const char *words = web->problem[0] != '\0' ? web->problem : curl_easy_strerror(code);
    if (code == CURLE_ABORTED_BY_CALLBACK)
        return err_set(cx, ERR_DENIED, "interrupted");
    if (code == CURLE_OPERATION_TIMEDOUT)
        return err_set(cx, ERR_TIMEOUT, "%s: %s", web->url, words);
    if (buf_is_over(&web->answer))
        return err_set(cx, ERR_PROTOCOL, "%s: the answer is too long", web->url);
    return err_set(cx, ERR_CLOSED, "%s: %s", web->url, words);
}

enum errcode
web_post(struct web *web, const struct web_request *request, struct web_answer *answer_out)
{
    const char *url =
        arena_cstr(&web->cli->cx.arena, arena_printf(&web->cli->cx.arena, "%s%s", web->url, request->path));
    struct curl_slist *headers =
        add_header(web, NULL, "Content-Type: ", str_from_cstr(request->content_type));
    headers = add_header(web, headers, "Expect:", STR_LIT(""));
    if (!str_is_null(request->header))
        headers = add_header(web, headers, "", request->header);
    buf_reset(&web->answer);
    web->problem[0] = '\0';
    if (curl_easy_setopt(web->curl, CURLOPT_URL, url) != CURLE_OK ||
        curl_easy_setopt(web->curl, CURLOPT_HTTPHEADER, headers) != CURLE_OK ||
        curl_easy_setopt(web->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.n) != CURLE_OK ||
        curl_easy_setopt(web->curl, CURLOPT_POSTFIELDS, request->body.p) != CURLE_OK)
        err_no_memory();
    CURLcode code = curl_easy_perform(web->curl);
    curl_slist_free_all(headers);
    if (code != CURLE_OK)
        return tell_problem(web, code);
    if (curl_easy_getinfo(web->curl, CURLINFO_RESPONSE_CODE, &answer_out->status) != CURLE_OK)
        return err_set(&web->cli->cx, ERR_PROTOCOL, "%s: no status", web->url);
    answer_out->body = buf_view(&web->answer);
    return ERR_NONE;
}
