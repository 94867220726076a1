/* SPDX-License-Identifier: Apache-2.0 */
/* store_outbox: the courier's pending deliveries: opaque ids of challenges and of notices.
 *
 * A waiting row is due at next_at. To claim it for delivery, a process sets next_at to the time when the
 * claim expires (store_outbox_move), and owns the row as long as next_at is unchanged: so a crash repeats
 * a notification rather than losing one, and a row claimed again by another process is not overwritten. */
#ifndef COUNTERSIGN_STORE_STORE_OUTBOX_H
#define COUNTERSIGN_STORE_STORE_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_subscription.h"

/* The transports that alarms go by. */
#define OUTBOX_ALARM "alarm" /* the operator's webhook for alarms */
#define OUTBOX_MAIL "mail"

/* Mirrors table outbox, with either a challenge, a notice or an alarm. When read, it also has that object's
 * opaque id or the alarm's words, and whether it must still be delivered: the challenge is pending, the
 * notice exists, the alarm stands or this letter says that it was cleared. */
struct outbox_row {
    int64_t id, challenge_id, notice_id, alarm_id, device_id; /* 0: none */
    struct str transport;
    int64_t attempts, next_at, created_at, expires_at;
    int64_t claimed; /* the server that has claimed it until next_at; 0: none */
    struct str public_id;
    bool is_pending;
    struct {
        bool is_cleared; /* what the letter says */
        struct str class, subject, detail;
        int64_t raised_at;
    } alarm;
    struct subscription subscription; /* of device_id; endpoint null: the device has none, or is not active */
};

/* Within the open transaction: inserts it as waiting, not tried yet, and notes that in cx->has_posted.
 * transport is a constant: "webhook", with device_id 0, "web-push", or one for alarms. */
enum errcode store_outbox_insert(struct cx *cx, const struct outbox_row *row) MUST_CHECK;
/* How many notices that device is still to be rung for. */
enum errcode store_outbox_rings(struct cx *cx, int64_t device_id, int64_t *n_out) MUST_CHECK;
/* Up to `limit` that are due at `now`, the longest due first. *rows_out is in the arena. */
enum errcode store_outbox_due(struct cx *cx, int64_t now, int64_t limit, struct outbox_row **rows_out,
                              size_t *n_out) MUST_CHECK;
/* Up to `limit` that this server, or any, has claimed, the longest due first: a process of it that is gone,
 * for one that has just taken its place. *rows_out is in the arena. */
enum errcode store_outbox_claimed_by(struct cx *cx, int64_t node, int64_t limit, struct outbox_row **rows_out,
                                     size_t *n_out) MUST_CHECK;
enum errcode
store_outbox_claimed(struct cx *cx, int64_t limit, struct outbox_row **rows_out, size_t *n_out) MUST_CHECK;
/* How many wait for an attempt, or for its end. */
enum errcode store_outbox_count(struct cx *cx, int64_t *n_out) MUST_CHECK;
/* When the next one is due; 0: none is waiting. */
enum errcode store_outbox_next(struct cx *cx, int64_t *at_out) MUST_CHECK;

struct outbox_move {
    const char *state; /* "waiting", "sent", "failed", "dropped" */
    int64_t next_at;
    bool is_attempt; /* one more attempt */
    int64_t claim;   /* the server that claims it for a delivery; 0: ends a claim */
};
/* The only function that changes a row's state: within the open transaction, waiting -> m->state, provided
 * that the row is still waiting and its next_at equals that of `row`. Otherwise *moved_out is false, and
 * nothing is written. */
enum errcode store_outbox_move(struct cx *cx, const struct outbox_row *row, const struct outbox_move *m,
                               bool *moved_out) MUST_CHECK;
/* Up to `limit` challenges that are pending, that no phone has fetched, none of whose rows was sent or is
 * still waiting, and that were refused for each active phone, by its own push service or by the webhook:
 * they reached no phone. A phone without a row, or whose row was dropped, may still poll. Starts with the
 * rows that were due after `since`, which must be older than any challenge can be: no pending one is
 * missed, and not every past failure is examined. *ids_out is in the arena. */
enum errcode store_outbox_undelivered(struct cx *cx, int64_t since, int64_t limit, int64_t **ids_out,
                                      size_t *n_out) MUST_CHECK;

#endif
