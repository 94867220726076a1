/* SPDX-License-Identifier: Apache-2.0 */
/* store_technician: the rows of accounts and of their previous passwords. */
#ifndef COUNTERSIGN_STORE_STORE_TECHNICIAN_H
#define COUNTERSIGN_STORE_STORE_TECHNICIAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

struct technician {
    int64_t id, company_id;
    struct str email, email_key, name;
    bool is_technician, role_on;
    int64_t deleted_at;
    int64_t locked_at;        /* by the operator; 0: not locked */
    struct str password_hash; /* encoded argon2id; empty: none */
    int64_t password_generation, password_set_at;
    bool password_must_change;
    int64_t push_unanswered, push_refused, push_rests_until, push_last_at, push_early_at;
    bool has_totp;
    int64_t created_at;
    int64_t
        factor_since; /* when the first second factor was set up; 0: never, or declared so by the operator */
};

/* Without push counters and codes, which a new account does not have. */
enum errcode store_technician_insert(struct cx *cx, const struct technician *technician) MUST_CHECK;
/* ERR_NOT_FOUND. Deleted ones are only found by id. */
enum errcode store_technician_get(struct cx *cx, int64_t id, struct technician *technician_out) MUST_CHECK;
enum errcode
store_technician_find(struct cx *cx, struct str email_key, struct technician *technician_out) MUST_CHECK;

/* Writes email_key, name, the two flags, deleted_at, locked_at and the push counters. */
enum errcode store_technician_update(struct cx *cx, const struct technician *technician) MUST_CHECK;

/* A second factor was set up: records the first time, which stays whatever happens to the factor. */
enum errcode store_factor_begin(struct cx *cx, int64_t technician_id) MUST_CHECK;
/* As if none had ever been set up. */
enum errcode store_factor_forget(struct cx *cx, int64_t technician_id) MUST_CHECK;

/* Replaces the hash of `generation` with the new one, and increments the generation. ERR_CONFLICT when the
 * account's password has another generation by now. */
struct password_change {
    int64_t technician_id, generation;
    struct str hash;
    bool must_change;
};
enum errcode store_password_set(struct cx *cx, const struct password_change *change) MUST_CHECK;
/* Appends a hash to the history, and keeps the newest `depth` there. */
enum errcode
store_password_retire(struct cx *cx, int64_t technician_id, struct str hash, int64_t depth) MUST_CHECK;
/* Newest first, at most `depth`, in the arena. */
enum errcode store_password_history(struct cx *cx, int64_t technician_id, int64_t depth,
                                    struct str **hashes_out, size_t *n_out) MUST_CHECK;

#endif
