/* outbox: brings the waiting rows of table outbox to their ends: sent, dropped (nobody waits for it any more)
 * or failed. A row is tried until its challenge expires, with pauses that double; an answer that will not
 * change (4xx) is asked for once more when phones that look by themselves have had their time, and then fails
 * it. A push service that is down fails nothing: the phone may ask by itself until the end. */
#ifndef COUNTERSIGN_PUSH_OUTBOX_H
#define COUNTERSIGN_PUSH_OUTBOX_H

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "push/http_out.h"
#include "push/web_push.h"
#include "store/store_outbox.h"

#define OUTBOX_GRACE (15 * CLOCK_S)
#define OUTBOX_LAST (1 * CLOCK_S)    /* before the end of a challenge: the last attempt */
#define OUTBOX_NOTICE_KEPT CLOCK_DAY /* by the push service, until the phone wakes */
#define OUTBOX_PAUSE_FIRST (1 * CLOCK_S)
#define OUTBOX_PAUSE_MOST (30 * CLOCK_S)

struct outbox {
    struct http_out *http;
    const char *url;             /* of the webhook; NULL: none */
    struct str key;              /* of its signature */
    const struct web_push *push; /* NULL: none */
    int interrupt;               /* when it becomes readable, a round ends early; -1: never */
};

enum outbox_fate { OUTBOX_SENT, OUTBOX_AGAIN, OUTBOX_FAILED, OUTBOX_DROPPED };

/* What becomes of a row after an attempt at `now`, of which `result` and `retry_after` are read;
 * OUTBOX_AGAIN: at *next_out. */
enum outbox_fate
outbox_decide(const struct outbox_row *row, const struct http_out_post *post, int64_t now, int64_t *next_out);

/* Delivers what is due, at most HTTP_OUT_AT_ONCE rows; *n_out of them: ask again at once when that many. */
enum errcode outbox_round(struct outbox *o, struct cx *cx, size_t *n_out) MUST_CHECK;

#endif
