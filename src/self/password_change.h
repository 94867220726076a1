/* SPDX-License-Identifier: Apache-2.0 */
/* password_change: a new password, set by a console with its session. For phones: self_password in
 * self_service.h. */
#ifndef COUNTERSIGN_SELF_PASSWORD_CHANGE_H
#define COUNTERSIGN_SELF_PASSWORD_CHANGE_H

#include "accounts/signin_result.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

/* session: the cookie's value. */
enum errcode password_change(struct cx *cx, struct str session, struct str old_password,
                             struct str new_password, enum signin_result *result_out) MUST_CHECK;
/* changePassword_v7_2: with a fresh second factor if one is enforced. */
enum errcode password_change2(struct cx *cx, struct str session, struct str old_password,
                              struct str new_password, struct signin_outcome *outcome_out) MUST_CHECK;

#endif
