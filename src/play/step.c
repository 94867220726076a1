/* SPDX-License-Identifier: Apache-2.0 */
/* step: what operators, phones and other consoles do in a sandbox: one function for each step of
 * scenarios.def. */
#include <string.h>

#include "accounts/challenge_pace.h"
#include "accounts/company.h"
#include "accounts/company_change.h"
#include "accounts/device.h"
#include "accounts/device_change.h"
#include "accounts/policy.h"
#include "accounts/policy_change.h"
#include "accounts/session.h"
#include "accounts/technician.h"
#include "accounts/technician_change.h"
#include "base/rand.h"
#include "db/db.h"
#include "play/stage.h"
#include "signin/signin.h"
#include "store/store_login.h"
#include "store/store_session.h"

enum { WRONG_NUMBERS = 3 };

static enum errcode
policy(struct cx *cx, struct stage *s, const char *key, const char *value)
{
    return policy_set(cx, s->company, str_from_cstr(key), str_from_cstr(value));
}

static enum errcode
answer(struct cx *cx, struct stage *s, struct phone_act act)
{
    struct phone_heard heard;
    return phone_answer(cx, s->phone, s->technician, act, &heard);
}

static enum errcode
do_nothing(struct cx *cx, struct stage *s)
{
    (void)cx;
    (void)s;
    return ERR_NONE;
}

static enum errcode
do_approve(struct cx *cx, struct stage *s)
{
    return answer(cx, s, (struct phone_act){.decision = DECISION_APPROVE});
}

static enum errcode
do_reject(struct cx *cx, struct stage *s)
{
    return answer(cx, s, (struct phone_act){.decision = DECISION_REJECT});
}

static enum errcode
do_not_me(struct cx *cx, struct stage *s)
{
    return answer(cx, s, (struct phone_act){.decision = DECISION_NOT_ME});
}

static enum errcode
do_wrong_number(struct cx *cx, struct stage *s)
{
    enum errcode err = ERR_NONE;
    for (int i = 0; i < WRONG_NUMBERS && err == ERR_NONE; i++)
        err = answer(cx, s, (struct phone_act){.decision = DECISION_APPROVE, .is_number_wrong = true});
    return err;
}

static enum errcode
set_phone(struct cx *cx, struct stage *s, enum device_state state)
{
    struct device *devices = NULL;
    size_t n = 0;
    enum errcode err = device_list(cx, s->technician, false, &devices, &n);
    for (size_t i = 0; i < n && err == ERR_NONE; i++)
        err = device_set_state(cx, devices[i].id, state);
    return err;
}

static enum errcode
do_no_phone(struct cx *cx, struct stage *s)
{
    return set_phone(cx, s, DEVICE_REMOVED);
}

static enum errcode
do_phone_disabled(struct cx *cx, struct stage *s)
{
    return set_phone(cx, s, DEVICE_DISABLED);
}

static enum errcode
do_inactive(struct cx *cx, struct stage *s)
{
    return company_set_state(cx, s->company, COMPANY_INACTIVE);
}

static enum errcode
do_banned(struct cx *cx, struct stage *s)
{
    return company_set_state(cx, s->company, COMPANY_BANNED);
}

static enum errcode
do_enterprise(struct cx *cx, struct stage *s)
{
    return company_set_plan(cx, s->company, true, true);
}

static enum errcode
do_enterprise_off(struct cx *cx, struct stage *s)
{
    return company_set_plan(cx, s->company, true, false);
}

static enum errcode
do_address_rules(struct cx *cx, struct stage *s)
{
    enum errcode err = do_enterprise(cx, s);
    return err != ERR_NONE ? err : policy(cx, s, "address_rules", "on");
}

static enum errcode
do_standard(struct cx *cx, struct stage *s)
{
    enum errcode err = do_address_rules(cx, s);
    return err != ERR_NONE ? err : company_set_plan(cx, s->company, false, false);
}

static enum errcode
do_address_denied(struct cx *cx, struct stage *s)
{
    enum errcode err = do_address_rules(cx, s);
    if (err == ERR_NONE)
        err = address_rule_add(cx, s->company, 0, false, STR_LIT("0.0.0.0/0"));
    if (err == ERR_NONE)
        err = address_rule_add(cx, s->company, 0, false, STR_LIT("::/0"));
    return err;
}

static enum errcode
single_sign_on(struct cx *cx, struct stage *s, const char *mode)
{
    enum errcode err = do_enterprise(cx, s);
    if (err == ERR_NONE)
        err = policy(cx, s, "sign_on_url", "https://sso.sandbox.test/start");
    return err != ERR_NONE ? err : policy(cx, s, "sign_in_mode", mode);
}

static enum errcode
do_sso(struct cx *cx, struct stage *s)
{
    return single_sign_on(cx, s, "sso");
}

static enum errcode
do_saml2(struct cx *cx, struct stage *s)
{
    return single_sign_on(cx, s, "saml2");
}

static enum errcode
do_alone(struct cx *cx, struct stage *s)
{
    return policy(cx, s, "second_factor", "off");
}

/* A session of the password alone would end by that policy. The scripts have one push each, which is for what
 * comes now; so the sessions that there are count as begun with a second factor. */
static enum errcode
do_required(struct cx *cx, struct stage *s)
{
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = db_end(cx, store_session_count_as_proved(cx, s->company));
    return err != ERR_NONE ? err : policy(cx, s, "second_factor", "required");
}

static enum errcode
do_alone_no_phone(struct cx *cx, struct stage *s)
{
    return do_alone(cx, s);
}

static enum errcode
do_required_phone_disabled(struct cx *cx, struct stage *s)
{
    enum errcode err = do_required(cx, s);
    return err != ERR_NONE ? err : do_phone_disabled(cx, s);
}

static enum errcode
do_deleted(struct cx *cx, struct stage *s)
{
    return technician_delete(cx, s->technician);
}

static enum errcode
do_no_technician(struct cx *cx, struct stage *s)
{
    return technician_set_flags(cx, s->technician, false, true);
}

static enum errcode
do_role_off(struct cx *cx, struct stage *s)
{
    return technician_set_flags(cx, s->technician, true, false);
}

static enum errcode
do_locked(struct cx *cx, struct stage *s)
{
    return technician_lock(cx, s->technician);
}

static enum errcode
do_reset(struct cx *cx, struct stage *s)
{
    return technician_reset_password(cx, s->technician, STR_LIT(SCENARIO_NEW), false);
}

/* stage.c made the account with its former password. */
static enum errcode
do_former_password(struct cx *cx, struct stage *s)
{
    return technician_reset_password(cx, s->technician, STR_LIT(SCENARIO_PASSWORD), false);
}

static enum errcode
do_alone_former_password(struct cx *cx, struct stage *s)
{
    enum errcode err = do_alone(cx, s);
    return err != ERR_NONE ? err : do_former_password(cx, s);
}

static enum errcode
do_letters(struct cx *cx, struct stage *s)
{
    return technician_reset_password(cx, s->technician, STR_LIT(SCENARIO_LETTERS), false);
}

/* stage.c made the password old. */
static enum errcode
do_old_password(struct cx *cx, struct stage *s)
{
    return policy(cx, s, "password_age", "30");
}

static enum errcode
do_alone_old_password(struct cx *cx, struct stage *s)
{
    enum errcode err = do_alone(cx, s);
    return err != ERR_NONE ? err : do_old_password(cx, s);
}

/* A colleague signs in with the password alone and takes the only seat. */
static enum errcode
do_alone_seat_taken(struct cx *cx, struct stage *s)
{
    struct signin_outcome outcome;
    int64_t colleague = 0;
    struct str email =
        arena_printf(&cx->arena, "colleague.%llx@" SCENARIO_DOMAIN, (unsigned long long)rand_id());
    const struct technician_new new = {.company_id = s->company,
                                       .email = email,
                                       .name = STR_LIT("A colleague"),
                                       .password = STR_LIT(SCENARIO_PASSWORD),
                                       .keeps_password = true};
    enum errcode err = do_alone(cx, s);
    if (err == ERR_NONE)
        err = policy(cx, s, "seats", "1");
    if (err == ERR_NONE)
        err = technician_add(cx, &new, &colleague);
    if (err == ERR_NONE)
        err = signin_begin(cx, email, STR_LIT(SCENARIO_PASSWORD), STR_NULL, &outcome);
    if (err == ERR_NONE && outcome.result != SIGNIN_OK)
        err = err_set(cx, ERR_DENIED, "the colleague was answered %s", signin_result_name(outcome.result));
    return err;
}

static enum errcode
do_seat_taken(struct cx *cx, struct stage *s)
{
    enum errcode err = do_alone_seat_taken(cx, s);
    return err != ERR_NONE ? err : do_required(cx, s);
}

/* A refusal by the person: no push may skip the waiting time after it. */
static enum errcode
do_too_soon(struct cx *cx, struct stage *s)
{
    struct signin_outcome first;
    struct challenge_sent sent;
    enum errcode err = signin_begin(cx, s->email, STR_LIT(SCENARIO_PASSWORD), STR_NULL, &first);
    if (err == ERR_NONE && first.result != SIGNIN_OkTwoFactorAuthenticationRequired)
        err = err_set(cx, ERR_DENIED, "the first sign-in was answered %s", signin_result_name(first.result));
    if (err == ERR_NONE)
        err = signin_send_challenge(cx, first.login_token, &sent);
    return err != ERR_NONE ? err : do_reject(cx, s);
}

/* Within the open transaction. */
static enum errcode
refuse_until_rest(struct cx *cx, struct stage *s)
{
    enum errcode err = ERR_NONE;
    for (int i = 0; i < CHALLENGE_REFUSED_MAX && err == ERR_NONE; i++) {
        struct technician t;
        err = technician_get(cx, s->technician, &t);
        if (err == ERR_NONE)
            err = challenge_pace_count(cx, &t, CHALLENGE_PACE_REFUSED);
    }
    return err;
}

static enum errcode
do_resting(struct cx *cx, struct stage *s)
{
    enum errcode err = db_begin(cx);
    return err != ERR_NONE ? err : db_end(cx, refuse_until_rest(cx, s));
}

/* From the same address: only then does its push replace the other one. */
static enum errcode
do_second_console(struct cx *cx, struct stage *s)
{
    struct login_row first;
    struct signin_outcome outcome;
    struct challenge_sent sent;
    enum errcode err = store_login_get(cx, s->login, &first);
    if (err != ERR_NONE)
        return err;
    cx->source = first.source;
    err = signin_begin(cx, s->email, STR_LIT(SCENARIO_PASSWORD), STR_NULL, &outcome);
    if (err == ERR_NONE && outcome.result != SIGNIN_OkTwoFactorAuthenticationRequired)
        err =
            err_set(cx, ERR_DENIED, "the second console was answered %s", signin_result_name(outcome.result));
    if (err == ERR_NONE)
        err = signin_send_challenge(cx, outcome.login_token, &sent);
    cx->source = STR_NULL;
    return err;
}

static enum errcode
do_session_ended_approve(struct cx *cx, struct stage *s)
{
    struct session *sessions = NULL;
    size_t n = 0;
    enum errcode err = session_list(cx, s->company, s->technician, &sessions, &n);
    for (size_t i = 0; i < n && err == ERR_NONE; i++)
        err = session_end(cx, sessions[i].id, "operator");
    return err != ERR_NONE ? err : do_approve(cx, s);
}

enum errcode
step_do(struct cx *cx, struct stage *stage, enum scenario_step step)
{
    static enum errcode (*const steps[STEP_COUNT_])(struct cx *, struct stage *) = {
#define SCENARIO_STEP(name, doc) do_##name,
#include "contract/scenarios.def"
    };
    cx->actor = STR_LIT("operator:sandbox");
    return steps[step](cx, stage);
}
