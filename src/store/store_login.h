/* SPDX-License-Identifier: Apache-2.0 */
/* store_login: rows of logins, and what a sign-in writes into the technician's row. No rules here: those are
 * in accounts and signin. */
#ifndef COUNTERSIGN_STORE_STORE_LOGIN_H
#define COUNTERSIGN_STORE_STORE_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

/* Mirrors table login; strings are in the arena. An id of 0 is stored as NULL where the column allows it. */
struct login_row {
    int64_t id;
    struct digest token_digest;
    int64_t technician_id;
    struct str purpose, state, nonce, source, console, language;
    struct str network; /* of the source: inet_source */
    int64_t password_generation;
    int64_t password_length, password_strength; /* of the password that was proved; length 0: not checked */
    bool password_known;
    struct str new_password_hash, new_password_verdict;
    struct digest new_password_context; /* zero: none */
    int64_t new_password_strength, new_password_length;
    int64_t session_id;
    int64_t created_at, expires_at;
    struct str result;
    int64_t result_at;
    struct str result_source;
    int64_t result_session_id;
};

/* Inserts it with the state, result, result_at, result_source and result_session_id of a new login,
 * whatever the struct says. */
enum errcode store_login_insert(struct cx *cx, const struct login_row *row) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum errcode
store_login_by_token(struct cx *cx, const struct digest *token, struct login_row *row_out) MUST_CHECK;
enum errcode store_login_get(struct cx *cx, int64_t id, struct login_row *row_out) MUST_CHECK;

struct login_end {
    int64_t id, at;
    struct str result, source;
    int64_t session_id; /* 0: none */
};
/* open -> spent, and wipes what the row stores about passwords. *won_out false: already spent. */
enum errcode store_login_spend(struct cx *cx, const struct login_end *end, bool *won_out) MUST_CHECK;
/* Within the open transaction: of the logins that led to no push and no session, keeps the newest
 * `of_source` of the newest one's source, and the newest `of_account` of its account, itself included. */
enum errcode store_login_trim(struct cx *cx, const struct login_row *newest, int64_t of_source,
                              int64_t of_account) MUST_CHECK;
/* Removes logins that expired before `before`, at most `limit`, with their challenges and their rows in
 * the outbox. *n_out: the number removed. */
enum errcode store_login_remove(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out) MUST_CHECK;

/* Records that a push of this login has to wait. *first_out: for the first time. */
enum errcode store_login_hold_challenge(struct cx *cx, int64_t id, bool *first_out) MUST_CHECK;

struct challenge_counters {
    int64_t unanswered, refused; /* consecutive */
    int64_t rests_until, last_at, early_at;
};
enum errcode store_challenge_counters_set(struct cx *cx, int64_t technician_id,
                                          const struct challenge_counters *counters) MUST_CHECK;
enum errcode store_password_ask_new(struct cx *cx, int64_t technician_id, int64_t now) MUST_CHECK;
/* The same password hashed with other parameters; no effect if it has changed meanwhile. */
enum errcode
store_password_renew(struct cx *cx, int64_t technician_id, int64_t generation, struct str hash) MUST_CHECK;

#endif
