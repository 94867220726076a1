/* SPDX-License-Identifier: Apache-2.0 */
/* letter: see the header. */
#include "delivery/letter.h"

#include <string.h>

void
letter_put_key(struct buf *out, const struct secret *scalar, const unsigned char point[P256_POINT])
{
    ASSERT(scalar->n == P256_SCALAR);
    size_t mark = frame_begin(out, LETTER_KEY, 0);
    frame_put_bytes(out, scalar->bytes, P256_SCALAR);
    frame_put_bytes(out, point, P256_POINT);
    ASSERT(frame_end(out, mark) == ERR_NONE);
}

enum errcode
letter_get_key(struct frame *f, struct secret *scalar_out, unsigned char point_out[P256_POINT])
{
    scalar_out->n = P256_SCALAR;
    frame_get_bytes(f, scalar_out->bytes, P256_SCALAR);
    frame_get_bytes(f, point_out, P256_POINT);
    return frame_read_end(f);
}

bool
letter_is_web_push(enum letter_kind kind)
{
    return kind == LETTER_CHALLENGE || kind == LETTER_NOTICE;
}

static bool
is_alarm(enum letter_kind kind)
{
    return kind == LETTER_ALARM || kind == LETTER_MAIL;
}

static void
put_alarm(struct buf *out, const struct letter_alarm *alarm)
{
    frame_put_u8(out, alarm->is_cleared ? 1 : 0);
    frame_put_str(out, alarm->class);
    frame_put_str(out, alarm->title);
    frame_put_str(out, alarm->subject);
    frame_put_str(out, alarm->detail);
    frame_put_i64(out, alarm->raised_at);
    frame_put_i64(out, alarm->at);
}

static void
get_alarm(struct frame *f, struct letter_alarm *alarm_out)
{
    alarm_out->is_cleared = frame_get_u8(f) != 0;
    alarm_out->class = frame_get_str(f);
    alarm_out->title = frame_get_str(f);
    alarm_out->subject = frame_get_str(f);
    alarm_out->detail = frame_get_str(f);
    alarm_out->raised_at = frame_get_i64(f);
    alarm_out->at = frame_get_i64(f);
}

void
letter_put(struct buf *out, uint32_t id, const struct letter *letter)
{
    size_t mark = frame_begin(out, LETTER_POST, id);
    frame_put_u8(out, (uint8_t)letter->kind);
    frame_put_str(out, letter->id);
    if (is_alarm(letter->kind))
        put_alarm(out, &letter->alarm);
    if (letter_is_web_push(letter->kind)) {
        frame_put_i64(out, letter->device_id);
        frame_put_str(out, letter->endpoint);
        frame_put_str(out, letter->p256dh);
        frame_put_str(out, letter->auth);
        frame_put_i64(out, letter->ttl);
    }
    ASSERT(frame_end(out, mark) == ERR_NONE);
}

enum errcode
letter_get(struct frame *f, struct letter *letter_out)
{
    uint8_t kind = frame_get_u8(f);
    *letter_out = (struct letter){.id = frame_get_str(f)};
    if (kind >= LETTER_KIND_COUNT_)
        return ERR_PROTOCOL;
    letter_out->kind = (enum letter_kind)kind;
    if (is_alarm(letter_out->kind))
        get_alarm(f, &letter_out->alarm);
    if (letter_is_web_push(letter_out->kind)) {
        letter_out->device_id = frame_get_i64(f);
        letter_out->endpoint = frame_get_str(f);
        letter_out->p256dh = frame_get_str(f);
        letter_out->auth = frame_get_str(f);
        letter_out->ttl = frame_get_i64(f);
    }
    return frame_read_end(f);
}

void
letter_end_put(struct buf *out, uint32_t id, const struct http_out_end *end)
{
    size_t mark = frame_begin(out, LETTER_END, id);
    frame_put_u8(out, (uint8_t)end->result);
    frame_put_u32(out, (uint32_t)end->status);
    frame_put_i64(out, end->retry_after);
    frame_put_str(out, str_from_cstr(end->why));
    ASSERT(frame_end(out, mark) == ERR_NONE);
}

enum errcode
letter_end_get(struct frame *f, struct http_out_end *end_out)
{
    uint8_t result = frame_get_u8(f);
    uint32_t status = frame_get_u32(f);
    int64_t retry_after = frame_get_i64(f);
    struct str why = frame_get_str(f);
    if (frame_read_end(f) != ERR_NONE || result >= HTTP_OUT_RESULT_COUNT_ || status > HTTP_OUT_STATUS_MAX ||
        retry_after < 0 || retry_after > HTTP_OUT_RETRY_MOST || why.n >= sizeof end_out->why)
        return ERR_PROTOCOL;
    *end_out = (struct http_out_end){
        .result = (enum http_out_result)result, .status = status, .retry_after = retry_after};
    for (size_t i = 0; i < why.n; i++) {
        const char c = why.p[i];
        end_out->why[i] = '?';
        if (c >= ' ' && c <= '~' && c != '"')
            end_out->why[i] = c;
    }
    return ERR_NONE;
}
