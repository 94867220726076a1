/* SPDX-License-Identifier: Apache-2.0 */
/* face_form: see face_form.h; docs/contract.md, sections 1 and 6. */
#include "front/face_form.h"

#include "contract/ct_bound.h"
#include "contract/ct_form.h"
#include "pages/response.h"
#include "front/peer.h"
#include "front/exchange.h"
#include "front/origin.h"
#include "pages/page.h"
#include "front/parts.h"

static void
plain(struct front *f, unsigned status, struct response *r)
{
    buf_add_cstr(&f->body, "\r\n");
    *r = (struct response){.status = status,
                           .cache_control = STR("private"),
                           .content_type = STR("text/plain; charset=utf-8"),
                           .is_page = true,
                           .body = buf_view(&f->body)};
}

static void
refuse(struct front *f, unsigned status, const char *text, struct response *r)
{
    buf_add_cstr(&f->body, text);
    plain(f, status, r);
}

static void
respond(struct front *f, const struct ct_op *op, unsigned form, const void *out, struct str fault,
        struct response *r)
{
    (void)form;
    if (out == NULL) {
        page_text(&f->body, fault);
        plain(f, 500, r);
    } else if (ct_form_put(&f->body, op, out) != ERR_NONE) {
        buf_reset(&f->body);
        refuse(f, 500, "There was an error generating the XML document.", r);
    } else {
        *r = (struct response){.status = 200,
                               .cache_control = STR("private, max-age=0"),
                               .content_type = STR("text/xml; charset=utf-8"),
                               .is_page = true,
                               .body = buf_view(&f->body)};
    }
}

static void
busy(struct front *f, struct response *r)
{
    refuse(f, 503, "Busy: ask again.", r);
    r->retry_after = 1;
}

static const struct face form_face = {.respond = respond, .again = NULL, .busy = busy};

bool
face_form_takes(const struct page_request *req)
{
    return req->route->kind == ROUTE_PATH_INFO && req->route->path_info.n >= 2 &&
           req->http->method == HTTP_POST && req->is_local && !pages_is_script_call(req);
}

/* A browser sends the origin of the form; other clients send none. */
static bool
is_foreign(const struct page_request *req)
{
    struct str origin = http_header(req->http, HTTP_NAME_ORIGIN);
    struct str host = req->host;
    bool is_secure = req->is_tls;

    if (str_is_null(origin))
        return false;
    return http_header_is_repeated(req->http, HTTP_NAME_ORIGIN) ||
           !(origin_is_ours(origin, STR_NULL, host, is_secure) ||
             origin_is_ours(origin, req->public_url, host, is_secure));
}

/* The name is right except for letter case: .NET suggests the correct one. */
static const struct ct_op *
find_nocase(struct str name)
{
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++) {
        if (ct_form_is_callable(op) && str_eq_nocase(op->name, name))
            return op;
    }
    return NULL;
}

static void
refuse_name(struct front *f, struct str name, struct response *r)
{
    const struct ct_op *like = find_nocase(name);

    if (like != NULL) {
        buf_add_cstr(&f->body, "Invalid method name &#39;");
        page_text(&f->body, name);
        buf_addf(&f->body,
                 "&#39;,  method names are case sensitive.   The method name &#39;%.*s&#39; with the same "
                 "name but "
                 "different casing was found.\r\nParameter name: methodName",
                 STR_ARG(like->name));
    } else {
        page_text(&f->body, name);
        buf_add_cstr(&f->body, " Web Service method name is not valid.");
    }
    plain(f, 500, r);
}

static bool
is_form(struct str content_type)
{
    return str_eq_nocase(str_sub(content_type, 0, str_find(content_type, ';')),
                         STR_LIT("application/x-www-form-urlencoded"));
}

/* Reads the operation's parameters into `in`. False: *a is the error. */
static bool
read_parameters(struct front *f, const struct ct_op *op, void *in, struct response *r)
{
    struct str type = http_header_joined(&f->request, HTTP_NAME_CONTENT_TYPE, &f->arena);
    const struct ct_field *missing = NULL;
    struct ct_form form;

    if (!is_form(type)) {
        buf_add_cstr(&f->body, "Request format is invalid: ");
        page_text(&f->body, type);
        refuse(f, 500, ".", r);
    } else if (f->request.is_cut) {
        refuse(f, 413, "Maximum request length exceeded.", r);
    } else if (ct_form_read(&f->arena, f->request.body, &form) != ERR_NONE) {
        refuse(f, 500, "The URL-encoded form data is not valid.", r);
    } else if (ct_form_get(&form, &f->arena, op, in, &missing) != ERR_NONE) {
        buf_addf(&f->body, "Missing parameter: %.*s.", STR_ARG(missing->name));
        plain(f, 500, r);
    } else {
        return true;
    }
    return false;
}

bool
face_form_request(struct peer *p, const struct forwarded *who, const struct page_request *req)
{
    struct front *f = p->front;
    struct str name = str_sub(req->route->path_info, 1, req->route->path_info.n);
    const struct ct_op *op = ct_op_find(name, CT_FACE_SOAP);
    struct response r = {.status = 0};

    buf_reset(&f->body);
    if (is_foreign(req)) {
        refuse(f, 403, "This form was not on a page of this server.", &r);
    } else if (op == NULL || !ct_form_is_callable(op)) {
        refuse_name(f, name, &r);
    } else {
        void *in = arena_zalloc(&f->arena, op->in.size);
        if (read_parameters(f, op, in, &r)) {
            struct caller caller;
            ct_bound_texts(&op->in, in, (size_t)f->config->limits_text_size);
            caller_read(f, &f->request, who, &caller);
            struct exchange_request call = {.caller = &caller, .face = &form_face, .op = op, .in = in};
            return exchange_start(p, &call);
        }
    }
    peer_respond(p, &r);
    return true;
}
