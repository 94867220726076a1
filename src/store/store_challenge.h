/* SPDX-License-Identifier: Apache-2.0 */
/* store_challenge: rows of challenges. A state changes by store_challenge_move alone, which only
 * accounts/challenge.c calls. */
#ifndef COUNTERSIGN_STORE_STORE_CHALLENGE_H
#define COUNTERSIGN_STORE_STORE_CHALLENGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

/* Mirrors table challenge; strings are in the arena; answered_by is 0 for NULL. */
struct challenge_row {
    int64_t id, login_id, technician_id;
    struct str public_id;
    struct digest token_digest;
    struct str nonce, state;
    bool number_required;
    int64_t number_digits, tries_left, seen_at, created_at, expires_at, answered_at, answered_by;
};

/* Inserts it as pending, not seen and not answered, whatever the struct says. */
enum errcode store_challenge_insert(struct cx *cx, const struct challenge_row *row) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum errcode store_challenge_get(struct cx *cx, int64_t id, struct challenge_row *row_out) MUST_CHECK;
enum errcode
store_challenge_by_token(struct cx *cx, const struct digest *token, struct challenge_row *row_out) MUST_CHECK;
enum errcode
store_challenge_by_public_id(struct cx *cx, struct str public_id, struct challenge_row *row_out) MUST_CHECK;
/* Up to `limit` in that state, newest first. *rows_out is in the arena. */
enum errcode store_challenge_list(struct cx *cx, int64_t technician_id, struct str state, int64_t limit,
                                  struct challenge_row **rows_out, size_t *n_out) MUST_CHECK;
/* The newest approved or pending one of the login; ERR_NOT_FOUND. */
enum errcode
store_challenge_open_of(struct cx *cx, int64_t login_id, struct challenge_row *row_out) MUST_CHECK;
/* The push of this login that a phone rejected, or whose tries ran out, if its console was not informed
 * yet; ERR_NOT_FOUND. */
enum errcode
store_challenge_refused_of(struct cx *cx, int64_t login_id, struct challenge_row *row_out) MUST_CHECK;
/* Up to `limit` approved ones of that company, each answered by a device without a passkey. */
enum errcode store_challenge_without_passkey(struct cx *cx, int64_t company_id, int64_t limit,
                                             struct challenge_row **rows_out, size_t *n_out) MUST_CHECK;
/* The same for pending or approved ones for which no number is asked, or one of fewer digits. */
struct challenge_number {
    int64_t company_id, digits;
};
enum errcode store_challenge_short_number(struct cx *cx, const struct challenge_number *than, int64_t limit,
                                          struct challenge_row **rows_out, size_t *n_out) MUST_CHECK;
/* Up to `limit` pending or approved ones of that account; of that company. */
enum errcode store_challenge_open_of_account(struct cx *cx, int64_t technician_id, int64_t limit,
                                             struct challenge_row **rows_out, size_t *n_out) MUST_CHECK;
enum errcode store_challenge_open_of_company(struct cx *cx, int64_t company_id, int64_t limit,
                                             struct challenge_row **rows_out, size_t *n_out) MUST_CHECK;
/* How many are pending. */
enum errcode store_challenge_count_pending(struct cx *cx, int64_t *n_out) MUST_CHECK;
/* Up to `limit` pending ones whose time was over at `now`. */
enum errcode store_challenge_overdue(struct cx *cx, int64_t now, int64_t limit,
                                     struct challenge_row **rows_out, size_t *n_out) MUST_CHECK;

struct challenge_change {
    int64_t id;
    struct str from, to;
    int64_t answered_at; /* 0: both stay unchanged */
    int64_t answered_by; /* device, or 0 */
};
/* *technician_out: the owner; 0: the challenge was not in `from`. */
enum errcode store_challenge_move(struct cx *cx, const struct challenge_change *change,
                                  int64_t *technician_out) MUST_CHECK;
/* Takes one try from a pending one; *left_out is the number left, -1 if there was none to take. */
enum errcode store_challenge_take_try(struct cx *cx, int64_t id, int64_t *left_out) MUST_CHECK;
enum errcode store_challenge_seen(struct cx *cx, int64_t id, int64_t now) MUST_CHECK;

#endif
