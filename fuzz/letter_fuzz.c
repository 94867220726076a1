/* SPDX-License-Identifier: Apache-2.0 */
/* letter_fuzz: bytes as from a compromised courier, and as from a worker. An accepted answer is within its
 * bounds and has nothing that could end a line of the log; an accepted one can be written and read again
 * unchanged. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "delivery/letter.h"

enum { MAX = 1 << 16 };

static void
look_at_end(struct frame f, struct buf *again)
{
    struct http_out_end end, same;
    if (letter_end_get(&f, &end) != ERR_NONE)
        return;
    ASSERT(end.result < HTTP_OUT_RESULT_COUNT_ && end.status >= 0 && end.status <= HTTP_OUT_STATUS_MAX);
    ASSERT(end.retry_after >= 0 && end.retry_after <= HTTP_OUT_RETRY_MOST);
    size_t n = strnlen(end.why, sizeof end.why);
    ASSERT(n < sizeof end.why);
    for (size_t i = 0; i < n; i++)
        ASSERT(end.why[i] >= ' ' && end.why[i] <= '~' && end.why[i] != '"');
    letter_end_put(again, f.id, &end);
    struct frame g;
    ASSERT(frame_next(again, &g) == ERR_NONE && g.id == f.id && letter_end_get(&g, &same) == ERR_NONE);
    ASSERT(same.result == end.result && same.status == end.status && strcmp(same.why, end.why) == 0);
    frame_consume(again, &g);
}

static void
look_at_letter(struct frame f, struct buf *again)
{
    struct letter letter, same;
    if (letter_get(&f, &letter) != ERR_NONE)
        return;
    letter_put(again, f.id, &letter);
    struct frame g;
    ASSERT(frame_next(again, &g) == ERR_NONE && letter_get(&g, &same) == ERR_NONE);
    ASSERT(same.kind == letter.kind && same.ttl == letter.ttl && str_eq(same.endpoint, letter.endpoint));
    frame_consume(again, &g);
}

static void
look_at_key(struct frame f)
{
    struct secret scalar;
    unsigned char point[P256_POINT];
    bool is_taken = letter_get_key(&f, &scalar, point) == ERR_NONE;
    ASSERT(is_taken == (f.body.n == P256_SCALAR + P256_POINT));
    secret_clear(&scalar);
}

const struct fuzz_cost fuzz_cost = {
    .allocated_base = 16 * 1024, .allocated_each = 128, .steps_base = 16 * 1024, .steps_each = 64};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf in, again;
    struct frame f;
    if (size > MAX)
        return 0;
    buf_init(&in, MAX);
    buf_init(&again, 2 * MAX);
    buf_add(&in, data, size);
    for (; frame_next(&in, &f) == ERR_NONE; frame_consume(&in, &f)) {
        look_at_end(f, &again);
        look_at_letter(f, &again);
        look_at_key(f);
    }
    buf_clear(&in);
    buf_clear(&again);
    return 0;
}
