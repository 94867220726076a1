/* SPDX-License-Identifier: Apache-2.0 */
/* policy_change: see the header. */
#include "accounts/policy_change.h"

#include "accounts/challenge.h"
#include "accounts/passkey.h"
#include "accounts/policy.h"
#include "accounts/session.h"
#include "base/clock.h"
#include "db/db.h"
#include "store/store_preview.h"
#include "store/store_self.h"
#include "store/store_session.h"

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

static enum errcode
count_live(struct cx *cx, int64_t company_id, struct policy_preview *out)
{
    const struct session_choice company = {.company_id = company_id};
    enum errcode err = store_session_count(cx, &company, cx->now, &out->sessions);
    return err != ERR_NONE ? err : store_preview_pushes(cx, company_id, &out->pushes);
}

/* p is the policy with the change of the row `name`. */
static enum errcode
count_unready(struct cx *cx, int64_t company_id, struct str name, const struct policy *p, int64_t *n_out)
{
    static const struct str counted[] = {STR("second_factor"), STR("passkey"), STR("password_age")};
    size_t i = 0;
    *n_out = -1;
    while (i < ARRAY_LEN(counted) && !str_eq(counted[i], name))
        i++;
    if (i == 0 && p->second_factor == SECOND_FACTOR_REQUIRED)
        return store_preview_without_factor(cx, company_id, n_out);
    if (i == 1 && p->passkey == PASSKEY_POLICY_REQUIRED)
        return store_preview_without_passkey(cx, company_id, n_out);
    if (i == 2 && p->password_age > 0)
        return store_preview_old_passwords(cx, company_id, cx->now - p->password_age * CLOCK_DAY, n_out);
    return ERR_NONE;
}

static enum errcode
preview_within(struct cx *cx, int64_t company_id, struct str key, struct str value,
               struct policy_preview *out)
{
    struct policy_preview after = {.sessions = 0};
    struct policy p;
    enum errcode err = store_preview_technicians(cx, company_id, &out->technicians);
    if (err == ERR_NONE)
        err = count_live(cx, company_id, out);
    if (err == ERR_NONE)
        err = policy_write(cx, company_id, key, value);
    if (err == ERR_NONE)
        err = policy_get(cx, company_id, &p);
    if (err == ERR_NONE)
        err = hold_against(cx, company_id, key, &p);
    if (err == ERR_NONE)
        err = count_live(cx, company_id, &after);
    if (err != ERR_NONE)
        return err;
    out->sessions -= after.sessions;
    out->pushes -= after.pushes;
    return count_unready(cx, company_id, key, &p, &out->unready);
}

enum errcode
policy_preview(struct cx *cx, int64_t company_id, struct str key, struct str value,
               struct policy_preview *preview_out)
{
    struct policy checked;
    *preview_out = (struct policy_preview){.unready = -1};
    enum errcode err = policy_check(cx, key, value, &checked);
    if (err == ERR_NONE)
        err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    const size_t woken = cx->n_woken;
    err = preview_within(cx, company_id, key, value, preview_out);
    db_rollback(cx);
    cx->n_woken = woken; /* nothing has changed */
    return err;
}
