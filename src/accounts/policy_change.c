/* SPDX-License-Identifier: Apache-2.0 */
/* policy_change: see the header. */
#include "accounts/policy_change.h"

#include "accounts/challenge.h"
#include "accounts/passkey.h"
#include "accounts/policy.h"
#include "accounts/session.h"
#include "db/db.h"
#include "store/store_self.h"

static bool
is_of_sessions(struct str key)
{
    return str_eq(key, STR_LIT("session_idle")) || str_eq(key, STR_LIT("session_life"));
}

static bool
is_of_number(struct str key)
{
    return str_eq(key, STR_LIT("push_number")) || str_eq(key, STR_LIT("push_digits"));
}

static enum errcode
shorten_sessions(struct cx *cx, int64_t company_id)
{
    struct policy now;
    enum errcode err = policy_get(cx, company_id, &now);
    return err != ERR_NONE ? err : session_shorten(cx, company_id, now.session_idle, now.session_life);
}

static enum errcode
require_passkey(struct cx *cx, int64_t company_id)
{
    enum errcode err = passkey_check_site(cx);
    if (err == ERR_NONE)
        err = challenge_withdraw_without_passkey(cx, company_id);
    return err != ERR_NONE ? err : store_self_end_company(cx, company_id);
}

/* Grants of the former policy that this one would refuse are withdrawn; open ones are shortened.
 * docs/operating.md, "When a policy changes", is the table of all of them. */
static enum errcode
hold_against(struct cx *cx, int64_t company_id, struct str key, const struct policy *p)
{
    enum errcode err = ERR_NONE;
    if (str_eq(key, STR_LIT("passkey")) && p->passkey == PASSKEY_POLICY_REQUIRED)
        err = require_passkey(cx, company_id);
    if (err == ERR_NONE && str_eq(key, STR_LIT("second_factor")) &&
        p->second_factor == SECOND_FACTOR_REQUIRED)
        err = session_end_alone(cx, company_id, "second-factor");
    if (err == ERR_NONE && str_eq(key, STR_LIT("sign_in_mode")) && p->sign_in_mode != SIGN_IN_PASSWORD)
        err = challenge_revoke_company(cx, company_id, "sign-in-mode");
    if (err == ERR_NONE && is_of_number(key))
        err = challenge_withdraw_short_number(cx, company_id);
    return err == ERR_NONE && is_of_sessions(key) ? shorten_sessions(cx, company_id) : err;
}

enum errcode
policy_set(struct cx *cx, int64_t company_id, struct str key, struct str value)
{
    struct policy checked;
    enum errcode err = policy_check(cx, key, value, &checked);
    if (err == ERR_NONE)
        err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = policy_write(cx, company_id, key, value);
    if (err == ERR_NONE)
        err = hold_against(cx, company_id, key, &checked);
    return db_end(cx, err);
}
