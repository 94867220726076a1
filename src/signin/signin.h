/* SPDX-License-Identifier: Apache-2.0 */
/* signin: the way in: password, push, code, grant. These are the functions that ops/ calls; each runs its
 * own transaction. */
#ifndef COUNTERSIGN_SIGNIN_SIGNIN_H
#define COUNTERSIGN_SIGNIN_SIGNIN_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts/policy.h"
#include "accounts/signin_result.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

/* An ERR_* result means that the state is unknown (the store is down): the caller answers UnknownError.
 * Everything else, refusals included, is ERR_NONE and a result. Null strings are refused like wrong ones.
 * The caller's address and name are cx->source and cx->console. */
enum errcode signin_begin(struct cx *cx, struct str email, struct str password, struct str language,
                          struct signin_outcome *outcome_out) MUST_CHECK;
enum errcode
signin_begin_new_password(struct cx *cx, struct str email, struct str old_password, struct str new_password,
                          struct signin_outcome *outcome_out) MUST_CHECK;

struct challenge_sent {
    enum signin_result result; /* OK: sent, or still pending */
    struct str token, number;  /* null unless OK */
    int32_t expires_in;        /* seconds; TwoFactorError: until another push may be sent, 0 if unknown */
    int32_t poll_interval;     /* seconds */
};
enum errcode
signin_send_challenge(struct cx *cx, struct str login_token, struct challenge_sent *sent_out) MUST_CHECK;

struct check_wait {
    int64_t technician_id; /* Poll: the technician whose challenge to wait on; otherwise 0 */
    int64_t until;         /* the clock_now() time at which the answer changes by itself */
    int64_t hold;          /* policy check_hold, microseconds */
};
enum errcode
signin_check_challenge(struct cx *cx, struct str login_token, struct str challenge_token,
                       struct signin_outcome *outcome_out, struct check_wait *wait_out) MUST_CHECK;
/* OK: it was pending, or approved and not asked for yet. */
enum errcode signin_cancel_challenge(struct cx *cx, struct str login_token, struct str challenge_token,
                                     enum signin_result *result_out) MUST_CHECK;
enum errcode signin_validate_code(struct cx *cx, struct str login_token, struct str code,
                                  struct signin_outcome *outcome_out) MUST_CHECK;

#endif
