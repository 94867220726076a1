/* SPDX-License-Identifier: Apache-2.0 */
/* pages_help: the pages that an .asmx serves about itself (docs/contract.md, sections 6 and 13). Their
 * text is that of ASP.NET's pages to the letter; additions are in attributes. */
#include "contract/ct_form.h"
#include "contract/ct_wsdl.h"
#include "pages/page.h"

#define TITLE STR_LIT(CT_SERVICE " Web Service")
#define GOOD "private, max-age=0"

/* A text/plain exception, which a discovery request gets. */
static void
exception(struct response *out, struct str text)
{
    *out = (struct response){.status = 500,
                             .cache_control = STR("private"),
                             .content_type = STR("text/plain; charset=utf-8"),
                             .is_page = true,
                             .body = text};
}

static void
document(struct buf *body, struct response *out)
{
    *out = (struct response){.status = 200,
                             .cache_control = STR(GOOD),
                             .content_type = STR("text/xml; charset=utf-8"),
                             .is_page = true,
                             .body = buf_view(body)};
}

/* The element's additions to the contract's text, in data-doc, which CSS displays. */
static void
doc(struct buf *b, const char *element, const char *text)
{
    buf_addf(b, "<%s class=\"doc\" data-doc=\"", element);
    page_cstr(b, text);
    buf_addf(b, "\"></%s>", element);
}

static void
list(const struct page_site *site, struct buf *b, struct response *out)
{
    const struct ct_op *ops[CT_OP_COUNT_];
    size_t n = page_operations(ops);

    page_begin(b, TITLE, site->path);
    buf_addf(
        b,
        "<p class=\"intro\">The following operations are supported.  For a formal definition, please review "
        "the <a href=\"%.*s?WSDL\">Service Description</a>.</p>\n<ul class=\"operations\">\n",
        STR_ARG(site->file));
    for (size_t i = 0; i < n; i++) {
        buf_addf(b, "<li><a href=\"%.*s?op=%.*s\">%.*s</a>", STR_ARG(site->file), STR_ARG(ops[i]->name),
                 STR_ARG(ops[i]->name));
        doc(b, "span", ops[i]->doc);
        buf_add_cstr(b, "</li>\n");
    }
    buf_add_cstr(b, "</ul>\n");
    page_end(b, 200, GOOD, out);
}

static void
link_back(const struct page_site *site, struct buf *b)
{
    buf_addf(b, "<p class=\"intro\">Click <a href=\"%.*s\">here</a> for a complete list of operations.</p>\n",
             STR_ARG(site->file));
}

static void
method_not_found(const struct page_site *site, struct str name, struct buf *b, struct response *out)
{
    page_begin(b, TITLE, site->path);
    link_back(site, b);
    buf_add_cstr(b, "<h2>Method Not Found</h2>\n<p>Method '");
    page_text(b, name);
    buf_add_cstr(b, "' was not found in service " CT_SERVICE ".</p>\n");
    page_end(b, 200, GOOD, out);
}

static void
test_form(const struct page_site *site, const struct ct_op *op, struct buf *b)
{
    buf_addf(b,
             "<p>To test the operation using the HTTP POST protocol, click the 'Invoke' button.</p>\n"
             "<form target=\"_blank\" method=\"POST\" action=\"%.*s/%.*s\" autocomplete=\"off\">\n<table>\n",
             STR_ARG(site->address), STR_ARG(op->name));
    if (op->in.n > 0)
        buf_add_cstr(b, "<tr><th>Parameter</th> <th>Value</th></tr>\n");
    for (size_t i = 0; i < op->in.n; i++) {
        struct str name = op->in.fields[i].name;
        buf_addf(
            b,
            "<tr><td>%.*s:</td> <td><input type=\"text\" size=\"50\" name=\"%.*s\" aria-label=\"%.*s\"></td>"
            "</tr>\n",
            STR_ARG(name), STR_ARG(name), STR_ARG(name));
    }
    buf_add_cstr(b, "<tr><td></td> <td align=\"right\"><input type=\"submit\" value=\"Invoke\"></td></tr>\n"
                    "</table>\n</form>\n");
}

static void
test_part(const struct page_request *req, const struct page_site *site, const struct ct_op *op, struct buf *b)
{
    buf_add_cstr(b, "<h3>Test</h3>\n");
    if (!req->is_local)
        buf_add_cstr(b, "<p>The test form is only available for requests from the local machine.</p>\n");
    else if (!ct_form_is_callable(op))
        buf_add_cstr(
            b, "<p>The test form is only available for methods with primitive types as parameters.</p>\n");
    else
        test_form(site, op, b);
}

static void
sample_title(struct buf *b, const char *protocol)
{
    buf_addf(b,
             "<h3>%s</h3>\n<p>The following is a sample %s request and response.  The <span class=\"value\">"
             "placeholders</span> shown need to be replaced with actual values.</p>\n",
             protocol, protocol);
}

static void
soap_samples(const struct page_site *site, const struct ct_op *op, enum ct_sample_soap soap, struct buf *b)
{
    struct page_pen pen;

    sample_title(b, soap == CT_SAMPLE_11 ? "SOAP 1.1" : "SOAP 1.2");
    page_pen_begin(&pen, b, op);
    ct_sample_request(&pen.pen, soap, op, site->host, site->path);
    page_pen_end(&pen);
    page_pen_begin(&pen, b, op);
    ct_sample_response(&pen.pen, soap, op);
    page_pen_end(&pen);
}

static void
form_samples(const struct page_site *site, const struct ct_op *op, struct buf *b)
{
    struct page_pen pen;

    sample_title(b, "HTTP POST");
    page_pen_begin(&pen, b, op);
    ct_form_sample_request(&pen.pen, op, site->host, site->path);
    page_pen_end(&pen);
    page_pen_begin(&pen, b, op);
    ct_form_sample_response(&pen.pen, op);
    page_pen_end(&pen);
}

static void
operation(const struct page_request *req, const struct page_site *site, const struct ct_op *op,
          struct response *out, struct buf *b)
{
    static const char more[] = "Parameters, results, and code for curl, Python, .NET, Java, PHP and Node.js";

    page_begin(b, TITLE, site->path);
    link_back(site, b);
    buf_addf(b, "<h2>%.*s</h2>\n", STR_ARG(op->name));
    doc(b, "p", op->doc);
    buf_addf(b,
             "\n<p><a class=\"more\" href=\"" PAGE_INTEGRATE
             "%.*s\" data-label=\"%s\" aria-label=\"%s\"></a></p>\n",
             STR_ARG(op->name), more, more);
    test_part(req, site, op, b);
    soap_samples(site, op, CT_SAMPLE_11, b);
    soap_samples(site, op, CT_SAMPLE_12, b);
    if (req->is_local && ct_form_is_callable(op))
        form_samples(site, op, b);
    page_end(b, 200, GOOD, out);
}

static void
page(const struct page_request *req, const struct page_site *site, const struct ct_form *query,
     struct buf *body, struct response *out)
{
    struct str name = ct_form_value(query, req->arena, STR_LIT("op"));
    const struct ct_op *op = str_is_null(name) ? NULL : ct_op_find(name, CT_FACE_SOAP);

    if (str_is_null(name))
        list(site, body, out);
    else if (op == NULL)
        method_not_found(site, name, body, out);
    else
        operation(req, site, op, out, body);
}

void
pages_help(const struct page_request *req, struct buf *body, struct response *out)
{
    struct page_site site;
    struct ct_form query;

    page_site(req, &site);
    if (ct_form_read(req->arena, req->http->query, &query) != ERR_NONE) {
        pages_error(req, 500, STR_LIT("The URL-encoded form data is not valid."), body, out);
        return;
    }
    struct str bare = ct_form_value(&query, req->arena, STR_NULL);
    if (!str_is_null(ct_form_value(&query, req->arena, STR_LIT("schema")))) {
        exception(out, STR_LIT("Schema not found.\r\n"));
    } else if (!str_is_null(ct_form_value(&query, req->arena, STR_LIT("wsdl")))) {
        exception(out, STR_LIT("XML Web service description was not found.\r\n"));
    } else if (str_eq_nocase(bare, STR_LIT("wsdl"))) {
        ct_wsdl_fill(req->wsdl, site.address, body);
        document(body, out);
    } else if (str_eq_nocase(bare, STR_LIT("disco"))) {
        ct_disco_write(body, site.address);
        document(body, out);
    } else {
        page(req, &site, &query, body, out);
    }
}
