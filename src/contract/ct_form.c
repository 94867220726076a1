/* SPDX-License-Identifier: Apache-2.0 */
/* ct_form: see the header. Not here: who may use the form binding (front/face_form). */
#include "contract/ct_form.h"

#include <string.h>

#include "base/codec.h"
#include "xml/write.h"

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes '+' and %XX. */
static struct str
unescape(struct arena *a, struct str s)
{
    unsigned char *out = arena_alloc(a, s.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        int high = s.p[i] == '%' && i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(s.p[i + 2]) : -1;
        if (low >= 0) {
            out[n++] = (unsigned char)(high * 16 + low);
            i += 2;
        } else {
            out[n++] = s.p[i] == '+' ? ' ' : (unsigned char)s.p[i];
        }
    }
    return (struct str){(const char *)out, n};
}

static struct str
decode(struct arena *a, struct str s)
{
    return utf8_repair(a, unescape(a, s));
}

static size_t
count_items(struct str text)
{
    size_t n = 1;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '&';
    return n;
}

enum errcode
ct_form_read(struct arena *a, struct str text, struct ct_form *out)
{
    *out = (struct ct_form){.n = 0};
    if (str_is_empty(text))
        return ERR_NONE;
    size_t n = count_items(text);
    if (n > CT_FORM_ITEMS_MAX)
        return ERR_LIMIT;
    struct ct_form_item *items = arena_array(a, n, sizeof *items);
    for (size_t i = 0; i < n; i++) {
        struct str value = str_cut(&text, '&');
        struct str name = str_cut(&value, '=');
        if (str_is_null(value)) {
            value = name;
            name = STR_NULL;
        }
        items[i].name = str_is_null(name) ? name : decode(a, name);
        items[i].value = decode(a, value);
    }
    *out = (struct ct_form){items, n};
    return ERR_NONE;
}

static bool
is_named(const struct ct_form_item *item, struct str name)
{
    if (str_is_null(name) || str_is_null(item->name))
        return str_is_null(name) && str_is_null(item->name);
    return str_eq_nocase(item->name, name);
}

struct str
ct_form_value(const struct ct_form *form, struct arena *a, struct str name)
{
    const struct ct_form_item *only = NULL;
    size_t n = 0, length = 0;

    for (size_t i = 0; i < form->n; i++) {
        if (!is_named(&form->items[i], name))
            continue;
        only = &form->items[i];
        length += only->value.n + (n++ > 0);
    }
    if (n <= 1)
        return n == 1 ? only->value : STR_NULL;
    char *joined = arena_alloc(a, length);
    char *at = joined;
    for (size_t i = 0, k = 0; i < form->n; i++) {
        if (!is_named(&form->items[i], name))
            continue;
        if (k++ > 0)
            *at++ = ',';
        memcpy(at, form->items[i].value.p, form->items[i].value.n);
        at += form->items[i].value.n;
    }
    return (struct str){joined, length};
}

bool
ct_form_is_callable(const struct ct_op *op)
{
    for (size_t i = 0; i < op->in.n; i++) {
        if (op->in.fields[i].kind != CT_STRING)
            return false;
    }
    return op->face == CT_FACE_SOAP && op->out.n == 1;
}

enum errcode
ct_form_get(const struct ct_form *form, struct arena *a, const struct ct_op *op, void *in,
            const struct ct_field **missing_out)
{
    for (size_t i = 0; i < op->in.n; i++) {
        const struct ct_field *field = &op->in.fields[i];
        struct str value = ct_form_value(form, a, field->name);
        if (str_is_null(value)) {
            *missing_out = field;
            return ERR_NOT_FOUND;
        }
        *(struct str *)(void *)((unsigned char *)in + field->offset) = value;
    }
    return ERR_NONE;
}

enum errcode
ct_form_put(struct buf *out, const struct ct_op *op, const void *value)
{
    const struct ct_field *field = &op->out.fields[0];
    struct str name =
        ct_enum_name(field->en, *(const int *)(const void *)((const unsigned char *)value + field->offset));

    if (str_is_null(name))
        return ERR_RANGE;
    buf_addf(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<%s xmlns=\"" CT_NAMESPACE "\">",
             field->en->type);
    xml_write_text(out, name);
    buf_addf(out, "</%s>", field->en->type);
    return ERR_NONE;
}

static void
ink(struct ct_pen *pen, enum ct_ink kind, const char *text)
{
    pen->ink(pen, kind, str_from_cstr(text), NULL);
}

void
ct_form_sample_request(struct ct_pen *pen, const struct ct_op *op, struct str host, struct str path)
{
    ink(pen, CT_INK_HEAD, "POST ");
    pen->ink(pen, CT_INK_HEAD, path, NULL);
    ink(pen, CT_INK_HEAD, "/");
    pen->ink(pen, CT_INK_HEAD, op->name, NULL);
    ink(pen, CT_INK_HEAD, " HTTP/1.1\nHost: ");
    pen->ink(pen, CT_INK_HEAD, host, NULL);
    ink(pen, CT_INK_HEAD, "\nContent-Type: application/x-www-form-urlencoded\nContent-Length: ");
    ink(pen, CT_INK_VALUE, "length");
    ink(pen, CT_INK_HEAD, "\n\n");
    for (size_t i = 0; i < op->in.n; i++) {
        ink(pen, CT_INK_TEXT, i > 0 ? "&" : "");
        pen->ink(pen, CT_INK_ATTRIBUTE, op->in.fields[i].name, NULL);
        ink(pen, CT_INK_TEXT, "=");
        ink(pen, CT_INK_VALUE, "string");
    }
}

void
ct_form_sample_response(struct ct_pen *pen, const struct ct_op *op)
{
    const struct ct_enum *e = op->out.fields[0].en;

    ink(pen, CT_INK_HEAD, "HTTP/1.1 200 OK\nContent-Type: text/xml; charset=utf-8\nContent-Length: ");
    ink(pen, CT_INK_VALUE, "length");
    ink(pen, CT_INK_HEAD, "\n\n");
    ink(pen, CT_INK_TAG, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<");
    ink(pen, CT_INK_TAG, e->type);
    ink(pen, CT_INK_ATTRIBUTE, " xmlns");
    ink(pen, CT_INK_TEXT, "=\"" CT_NAMESPACE "\"");
    ink(pen, CT_INK_TAG, ">");
    for (size_t i = 0; i < e->n; i++) {
        ink(pen, CT_INK_TEXT, i > 0 ? " or " : "");
        pen->ink(pen, CT_INK_VALUE, e->values[i].name, e->values[i].doc);
    }
    ink(pen, CT_INK_TAG, "</");
    ink(pen, CT_INK_TAG, e->type);
    ink(pen, CT_INK_TAG, ">");
}
