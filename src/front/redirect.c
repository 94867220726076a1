/* SPDX-License-Identifier: Apache-2.0 */
/* redirect: see redirect.h. */
#include "front/redirect.h"

#include <errno.h>
#include <string.h>

#include "front/acme.h"
#include "front/parts.h"
#include "front/peer.h"
#include "log/log.h"
#include "pages/response.h"

static const struct str challenges = STR("/" ACME_FOLDER);

static bool
is_read(const struct http_request *http)
{
    return http->method == HTTP_GET || http->method == HTTP_HEAD_METHOD;
}

/* At most once a minute: any request for a token causes it where the folder cannot be read. */
static void
warn_unfit(struct front *f, const char *why)
{
    int64_t now = loop_now(f->loop);
    if (f->challenge_warned != 0 && now - f->challenge_warned < CLOCK_MINUTE)
        return;
    f->challenge_warned = now;
    log_event(LOG_CHALLENGE_UNFIT, "reason=\"%s\"", why);
}

static void
answer_challenge(struct peer *p, struct response *r)
{
    struct front *f = p->front;
    struct str token = str_sub(f->request.path, challenges.n, SIZE_MAX);

    r->is_api = true; /* nosniff */
    r->status = 404;
    if (!is_read(&f->request)) {
        r->status = 405;
        r->allow = STR_LIT("GET, HEAD");
        r->body = STR_LIT("method not allowed\n");
        return;
    }
    enum errcode err = acme_read(&f->arena, f->challenges, token, &r->body);
    if (err == ERR_IO)
        warn_unfit(f, strerror(errno));
    else if (err == ERR_SYNTAX)
        warn_unfit(f, "not an answer to the token that is its name");
    if (err != ERR_NONE) {
        r->body = STR_LIT("no such challenge\n");
        return;
    }
    r->status = 200;
    log_event(LOG_CHALLENGE_ANSWERED, "source=%.*s", STR_ARG(peer_name(p, &f->arena)));
}

/* The path is as it was sent, and valid (http/parser.h); that of OPTIONS * is *. */
static void
send_on(struct peer *p, struct response *r)
{
    struct front *f = p->front;
    const struct http_request *http = &f->request;
    struct str path = str_starts(http->path, STR_LIT("/")) ? http->path : STR_LIT("/");

    r->status = is_read(http) ? 301 : 308;
    r->location = arena_printf(&f->arena, "%.*s%.*s%s%.*s", STR_ARG(f->config->server_public_url),
                               STR_ARG(path), str_is_null(http->query) ? "" : "?", STR_ARG(http->query));
    r->body = STR_LIT("this address is for https alone\n");
    if (http->method != HTTP_POST || f->has_warned_of_clear)
        return;
    f->has_warned_of_clear = true;
    log_event(LOG_REDIRECT_CLEAR, "source=%.*s", STR_ARG(peer_name(p, &f->arena)));
}

void
redirect_respond(struct peer *p)
{
    struct response r = {.cache_control = STR("no-store"), .content_type = STR("text/plain; charset=utf-8")};

    p->to.keep_alive = false;
    if (str_starts(p->front->request.path, challenges))
        answer_challenge(p, &r);
    else
        send_on(p, &r);
    peer_respond(p, &r);
}
