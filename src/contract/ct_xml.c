/* SPDX-License-Identifier: Apache-2.0 */
/* ct_xml: see ct_xml.h. Reading follows the code that XmlSerializer generates, step by step, so that it
 * has the same oddities. */
#include "contract/ct_xml.h"

#include <string.h>

#include "xml/write.h"

/* A value that may arrive in pieces. */
struct gather {
    char *p;
    size_t n;
    size_t cap;
};

static void
gather_add(struct gather *g, struct arena *a, struct str piece)
{
    if (piece.n > g->cap - g->n) {
        size_t cap = g->p == NULL ? piece.n : 2 * (g->n + piece.n);
        char *p = arena_alloc(a, cap);
        if (g->n > 0)
            memcpy(p, g->p, g->n);
        g->p = p;
        g->cap = cap;
    }
    memcpy(g->p + g->n, piece.p, piece.n);
    g->n += piece.n;
}

/* XmlReader.ReadString: the text from here on; at a child element, the text that the element starts with. */
static struct str
read_text(struct xml_reader *r, struct arena *a)
{
    const struct xml_node *n = xml_node(r);
    if (n->kind == XML_ELEMENT) {
        if (n->is_empty)
            return STR_LIT("");
        n = xml_read(r);
    }
    struct gather g = {NULL, 0, 0};
    for (; n->kind == XML_TEXT || n->kind == XML_SPACE || n->kind == XML_CDATA; n = xml_read(r)) {
        if (n->text.n > 0)
            gather_add(&g, a, n->text);
    }
    return g.n == 0 ? STR_LIT("") : (struct str){g.p, g.n};
}

/* XmlReader.ReadElementString. If the value's first node was an element with only text, the reader ends on
 * the value's own end tag instead of after it: case d45. */
static enum errcode
read_value(struct xml_reader *r, struct arena *a, struct str *out)
{
    *out = STR_LIT("");
    if (xml_node(r)->is_empty) {
        xml_read(r);
        return ERR_NONE;
    }
    xml_read(r);
    *out = read_text(r, a);
    enum xml_kind kind = xml_node(r)->kind;
    if (kind == XML_FAIL)
        return ERR_NONE;
    if (kind != XML_END)
        return ERR_SYNTAX;
    xml_read(r);
    return ERR_NONE;
}

static bool
is_at_end(const struct xml_node *n)
{
    return n->kind == XML_END || n->kind == XML_EOF || n->kind == XML_FAIL;
}

/* The index of the member that the node is, unless it was read before; t->n: none. */
static size_t
find_member(const struct ct_type *t, const struct xml_node *n, uint64_t read)
{
    if (n->kind != XML_ELEMENT || !str_eq(n->ns, STR_LIT(CT_NAMESPACE)))
        return t->n;
    for (size_t i = 0; i < t->n; i++) {
        if ((read >> i & 1) == 0 && str_eq(t->fields[i].name, n->local))
            return i;
    }
    return t->n;
}

enum errcode
ct_xml_get(struct xml_reader *r, struct arena *a, const struct ct_type *t, void *value)
{
    uint64_t read = 0;
    ASSERT(t->n < 64);
    while (!is_at_end(xml_node(r))) {
        size_t i = find_member(t, xml_node(r), read);
        if (i < t->n) {
            ASSERT(t->fields[i].kind == CT_STRING);
            enum errcode err = read_value(r, a, (struct str *)((unsigned char *)value + t->fields[i].offset));
            if (err != ERR_NONE)
                return err;
            read |= UINT64_C(1) << i;
        } else {
            xml_skip(r);
        }
        xml_to_content(r);
    }
    return ERR_NONE;
}

static void
put_tag(struct buf *out, const char *before, struct str name, const char *behind)
{
    buf_add_cstr(out, before);
    buf_add_str(out, name);
    buf_add_cstr(out, behind);
}

static bool
is_empty_struct(const struct ct_type *t, const void *value)
{
    for (size_t i = 0; i < t->n; i++) {
        const void *at = (const unsigned char *)value + t->fields[i].offset;
        bool is_left_out = t->fields[i].kind == CT_STRING  ? str_is_null(*(const struct str *)at)
                           : t->fields[i].kind == CT_ARRAY ? ((const struct ct_array *)at)->is_null
                                                           : false;
        if (!is_left_out)
            return false;
    }
    return true;
}

static enum errcode
put_items(struct buf *out, const struct ct_type *of, const struct ct_array *array,
          const struct ct_field **bad_out)
{
    enum errcode err = ERR_NONE;
    for (size_t i = 0; i < array->n && err == ERR_NONE; i++) {
        const void *item = (const unsigned char *)array->items + i * of->size;
        if (is_empty_struct(of, item)) {
            put_tag(out, "<", of->name, " />");
            continue;
        }
        put_tag(out, "<", of->name, ">");
        err = ct_xml_put(out, of, item, bad_out);
        put_tag(out, "</", of->name, ">");
    }
    return err;
}

/* The content of a member that is neither omitted nor empty. */
static enum errcode
put_content(struct buf *out, const struct ct_field *field, const void *at, const struct ct_field **bad_out)
{
    switch (field->kind) {
    case CT_STRING:
        xml_write_text(out, *(const struct str *)at);
        return ERR_NONE;
    case CT_BOOLEAN:
        buf_add_cstr(out, *(const bool *)at ? "true" : "false");
        return ERR_NONE;
    case CT_UNSIGNED_BYTE:
        buf_add_u64(out, *(const uint8_t *)at);
        return ERR_NONE;
    case CT_INT:
        buf_add_i64(out, *(const int32_t *)at);
        return ERR_NONE;
    case CT_ENUM: {
        struct str name = ct_enum_name(field->en, *(const int *)at);
        if (str_is_null(name)) {
            *bad_out = field;
            return ERR_RANGE;
        }
        buf_add_str(out, name);
        return ERR_NONE;
    }
    case CT_ARRAY:
        return put_items(out, field->of, at, bad_out);
    }
    return ERR_NONE;
}

static enum errcode
put_member(struct buf *out, const struct ct_field *field, const void *at, const struct ct_field **bad_out)
{
    bool is_empty = false;
    if (field->kind == CT_STRING) {
        const struct str *s = at;
        if (str_is_null(*s))
            return ERR_NONE;
        is_empty = s->n == 0;
    } else if (field->kind == CT_ARRAY) {
        const struct ct_array *array = at;
        if (array->is_null)
            return ERR_NONE;
        is_empty = array->n == 0;
    }
    if (is_empty) {
        put_tag(out, "<", field->name, " />");
        return ERR_NONE;
    }
    put_tag(out, "<", field->name, ">");
    enum errcode err = put_content(out, field, at, bad_out);
    put_tag(out, "</", field->name, ">");
    return err;
}

enum errcode
ct_xml_put(struct buf *out, const struct ct_type *t, const void *value, const struct ct_field **bad_out)
{
    for (size_t i = 0; i < t->n; i++) {
        const void *at = (const unsigned char *)value + t->fields[i].offset;
        enum errcode err = put_member(out, &t->fields[i], at, bad_out);
        if (err != ERR_NONE)
            return err;
    }
    return ERR_NONE;
}
