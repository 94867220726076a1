/* SPDX-License-Identifier: Apache-2.0 */
/* random_value: see random_value.h. */
#include "random_value.h"

#include "base/rand.h"

static struct str
random_string(struct arena *a)
{
    static const struct str pieces[] = {STR("a"),  STR("\xc3\xa9"),  STR("\xf0\x9f\x98\x80"),
                                        STR("\""), STR("\\"),        STR("<&>"),
                                        STR("\n"), STR("0123456789")};
    uint32_t n = rand_below(6);
    if (n == 0)
        return STR_NULL;
    struct str s = STR("");
    for (; n > 1; n--) {
        struct str piece = pieces[rand_below(ARRAY_LEN(pieces))];
        s = arena_printf(a, "%.*s%.*s", STR_ARG(s), STR_ARG(piece));
    }
    return s;
}

static void
fill(struct arena *a, const struct ct_field *field, void *at)
{
    struct ct_array *array = at;
    switch (field->kind) {
    case CT_STRING:
        *(struct str *)at = random_string(a);
        break;
    case CT_BOOLEAN:
        *(bool *)at = rand_below(2) == 1;
        break;
    case CT_UNSIGNED_BYTE:
        *(uint8_t *)at = (uint8_t)rand_below(256);
        break;
    case CT_INT:
        *(int32_t *)at = (int32_t)(rand_below(UINT32_MAX) - INT32_MAX);
        break;
    case CT_ENUM:
        *(unsigned *)at = rand_below((uint32_t)field->en->n);
        break;
    case CT_ARRAY:
        array->is_null = rand_below(3) == 0;
        array->n = array->is_null ? 0 : rand_below(4);
        array->items = arena_array(a, array->n + 1, field->of->size);
        for (size_t i = 0; i < array->n; i++) {
            unsigned char *item = (unsigned char *)array->items + i * field->of->size;
            for (size_t j = 0; j < field->of->n; j++)
                fill(a, &field->of->fields[j], item + field->of->fields[j].offset);
        }
        break;
    }
}

void *
random_value(struct arena *a, const struct ct_type *t)
{
    unsigned char *value = arena_zalloc(a, t->size);
    for (size_t i = 0; i < t->n; i++)
        fill(a, &t->fields[i], value + t->fields[i].offset);
    return value;
}

static bool
same_array(const struct ct_type *of, const struct ct_array *x, const struct ct_array *y)
{
    if (x->is_null != y->is_null || x->n != y->n)
        return false;
    for (size_t i = 0; i < x->n; i++) {
        if (!same_value(of, (const unsigned char *)x->items + i * of->size,
                        (const unsigned char *)y->items + i * of->size))
            return false;
    }
    return true;
}

static bool
same_member(const struct ct_field *field, const void *x, const void *y)
{
    switch (field->kind) {
    case CT_STRING:
        return str_eq(*(const struct str *)x, *(const struct str *)y);
    case CT_BOOLEAN:
        return *(const bool *)x == *(const bool *)y;
    case CT_UNSIGNED_BYTE:
        return *(const uint8_t *)x == *(const uint8_t *)y;
    case CT_INT:
        return *(const int32_t *)x == *(const int32_t *)y;
    case CT_ENUM:
        return *(const unsigned *)x == *(const unsigned *)y;
    case CT_ARRAY:
        return same_array(field->of, x, y);
    }
    return false;
}

bool
same_value(const struct ct_type *t, const void *x, const void *y)
{
    for (size_t i = 0; i < t->n; i++) {
        size_t at = t->fields[i].offset;
        if (!same_member(&t->fields[i], (const unsigned char *)x + at, (const unsigned char *)y + at))
            return false;
    }
    return true;
}
