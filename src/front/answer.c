/* SPDX-License-Identifier: Apache-2.0 */
/* answer: see answer.h. */
#include "front/answer.h"

#include <stdio.h>

#include "front/connection.h"
#include "front/state.h"
#include "http/reply.h"

/* No inline scripts or styles, nothing from other origins. A no-referrer policy would set a form's Origin
 * to "null". */
#define PAGE_POLICY                                                                                 \
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; " \
    "base-uri 'none'; frame-ancestors 'none'"
/* The approver's own files and this server's answers, nothing else. */
#define APP_POLICY                                                                                        \
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " \
    "manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/* Headers that tell a browser how to treat a page. */
static void
page_headers(struct http_reply *r, bool is_app)
{
    http_reply_header(r, "Content-Security-Policy", is_app ? STR_LIT(APP_POLICY) : STR_LIT(PAGE_POLICY));
    http_reply_header(r, "Referrer-Policy", STR_LIT("same-origin"));
    http_reply_header(r, "X-Content-Type-Options", STR_LIT("nosniff"));
    if (is_app)
        http_reply_header(r, "Cross-Origin-Opener-Policy", STR_LIT("same-origin"));
}

void
answer_send(struct connection *c, const struct answer *a)
{
    struct http_reply r;
    char seconds[16];

    if (c->front->is_draining)
        c->to.keep_alive = false;
    pool_take(&c->front->pool, &c->out);
    http_reply_begin(&r, &c->out, &c->to, a->status);
    http_reply_header(&r, "Cache-Control", a->cache_control);
    http_reply_header(&r, "Content-Type", a->content_type);
    http_reply_header(&r, "ETag", a->etag);
    http_reply_header(&r, "Location", a->location);
    http_reply_header(&r, "Allow", a->allow);
    if (a->has_public)
        http_reply_header(&r, "Public", a->allow);
    http_reply_header(&r, "Set-Cookie", a->set_cookie);
    http_reply_header(&r, "Preference-Applied", a->preference_applied);
    if (a->retry_after > 0) {
        (void)snprintf(seconds, sizeof seconds, "%u", a->retry_after);
        http_reply_header(&r, "Retry-After", str_from_cstr(seconds));
    }
    if (a->is_api) {
        http_reply_header(&r, "X-Content-Type-Options", STR_LIT("nosniff"));
        if (a->status == 401)
            http_reply_header(&r, "WWW-Authenticate", STR_LIT("Bearer"));
    }
    if (a->is_page)
        page_headers(&r, a->is_app);
    if (c->front->is_sandbox)
        http_reply_header(&r, "X-Countersign-Sandbox", STR_LIT("1"));
    if (c->is_secure)
        http_reply_header(&r, "Strict-Transport-Security", HTTP_HSTS);
    http_reply_end(&r, front_date(c->front), a->body);
}
