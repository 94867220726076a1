/* SPDX-License-Identifier: Apache-2.0 */
/* account: reads an account with everything a decision needs, and builds what a console may learn about
 * it. */
#include "accounts/account.h"

#include "accounts/code.h"
#include "accounts/device.h"
#include "accounts/challenge_pace.h"
#include "keys/env.h"
#include "store/store_session.h"

enum errcode
account_read(struct cx *cx, int64_t technician_id, struct account *a_out)
{
    enum errcode err = technician_get(cx, technician_id, &a_out->t);
    if (err == ERR_NONE)
        err = company_get(cx, a_out->t.company_id, &a_out->c);
    if (err == ERR_NONE)
        err = policy_get(cx, a_out->t.company_id, &a_out->p);
    if (err == ERR_NONE)
        err = lockout_get(cx, &a_out->p, a_out->t.email_key, cx->source, &a_out->l);
    a_out->is_password_seen = false;
    a_out->is_address_allowed = true;
    if (err == ERR_NONE && a_out->p.address_rules)
        err = address_is_allowed(cx, a_out->c.id, a_out->t.id, cx->source, &a_out->is_address_allowed);
    return err;
}

void
account_saw_password(struct account *a, const struct password_facts *facts)
{
    a->password = *facts;
    a->is_password_seen = true;
}

int32_t
account_password_days(const struct cx *cx, const struct account *a)
{
    if (a->is_password_seen && password_broken_rule(&a->p, &a->password) != PASSWORD_RULE_NONE)
        return 0;
    return password_days_left(cx, &a->p, &a->t);
}

bool
account_is_locked(const struct account *a)
{
    return a->l.account_locked || a->t.locked_at != 0;
}

enum errcode
account_fail(struct cx *cx, struct account *a)
{
    const struct lockout_name name = {&a->t, &a->p, a->t.email_key};
    return lockout_fail(cx, &name, cx->source, &a->l);
}

struct audit_of
account_of(const struct account *a)
{
    return (struct audit_of){.company = a->c.id, .technician = a->t.id};
}

bool
account_may_enrol_itself(const struct account *a)
{
    return a->t.factor_since == 0;
}

enum errcode
account_methods(struct cx *cx, const struct account *a, unsigned *methods_out)
{
    int64_t active = 0, codes = 0;
    enum errcode err = device_count_active(cx, a->t.id, &active);
    if (err == ERR_NONE)
        err = recovery_codes_left(cx, a->t.id, &codes);
    *methods_out = (active > 0 && !challenge_pace_rests(cx, &a->t) ? METHOD_CHALLENGE : 0u) |
                   (a->t.has_totp ? METHOD_CODE : 0u) | (codes > 0 ? METHOD_RECOVERY : 0u);
    return err;
}

enum errcode
account_tell(struct cx *cx, const struct account *a, int64_t except_session, struct signin_outcome *answer)
{
    const struct session_choice others = {.technician_id = a->t.id, .except_id = except_session};
    int64_t n = 0;
    enum errcode err = store_session_count(cx, &others, cx->now, &n);
    answer->attempts_left = account_is_locked(a) ? 0 : lockout_attempts(&a->l);
    answer->password_days = account_password_days(cx, a);
    answer->is_console_running = n > 0;
    answer->minimum_strength = (uint8_t)a->p.password_strength;
    return err;
}

enum errcode
account_seats(struct cx *cx, const struct account *a, struct account_seats *seats_out)
{
    const struct session_choice company = {.company_id = a->c.id};
    *seats_out = (struct account_seats){.taken = 0};
    if (a->p.seats == 0)
        return ERR_NONE;
    enum errcode err = store_session_count(cx, &company, cx->now, &seats_out->taken);
    seats_out->is_full = a->p.seat_full == SEAT_REFUSE && seats_out->taken >= a->p.seats;
    return err;
}

struct str
account_url(struct cx *cx, const struct account *a, enum signin_result result)
{
    if (result == SIGNIN_UserPasswordExpired)
        return arena_printf(&cx->arena, "%.*s/account/password", STR_ARG(cx->env->public_url));
    bool is_sso = result == SIGNIN_OnlySSOLoginAllowed || result == SIGNIN_OnlySaml2LoginAllowed;
    return is_sso && !str_is_empty(a->p.sign_on_url) ? a->p.sign_on_url : STR_NULL;
}

struct str
text_of_stranger(struct cx *cx, struct str text, size_t max)
{
    size_t n = text.n < max ? text.n : max;
    char *p = arena_alloc(&cx->arena, n + 1);
    for (size_t i = 0; i < n; i++)
        p[i] = (char)(text.p[i] >= 0x20 && text.p[i] < 0x7f ? text.p[i] : '?');
    p[n] = '\0';
    return (struct str){p, n};
}

void
account_acts(struct cx *cx, int64_t technician_id)
{
    if (str_is_null(cx->actor) || str_eq(cx->actor, STR_LIT("anonymous")))
        cx->actor = arena_printf(&cx->arena, "technician:%lld", (long long)technician_id);
}
