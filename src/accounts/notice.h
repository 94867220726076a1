/* SPDX-License-Identifier: Apache-2.0 */
/* notice: informs the phones of an account about changes to it, once each, when they are next opened. A
 * notice is written in the transaction of its change. */
#ifndef COUNTERSIGN_ACCOUNTS_NOTICE_H
#define COUNTERSIGN_ACCOUNTS_NOTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "accounts/device.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_device.h"
#include "store/store_notice.h"

enum notice_kind {
#define NOTICE(kind, name, doc) NOTICE_##kind,
#include "accounts/notice.def"
    NOTICE_COUNT_
};
/* "device-added" and so on. */
const char *notice_kind_name(enum notice_kind kind);

/* Within the open transaction: for every active device of the account except the acting one (cx->device);
 * those subscribed to Web Push get a notification. subject null: none. */
enum errcode
notice_tell(struct cx *cx, int64_t technician_id, enum notice_kind kind, struct str subject) MUST_CHECK;

/* The notices not yet shown on the device, newest first. Those with one kind and subject are one; of the rows
 * of a kind the newest are kept, and the oldest of these stands for the others. So no number of changes
 * hides another kind of change, and everything that is kept is listed. */
enum { NOTICES_OF_A_KIND = DEVICES_MAX, NOTICES_LISTED = NOTICES_OF_A_KIND * NOTICE_COUNT_ };
/* A phone is rung for at most this many at a time; it then fetches all of them. Without a limit, a phone that
 * changes its account without end would keep the push services from everybody else. */
enum { NOTICES_RUNG = 2 };
enum errcode
notice_list(struct cx *cx, const struct device *d, struct notice **notices_out, size_t *n_out) MUST_CHECK;
/* The device has shown it. An unknown one, or another device's, is not an error, and has no effect. */
enum errcode notice_shown(struct cx *cx, const struct device *d, struct str public_id) MUST_CHECK;

/* Housekeeping: removes notices that were not shown within 90 days, at most `limit`; *more_out: call
 * again. */
enum errcode notice_sweep(struct cx *cx, int64_t limit, bool *more_out) MUST_CHECK;

#endif
