/* challenge: one push: its states, what the phone is shown, and its answer. What is signed: statement.h. */
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

/* The table. False: not legal. */
bool challenge_next(enum challenge_state from, enum challenge_event event, enum challenge_state *to_out);
/* "pending" and so on: as the database has them; and back, false for no state. */
const char *challenge_state_name(enum challenge_state state);
bool challenge_state_read(struct str name, enum challenge_state *state_out);

struct challenge_move {
    int64_t id;
    enum challenge_state from;
    enum challenge_event event;
    int64_t by_device; /* 0: none */
};
/* The one function that writes a state: UPDATE ... WHERE state = from, within the open transaction. *won_out
 * is false when another was faster or the move is not legal. Whoever waits for it is noted in cx->woken. */
enum errcode challenge_move(struct cx *cx, const struct challenge_move *move, bool *won_out) MUST_CHECK;
/* Within the open transaction: pending challenges of the technician fail when no active device is left. */
enum errcode challenge_fail_without_device(struct cx *cx, int64_t technician_id) MUST_CHECK;
/* All pending ones of the account, for a reason that the audit has. */
enum errcode challenge_fail_all(struct cx *cx, int64_t technician_id, const char *reason) MUST_CHECK;
/* Within the open transaction: what this device approved and no console has asked for yet is taken back. */
enum errcode challenge_withdraw(struct cx *cx, int64_t technician_id, int64_t device_id) MUST_CHECK;
/* Likewise: what devices of the company approved that have no passkey. */
enum errcode challenge_withdraw_without_passkey(struct cx *cx, int64_t company_id) MUST_CHECK;
/* Likewise: what waits or was approved in the company without its number having to be typed. */
enum errcode challenge_withdraw_without_number(struct cx *cx, int64_t company_id) MUST_CHECK;
/* Its own transaction: the last way to deliver this challenge has failed. Nothing when it is not pending, or
 * when a phone has asked for it by itself. */
enum errcode challenge_fail(struct cx *cx, int64_t id) MUST_CHECK;

/* As many of an account as a phone lists. */
enum { CHALLENGE_LISTED = 20 };

/* Housekeeping: expires what is past its time and removes what is long over, at most `limit` rows; *more_out:
 * call again. */
enum errcode challenge_sweep(struct cx *cx, int64_t limit, bool *more_out) MUST_CHECK;

#endif
