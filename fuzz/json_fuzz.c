/* SPDX-License-Identifier: Apache-2.0 */
/* json_fuzz: JSON bodies of the operation that the first byte names. An accepted body can be written, and
 * the written one is accepted and equal; a refusal has a reason. */
#include "fuzz/fuzz.h"

#include "base/codec.h"
#include "contract/ct_json.h"

enum { MAX = 1 << 17 };

const struct fuzz_cost fuzz_cost = {
    .allocated_base = 64 * 1024, .allocated_each = 64, .steps_base = 16 * 1024, .steps_each = 128};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > MAX)
        return 0;
    const struct ct_op *op = &ct_ops[data[0] % CT_OP_COUNT_];
    const struct ct_type *t = (data[0] & 0x80) != 0 ? &op->out : &op->in;
    struct str body = {(const char *)data + 1, size - 1};
    struct arena a;
    arena_init(&a);
    struct buf once, again;
    buf_init(&once, (size_t)MAX * 8);
    buf_init(&again, (size_t)MAX * 8);
    void *value = arena_alloc(&a, t->size);
    struct str why;
    if (ct_json_get(&a, body, t, value, &why) == ERR_NONE) {
        ct_json_put(&once, t, value);
        ASSERT(utf8_is_valid(buf_view(&once)));
        if (once.len <= CT_JSON_BODY_MAX) {
            ASSERT(ct_json_get(&a, buf_view(&once), t, value, &why) == ERR_NONE);
            ct_json_put(&again, t, value);
            ASSERT(str_eq(buf_view(&once), buf_view(&again)));
        }
    } else {
        ASSERT(!str_is_empty(why) && utf8_is_valid(why));
    }
    buf_clear(&once);
    buf_clear(&again);
    arena_clear(&a);
    return 0;
}
