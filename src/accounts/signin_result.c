/* SPDX-License-Identifier: Apache-2.0 */
/* signin_result: see the header. */
#include "accounts/signin_result.h"

#include "base/err.h"

const char *
signin_result_name(enum signin_result r)
{
    static const char *const names[SIGNIN_COUNT_] = {
#define RESULT(name) #name,
#include "accounts/signin_result.def"
    };
    ASSERT(r < SIGNIN_COUNT_);
    return names[r];
}
