/* SPDX-License-Identifier: Apache-2.0 */
/* store_explain: what is read only to explain a sign-in to the operator: without tokens, numbers and keys. */
#ifndef COUNTERSIGN_STORE_STORE_EXPLAIN_H
#define COUNTERSIGN_STORE_STORE_EXPLAIN_H

#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

/* A push of a login. */
struct explain_push {
    int64_t id;
    struct str public_id, state;
    int64_t created_at, seen_at, expires_at;
};
/* Oldest first, at most `limit`, in the arena. */
enum errcode store_explain_pushes(struct cx *cx, int64_t login_id, int64_t limit,
                                  struct explain_push **pushes_out, size_t *n_out) MUST_CHECK;

/* One delivery of a push. */
struct explain_delivery {
    struct str transport, state, endpoint; /* of the device's present subscription; null: none */
    int64_t device_id, attempts, created_at;
};
enum errcode store_explain_deliveries(struct cx *cx, int64_t challenge_id, int64_t limit,
                                      struct explain_delivery **deliveries_out, size_t *n_out) MUST_CHECK;

/* The account's logins that wait for their second factor. */
enum errcode store_explain_open_logins(struct cx *cx, int64_t technician_id, int64_t *n_out) MUST_CHECK;

#endif
