/* SPDX-License-Identifier: Apache-2.0 */
/* response: see response.h. */
#include "pages/response.h"

#include <stdio.h>

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
page_headers(struct http_reply *to, bool is_app)
{
    http_reply_header(to, "Content-Security-Policy", is_app ? STR_LIT(APP_POLICY) : STR_LIT(PAGE_POLICY));
    http_reply_header(to, "Referrer-Policy", STR_LIT("same-origin"));
    http_reply_header(to, "X-Content-Type-Options", STR_LIT("nosniff"));
    if (is_app)
        http_reply_header(to, "Cross-Origin-Opener-Policy", STR_LIT("same-origin"));
}

static void
caching_and_place(struct http_reply *to, const struct response *r)
{
    http_reply_header(to, "Cache-Control", r->cache_control);
    http_reply_header(to, "Content-Type", r->content_type);
    http_reply_header(to, "Content-Encoding", r->content_encoding);
    http_reply_header(to, "Vary", r->vary);
    http_reply_header(to, "ETag", r->etag);
    http_reply_header(to, "Location", r->location);
    http_reply_header(to, "Allow", r->allow);
    if (r->has_public)
        http_reply_header(to, "Public", r->allow);
    http_reply_header(to, "Set-Cookie", r->set_cookie);
    http_reply_header(to, "Preference-Applied", r->preference_applied);
}

static void
retry_after(struct http_reply *to, unsigned after)
{
    char seconds[16];

    (void)snprintf(seconds, sizeof seconds, "%u", after);
    http_reply_header(to, "Retry-After", str_from_cstr(seconds));
}

void
response_write(const struct response *r, const struct response_setting *s, struct buf *out)
{
    struct http_reply to;

    http_reply_begin(&to, out, s->to, r->status);
    caching_and_place(&to, r);
    if (r->retry_after > 0)
        retry_after(&to, r->retry_after);
    if (r->is_api) {
        http_reply_header(&to, "X-Content-Type-Options", STR_LIT("nosniff"));
        if (r->status == 401)
            http_reply_header(&to, "WWW-Authenticate", STR_LIT("Bearer"));
    }
    if (r->is_page)
        page_headers(&to, r->is_app);
    if (s->is_sandbox)
        http_reply_header(&to, "X-Countersign-Sandbox", STR_LIT("1"));
    http_reply_header(&to, "Strict-Transport-Security", s->hsts);
    http_reply_header(&to, "X-Request-Id", s->request_id);
    http_reply_end(&to, s->date, r->body);
}
