/* SPDX-License-Identifier: Apache-2.0 */
/* form_fuzz: bytes as a form's body or a query string. For any input, names and values are UTF-8, no longer
 * than three times the input, and each operation that has a form binding accepts or refuses them. */
#include "fuzz/fuzz.h"

#include "base/codec.h"
#include "contract/ct_form.h"

enum { INPUT_MAX = 1 << 16, GROWTH = 3 };

static void
check_item(const struct ct_form *form, struct arena *a, const struct ct_form_item *item, size_t size)
{
    ASSERT(utf8_is_valid(item->name) && utf8_is_valid(item->value) && !str_is_null(item->value));
    ASSERT(item->name.n + item->value.n <= GROWTH * size);
    struct str joined = ct_form_value(form, a, item->name);
    ASSERT(!str_is_null(joined) && joined.n >= item->value.n && utf8_is_valid(joined));
}

static void
check_calls(const struct ct_form *form, struct arena *a)
{
    for (const struct ct_op *op = ct_ops; op < ct_ops + CT_OP_COUNT_; op++) {
        const struct ct_field *missing = NULL;
        if (!ct_form_is_callable(op))
            continue;
        void *in = arena_zalloc(a, op->in.size);
        enum errcode err = ct_form_get(form, a, op, in, &missing);
        ASSERT((err == ERR_NONE) == (missing == NULL));
    }
}

const struct fuzz_cost fuzz_cost = {
    .allocated_base = 64 * 1024, .allocated_each = 128, .steps_base = 16 * 1024, .steps_each = 512};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct ct_form form;
    struct str text = {(const char *)data, size};

    if (size > INPUT_MAX)
        return 0;
    arena_init(&a);
    if (ct_form_read(&a, text, &form) == ERR_NONE) {
        for (size_t i = 0; i < form.n && i < 16; i++)
            check_item(&form, &a, &form.items[i], size);
        check_calls(&form, &a);
    } else {
        ASSERT(form.n == 0);
    }
    arena_clear(&a);
    return 0;
}
