/* SPDX-License-Identifier: Apache-2.0 */
/* tally: bounds the rows of the audit log that can be caused without signing in: with the right password
 * alone, with a phone's token alone, with a ticket. Within an hour the first TALLY_OF_SOURCE of one kind
 * from one source, and the first TALLY_OF_ACCOUNT of one kind of an account, have a row each; what follows
 * is counted. The count is two rows: audit.counting when it begins, audit.counted, with the number, when
 * the hour is over or a sign-in from that source succeeds. */
#ifndef COUNTERSIGN_ACCOUNTS_TALLY_H
#define COUNTERSIGN_ACCOUNTS_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts/audit.h"
#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"

#define TALLY_TIME CLOCK_HOUR

enum { TALLY_OF_SOURCE = 20, TALLY_OF_ACCOUNT = 60 };

/* Within the open transaction, for audit_append alone: one more event of a technician, from cx->source.
 * *written_out false: it was counted, and gets no row. */
enum errcode
tally_take(struct cx *cx, struct audit_of of, enum audit_event event, bool *written_out) MUST_CHECK;
/* Within the open transaction: a sign-in from cx->source succeeded, and what came before it from there no
 * longer counts. */
enum errcode tally_clear(struct cx *cx, int64_t technician_id) MUST_CHECK;
/* Housekeeping: ends counts whose hour is over, at most `limit`; *more_out: call again. */
enum errcode tally_sweep(struct cx *cx, int64_t limit, bool *more_out) MUST_CHECK;

#endif
