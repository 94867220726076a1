/* SPDX-License-Identifier: Apache-2.0 */
/* fixture_op: see fixture_op.h. */
#include "fixture_op.h"

#include "base/codec.h"

enum { ECHO_MAX = 200 };

/* "login=3[abc]", "login=null", "login=(1048576 chars)": lengths in UTF-16 units. */
static struct str
describe(struct arena *a, const char *name, struct str value)
{
    if (str_is_null(value))
        return arena_printf(a, "%s=null", name);
    size_t units = utf8_utf16_units(value);
    if (units > ECHO_MAX)
        return arena_printf(a, "%s=(%zu chars)", name, units);
    return arena_printf(a, "%s=%zu[%.*s]", name, units, STR_ARG(value));
}

struct str
fixture_check_push(struct arena *a, const struct twoFactorCheckPushAuthStatus_in *in,
                   struct twoFactorCheckPushAuthStatus_out *out)
{
    struct str login = describe(a, "login", in->sLoginToken);
    struct str push = describe(a, "push", in->sPushToken);
    *out = (struct twoFactorCheckPushAuthStatus_out){
        .result = loginTwoFactorRet_OK,
        .iAttemptRemaining = 3,
        .iPasswordExpiresIn = -1,
        .bIsTCRunning = false,
        .sUrl = arena_printf(a, "%.*s;%.*s", STR_ARG(login), STR_ARG(push)),
        .minimumPasswordStrength = 2,
    };
    if (str_eq(in->sLoginToken, STR_LIT("throw")))
        return STR_LIT("fixture failure");
    if (str_eq(in->sLoginToken, STR_LIT("nullurl")))
        out->sUrl = STR_NULL;
    else if (str_eq(in->sLoginToken, STR_LIT("emptyurl")))
        out->sUrl = STR_LIT("");
    else if (str_eq(in->sLoginToken, STR_LIT("ctl")))
        out->sUrl = STR_LIT("a\x01"
                            "b\tc\rd\ne\x0b"
                            "f\xef\xbf\xbe"
                            "g\xc2\x85"
                            "h\xe2\x80\xa8"
                            "i\xf0\x9f\x98\x80j&<>\"']]>k");
    else if (str_eq(in->sLoginToken, STR_LIT("poll")))
        out->result = loginTwoFactorRet_Poll;
    return STR_NULL;
}
