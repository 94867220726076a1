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

/* What policy_set would do, found by doing it in a transaction that is rolled back: no audit event, no
 * change. The errors of policy_set. Holds the write lock for as long as the change itself would. */
struct policy_preview {
    int64_t technicians; /* accounts of the company */
    int64_t sessions;    /* live ones that would end */
    int64_t pushes;      /* waiting or approved ones that would be withdrawn */
    int64_t unready;     /* accounts that could not sign in, or approve, before they did something: set up a
                          * second factor, enrol again with a passkey, change the password; -1: none is
                          * counted for this policy */
};
enum errcode policy_preview(struct cx *cx, int64_t company_id, struct str key, struct str value,
                            struct policy_preview *preview_out) MUST_CHECK;

#endif
