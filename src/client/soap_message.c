/* SPDX-License-Identifier: Apache-2.0 */
/* soap_message: envelopes out by the XML writer, answers in by the XML reader. */
#include "client/soap_message.h"

#include <limits.h>
#include <string.h>

#include "xml/write.h"
#include "xml/xml.h"

static const char *const namespaces[] = {
    [SOAP_MESSAGE_11] = "http://schemas.xmlsoap.org/soap/envelope/",
    [SOAP_MESSAGE_12] = "http://www.w3.org/2003/05/soap-envelope",
};

void
soap_message_write(struct buf *out, enum soap_message_version version, const struct ct_op *op, const void *in)
{
    buf_addf(out,
             "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"%s\"><soap:Body><%.*s "
             "xmlns=\"%s\">",
             namespaces[version], STR_ARG(op->name), CT_NAMESPACE);
    for (size_t i = 0; i < op->in.n; i++) {
        const struct ct_field *field = &op->in.fields[i];
        ASSERT(field->kind == CT_STRING);
        struct str value;
        memcpy(&value, (const char *)in + field->offset, sizeof value);
        if (str_is_null(value))
            continue;
        buf_addf(out, "<%.*s>", STR_ARG(field->name));
        xml_write_text(out, value);
        buf_addf(out, "</%.*s>", STR_ARG(field->name));
    }
    buf_addf(out, "</%.*s></soap:Body></soap:Envelope>", STR_ARG(op->name));
}

struct reading {
    struct cx *cx;
    struct xml_reader *xml;
};

static enum errcode
broken(struct reading *r, const char *what)
{
    return err_set(r->cx, ERR_PROTOCOL, "the answer is not the service's: %s", what);
}

/* At an element without child elements: returns its text, and moves to what follows. */
static enum errcode
take_text(struct reading *r, struct str *text_out)
{
    const struct xml_node *node = xml_node(r->xml);
    unsigned depth = node->depth;
    *text_out = STR_LIT("");
    if (!node->is_empty) {
        while ((node = xml_read(r->xml))->kind != XML_END) {
            if (node->kind == XML_TEXT || node->kind == XML_SPACE)
                *text_out = arena_printf(&r->cx->arena, "%.*s%.*s", STR_ARG(*text_out), STR_ARG(node->text));
            else if (node->kind != XML_CDATA && node->kind != XML_COMMENT && node->kind != XML_PI)
                return broken(r, "elements where text belongs");
        }
        if (node->depth != depth)
            return broken(r, "it ends early");
    }
    xml_read(r->xml);
    return ERR_NONE;
}

/* Moves into an element: true when there is a child element, which is the current node then. */
static bool
enter(struct reading *r)
{
    bool is_empty = xml_node(r->xml)->is_empty;
    xml_read(r->xml);
    return !is_empty && xml_to_content(r->xml)->kind == XML_ELEMENT;
}

static enum errcode
read_value(struct reading *r, const struct ct_field *field, struct str text, void *at)
{
    int64_t number;
    switch (field->kind) {
    case CT_STRING:
        memcpy(at, &text, sizeof text);
        return ERR_NONE;
    case CT_BOOLEAN:
        *(bool *)at = str_eq(text, STR_LIT("true")) || str_eq(text, STR_LIT("1"));
        return ERR_NONE;
    case CT_UNSIGNED_BYTE:
        if (str_to_i64(text, 0, UINT8_MAX, &number) != ERR_NONE)
            break;
        *(uint8_t *)at = (uint8_t)number;
        return ERR_NONE;
    case CT_INT:
        if (str_to_i64(text, INT32_MIN, INT32_MAX, &number) != ERR_NONE)
            break;
        *(int32_t *)at = (int32_t)number;
        return ERR_NONE;
    case CT_ENUM:
        for (size_t i = 0; i < field->en->n; i++)
            if (str_eq(text, field->en->values[i].name)) {
                *(int *)at = (int)i;
                return ERR_NONE;
            }
        break;
    case CT_ARRAY:
        break;
    }
    return broken(r, "a value that the contract does not know");
}

static const struct ct_field *
field_of(const struct ct_type *type, struct str name)
{
    for (size_t i = 0; i < type->n; i++)
        if (str_eq(type->fields[i].name, name))
            return &type->fields[i];
    return NULL;
}

/* Reads the children of the current element into the simple members of a struct, and moves past it.
 * *has_first_out: whether the type's first member was among them. Arrays go to read_array. */
static enum errcode
read_members(struct reading *r, const struct ct_type *type, void *value, bool *has_first_out);

static enum errcode
read_array(struct reading *r, const struct ct_field *field, struct ct_array *array)
{
    enum { MOST = 64 };
    array->items = arena_array(&r->cx->arena, MOST, field->of->size);
    array->is_null = false;
    bool is_empty = xml_node(r->xml)->is_empty;
    xml_read(r->xml);
    if (is_empty)
        return ERR_NONE;
    while (xml_to_content(r->xml)->kind == XML_ELEMENT) {
        bool has_first;
        if (array->n == MOST)
            return broken(r, "too many items");
        enum errcode err =
            read_members(r, field->of, (char *)array->items + array->n * field->of->size, &has_first);
        if (err != ERR_NONE)
            return err;
        array->n++;
    }
    if (xml_node(r->xml)->kind != XML_END)
        return broken(r, "text where items belong");
    xml_read(r->xml);
    return ERR_NONE;
}

static enum errcode
read_members(struct reading *r, const struct ct_type *type, void *value, bool *has_first_out)
{
    *has_first_out = false;
    bool is_empty = xml_node(r->xml)->is_empty;
    xml_read(r->xml);
    if (is_empty)
        return ERR_NONE;
    const struct xml_node *node;
    while ((node = xml_to_content(r->xml))->kind == XML_ELEMENT) {
        const struct ct_field *field = field_of(type, node->local);
        enum errcode err = ERR_NONE;
        struct str text;
        if (field == NULL) {
            xml_skip(r->xml); /* a member added by a later server */
            continue;
        }
        void *at = (char *)value + field->offset;
        if (field->kind == CT_ARRAY) {
            err = read_array(r, field, at);
        } else {
            err = take_text(r, &text);
            if (err == ERR_NONE)
                err = read_value(r, field, text, at);
        }
        if (err != ERR_NONE)
            return err;
        *has_first_out = *has_first_out || field == &type->fields[0];
    }
    if (node->kind != XML_END)
        return broken(r, node->kind == XML_FAIL ? "it is not well-formed" : "text where elements belong");
    xml_read(r->xml);
    return ERR_NONE;
}

/* The fault's text: faultstring in SOAP 1.1, Reason/Text in SOAP 1.2. */
static enum errcode
read_fault(struct reading *r)
{
    const struct xml_node *node;
    while ((node = xml_read(r->xml))->kind != XML_EOF && node->kind != XML_FAIL) {
        struct str text;
        if (node->kind != XML_ELEMENT ||
            (!str_eq(node->local, STR_LIT("faultstring")) && !str_eq(node->local, STR_LIT("Text"))))
            continue;
        if (take_text(r, &text) == ERR_NONE)
            return err_set(r->cx, ERR_PROTOCOL, "the service answered with a fault: %.*s", STR_ARG(text));
        break;
    }
    return broken(r, "a fault without words");
}

static enum errcode
read_envelope(struct reading *r, const struct ct_op *op, void *out)
{
    const struct xml_node *node = xml_to_content(r->xml);
    if (node->kind != XML_ELEMENT || !str_eq(node->local, STR_LIT("Envelope")))
        return broken(r, "no envelope");
    bool inside = enter(r);
    while (inside && (node = xml_to_content(r->xml))->kind == XML_ELEMENT &&
           !str_eq(node->local, STR_LIT("Body")))
        xml_skip(r->xml);
    if (!inside || xml_node(r->xml)->kind != XML_ELEMENT || !enter(r))
        return broken(r, "no body");
    node = xml_node(r->xml);
    if (str_eq(node->local, STR_LIT("Fault")))
        return read_fault(r);
    struct str name = arena_printf(&r->cx->arena, "%.*sResponse", STR_ARG(op->name));
    if (!xml_is_element(node, name, STR_LIT(CT_NAMESPACE)))
        return broken(r, "it answers something else");
    bool has_result;
    enum errcode err = read_members(r, &op->out, out, &has_result);
    if (err != ERR_NONE)
        return err;
    return has_result ? ERR_NONE : broken(r, "no result");
}

enum errcode
soap_message_read(struct cx *cx, const struct ct_op *op, struct str body, void *out)
{
    struct reading r = {cx, xml_reader_new()};
    struct xml_source source = xml_source(&cx->arena, body, STR_LIT("utf-8"), true);
    memset(out, 0, op->out.size);
    xml_open(r.xml, &source, STR_LIT(""));
    xml_read(r.xml);
    enum errcode err = read_envelope(&r, op, out);
    xml_close(r.xml);
    xml_reader_free(&r.xml);
    return err;
}
