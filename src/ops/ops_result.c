/* SPDX-License-Identifier: Apache-2.0 */
/* ops_result: the domain's results by the names of the contract. A test checks that each published value
 * is a result of the domain (tests/unit/ops/ops_test.c). */
#include "ops/ops_result.h"

#include "log/log.h"

static int
named(const struct ct_enum *e, enum signin_result r)
{
    const char *name = signin_result_name(r);
    int value = ct_enum_find(e, str_from_cstr(name));
    if (value >= 0)
        return value;
    log_event(LOG_RESULT_UNMAPPED, "type=%s result=%s", e->type, name);
    return 0;
}

enum LoginTwoFactorRet
ops_two_factor(enum signin_result r)
{
    return (enum LoginTwoFactorRet)named(&ct_enum_LoginTwoFactorRet, r);
}

enum LoginV2
ops_login(enum signin_result r)
{
    return (enum LoginV2)named(&ct_enum_LoginV2, r);
}

enum ChangePasswordRet
ops_change(enum signin_result r)
{
    return (enum ChangePasswordRet)named(&ct_enum_ChangePasswordRet, r);
}

enum ChangePasswordV2
ops_change2(enum signin_result r)
{
    return (enum ChangePasswordV2)named(&ct_enum_ChangePasswordV2, r);
}

enum ConsoleRet
ops_console(bool is_logged_in)
{
    return is_logged_in ? consoleRet_OK : consoleRet_UserNotLoggedIn;
}

struct ct_array
ops_methods(struct cx *cx, const struct signin_outcome *outcome)
{
    static const struct {
        unsigned method;
        struct str name;
    } names[] = {
        {METHOD_CHALLENGE, STR("Push")}, {METHOD_CODE, STR("Code")}, {METHOD_RECOVERY, STR("RecoveryCode")}};
    enum { NAMES = ARRAY_LEN(names) };
    if (!outcome->has_methods)
        return (struct ct_array){.is_null = true};
    struct TwoFactorAuthenticationMethod *items = arena_array(&cx->arena, NAMES, sizeof *items);
    struct ct_array array = {.items = items};
    for (size_t i = 0; i < NAMES; i++)
        if ((outcome->methods & names[i].method) != 0)
            items[array.n++].AuthMethodName = names[i].name;
    return array;
}
