/* SPDX-License-Identifier: Apache-2.0 */
/* signin_result: the answer of a sign-in: the decision's result, and the values that go with it.
 *
 * Results are the published values by name. enum LoginTwoFactorRet is in contract/, which the domain must
 * not use, so they are listed again here (signin_result.def), and ops/ maps them by name. */
#ifndef COUNTERSIGN_ACCOUNTS_SIGNIN_RESULT_H
#define COUNTERSIGN_ACCOUNTS_SIGNIN_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* The union of all published values, without their prefixes. */
enum signin_result {
#define RESULT(name) SIGNIN_##name,
#include "accounts/signin_result.def"
    SIGNIN_COUNT_
};
const char *signin_result_name(enum signin_result r);

enum { METHOD_CHALLENGE = 1, METHOD_CODE = 2, METHOD_RECOVERY = 4 };

/* What every operation of a sign-in answers. */
struct signin_outcome {
    enum signin_result result;
    uint8_t attempts_left;
    int32_t password_days; /* -1: never */
    bool is_console_running;
    struct str url; /* null: nothing to report */
    uint8_t minimum_strength;
    struct str session; /* OK of a sign-in: the new session cookie's value; otherwise null */
    struct str login_token;
    struct str setup_url;
    bool has_methods; /* they may be reported */
    unsigned methods; /* METHOD_* */
};

#endif
