/* policy_change: see the header. */
#include "accounts/policy_change.h"

#include "accounts/challenge.h"
#include "accounts/passkey.h"
#include "accounts/policy.h"
#include "db/db.h"

/* What waits or was approved by the former policy, and would not be by this one, is taken back. */
static enum errcode
hold_against(struct cx *cx, int64_t company_id, struct str key, const struct policy *p)
{
    enum errcode err = ERR_NONE;
    if (str_eq(key, STR_LIT("passkey")) && p->passkey == PASSKEY_POLICY_REQUIRED) {
        err = passkey_check_site(cx);
        if (err == ERR_NONE)
            err = challenge_withdraw_without_passkey(cx, company_id);
    }
    if (err == ERR_NONE && str_eq(key, STR_LIT("push_number")) && p->push_number)
        err = challenge_withdraw_without_number(cx, company_id);
    return err;
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
