/* SPDX-License-Identifier: Apache-2.0 */
/* store_operator_request: requests of operators that were carried out under an Idempotency-Key. */
#ifndef COUNTERSIGN_STORE_STORE_OPERATOR_REQUEST_H
#define COUNTERSIGN_STORE_STORE_OPERATOR_REQUEST_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

/* Mirrors table operator_request; the answer is in the arena. */
struct operator_request {
    int64_t id;
    int64_t holder_id; /* the operator or the token */
    struct digest key_digest, request_digest;
    int64_t created_at;
    struct str answer; /* sealed */
};

/* What was carried out under the holder's key after then. ERR_NOT_FOUND. */
enum errcode store_operator_request_get(struct cx *cx, const struct operator_request *of, int64_t after,
                                        struct operator_request *r_out) MUST_CHECK;
/* How many keys of the holder are that young: the caller bounds their number. */
enum errcode
store_operator_request_count(struct cx *cx, int64_t holder_id, int64_t after, int64_t *n_out) MUST_CHECK;
/* In place of one with the same key, if there is one. */
enum errcode store_operator_request_put(struct cx *cx, const struct operator_request *r) MUST_CHECK;
/* Removes those from before then, at most `limit`. */
enum errcode
store_operator_request_sweep(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out) MUST_CHECK;

#endif
