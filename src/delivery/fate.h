/* SPDX-License-Identifier: Apache-2.0 */
/* fate: what happens to a notification after an attempt: sent, retried, failed, or dropped (no longer
 * needed). It is tried until its challenge expires, with pauses that double. After a permanent refusal
 * (4xx) it is tried once more, late enough for polling phones to have fetched the challenge, and then
 * fails. A push service that is unavailable does not fail the challenge: the phone may poll until the end.
 * An alarm is tried until its letter expires, whatever the answers, with longer pauses: its receiver may be
 * down for days. Pure functions. */
#ifndef COUNTERSIGN_DELIVERY_FATE_H
#define COUNTERSIGN_DELIVERY_FATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "delivery/http_out.h"

#define FATE_GRACE (15 * CLOCK_S)
#define FATE_LAST (1 * CLOCK_S) /* before a challenge expires: the last attempt */
#define FATE_PAUSE_FIRST (1 * CLOCK_S)
#define FATE_PAUSE_MOST (30 * CLOCK_S)
#define FATE_ALARM_PAUSE_MOST (15 * CLOCK_MINUTE)

/* The properties of a notification that decide its fate. */
struct fate_of {
    bool is_web_push; /* through a push service; otherwise through a webhook, or by mail */
    bool is_alarm;    /* no challenge: no phone waits, and none may poll */
    int64_t attempts, created_at, expires_at;
};

enum fate { FATE_SENT, FATE_AGAIN, FATE_FAILED, FATE_DROPPED };

/* The last time at which an attempt makes sense. */
int64_t fate_last(const struct fate_of *of);

/* After an attempt that ended at `now`; FATE_AGAIN: retried at *next_out. */
enum fate
fate_decide(const struct fate_of *of, const struct http_out_end *end, int64_t now, int64_t *next_out);

#endif
