/* SPDX-License-Identifier: Apache-2.0 */
/* ct_wire_test: every structure of every operation comes through a frame as it was. */
#include "../unit.h"

#include "contract/call.h"
#include "contract/ct_wire.h"
#include "random_value.h"

static void
round_trip(struct arena *a, const struct ct_type *t)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    const void *sent = random_value(a, t);
    size_t mark = frame_begin(&out, 1, 2);
    ct_wire_put(&out, t, sent);
    assert_int_equal(frame_end(&out, mark), ERR_NONE);
    struct frame f;
    assert_int_equal(frame_next(&out, &f), ERR_NONE);
    void *got = arena_alloc(a, t->size);
    memset(got, 0xa5, t->size);
    ct_wire_get(&f, a, t, got);
    assert_int_equal(frame_read_end(&f), ERR_NONE);
    /* The copy must not hang on the frame. */
    memset(out.data, 0, out.cap);
    assert_true(same_value(t, sent, got));
    buf_clear(&out);
}

static void
test_round_trip(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < CT_OP_COUNT_; i++) {
        for (int n = 0; n < 20; n++) {
            round_trip(&a, &ct_ops[i].in);
            round_trip(&a, &ct_ops[i].out);
            arena_reset(&a);
        }
    }
    arena_clear(&a);
}

/* Cut anywhere, a frame is bad, and nothing else happens. */
static void
test_cut_short(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    const struct ct_type *t = &ct_ops[CT_OP_device_pending].out;
    struct DeviceChallenge items[2];
    memset(items, 0, sizeof items);
    struct device_pending_out value = {.aChallenges = {items, 2, false}};
    struct buf out;
    buf_init(&out, 1 << 20);
    ct_wire_put(&out, t, &value);
    for (size_t n = 0; n < out.len; n++) {
        struct frame f = {.body = str_sub(buf_view(&out), 0, n)};
        struct device_pending_out got;
        ct_wire_get(&f, &a, t, &got);
        assert_int_not_equal(frame_read_end(&f), ERR_NONE);
    }
    buf_clear(&out);
    arena_clear(&a);
}

static void
assert_bad(const struct ct_type *t, const char *bytes, size_t n)
{
    struct arena a;
    arena_init(&a);
    struct frame f = {.body = {bytes, n}};
    void *got = arena_alloc(&a, t->size);
    ct_wire_get(&f, &a, t, got);
    assert_true(f.bad);
    arena_clear(&a);
}

static void
test_impossible(void **state)
{
    (void)state;
    const struct ct_type *consoles = &ct_ops[CT_OP_keepConsoleAlive].out;
    assert_bad(consoles, "\0\0\0\x63", 4);                                      /* no such result */
    assert_bad(&ct_ops[CT_OP_device_pending].out, "\0\0\0\0\0\xff\xff\xff", 8); /* more items than bytes */
    assert_bad(&ct_ops[CT_OP_device_pending].out, "\0\0\0\0\xff\xff\xff\xff", 8);
}

static void
test_call(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    struct buf out;
    buf_init(&out, 4096);
    struct call call = {.source = STR("192.0.2.1"),
                        .session = STR_NULL,
                        .user_agent = STR(""),
                        .is_secure = true,
                        .operator_session = STR_NULL,
                        .operator_token = STR("cst_x"),
                        .idempotency_key = STR("k")};
    struct call_reply reply = {CALL_WAIT, STR("s"), {"0123456789abcde"}, -5, 7, STR_NULL};
    size_t mark = frame_begin(&out, FRAME_CALL, 1);
    call_put(&out, &call);
    call_reply_put(&out, &reply);
    assert_int_equal(frame_end(&out, mark), ERR_NONE);
    struct frame f;
    assert_int_equal(frame_next(&out, &f), ERR_NONE);
    struct call got;
    struct call_reply got_reply;
    call_get(&f, &a, &got);
    call_reply_get(&f, &a, &got_reply);
    assert_int_equal(frame_read_end(&f), ERR_NONE);
    assert_null(got.operator_session.p);
    assert_str(got.operator_token, "cst_x");
    assert_str(got.idempotency_key, "k");
    assert_str(got.source, "192.0.2.1");
    assert_null(got.session.p);
    assert_str(got.user_agent, "");
    assert_true(got.is_secure);
    assert_int_equal(got_reply.status, CALL_WAIT);
    assert_str(got_reply.set_session, "s");
    assert_memory_equal(got_reply.topic.bytes, reply.topic.bytes, TOPIC_BYTES);
    assert_int_equal(got_reply.wait_for, -5);
    assert_null(got_reply.fault.p);
    buf_clear(&out);
    arena_clear(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trip), cmocka_unit_test(test_cut_short),
                                       cmocka_unit_test(test_impossible), cmocka_unit_test(test_call)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
