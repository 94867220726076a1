/* ops_result: tables made from enums.def: a published value whose name is not in signin_result.def does not
 * compile. Each cell holds the value plus one; 0: the enumeration has no such value. */
#include "ops/ops_result.h"

#include <stdint.h>

#include "log/log.h"

#define ENUM_BEGIN(type, prefix, doc)
#define ENUM_VALUE(type, prefix, name, doc) MAP_##type(prefix, name)
#define ENUM_END(type, prefix)
#define CELL(prefix, name) [SIGNIN_##name] = prefix##_##name + 1,

#define MAP_LoginTwoFactorRet(prefix, name) CELL(prefix, name)
#define MAP_LoginV2(prefix, name)
#define MAP_ChangePasswordRet(prefix, name)
#define MAP_ChangePasswordV2(prefix, name)
#define MAP_ConsoleRet(prefix, name)
#define MAP_DeviceRet(prefix, name)
#define MAP_RedeemRet(prefix, name)
#define MAP_SandboxRet(prefix, name)
static const uint8_t two_factor[SIGNIN_COUNT_] = {
#include "contract/enums.def"
};

#undef MAP_LoginTwoFactorRet
#define MAP_LoginTwoFactorRet(prefix, name)
#undef MAP_LoginV2
#define MAP_LoginV2(prefix, name) CELL(prefix, name)
static const uint8_t login[SIGNIN_COUNT_] = {
#include "contract/enums.def"
};

#undef MAP_LoginV2
#define MAP_LoginV2(prefix, name)
#undef MAP_ChangePasswordRet
#define MAP_ChangePasswordRet(prefix, name) CELL(prefix, name)
static const uint8_t change[SIGNIN_COUNT_] = {
#include "contract/enums.def"
};

#undef MAP_ChangePasswordRet
#define MAP_ChangePasswordRet(prefix, name)
#undef MAP_ChangePasswordV2
#define MAP_ChangePasswordV2(prefix, name) CELL(prefix, name)
static const uint8_t change2[SIGNIN_COUNT_] = {
#include "contract/enums.def"
};

static unsigned
mapped(const uint8_t table[SIGNIN_COUNT_], enum signin_result r)
{
    if (r < SIGNIN_COUNT_ && table[r] != 0)
        return table[r] - 1u;
    log_error("result.unmapped", "result=%d", (int)r);
    return 0;
}

enum LoginTwoFactorRet
ops_two_factor(enum signin_result r)
{
    return (enum LoginTwoFactorRet)mapped(two_factor, r);
}

enum LoginV2
ops_login(enum signin_result r)
{
    return (enum LoginV2)mapped(login, r);
}

enum ChangePasswordRet
ops_change(enum signin_result r)
{
    return (enum ChangePasswordRet)mapped(change, r);
}

enum ChangePasswordV2
ops_change2(enum signin_result r)
{
    return (enum ChangePasswordV2)mapped(change2, r);
}

enum ConsoleRet
ops_console(bool is_logged_in)
{
    return is_logged_in ? consoleRet_OK : consoleRet_UserNotLoggedIn;
}

struct ct_array
ops_methods(struct cx *cx, const struct signin_answer *answer)
{
    static const struct {
        unsigned method;
        struct str name;
    } names[] = {
        {METHOD_PUSH, STR("Push")}, {METHOD_CODE, STR("Code")}, {METHOD_RECOVERY, STR("RecoveryCode")}};
    enum { NAMES = sizeof(names) / sizeof(names[0]) };
    if (!answer->has_methods)
        return (struct ct_array){.is_null = true};
    struct TwoFactorAuthenticationMethod *items = arena_array(&cx->arena, NAMES, sizeof(*items));
    struct ct_array array = {.items = items};
    for (size_t i = 0; i < NAMES; i++)
        if ((answer->methods & names[i].method) != 0)
            items[array.n++].AuthMethodName = names[i].name;
    return array;
}
