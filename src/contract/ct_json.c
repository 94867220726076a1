/* SPDX-License-Identifier: Apache-2.0 */
/* ct_json: see ct_json.h. Reading uses jansson; writing is done here, since it needs no tree. */
#include "contract/ct_json.h"

#include <jansson.h>
#include <string.h>

#include "base/codec.h"

struct reader {
    struct arena *arena;
    struct str why;
};

static enum errcode
refuse(struct reader *r, enum errcode code, const struct ct_field *field, const char *what)
{
    r->why = arena_printf(r->arena, "member \"%.*s\" %s", STR_ARG(field->name), what);
    return code;
}

/* jansson has only a depth limit of its own; ours is lower. Scans the brackets outside strings before a
 * tree is built. */
static bool
is_too_deep(struct str body)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < body.n; i++) {
        char c = body.p[i];
        if (in_string) {
            if (c == '\\')
                i++;
            in_string = c != '"';
            continue;
        }
        in_string = c == '"';
        if (c == '[' || c == '{')
            depth++;
        if ((c == ']' || c == '}') && depth > 0)
            depth--;
        if (depth > CT_JSON_DEPTH_MAX)
            return true;
    }
    return false;
}

static enum errcode get_object(struct reader *r, json_t *object, const struct ct_type *t, void *out);

static enum errcode
get_array(struct reader *r, const struct ct_field *field, json_t *value, struct ct_array *array)
{
    if (!json_is_array(value))
        return refuse(r, ERR_SYNTAX, field, "must be an array");
    size_t n = json_array_size(value);
    if (n > CT_JSON_ITEMS_MAX)
        return refuse(r, ERR_LIMIT, field, "has too many items");
    array->is_null = false;
    array->items = arena_array(r->arena, n, field->of->size);
    array->n = n;
    for (size_t i = 0; i < n; i++) {
        unsigned char *item = (unsigned char *)array->items + i * field->of->size;
        enum errcode err = get_object(r, json_array_get(value, i), field->of, item);
        if (err != ERR_NONE)
            return err;
    }
    return ERR_NONE;
}

static enum errcode
get_integer(struct reader *r, const struct ct_field *field, json_t *value, void *at)
{
    if (!json_is_integer(value))
        return refuse(r, ERR_SYNTAX, field, "must be an integer");
    json_int_t n = json_integer_value(value);
    bool is_byte = field->kind == CT_UNSIGNED_BYTE;
    if (n < (is_byte ? 0 : INT32_MIN) || n > (is_byte ? UINT8_MAX : INT32_MAX))
        return refuse(r, ERR_RANGE, field, "is out of range");
    if (is_byte)
        *(uint8_t *)at = (uint8_t)n;
    else
        *(int32_t *)at = (int32_t)n;
    return ERR_NONE;
}

static enum errcode
get_enum(struct reader *r, const struct ct_field *field, json_t *value, void *at)
{
    if (!json_is_string(value))
        return refuse(r, ERR_SYNTAX, field, "must be a string");
    struct str name = {json_string_value(value), json_string_length(value)};
    size_t prefix = strlen(field->en->prefix) + 1;
    for (unsigned i = 0; i < field->en->n; i++) {
        if (str_eq(str_sub(field->en->values[i].name, prefix, SIZE_MAX), name)) {
            *(unsigned *)at = i;
            return ERR_NONE;
        }
    }
    return refuse(r, ERR_RANGE, field, "has no such value");
}

static enum errcode
get_member(struct reader *r, const struct ct_field *field, json_t *value, void *at)
{
    if (json_is_null(value))
        return ERR_NONE;
    switch (field->kind) {
    case CT_STRING:
        if (!json_is_string(value))
            return refuse(r, ERR_SYNTAX, field, "must be a string");
        *(struct str *)at =
            arena_str(r->arena, (struct str){json_string_value(value), json_string_length(value)});
        return ERR_NONE;
    case CT_BOOLEAN:
        if (!json_is_boolean(value))
            return refuse(r, ERR_SYNTAX, field, "must be true or false");
        *(bool *)at = json_is_true(value);
        return ERR_NONE;
    case CT_UNSIGNED_BYTE:
    case CT_INT:
        return get_integer(r, field, value, at);
    case CT_ENUM:
        return get_enum(r, field, value, at);
    case CT_ARRAY:
        break;
    }
    return get_array(r, field, value, at);
}

/* A name chosen by the caller, truncated and reduced to plain characters, so that it may be shown. */
static struct str
shown_name(struct arena *a, const char *key)
{
    struct str name = str_sub(str_from_cstr(key), 0, 64);
    char *copy = arena_cstr(a, name);
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)copy[i];
        if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
            copy[i] = '?';
    }
    return (struct str){copy, name.n};
}

static void
init(const struct ct_type *t, void *out)
{
    memset(out, 0, t->size);
    for (size_t i = 0; i < t->n; i++) {
        if (t->fields[i].kind == CT_ARRAY)
            ((struct ct_array *)((unsigned char *)out + t->fields[i].offset))->is_null = true;
    }
}

static const struct ct_field *
find_field(const struct ct_type *t, const char *key)
{
    for (size_t i = 0; i < t->n; i++) {
        if (str_eq(t->fields[i].name, str_from_cstr(key)))
            return &t->fields[i];
    }
    return NULL;
}

static enum errcode
get_object(struct reader *r, json_t *object, const struct ct_type *t, void *out)
{
    init(t, out);
    if (!json_is_object(object)) {
        r->why = STR_LIT("an object was expected");
        return ERR_SYNTAX;
    }
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        const struct ct_field *field = find_field(t, key);
        if (field == NULL) {
            r->why = arena_printf(r->arena, "unknown member \"%.*s\"", STR_ARG(shown_name(r->arena, key)));
            return ERR_SYNTAX;
        }
        enum errcode err = get_member(r, field, value, (unsigned char *)out + field->offset);
        if (err != ERR_NONE)
            return err;
    }
    return ERR_NONE;
}

enum errcode
ct_json_get(struct arena *a, struct str body, const struct ct_type *t, void *value_out, struct str *why_out)
{
    struct reader r = {a, STR_NULL};
    *why_out = STR_NULL;
    init(t, value_out);
    if (str_is_empty(body))
        return ERR_NONE;
    if (body.n > CT_JSON_BODY_MAX || is_too_deep(body)) {
        *why_out = STR_LIT("the JSON text is too large or too deep");
        return ERR_LIMIT;
    }
    json_error_t error;
    json_t *root = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        /* jansson's own message quotes the input, which may be secret. */
        *why_out = arena_printf(a, "not valid JSON at line %d, column %d", error.line, error.column);
        return ERR_SYNTAX;
    }
    enum errcode err = get_object(&r, root, t, value_out);
    json_decref(root);
    *why_out = r.why;
    return err;
}

static void
put_escaped(struct buf *out, uint32_t cp)
{
    if (cp == '"' || cp == '\\') {
        buf_add_byte(out, '\\');
        buf_add_byte(out, (unsigned char)cp);
    } else {
        buf_addf(out, "\\u%04x", (unsigned)cp);
    }
}

static bool
must_escape(uint32_t cp)
{
    return cp < 0x20 || cp == 0x7f || cp == '"' || cp == '\\' || cp == '<' || cp == '>' || cp == '&' ||
           cp == 0x2028 || cp == 0x2029;
}

static void
put_string(struct buf *out, struct str s)
{
    buf_add_byte(out, '"');
    size_t from = 0;
    size_t at = 0;
    while (at < s.n) {
        size_t n = 1;
        uint32_t cp = utf8_read(str_sub(s, at, SIZE_MAX), &n);
        if (cp != UINT32_MAX && !must_escape(cp)) {
            at += n;
            continue;
        }
        buf_add(out, s.p + from, at - from);
        if (cp == UINT32_MAX)
            buf_add_cstr(out, "\xef\xbf\xbd");
        else
            put_escaped(out, cp);
        at += n;
        from = at;
    }
    buf_add(out, s.p + from, at - from);
    buf_add_byte(out, '"');
}

static void
put_items(struct buf *out, const struct ct_type *of, const struct ct_array *array)
{
    buf_add_byte(out, '[');
    for (size_t i = 0; i < array->n; i++) {
        if (i > 0)
            buf_add_byte(out, ',');
        ct_json_put(out, of, (const unsigned char *)array->items + i * of->size);
    }
    buf_add_byte(out, ']');
}

static void
put_enum(struct buf *out, const struct ct_enum *en, int value)
{
    struct str name = ct_enum_name(en, value);
    ASSERT(!str_is_null(name));
    put_string(out, str_sub(name, strlen(en->prefix) + 1, SIZE_MAX));
}

static void
put_value(struct buf *out, const struct ct_field *field, const void *at)
{
    switch (field->kind) {
    case CT_STRING:
        put_string(out, *(const struct str *)at);
        break;
    case CT_BOOLEAN:
        buf_add_cstr(out, *(const bool *)at ? "true" : "false");
        break;
    case CT_UNSIGNED_BYTE:
        buf_add_u64(out, *(const uint8_t *)at);
        break;
    case CT_INT:
        buf_add_i64(out, *(const int32_t *)at);
        break;
    case CT_ENUM:
        put_enum(out, field->en, *(const int *)at);
        break;
    case CT_ARRAY:
        put_items(out, field->of, at);
        break;
    }
}

static bool
is_left_out(const struct ct_field *field, const void *at)
{
    if (field->kind == CT_STRING)
        return str_is_null(*(const struct str *)at);
    return field->kind == CT_ARRAY && ((const struct ct_array *)at)->is_null;
}

void
ct_json_put(struct buf *out, const struct ct_type *t, const void *value)
{
    bool first = true;
    buf_add_byte(out, '{');
    for (size_t i = 0; i < t->n; i++) {
        const void *at = (const unsigned char *)value + t->fields[i].offset;
        if (is_left_out(&t->fields[i], at))
            continue;
        if (!first)
            buf_add_byte(out, ',');
        first = false;
        put_string(out, t->fields[i].name);
        buf_add_byte(out, ':');
        put_value(out, &t->fields[i], at);
    }
    buf_add_byte(out, '}');
}
