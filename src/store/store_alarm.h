/* SPDX-License-Identifier: Apache-2.0 */
/* store_alarm: alarms that stand, and those of late that were cleared. Rules are in accounts/alarm.h. */
#ifndef COUNTERSIGN_STORE_STORE_ALARM_H
#define COUNTERSIGN_STORE_STORE_ALARM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

/* Mirrors table alarm; strings are in the arena. */
struct alarm_row {
    int64_t id; /* 0: none */
    struct str class, subject, detail;
    int64_t raised_at, seen_at, cleared_at;
};

/* The one that stands; id 0: none does. */
enum errcode store_alarm_standing(struct cx *cx, struct str class, struct str subject,
                                  struct alarm_row *row_out) MUST_CHECK;
/* *is_new_out false: one stands already, and nothing was written. */
enum errcode store_alarm_insert(struct cx *cx, const struct alarm_row *row, bool *is_new_out) MUST_CHECK;
/* *changed_out false: it was cleared before. */
enum errcode store_alarm_clear(struct cx *cx, int64_t id, int64_t at, bool *changed_out) MUST_CHECK;
enum errcode store_alarm_seen(struct cx *cx, int64_t id, int64_t at) MUST_CHECK;
/* Those that stand, the oldest first, at most `limit`, in the arena. */
enum errcode
store_alarm_list(struct cx *cx, int64_t limit, struct alarm_row **rows_out, size_t *n_out) MUST_CHECK;
/* Those of them that were last seen before then, of other classes than that one. */
enum errcode store_alarm_unseen(struct cx *cx, int64_t before, struct str except, int64_t limit,
                                struct alarm_row **rows_out, size_t *n_out) MUST_CHECK;
/* Removes those cleared before then, with their letters, at most `limit`. */
enum errcode store_alarm_remove(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out) MUST_CHECK;

#endif
