/* SPDX-License-Identifier: Apache-2.0 */
/* fate: see the header. */
#include "delivery/fate.h"

int64_t
fate_last(const struct fate_of *of)
{
    return of->expires_at - FATE_LAST;
}

static int64_t
pause_of(const struct fate_of *of)
{
    const int64_t most = of->is_alarm ? FATE_ALARM_PAUSE_MOST : FATE_PAUSE_MOST;
    int64_t pause = FATE_PAUSE_FIRST;
    for (int64_t i = 0; i < of->attempts && pause < most; i++)
        pause *= 2;
    return pause < most ? pause : most;
}

/* A receiver's refusal may be a mistake that an operator mends meanwhile. */
static enum fate
decide_alarm(const struct fate_of *of, int64_t retry_after, int64_t now, int64_t *next_out)
{
    int64_t last = fate_last(of), next = now + pause_of(of);
    if (now >= last)
        return FATE_FAILED;
    if (now + retry_after > next)
        next = now + retry_after;
    *next_out = next < last ? next : last;
    return FATE_AGAIN;
}

/* A webhook is the only way to the phone: if it stays unreachable, its challenge fails. If a push service
 * asks for a longer pause than there is time, or if there is none left, the phone may still poll. */
static enum fate
decide_later(const struct fate_of *of, int64_t retry_after, int64_t now, int64_t *next_out)
{
    int64_t last = fate_last(of), next = now + pause_of(of);
    if (now >= last)
        return of->is_web_push ? FATE_DROPPED : FATE_FAILED;
    if (of->is_web_push && now + retry_after > last)
        return FATE_DROPPED;
    if (of->is_web_push && now + retry_after > next)
        next = now + retry_after;
    *next_out = next < last ? next : last;
    return FATE_AGAIN;
}

enum fate
fate_decide(const struct fate_of *of, const struct http_out_end *end, int64_t now, int64_t *next_out)
{
    int64_t last = fate_last(of), grace = of->created_at + FATE_GRACE;
    *next_out = now;
    if (end->result == HTTP_OUT_SENT)
        return FATE_SENT;
    if (of->is_alarm)
        return decide_alarm(of, end->retry_after, now, next_out);
    if (end->result == HTTP_OUT_LATER)
        return decide_later(of, end->retry_after, now, next_out);
    *next_out = grace < last ? grace : last;
    return now >= *next_out ? FATE_FAILED : FATE_AGAIN;
}
