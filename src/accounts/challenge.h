/* SPDX-License-Identifier: Apache-2.0 */
/* challenge: one push: its states, what the phone shows, and its answer. statement.h defines what is
 * signed. */
#ifndef COUNTERSIGN_ACCOUNTS_CHALLENGE_H
#define COUNTERSIGN_ACCOUNTS_CHALLENGE_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts/device.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "statement/statement.h"
#include "webauthn/webauthn.h"

enum challenge_state {
#define STATE(name) CHALLENGE_##name,
#include "accounts/challenge_state.def"
    CHALLENGE_STATE_COUNT_
};

enum challenge_event {
#define EVENT(name) CHALLENGE_EVENT_##name,
#include "accounts/challenge_state.def"
    CHALLENGE_EVENT_COUNT_
};

/* The table of legal moves. False: not legal. */
bool challenge_next(enum challenge_state from, enum challenge_event event, enum challenge_state *to_out);
/* A state's name, as in the database: "pending" and so on; and the reverse, false for an unknown name. */
const char *challenge_state_name(enum challenge_state state);
bool challenge_state_read(struct str name, enum challenge_state *state_out);
/* The state of a row; ERR_STORE: the row has none of these. */
struct challenge_row;
enum errcode
challenge_state_of(struct cx *cx, const struct challenge_row *c, enum challenge_state *state_out) MUST_CHECK;

struct challenge_move {
    int64_t id;
    enum challenge_state from;
    enum challenge_event event;
    int64_t by_device; /* 0: none */
};
/* The only function that writes a state: UPDATE ... WHERE state = from, within the open transaction.
 * *won_out is false when another process was first, or the move is not legal. Records in cx->woken whose
 * checks must be woken. */
enum errcode challenge_move(struct cx *cx, const struct challenge_move *move, bool *won_out) MUST_CHECK;
/* Within the open transaction: fails the technician's pending challenges if no active device is left. */
enum errcode challenge_fail_without_device(struct cx *cx, int64_t technician_id) MUST_CHECK;
/* Within the open transaction: fails what is pending, or approved and not asked for yet, of the account or
 * of the whole company: phones show it no more, and a check is answered by the condition that holds, or
 * TwoFactorError. The reason is for the audit log. */
enum errcode challenge_revoke_account(struct cx *cx, int64_t technician_id, const char *reason) MUST_CHECK;
enum errcode challenge_revoke_company(struct cx *cx, int64_t company_id, const char *reason) MUST_CHECK;
/* Within the open transaction: withdraws what this device approved, as long as no console has asked for
 * it. */
enum errcode challenge_withdraw(struct cx *cx, int64_t technician_id, int64_t device_id) MUST_CHECK;
/* The same for approvals of the company's devices that have no passkey. */
enum errcode challenge_withdraw_without_passkey(struct cx *cx, int64_t company_id) MUST_CHECK;
/* The same for the company's pending or approved challenges that required no number, or a shorter one, if
 * its policy requires one. */
enum errcode challenge_withdraw_short_number(struct cx *cx, int64_t company_id) MUST_CHECK;
/* In its own transaction: the last way to deliver this challenge has failed. No effect when it is not
 * pending, or when a phone has fetched it by itself. */
enum errcode challenge_fail(struct cx *cx, int64_t id) MUST_CHECK;

/* The most that a phone lists for an account. */
enum { CHALLENGE_LISTED = 20 };

/* Housekeeping: expires overdue challenges, and removes those that ended long ago, at most `limit` rows;
 * *more_out: call again. */
enum errcode challenge_sweep(struct cx *cx, int64_t limit, bool *more_out) MUST_CHECK;

#endif
