/* SPDX-License-Identifier: Apache-2.0 */
/* call: see call.h. */
#include "contract/call.h"

static void
put_bool(struct buf *out, bool b)
{
    frame_put_u8(out, b ? 1 : 0);
}

static bool
get_bool(struct frame *f)
{
    uint8_t byte = frame_get_u8(f);
    f->bad = f->bad || byte > 1;
    return byte == 1;
}

void
call_put(struct buf *out, const struct call *c)
{
    frame_put_str(out, c->source);
    frame_put_str(out, c->session);
    frame_put_str(out, c->user_agent);
    put_bool(out, c->is_secure);
    frame_put_str(out, c->operator_session);
    frame_put_str(out, c->operator_token);
    frame_put_str(out, c->idempotency_key);
    frame_put_str(out, c->request);
    frame_put_str(out, c->trace);
}

void
call_get(struct frame *f, struct arena *a, struct call *c_out)
{
    c_out->source = arena_str(a, frame_get_str(f));
    c_out->session = arena_str(a, frame_get_str(f));
    c_out->user_agent = arena_str(a, frame_get_str(f));
    c_out->is_secure = get_bool(f);
    c_out->operator_session = arena_str(a, frame_get_str(f));
    c_out->operator_token = arena_str(a, frame_get_str(f));
    c_out->idempotency_key = arena_str(a, frame_get_str(f));
    c_out->request = arena_str(a, frame_get_str(f));
    c_out->trace = arena_str(a, frame_get_str(f));
}

void
call_reply_put(struct buf *out, const struct call_reply *r)
{
    frame_put_u8(out, (uint8_t)r->status);
    frame_put_str(out, r->set_session);
    frame_put_bytes(out, r->topic.bytes, TOPIC_BYTES);
    frame_put_i64(out, r->wait_for);
    frame_put_u32(out, r->hold);
    frame_put_str(out, r->fault);
}

void
call_reply_get(struct frame *f, struct arena *a, struct call_reply *r_out)
{
    uint8_t status = frame_get_u8(f);
    f->bad = f->bad || status > CALL_FAULT;
    r_out->status = f->bad ? CALL_FAULT : (enum call_status)status;
    r_out->set_session = arena_str(a, frame_get_str(f));
    frame_get_bytes(f, r_out->topic.bytes, TOPIC_BYTES);
    r_out->wait_for = frame_get_i64(f);
    r_out->hold = frame_get_u32(f);
    r_out->fault = arena_str(a, frame_get_str(f));
}
