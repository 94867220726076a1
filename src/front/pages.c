/* pages: see pages.h. The contract's side of it is asmx-behaviour.md, section 6. */
#include "front/pages.h"

#include "contract/ct.h"

/* As IIS says it of *.asmx. */
static const struct str service_methods = STR("OPTIONS, TRACE, GET, HEAD, POST");

static void
html(struct answer *out, unsigned status, const char *cache_control, struct str body)
{
    out->status = status;
    out->cache_control = str_from_cstr(cache_control);
    out->content_type = (struct str)STR("text/html; charset=utf-8");
    out->body = body;
}

/* ASP.NET's page for remote callers: it tells nothing about the error. */
static void
runtime_error(unsigned status, struct answer *out)
{
    html(
        out, status, "private",
        STR_LIT("<!DOCTYPE html>\r\n<html>\r\n<head><title>Runtime Error</title></head>\r\n<body>\r\n"
                "<h1>Server Error in '/' Application.</h1>\r\n<h2><i>Runtime Error</i></h2>\r\n"
                "<p><b>Description:</b> An application error occurred on the server. Its details can be seen "
                "on the server itself only, in the log.</p>\r\n</body>\r\n</html>\r\n"));
}

static void
options(struct answer *out)
{
    out->status = 200;
    out->allow = service_methods;
    out->has_public = true;
    out->body = STR_LIT("");
}

/* The page that a person finds at the service's address. */
static void
service_page(struct buf *body, struct answer *out)
{
    buf_reset(body);
    buf_add_cstr(
        body, "<html>\r\n<head><title>" CT_SERVICE " Web Service</title></head>\r\n<body>\r\n<h1>" CT_SERVICE
              "</h1>\r\n<p>This is a SOAP web service. It answers SOAP 1.1 and 1.2 messages posted to "
              "this address, in the namespace <code>" CT_NAMESPACE
              "</code>, for these operations:</p>\r\n<ul>\r\n");
    for (size_t i = 0; i < CT_OP_COUNT_; i++) {
        if (ct_ops[i].face != CT_FACE_SOAP)
            continue;
        buf_add_cstr(body, "<li>");
        buf_add_str(body, ct_ops[i].name);
        buf_add_cstr(body, "</li>\r\n");
    }
    buf_add_cstr(body, "</ul>\r\n</body>\r\n</html>\r\n");
    html(out, 200, "private, max-age=0", buf_view(body));
}

static void
service(const struct page_request *req, struct buf *body, struct answer *out)
{
    if (req->http->method == HTTP_OPTIONS) {
        options(out);
    } else if (req->route->kind == ROUTE_PATH_INFO) {
        runtime_error(500, out);
    } else if (req->http->method == HTTP_GET) {
        service_page(body, out);
    } else {
        runtime_error(405, out);
        out->allow = (struct str)STR("GET, POST, OPTIONS");
    }
}

static void
plain(struct answer *out, unsigned status, struct str body)
{
    out->status = status;
    out->cache_control = (struct str)STR("no-store");
    out->content_type = (struct str)STR("text/plain; charset=utf-8");
    out->body = body;
}

static void
health(const struct page_request *req, struct answer *out)
{
    if (req->http->method != HTTP_GET && req->http->method != HTTP_HEAD_METHOD) {
        plain(out, 405, STR_LIT("method not allowed\n"));
        out->allow = (struct str)STR("GET, HEAD");
    } else if (req->is_ready) {
        plain(out, 200, STR_LIT("ok\n"));
    } else {
        plain(out, 503, STR_LIT("no worker\n"));
        out->retry_after = 1;
    }
}

void
pages_answer(const struct page_request *req, struct buf *body, struct answer *out)
{
    switch (req->route->kind) {
    case ROUTE_SERVICE:
    case ROUTE_PATH_INFO:
        service(req, body, out);
        break;
    case ROUTE_HEALTH:
        health(req, out);
        break;
    case ROUTE_ANY:
        options(out);
        break;
    case ROUTE_API:
    case ROUTE_API_NONE:
    case ROUTE_NONE:
        html(out, 404, "private",
             STR_LIT("<!DOCTYPE html>\r\n<html>\r\n<head><title>Not Found</title></head>\r\n<body>\r\n"
                     "<h1>404 Not Found</h1>\r\n</body>\r\n</html>\r\n"));
        break;
    }
}
