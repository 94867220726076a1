/* SPDX-License-Identifier: Apache-2.0 */
/* policy_change: a company's policy is set, and what is under way is held against it. */
#ifndef COUNTERSIGN_ACCOUNTS_POLICY_CHANGE_H
#define COUNTERSIGN_ACCOUNTS_POLICY_CHANGE_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

/* Checks the value and sets it (its own transaction, audited). ERR_USAGE for an unknown key, ERR_RANGE or
 * ERR_SYNTAX for the value, ERR_POLICY when the company's plan does not include it, or this server cannot
 * have passkeys and they are to be required: then, approvals that came without one count no more. An empty
 * value goes back to the default. */
enum errcode policy_set(struct cx *cx, int64_t company_id, struct str key, struct str value) MUST_CHECK;

#endif
