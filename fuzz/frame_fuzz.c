/* SPDX-License-Identifier: Apache-2.0 */
/* frame_fuzz: bytes as from a compromised process. Reads stay within the frame, and writing the
 * values again gives the same bytes. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "base/frame.h"

enum { MAX = 1 << 16, FIELDS = 16 };

static void
copy_str(struct frame *f, struct buf *again)
{
    struct str s = frame_get_str(f);
    if (!str_is_null(s)) {
        ASSERT(s.p >= f->body.p && s.n <= f->body.n);
        ASSERT((size_t)(s.p - f->body.p) <= f->body.n - s.n);
    }
    frame_put_str(again, s);
}

/* Two bits of the frame's id say which field comes next. */
static void
copy_field(struct frame *f, unsigned which, struct buf *again)
{
    switch (which & 3) {
    case 0:
        frame_put_u8(again, frame_get_u8(f));
        break;
    case 1:
        frame_put_u32(again, frame_get_u32(f));
        break;
    case 2:
        frame_put_i64(again, frame_get_i64(f));
        break;
    default:
        copy_str(f, again);
        break;
    }
}

static void
walk(struct frame f)
{
    struct buf again;
    buf_init(&again, MAX);
    size_t mark = frame_begin(&again, f.type, f.id);
    for (unsigned i = 0; i < FIELDS && !f.bad && f.at < f.body.n; i++) {
        size_t before = again.len;
        copy_field(&f, f.id >> 2 * i, &again);
        if (f.bad)
            buf_truncate(&again, before);
    }
    ASSERT(f.at <= f.body.n);
    ASSERT((frame_read_end(&f) == ERR_NONE) == (!f.bad && f.at == f.body.n));
    ASSERT(frame_end(&again, mark) == ERR_NONE);
    struct frame g;
    ASSERT(frame_next(&again, &g) == ERR_NONE);
    ASSERT(g.type == f.type && g.id == f.id);
    if (!f.bad) {
        ASSERT(g.body.n == f.at);
        ASSERT(memcmp(g.body.p, f.body.p, f.at) == 0);
    }
    buf_clear(&again);
}

const struct fuzz_cost fuzz_cost = {
    .allocated_base = 16 * 1024, .allocated_each = 128, .steps_base = 16 * 1024, .steps_each = 64};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf in;
    struct frame f;
    buf_init(&in, MAX);
    if (size > MAX)
        return 0;
    /* In two pieces: the second half does not change what the first half decided. */
    buf_add(&in, data, size / 2);
    enum errcode first = frame_next(&in, &f);
    buf_add(&in, data + size / 2, size - size / 2);
    enum errcode err = frame_next(&in, &f);
    ASSERT(first == ERR_MORE || first == err);
    for (; err == ERR_NONE; err = frame_next(&in, &f)) {
        walk(f);
        size_t before = in.len;
        frame_consume(&in, &f);
        ASSERT(in.len + f.body.n + FRAME_HEAD == before);
    }
    ASSERT(err == ERR_MORE || err == ERR_PROTOCOL);
    buf_clear(&in);
    return 0;
}
