/* SPDX-License-Identifier: Apache-2.0 */
/* ct_sample: see the header. Not here: the page around the samples (src/pages). */
#include "contract/ct_sample.h"

#include "contract/ct_wsdl.h"

/* The differences between the versions. */
static const struct {
    const char *prefix;
    const char *ns;
    const char *content_type;
} VERSION[] = {
    [CT_SAMPLE_11] = {"soap", "http://schemas.xmlsoap.org/soap/envelope/", "text/xml; charset=utf-8"},
    [CT_SAMPLE_12] = {"soap12", "http://www.w3.org/2003/05/soap-envelope",
                      "application/soap+xml; charset=utf-8"},
};

/* .NET shows an array with two of its items. */
enum { ARRAY_ITEMS = 2 };

static void
ink(struct ct_pen *pen, enum ct_ink kind, const char *text)
{
    pen->ink(pen, kind, str_from_cstr(text), NULL);
}

static void
new_line(struct ct_pen *pen, unsigned depth)
{
    ink(pen, CT_INK_TEXT, "\n");
    for (unsigned i = 0; i < depth; i++)
        ink(pen, CT_INK_TEXT, "  ");
}

static void
attribute(struct ct_pen *pen, const char *name, const char *value)
{
    ink(pen, CT_INK_TEXT, " ");
    ink(pen, CT_INK_ATTRIBUTE, name);
    ink(pen, CT_INK_TEXT, "=\"");
    ink(pen, CT_INK_TEXT, value);
    ink(pen, CT_INK_TEXT, "\"");
}

/* prefix: of the name, or NULL. close: the end of the tag. */
static void
tag(struct ct_pen *pen, const char *open, const char *prefix, struct str name, const char *close)
{
    ink(pen, CT_INK_TAG, open);
    if (prefix != NULL) {
        ink(pen, CT_INK_TAG, prefix);
        ink(pen, CT_INK_TAG, ":");
    }
    pen->ink(pen, CT_INK_TAG, name, NULL);
    ink(pen, CT_INK_TAG, close);
}

static void
enum_values(struct ct_pen *pen, const struct ct_enum *e)
{
    size_t n = pen->with_values ? 1 : e->n;

    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            ink(pen, CT_INK_TEXT, " or ");
        pen->ink(pen, CT_INK_VALUE, e->values[i].name, e->values[i].doc);
    }
}

static void
simple_value(struct ct_pen *pen, const struct ct_field *f)
{
    if (f->kind == CT_ENUM)
        enum_values(pen, f->en);
    else if (!pen->with_values || f->kind == CT_STRING)
        pen->ink(pen, CT_INK_VALUE, ct_xsd_name(f), NULL);
    else
        ink(pen, CT_INK_VALUE, f->kind == CT_BOOLEAN ? "true" : "1");
}

static void
simple_field(struct ct_pen *pen, const struct ct_field *f, unsigned depth)
{
    new_line(pen, depth);
    tag(pen, "<", NULL, f->name, ">");
    simple_value(pen, f);
    tag(pen, "</", NULL, f->name, ">");
}

static void
array_field(struct ct_pen *pen, const struct ct_field *f, unsigned depth)
{
    new_line(pen, depth);
    tag(pen, "<", NULL, f->name, ">");
    for (int i = 0; i < ARRAY_ITEMS; i++) {
        new_line(pen, depth + 1);
        tag(pen, "<", NULL, f->of->name, ">");
        for (size_t k = 0; k < f->of->n; k++)
            simple_field(pen, &f->of->fields[k], depth + 2);
        new_line(pen, depth + 1);
        tag(pen, "</", NULL, f->of->name, ">");
    }
    new_line(pen, depth);
    tag(pen, "</", NULL, f->name, ">");
}

static void
message(struct ct_pen *pen, const struct ct_type *t)
{
    new_line(pen, 2);
    tag(pen, "<", NULL, t->name, "");
    attribute(pen, "xmlns", CT_NAMESPACE);
    if (t->n == 0) {
        ink(pen, CT_INK_TAG, " />");
        return;
    }
    ink(pen, CT_INK_TAG, ">");
    for (size_t i = 0; i < t->n; i++) {
        if (t->fields[i].kind == CT_ARRAY)
            array_field(pen, &t->fields[i], 3);
        else
            simple_field(pen, &t->fields[i], 3);
    }
    new_line(pen, 2);
    tag(pen, "</", NULL, t->name, ">");
}

void
ct_sample_envelope(struct ct_pen *pen, enum ct_sample_soap soap, const struct ct_type *t)
{
    const char *prefix = VERSION[soap].prefix;

    tag(pen, "<?", NULL, STR_LIT("xml"), "");
    attribute(pen, "version", "1.0");
    attribute(pen, "encoding", "utf-8");
    ink(pen, CT_INK_TAG, "?>");
    new_line(pen, 0);
    tag(pen, "<", prefix, STR_LIT("Envelope"), "");
    attribute(pen, "xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
    attribute(pen, "xmlns:xsd", "http://www.w3.org/2001/XMLSchema");
    attribute(pen, soap == CT_SAMPLE_11 ? "xmlns:soap" : "xmlns:soap12", VERSION[soap].ns);
    ink(pen, CT_INK_TAG, ">");
    new_line(pen, 1);
    tag(pen, "<", prefix, STR_LIT("Body"), ">");
    message(pen, t);
    new_line(pen, 1);
    tag(pen, "</", prefix, STR_LIT("Body"), ">");
    new_line(pen, 0);
    tag(pen, "</", prefix, STR_LIT("Envelope"), ">");
}

static void
content_head(struct ct_pen *pen, enum ct_sample_soap soap)
{
    ink(pen, CT_INK_HEAD, "Content-Type: ");
    ink(pen, CT_INK_HEAD, VERSION[soap].content_type);
    ink(pen, CT_INK_HEAD, "\nContent-Length: ");
    ink(pen, CT_INK_VALUE, "length");
    ink(pen, CT_INK_HEAD, "\n");
}

void
ct_sample_request(struct ct_pen *pen, enum ct_sample_soap soap, const struct ct_op *op, struct str host,
                  struct str path)
{
    ink(pen, CT_INK_HEAD, "POST ");
    pen->ink(pen, CT_INK_HEAD, path, NULL);
    ink(pen, CT_INK_HEAD, " HTTP/1.1\nHost: ");
    pen->ink(pen, CT_INK_HEAD, host, NULL);
    ink(pen, CT_INK_HEAD, "\n");
    content_head(pen, soap);
    if (soap == CT_SAMPLE_11) {
        ink(pen, CT_INK_HEAD, "SOAPAction: \"" CT_NAMESPACE);
        pen->ink(pen, CT_INK_HEAD, op->name, NULL);
        ink(pen, CT_INK_HEAD, "\"\n");
    }
    ink(pen, CT_INK_TEXT, "\n");
    ct_sample_envelope(pen, soap, &op->in);
}

void
ct_sample_response(struct ct_pen *pen, enum ct_sample_soap soap, const struct ct_op *op)
{
    ink(pen, CT_INK_HEAD, "HTTP/1.1 200 OK\n");
    content_head(pen, soap);
    ink(pen, CT_INK_TEXT, "\n");
    ct_sample_envelope(pen, soap, &op->out);
}

static void
plain_ink(struct ct_pen *pen, enum ct_ink kind, struct str text, const char *doc)
{
    struct ct_pen_plain *p =
        (struct ct_pen_plain *)(void *)((char *)pen - offsetof(struct ct_pen_plain, pen));

    (void)kind;
    (void)doc;
    buf_add_str(p->out, text);
}

void
ct_pen_plain_init(struct ct_pen_plain *p, struct buf *out, bool with_values)
{
    *p = (struct ct_pen_plain){{plain_ink, with_values}, out};
}
