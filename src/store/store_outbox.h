/* store_outbox: what the courier still has to tell: opaque ids of challenges and of notices.
 *
 * A row that waits is due at next_at. Who takes it to deliver it moves next_at to when the claim ends by
 * itself (store_outbox_move), and has it as long as next_at is what it wrote: so a crash repeats a
 * notification rather than lose one, and what was claimed again by another is not written over. */
#ifndef COUNTERSIGN_STORE_STORE_OUTBOX_H
#define COUNTERSIGN_STORE_STORE_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_push.h"

/* As table outbox, with either a challenge or a notice, and, when it is read, its opaque id and whether it is
 * still to be told: a challenge that is pending, a notice that is there. */
struct outbox_row {
    int64_t id, challenge_id, notice_id, device_id; /* 0: none */
    struct str transport;
    int64_t attempts, next_at, created_at, expires_at;
    struct str public_id;
    bool is_pending;
    struct push_subscription push; /* of device_id; endpoint null: it has none, or is not active */
};

/* Within the open transaction: waiting, not tried yet. transport is a constant: "webhook", with
 * device_id 0, or "web-push". */
enum errcode store_outbox_insert(struct cx *cx, const struct outbox_row *row) MUST_CHECK;
/* How many notices that device is still to be rung for. */
enum errcode store_outbox_rings(struct cx *cx, int64_t device_id, int64_t *n_out) MUST_CHECK;
/* Up to `limit` that are due at `now`, the longest due first. *rows_out is in the arena. */
enum errcode store_outbox_due(struct cx *cx, int64_t now, int64_t limit, struct outbox_row **rows_out,
                              size_t *n_out) MUST_CHECK;
/* When the next one is due; 0: nothing waits. */
enum errcode store_outbox_next(struct cx *cx, int64_t *at_out) MUST_CHECK;

struct outbox_move {
    const char *state; /* "waiting", "sent", "failed", "dropped" */
    int64_t next_at;
    bool is_attempt; /* one more */
};
/* The one writer of a row's state: within the open transaction, waiting -> m->state, where the row still
 * waits and is due when `row` says (next_at). Else *moved_out is false, and nothing is written. */
enum errcode store_outbox_move(struct cx *cx, const struct outbox_row *row, const struct outbox_move *m,
                               bool *moved_out) MUST_CHECK;
/* Up to `limit` challenges that are pending now, that no phone has fetched, of whose rows none was sent or
 * still waits, and that were refused for each active phone, by its own push service or by the webhook: they
 * reached nobody. A phone without a row, or whose row was dropped, may still ask by itself. It starts from
 * the rows that were due after `since`: older than a challenge can be, so that no pending one is missed, and
 * not all that ever failed are looked at. *ids_out is in the arena. */
enum errcode store_outbox_undelivered(struct cx *cx, int64_t since, int64_t limit, int64_t **ids_out,
                                      size_t *n_out) MUST_CHECK;

#endif
