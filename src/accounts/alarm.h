/* SPDX-License-Identifier: Apache-2.0 */
/* alarm: what an operator should know at once. An alarm stands from when its cause is first seen until it is
 * gone: it is raised once and cleared once, since its state is in the database, whichever server or process
 * sees the cause. Each of the two is a letter in the outbox for each way that is configured (docs/webhook.md,
 * "Alarms"). The classes are alarm.def; who looks for their causes is proc/alarms.c, except for reports,
 * which are raised and cleared in the transactions of reported.c. */
#ifndef COUNTERSIGN_ACCOUNTS_ALARM_H
#define COUNTERSIGN_ACCOUNTS_ALARM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_alarm.h"

enum alarm_class {
#define ALARM(id, name, doc) ALARM_##id,
#include "accounts/alarm.def"
    ALARM_CLASSES
};
const char *alarm_class_name(enum alarm_class class);
/* The class of that name in words; "" if there is none. */
struct str alarm_title(struct str name);

#define ALARM_LIFE (3 * CLOCK_DAY)  /* of a letter: how long it is tried */
#define ALARM_SEEN_EVERY CLOCK_HOUR /* how often it is noted that a cause is still there */
#define ALARM_UNSEEN CLOCK_DAY      /* then its server is gone, and the alarm is cleared */
#define ALARM_KEPT (30 * CLOCK_DAY) /* after it was cleared */

struct alarm {
    enum alarm_class class;
    struct str subject; /* of a class, one alarm stands for each: a service at a machine, a report; printable
                         * ASCII, ALARM_SUBJECT_MAX at most (ASSERT) */
    struct str detail;  /* a sentence of printable ASCII, without names of people; for alarm_raise */
};
enum { ALARM_SUBJECT_MAX = 100, ALARM_DETAIL_MAX = 300 };

/* Within the open transaction. No effect if it stands, or does not stand. */
enum errcode alarm_raise(struct cx *cx, const struct alarm *alarm) MUST_CHECK;
enum errcode alarm_clear(struct cx *cx, const struct alarm *alarm) MUST_CHECK;
/* In its own transaction, which writes only if something changes: the cause is there, or it is not.
 * *changed_out: it was raised or cleared. */
enum errcode
alarm_note(struct cx *cx, const struct alarm *alarm, bool is_there, bool *changed_out) MUST_CHECK;

/* Housekeeping: clears those whose cause nothing has seen for a day, except for reports, which wait for a
 * person; removes old ones. At most `limit` of either; *more_out: call again. */
enum errcode alarm_sweep(struct cx *cx, int64_t limit, bool *more_out) MUST_CHECK;

#endif
