/* SPDX-License-Identifier: Apache-2.0 */
/* ct_wsdl: see the header. Not here: the pages for people (front), the sample messages (ct_sample). */
#include "contract/ct_wsdl.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/err.h"

#define SERVICE_SOAP CT_SERVICE "Soap"
#define SERVICE_SOAP12 CT_SERVICE "Soap12"

enum { WSDL_MAX = 16 * 1024 * 1024, PLACES = ARRAY_LEN(((struct ct_wsdl *)0)->places) };

/* The document being written: an XML declaration and lines, each indented by its depth. */
struct lines {
    struct buf *out;
    const struct ct_op *only;
};

static void line(const struct lines *l, unsigned depth, const char *fmt, ...) PRINTF_LIKE(3, 4);

static void
line(const struct lines *l, unsigned depth, const char *fmt, ...)
{
    char text[768];
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    ASSERT(n >= 0 && (size_t)n < sizeof text);
    buf_add_cstr(l->out, "\r\n");
    for (unsigned i = 0; i < depth; i++)
        buf_add_cstr(l->out, "  ");
    buf_add(l->out, text, (size_t)n);
}

static bool
is_described(const struct lines *l, const struct ct_op *op)
{
    return op->face == CT_FACE_SOAP && (l->only == NULL || l->only == op);
}

struct str
ct_xsd_name(const struct ct_field *field)
{
    switch (field->kind) {
    case CT_STRING:
        return STR_LIT("string");
    case CT_BOOLEAN:
        return STR_LIT("boolean");
    case CT_UNSIGNED_BYTE:
        return STR_LIT("unsignedByte");
    case CT_INT:
        return STR_LIT("int");
    case CT_ENUM:
        return str_from_cstr(field->en->type);
    case CT_ARRAY:
        return field->of->name;
    }
    err_bug(__FILE__, __LINE__, "a field of no kind");
}

bool
ct_xsd_is_own(const struct ct_field *field)
{
    return field->kind == CT_ENUM || field->kind == CT_ARRAY;
}

/* A nullable element may be omitted; any other is always present. */
static void
write_element(const struct lines *l, unsigned depth, const struct ct_field *f)
{
    bool may_be_null = f->kind == CT_STRING || f->kind == CT_ARRAY;
    struct str type = ct_xsd_name(f);

    line(l, depth, "<s:element minOccurs=\"%d\" maxOccurs=\"1\" name=\"%.*s\" type=\"%s:%s%.*s\" />",
         may_be_null ? 0 : 1, STR_ARG(f->name), ct_xsd_is_own(f) ? "tns" : "s",
         f->kind == CT_ARRAY ? "ArrayOf" : "", STR_ARG(type));
}

static void
write_sequence(const struct lines *l, unsigned depth, const struct ct_type *t)
{
    if (t->n == 0) {
        line(l, depth, "<s:complexType />");
        return;
    }
    line(l, depth, "<s:complexType>");
    line(l, depth + 1, "<s:sequence>");
    for (size_t i = 0; i < t->n; i++)
        write_element(l, depth + 2, &t->fields[i]);
    line(l, depth + 1, "</s:sequence>");
    line(l, depth, "</s:complexType>");
}

static void
write_message_element(const struct lines *l, const struct ct_type *t)
{
    line(l, 3, "<s:element name=\"%.*s\">", STR_ARG(t->name));
    write_sequence(l, 4, t);
    line(l, 3, "</s:element>");
}

static void
write_enum(const struct lines *l, const struct ct_enum *e)
{
    line(l, 3, "<s:simpleType name=\"%s\">", e->type);
    line(l, 4, "<s:restriction base=\"s:string\">");
    for (size_t i = 0; i < e->n; i++)
        line(l, 5, "<s:enumeration value=\"%.*s\" />", STR_ARG(e->values[i].name));
    line(l, 4, "</s:restriction>");
    line(l, 3, "</s:simpleType>");
}

static void
write_array(const struct lines *l, const struct ct_type *item)
{
    line(l, 3, "<s:complexType name=\"ArrayOf%.*s\">", STR_ARG(item->name));
    line(l, 4, "<s:sequence>");
    line(l, 5,
         "<s:element minOccurs=\"0\" maxOccurs=\"unbounded\" name=\"%.*s\" nillable=\"true\" "
         "type=\"tns:%.*s\" />",
         STR_ARG(item->name), STR_ARG(item->name));
    line(l, 4, "</s:sequence>");
    line(l, 3, "</s:complexType>");
    line(l, 3, "<s:complexType name=\"%.*s\">", STR_ARG(item->name));
    line(l, 4, "<s:sequence>");
    for (size_t i = 0; i < item->n; i++)
        write_element(l, 5, &item->fields[i]);
    line(l, 4, "</s:sequence>");
    line(l, 3, "</s:complexType>");
}

/* Whether an earlier output of a described operation has the same type of the service. */
static bool
is_written_already(const struct lines *l, const struct ct_op *until, const struct ct_field *until_field)
{
    for (const struct ct_op *op = ct_ops; op <= until; op++) {
        if (!is_described(l, op))
            continue;
        for (size_t i = 0; i < op->out.n; i++) {
            const struct ct_field *f = &op->out.fields[i];
            if (f == until_field)
                return false;
            if (f->kind == until_field->kind && f->en == until_field->en && f->of == until_field->of)
                return true;
        }
    }
    return false;
}

static void
write_own_types(const struct lines *l, const struct ct_op *op)
{
    for (size_t i = 0; i < op->out.n; i++) {
        const struct ct_field *f = &op->out.fields[i];
        if (!ct_xsd_is_own(f) || is_written_already(l, op, f))
            continue;
        if (f->kind == CT_ENUM)
            write_enum(l, f->en);
        else
            write_array(l, f->of);
    }
}

static void
write_types(const struct lines *l)
{
    line(l, 1, "<wsdl:types>");
    line(l, 2, "<s:schema elementFormDefault=\"qualified\" targetNamespace=\"" CT_NAMESPACE "\">");
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++) {
        if (!is_described(l, op))
            continue;
        write_message_element(l, &op->in);
        write_message_element(l, &op->out);
        write_own_types(l, op);
    }
    line(l, 2, "</s:schema>");
    line(l, 1, "</wsdl:types>");
}

static void
write_messages(const struct lines *l)
{
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++) {
        if (!is_described(l, op))
            continue;
        line(l, 1, "<wsdl:message name=\"%.*sSoapIn\">", STR_ARG(op->name));
        line(l, 2, "<wsdl:part name=\"parameters\" element=\"tns:%.*s\" />", STR_ARG(op->in.name));
        line(l, 1, "</wsdl:message>");
        line(l, 1, "<wsdl:message name=\"%.*sSoapOut\">", STR_ARG(op->name));
        line(l, 2, "<wsdl:part name=\"parameters\" element=\"tns:%.*s\" />", STR_ARG(op->out.name));
        line(l, 1, "</wsdl:message>");
    }
}

static void
write_port_type(const struct lines *l)
{
    line(l, 1, "<wsdl:portType name=\"" SERVICE_SOAP "\">");
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++) {
        if (!is_described(l, op))
            continue;
        line(l, 2, "<wsdl:operation name=\"%.*s\">", STR_ARG(op->name));
        line(l, 3, "<wsdl:input message=\"tns:%.*sSoapIn\" />", STR_ARG(op->name));
        line(l, 3, "<wsdl:output message=\"tns:%.*sSoapOut\" />", STR_ARG(op->name));
        line(l, 2, "</wsdl:operation>");
    }
    line(l, 1, "</wsdl:portType>");
}

/* name: of the binding; prefix: "soap" or "soap12", of its extension elements. */
static void
write_binding(const struct lines *l, const char *name, const char *prefix)
{
    line(l, 1, "<wsdl:binding name=\"%s\" type=\"tns:" SERVICE_SOAP "\">", name);
    line(l, 2, "<%s:binding transport=\"http://schemas.xmlsoap.org/soap/http\" />", prefix);
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++) {
        if (!is_described(l, op))
            continue;
        line(l, 2, "<wsdl:operation name=\"%.*s\">", STR_ARG(op->name));
        line(l, 3, "<%s:operation soapAction=\"" CT_NAMESPACE "%.*s\" style=\"document\" />", prefix,
             STR_ARG(op->name));
        line(l, 3, "<wsdl:input>");
        line(l, 4, "<%s:body use=\"literal\" />", prefix);
        line(l, 3, "</wsdl:input>");
        line(l, 3, "<wsdl:output>");
        line(l, 4, "<%s:body use=\"literal\" />", prefix);
        line(l, 3, "</wsdl:output>");
        line(l, 2, "</wsdl:operation>");
    }
    line(l, 1, "</wsdl:binding>");
}

static void
write_port(const struct lines *l, const char *name, const char *prefix, struct str address)
{
    line(l, 2, "<wsdl:port name=\"%s\" binding=\"tns:%s\">", name, name);
    line(l, 3, "<%s:address location=\"%.*s\" />", prefix, STR_ARG(address));
    line(l, 2, "</wsdl:port>");
}

void
ct_wsdl_write(struct buf *out, struct str address, const struct ct_op *only)
{
    const struct lines l = {out, only};

    buf_add_cstr(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    line(&l, 0,
         "<wsdl:definitions xmlns:soapenc=\"http://schemas.xmlsoap.org/soap/encoding/\""
         " xmlns:soap12=\"http://schemas.xmlsoap.org/wsdl/soap12/\" "
         "xmlns:http=\"http://schemas.xmlsoap.org/wsdl/http/\""
         " xmlns:tns=\"" CT_NAMESPACE "\" xmlns:mime=\"http://schemas.xmlsoap.org/wsdl/mime/\""
         " xmlns:tm=\"http://microsoft.com/wsdl/mime/textMatching/\" "
         "xmlns:s=\"http://www.w3.org/2001/XMLSchema\""
         " xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\" targetNamespace=\"" CT_NAMESPACE "\""
         " xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\">");
    write_types(&l);
    write_messages(&l);
    write_port_type(&l);
    write_binding(&l, SERVICE_SOAP, "soap");
    write_binding(&l, SERVICE_SOAP12, "soap12");
    line(&l, 1, "<wsdl:service name=\"" CT_SERVICE "\">");
    write_port(&l, SERVICE_SOAP, "soap", address);
    write_port(&l, SERVICE_SOAP12, "soap12", address);
    line(&l, 1, "</wsdl:service>");
    line(&l, 0, "</wsdl:definitions>");
}

#define PLACE "\x01"

void
ct_wsdl_init(struct ct_wsdl *w)
{
    size_t from = 0;

    buf_init(&w->text, WSDL_MAX);
    ct_wsdl_write(&w->text, STR_LIT(PLACE), NULL);
    ASSERT(!buf_is_over(&w->text));
    const struct str text = buf_view(&w->text);
    for (size_t i = 0; i < PLACES; i++) {
        w->places[i] = from + str_find(str_sub(text, from, SIZE_MAX), PLACE[0]);
        ASSERT(w->places[i] < text.n);
        from = w->places[i] + 1;
    }
}

void
ct_wsdl_clear(struct ct_wsdl *w)
{
    buf_clear(&w->text);
}

void
ct_wsdl_fill(const struct ct_wsdl *w, struct str address, struct buf *out)
{
    const struct str text = buf_view(&w->text);
    size_t from = 0;

    for (size_t i = 0; i < PLACES; i++) {
        buf_add_str(out, str_sub(text, from, w->places[i] - from));
        buf_add_str(out, address);
        from = w->places[i] + 1;
    }
    buf_add_str(out, str_sub(text, from, SIZE_MAX));
}

void
ct_disco_write(struct buf *out, struct str address)
{
    const struct lines l = {out, NULL};

    buf_add_cstr(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    line(&l, 0,
         "<discovery xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\""
         " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
         "xmlns=\"http://schemas.xmlsoap.org/disco/\">");
    line(&l, 1,
         "<contractRef ref=\"%.*s?wsdl\" docRef=\"%.*s\" xmlns=\"http://schemas.xmlsoap.org/disco/scl/\" />",
         STR_ARG(address), STR_ARG(address));
    line(&l, 1,
         "<soap address=\"%.*s\" xmlns:q1=\"" CT_NAMESPACE "\" binding=\"q1:" SERVICE_SOAP
         "\" xmlns=\"http://schemas.xmlsoap.org/disco/soap/\" />",
         STR_ARG(address));
    line(&l, 1,
         "<soap address=\"%.*s\" xmlns:q2=\"" CT_NAMESPACE "\" binding=\"q2:" SERVICE_SOAP12
         "\" xmlns=\"http://schemas.xmlsoap.org/disco/soap/\" />",
         STR_ARG(address));
    line(&l, 0, "</discovery>");
}
