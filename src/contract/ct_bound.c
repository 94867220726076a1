/* SPDX-License-Identifier: Apache-2.0 */
/* ct_bound: see ct_bound.h. */
#include "contract/ct_bound.h"

/* Continuation bytes of UTF-8 (RFC 3629, section 3) do not start a character. */
static bool
is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static void
bound_text(struct str *text, size_t most)
{
    if (text->n <= most)
        return;
    size_t n = most + 1;
    while (n < text->n && is_continuation(text->p[n]))
        n++;
    text->n = n;
}

void
ct_bound_texts(const struct ct_type *type, void *values, size_t most)
{
    for (size_t i = 0; i < type->n; i++)
        if (type->fields[i].kind == CT_STRING)
            bound_text((struct str *)(void *)((char *)values + type->fields[i].offset), most);
}
