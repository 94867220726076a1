/* SPDX-License-Identifier: Apache-2.0 */
/* ops_result: the domain's results as the values of each enumeration, by name. */
#ifndef COUNTERSIGN_OPS_OPS_RESULT_H
#define COUNTERSIGN_OPS_OPS_RESULT_H

#include <stdbool.h>

#include "base/cx.h"
#include "contract/ct.h"
#include "signin/signin.h"

/* A result that the enumeration does not have is a bug in the caller: it is logged, and becomes
 * UnknownError. */
enum LoginTwoFactorRet ops_two_factor(enum signin_result r);
enum LoginV2 ops_login(enum signin_result r);
enum ChangePasswordRet ops_change(enum signin_result r);
enum ChangePasswordV2 ops_change2(enum signin_result r);
enum ConsoleRet ops_console(bool is_logged_in);

/* The names of METHOD_*, in the order Push, Code, RecoveryCode; null when none may be reported. */
struct ct_array ops_methods(struct cx *cx, const struct signin_outcome *answer);

/* The five outputs common to a sign-in's operations, from either struct. */
#define OPS_TELL(out, answer)                                        \
    do {                                                             \
        (out)->iAttemptRemaining = (answer)->attempts_left;          \
        (out)->iPasswordExpiresIn = (answer)->password_days;         \
        (out)->bIsTCRunning = (answer)->is_console_running;          \
        (out)->sUrl = (answer)->url;                                 \
        (out)->minimumPasswordStrength = (answer)->minimum_strength; \
    } while (0)

/* Everything that a login answers, for both kinds of login. */
#define OPS_TELL_LOGIN(cx, out, answer)                                   \
    do {                                                                  \
        (out)->result = ops_login((answer)->result);                      \
        (out)->sLoginToken = (answer)->login_token;                       \
        OPS_TELL(out, answer);                                            \
        (out)->sTwoFactorSetupUrl = (answer)->setup_url;                  \
        (out)->oTwoFactorAuthenticationMethods = ops_methods(cx, answer); \
    } while (0)

#endif
