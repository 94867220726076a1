/* SPDX-License-Identifier: Apache-2.0 */
/* pages_integrate: the guide for console developers, generated from the contract's tables: the course of a
 * sign-in, and for each operation its parameters, its outputs, the meaning of each value, and the call in
 * several languages. The text is our own, unlike that of pages_help.c. */
#include "contract/ct_help.h"
#include "contract/ct_wsdl.h"
#include "pages/guide.h"
#include "pages/page.h"

static void
operation_link(struct buf *b, const struct ct_op *op)
{
    buf_addf(b, "<li><a href=\"" PAGE_INTEGRATE "%.*s\">%.*s</a><span class=\"doc\">", STR_ARG(op->name),
             STR_ARG(op->name));
    page_cstr(b, op->doc);
    buf_add_cstr(b, "</span></li>\n");
}

/* The course of a sign-in: an operation, and the explanation up to the next one. */
static const struct {
    enum ct_op_id op;
    const char *html;
} story[] = {
    {CT_OP_loginTechnicianFromStandalone_v7_2,
     " proves the password. It answers <code>OkTwoFactorAuthenticationRequired</code> and an "
     "<code>sLoginToken</code>.</li>\n<li>"},
    {CT_OP_twoFactorSendPushAuth,
     " notifies the technician's phone. Show the <code>sMatchNumber</code> that it answers: the technician "
     "types it on the phone.</li>\n<li>"},
    {CT_OP_twoFactorCheckPushAuthStatus,
     " asks what became of it, every <code>iPollInterval</code> seconds. <code>Poll</code> means: ask again; "
     "every other answer is final. With the header <code>Prefer: wait=20</code> the server holds its answer "
     "until something happens.</li>\n<li>At <code>OK</code> the answer sets the session cookie, and "
     "<code>sUrl</code> is where the console goes on. "},
    {CT_OP_keepConsoleAlive, " keeps the session, "},
    {CT_OP_logoutTechnician, " ends it.</li>\n<li>Without a phone at hand, "},
    {CT_OP_twoFactorValidateCode,
     " takes a code of an authenticator or a recovery code in place of steps 2 and 3.</li>\n"},
};

static void
steps(struct buf *b)
{
    buf_add_cstr(b, "<h3>One sign-in</h3>\n<ol class=\"steps\">\n<li>");
    for (size_t i = 0; i < ARRAY_LEN(story); i++) {
        struct str name = ct_ops[story[i].op].name;
        buf_addf(b, "<a href=\"" PAGE_INTEGRATE "%.*s\"><code>%.*s</code></a>", STR_ARG(name), STR_ARG(name));
        buf_add_cstr(b, story[i].html);
    }
    buf_add_cstr(b, "</ol>\n");
}

static void
more(struct buf *b)
{
    buf_add_cstr(b,
                 "<ul class=\"tools\">\n<li><a href=\"" PAGE_INTEGRATE "consoles\">Whole consoles, in seven "
                 "languages</a></li>\n<li><a href=\"" PAGE_INTEGRATE
                 "results\">What to do about each result</a></li>\n<li><a href=\"" PAGE_INTEGRATE
                 "waits\">Limits and waits</a></li>\n</ul>\n");
}

static void
index_page(const struct page_request *req, const struct page_site *site, struct buf *b, struct response *out)
{
    const struct ct_op *ops[CT_OP_COUNT_];
    size_t n = page_operations(ops);

    page_begin(b, STR_LIT("Guide to integration"), STR_NULL);
    buf_addf(b,
             "<h1>From nothing to a sign-in</h1>\n<p class=\"lead\">The service speaks SOAP 1.1 and 1.2 at "
             "<code>%.*s</code>. Most toolkits need nothing but its <a href=\"%.*s?WSDL\">service "
             "description</a>.</p>\n",
             STR_ARG(site->address), STR_ARG(site->path));
    if (req->is_sandbox)
        buf_add_cstr(
            b,
            "<p>This server is a sandbox: <a href=\"/sandbox\">its users</a> lead to every result, without "
            "a phone.</p>\n");
    steps(b);
    more(b);
    buf_add_cstr(b, "<h3>Operations</h3>\n<ul class=\"operations\">\n");
    for (size_t i = 0; i < n; i++)
        operation_link(b, ops[i]);
    buf_add_cstr(b, "</ul>\n");
    page_end(b, 200, "private, max-age=0", out);
}

static void
field_row(struct buf *b, const struct ct_field *f)
{
    struct str type = ct_xsd_name(f);

    buf_addf(b, "<tr><td>%.*s</td><td class=\"type\">%s%.*s</td><td>", STR_ARG(f->name),
             f->kind == CT_ARRAY ? "ArrayOf" : "", STR_ARG(type));
    page_cstr(b, f->doc);
    buf_add_cstr(b, "</td></tr>\n");
}

static void
fields(struct buf *b, const char *title, const struct ct_type *t)
{
    buf_addf(b, "<h3>%s</h3>\n", title);
    if (t->n == 0) {
        buf_add_cstr(b, "<p>None.</p>\n");
        return;
    }
    buf_add_cstr(
        b, "<table class=\"facts\">\n<thead><tr><th>Name</th><th>Type</th><th>Meaning</th></tr></thead>\n"
           "<tbody>\n");
    for (size_t i = 0; i < t->n; i++)
        field_row(b, &t->fields[i]);
    buf_add_cstr(b, "</tbody>\n</table>\n");
}

static void
members(struct buf *b, const struct ct_type *t)
{
    for (size_t i = 0; i < t->n; i++) {
        if (t->fields[i].kind == CT_ARRAY)
            fields(b, t->fields[i].of->name.p, t->fields[i].of);
    }
}

static void
values(struct buf *b, const struct ct_enum *e)
{
    buf_addf(b, "<h3 id=\"values\">%s</h3>\n<p>", e->type);
    page_cstr(b, e->doc);
    buf_add_cstr(b, "</p>\n");
    guide_values(b, e);
}

static void
snippets(struct buf *b, const struct ct_op *op, struct str address)
{
    struct page_pen pen;

    for (int i = 0; i < CT_HELP_COUNT_; i++) {
        const struct ct_help_about *about = ct_help_about((enum ct_help_tool)i);
        buf_addf(b, "<h3 id=\"%s\">%s</h3>\n<p>", about->id, about->title);
        page_cstr(b, about->note);
        buf_add_cstr(b, "</p>\n");
        page_pen_begin(&pen, b, NULL);
        ct_help_snippet(&pen.pen, (enum ct_help_tool)i, op, address);
        page_pen_end(&pen);
    }
}

static void
operation_page(const struct page_site *site, const struct ct_op *op, struct buf *b, struct response *out)
{
    page_begin(b, op->name, STR_NULL);
    buf_addf(b, "<h1>%.*s</h1>\n<p class=\"lead\">", STR_ARG(op->name));
    page_cstr(b, op->doc);
    buf_addf(b, "</p>\n<ul class=\"tools\">\n<li><a href=\"%.*s?op=%.*s\">Sample messages</a></li>\n",
             STR_ARG(site->path), STR_ARG(op->name));
    for (int i = 0; i < CT_HELP_COUNT_; i++) {
        const struct ct_help_about *about = ct_help_about((enum ct_help_tool)i);
        buf_addf(b, "<li><a href=\"#%s\">%s</a></li>\n", about->id, about->title);
    }
    buf_add_cstr(b, "<li><a href=\"#values\">Values</a></li>\n</ul>\n");
    fields(b, "Parameters", &op->in);
    fields(b, "Answer", &op->out);
    members(b, &op->out);
    snippets(b, op, site->address);
    values(b, op->out.fields[0].en);
    page_end(b, 200, "private, max-age=0", out);
}

void
pages_integrate(const struct page_request *req, struct buf *body, struct response *out)
{
    struct str name = req->route->name;
    const struct ct_op *op = ct_op_find(name, CT_FACE_SOAP);
    struct page_site site;

    page_site(req, &site);
    if (name.n == 0)
        index_page(req, &site, body, out);
    else if (op != NULL)
        operation_page(&site, op, body, out);
    else if (!guide_page(name, body, out))
        pages_not_found(req, body, out);
}
