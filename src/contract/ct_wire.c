/* SPDX-License-Identifier: Apache-2.0 */
/* ct_wire: see ct_wire.h. */
#include "contract/ct_wire.h"

#include <string.h>

static void
put_array(struct buf *out, const struct ct_type *of, const struct ct_array *array)
{
    if (array->is_null) {
        frame_put_u32(out, 0);
        return;
    }
    ASSERT(array->n <= CT_WIRE_ITEMS_MAX);
    frame_put_u32(out, (uint32_t)array->n + 1);
    for (size_t i = 0; i < array->n; i++)
        ct_wire_put(out, of, (const unsigned char *)array->items + i * of->size);
}

static void
put_field(struct buf *out, const struct ct_field *field, const void *at)
{
    switch (field->kind) {
    case CT_STRING:
        frame_put_str(out, *(const struct str *)at);
        break;
    case CT_BOOLEAN:
        frame_put_u8(out, *(const bool *)at ? 1 : 0);
        break;
    case CT_UNSIGNED_BYTE:
        frame_put_u8(out, *(const uint8_t *)at);
        break;
    case CT_INT:
        frame_put_i64(out, *(const int32_t *)at);
        break;
    case CT_ENUM:
        frame_put_u32(out, *(const unsigned *)at);
        break;
    case CT_ARRAY:
        put_array(out, field->of, at);
        break;
    }
}

void
ct_wire_put(struct buf *out, const struct ct_type *t, const void *value)
{
    for (size_t i = 0; i < t->n; i++)
        put_field(out, &t->fields[i], (const unsigned char *)value + t->fields[i].offset);
}

static void
get_array(struct frame *f, struct arena *a, const struct ct_type *of, struct ct_array *array)
{
    uint32_t n = frame_get_u32(f);
    array->is_null = n == 0;
    if (n == 0 || f->bad)
        return;
    n--;
    /* Every item takes at least a byte, so a false count cannot make us allocate more than was sent. */
    if (n > CT_WIRE_ITEMS_MAX || n > f->body.n - f->at) {
        f->bad = true;
        return;
    }
    array->items = arena_array(a, n, of->size);
    array->n = n;
    for (uint32_t i = 0; i < n && !f->bad; i++)
        ct_wire_get(f, a, of, (unsigned char *)array->items + i * of->size);
}

static void
get_field(struct frame *f, struct arena *a, const struct ct_field *field, void *at)
{
    uint8_t byte;
    int64_t number;
    uint32_t value;
    switch (field->kind) {
    case CT_STRING:
        *(struct str *)at = arena_str(a, frame_get_str(f));
        break;
    case CT_BOOLEAN:
        byte = frame_get_u8(f);
        f->bad = f->bad || byte > 1;
        *(bool *)at = byte == 1;
        break;
    case CT_UNSIGNED_BYTE:
        *(uint8_t *)at = frame_get_u8(f);
        break;
    case CT_INT:
        number = frame_get_i64(f);
        f->bad = f->bad || number < INT32_MIN || number > INT32_MAX;
        *(int32_t *)at = f->bad ? 0 : (int32_t)number;
        break;
    case CT_ENUM:
        value = frame_get_u32(f);
        f->bad = f->bad || value >= field->en->n;
        *(unsigned *)at = f->bad ? 0 : value;
        break;
    case CT_ARRAY:
        get_array(f, a, field->of, at);
        break;
    }
}

void
ct_wire_get(struct frame *f, struct arena *a, const struct ct_type *t, void *value_out)
{
    memset(value_out, 0, t->size);
    for (size_t i = 0; i < t->n; i++)
        get_field(f, a, &t->fields[i], (unsigned char *)value_out + t->fields[i].offset);
}
