/* fate: what becomes of a notification after an attempt: sent, tried again, failed, or dropped (it is no
 * longer awaited). It is tried until its challenge expires, with pauses that double; an answer that will not
 * change (4xx) is asked for once more when phones that look by themselves have had their time, and then fails
 * it. A push service that is down fails nothing: the phone may ask by itself until the end. Pure. */
#ifndef COUNTERSIGN_PUSH_FATE_H
#define COUNTERSIGN_PUSH_FATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "push/http_out.h"

#define FATE_GRACE (15 * CLOCK_S)
#define FATE_LAST (1 * CLOCK_S) /* before the end of a challenge: the last attempt */
#define FATE_PAUSE_FIRST (1 * CLOCK_S)
#define FATE_PAUSE_MOST (30 * CLOCK_S)

/* A notification, as far as its fate depends on it. */
struct fate_of {
    bool is_push; /* by a push service; else by the webhook */
    int64_t attempts, created_at, expires_at;
};

enum fate { FATE_SENT, FATE_AGAIN, FATE_FAILED, FATE_DROPPED };

/* The last moment at which an attempt makes sense. */
int64_t fate_last(const struct fate_of *of);

/* After an attempt that ended at `now`; FATE_AGAIN: at *next_out. */
enum fate
fate_decide(const struct fate_of *of, const struct http_out_end *end, int64_t now, int64_t *next_out);

#endif
