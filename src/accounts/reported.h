/* SPDX-License-Identifier: Apache-2.0 */
/* reported: 'this was not me'. A sign-in that a phone reported means that somebody else knows the password;
 * the report waits until an operator has taken it, however many others have seen it. struct reported_row is
 * store_reported.h's. */
#ifndef COUNTERSIGN_ACCOUNTS_REPORTED_H
#define COUNTERSIGN_ACCOUNTS_REPORTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "accounts/technician.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_reported.h"

/* Those that wait are all shown, up to the first; those that were taken are removed after 90 days. */
enum { REPORTED_OPEN = 200, REPORTED_TAKEN = 20 };

/* Within the open transaction that moves the challenge. How many there can be is limited by the pace of
 * pushes. */
enum errcode
reported_add(struct cx *cx, const struct technician *t, int64_t login_id, struct str source) MUST_CHECK;
/* The oldest REPORTED_OPEN that wait, then the newest REPORTED_TAKEN that do not. company_id 0: of all that
 * are within reach of the one who asks; without a right: of all. */
enum errcode
reported_list(struct cx *cx, int64_t company_id, struct reported_row **rows_out, size_t *n_out) MUST_CHECK;
/* In its own transaction, audited: cx->actor takes care of it. ERR_NOT_FOUND: the account; ERR_CONFLICT: it
 * has no report of that id that waits. */
enum errcode reported_take(struct cx *cx, int64_t technician_id, int64_t id) MUST_CHECK;
/* Within the open transaction that deletes the account: its reports cannot be taken after that, so the one
 * who deletes it takes them, and their alarms are over. */
enum errcode reported_take_all(struct cx *cx, const struct technician *t) MUST_CHECK;

/* Housekeeping: at most `limit`; *more_out: call again. */
enum errcode reported_sweep(struct cx *cx, int64_t limit, bool *more_out) MUST_CHECK;

#endif
