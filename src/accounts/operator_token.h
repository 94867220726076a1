/* SPDX-License-Identifier: Apache-2.0 */
/* operator_token: what automation proves its right by. A token has a name, a role, a reach and an end; one
 * that an operator made never has more than that operator has at the moment. Only its digest is stored. */
#ifndef COUNTERSIGN_ACCOUNTS_OPERATOR_TOKEN_H
#define COUNTERSIGN_ACCOUNTS_OPERATOR_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts/operator.h"
#include "base/clock.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store_operator_key.h"

enum { OPERATOR_TOKEN_DAYS_MAX = 366 };
#define OPERATOR_TOKEN_LIFE_MAX (OPERATOR_TOKEN_DAYS_MAX * CLOCK_DAY)
#define OPERATOR_TOKEN_PREFIX "cst_"

/* *token_out is returned this once. name: 1 to 64 of a-z 0-9 - . _; ERR_SYNTAX. ERR_EXISTS: a token of this
 * name was not revoked; ERR_DENIED: more than the one who asks has; ERR_POLICY: it would outlive the token
 * that asks; ERR_USAGE. */
enum errcode operator_token_add(struct cx *cx, struct str name, const struct operator_grant *grant,
                                int64_t life, struct str *token_out) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum errcode operator_token_revoke(struct cx *cx, struct str name) MUST_CHECK;

#endif
