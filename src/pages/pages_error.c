/* SPDX-License-Identifier: Apache-2.0 */
/* pages_error: see pages.h. */
#include "pages/page.h"

#define RUNTIME_ERROR "Runtime Error"

static void
remote_view(struct buf *body)
{
    page_begin(body, STR_LIT(RUNTIME_ERROR), STR_NULL);
    buf_add_cstr(body,
                 "<h1>Server Error in '/' Application.</h1>\n<div class=\"error\">\n<h2>" RUNTIME_ERROR
                 "</h2>\n<p>An application error occurred on the server. Its details can be viewed on the "
                 "server machine only.</p>\n</div>\n");
}

static void
local_view(struct str what, struct buf *body)
{
    page_begin(body, what, STR_NULL);
    buf_add_cstr(body, "<h1>Server Error in '/' Application.</h1>\n<div class=\"error\">\n<h2>");
    page_text(body, what);
    buf_add_cstr(body, "</h2>\n<p>Only callers on the server machine itself are told this.</p>\n</div>\n");
}

void
pages_error(const struct page_request *req, unsigned status, struct str what, struct buf *body,
            struct response *out)
{
    if (req->is_local)
        local_view(what, body);
    else
        remote_view(body);
    page_end(body, status, "private", out);
}

void
pages_not_found(const struct page_request *req, struct buf *body, struct response *out)
{
    (void)req;
    page_begin(body, STR_LIT("Not Found"), STR_NULL);
    buf_add_cstr(
        body, "<h1>404 Not Found</h1>\n<p class=\"lead\">Nothing is at this address. The web service is at "
              "<a href=\"" CT_PATH "\">" CT_PATH "</a>.</p>\n");
    page_end(body, 404, "private", out);
}
