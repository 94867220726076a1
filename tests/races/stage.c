/* SPDX-License-Identifier: Apache-2.0 */
/* stage: see stage.h. */
#include "tests/races/stage.h"

#include <stdio.h>

#include "accounts/code.h"
#include "accounts/company_change.h"
#include "accounts/enrolment.h"
#include "accounts/policy_change.h"
#include "accounts/session.h"
#include "accounts/technician_change.h"
#include "ops/ops.h"
#include "statement/statement.h"
#include "tests/unit/ops/signed.h"

#define IN(a, type) ((struct type##_in *)(void *)((a)->op = CT_OP_##type, (a)->in))

static struct str
kept(struct stage *s, struct str text)
{
    return arena_str(&s->w->kept, text);
}

static struct str
text64(struct stage *s, struct str bytes)
{
    return codec_base64url(&s->w->kept, bytes.p, bytes.n);
}

static struct act *
add(struct stage *s, const char *name)
{
    struct act *a = &s->acts[s->n++];
    assert_true(s->n <= ACTS_MAX);
    *a = (struct act){.name = name};
    return a;
}

static void
add_work(struct stage *s, const char *name, enum errcode (*work)(struct cx *, const struct stage *))
{
    add(s, name)->work = work;
}

/* What a console asks. */

static void
add_login(struct stage *s, const char *name, const char *password)
{
    *IN(add(s, name), loginTechnicianFromStandalone_v7_2) = (struct loginTechnicianFromStandalone_v7_2_in){
        .sEmail = STR(WORLD_EMAIL), .sPassword = str_from_cstr(password), .sLanguage = STR("en")};
}

static void
add_code(struct stage *s, const char *name, size_t login, struct str code)
{
    *IN(add(s, name), twoFactorValidateCode) =
        (struct twoFactorValidateCode_in){.sLoginToken = s->logins[login], .sCode = code};
}

static void
add_consoles(struct stage *s)
{
    add_login(s, "login", WORLD_PASSWORD);
    add_login(s, "login, wrong password", "eight lanterns over Lund");
    *IN(add(s, "login, new password"), loginTechnicianWithNewPassword_v7_2) =
        (struct loginTechnicianWithNewPassword_v7_2_in){.email = STR(WORLD_EMAIL),
                                                        .oldPassword = STR(WORLD_PASSWORD),
                                                        .newPassword = STR(WORLD_NEW_PASSWORD)};
    *IN(add(s, "push"), twoFactorSendPushAuth) =
        (struct twoFactorSendPushAuth_in){.sLoginToken = s->logins[1]};
    *IN(add(s, "push, again"), twoFactorSendPushAuth) =
        (struct twoFactorSendPushAuth_in){.sLoginToken = s->logins[0]};
    *IN(add(s, "check"), twoFactorCheckPushAuthStatus) =
        (struct twoFactorCheckPushAuthStatus_in){.sLoginToken = s->logins[0], .sPushToken = s->push};
    *IN(add(s, "cancel"), twoFactorCancelPushAuth) =
        (struct twoFactorCancelPushAuth_in){.sLoginToken = s->logins[0], .sPushToken = s->push};
    add_code(s, "code", 1, s->totp);
    add_code(s, "code, another login", 2, s->totp);
    add_code(s, "code, wrong", 1, str_eq(s->totp, STR_LIT("000000")) ? STR_LIT("000001") : STR_LIT("000000"));
    add_code(s, "recovery code", 1, s->recovery);
    add_code(s, "recovery code, another login", 2, s->recovery);
}

static void
add_sessions(struct stage *s, struct str session, struct str ticket)
{
    struct act *a = add(s, "keep alive");
    *IN(a, keepConsoleAlive) = (struct keepConsoleAlive_in){0};
    a->session = session;
    a = add(s, "log out");
    *IN(a, logoutTechnician) = (struct logoutTechnician_in){0};
    a->session = session;
    a = add(s, "change of password");
    *IN(a, changePassword_v7_2) = (struct changePassword_v7_2_in){.sOldPassword = STR(WORLD_PASSWORD),
                                                                  .sNewPassword = STR(WORLD_NEW_PASSWORD)};
    a->session = session;
    *IN(add(s, "console ticket"), console_redeem) = (struct console_redeem_in){.sTicket = ticket};
}

/* What a phone answers and does. */

static void
add_answer(struct stage *s, const char *name, size_t phone, const char *decision, struct str number)
{
    struct act *a = add(s, name);
    struct str id = arena_printf(&s->w->kept, "%lld", (long long)s->phones[phone].device.id);
    struct buf b;
    buf_init(&b, 8192);
    statement_write_answer(&b, &s->shown, id, str_from_cstr(decision), number);
    struct str signature = phone_sign(s->w->f, &s->phones[phone].key, buf_view(&b));
    buf_clear(&b);
    *IN(a, device_answer) = (struct device_answer_in){.sDeviceToken = s->tokens[phone],
                                                      .sChallengeId = s->shown.id,
                                                      .sDecision = str_from_cstr(decision),
                                                      .sNumber = number,
                                                      .sSignature = text64(s, signature)};
}

static void
add_enrolment(struct stage *s, const char *name, struct str ticket, const struct phone *p)
{
    struct str signature = phone_sign(s->w->f, p, phone_enrol_statement(s->w->f, ticket, "tablet"));
    *IN(add(s, name), device_enrol) = (struct device_enrol_in){.sTicket = ticket,
                                                               .sPublicKey = text64(s, phone_public(p)),
                                                               .sName = STR("tablet"),
                                                               .sSignature = text64(s, signature)};
}

/* Signs it as a change by the second phone, over the one nonce that all of them share. */
static void
sign(struct stage *s, struct act *a, struct str nonce)
{
    const struct ct_type *t = &ct_ops[a->op].in;
    memcpy(a->in, signed_in(s->w->f, &s->phones[1], a->op, a->in, nonce), t->size);
    for (size_t i = 0; i < t->n; i++)
        if (t->fields[i].kind == CT_STRING) {
            struct str *text = (struct str *)(void *)(a->in + t->fields[i].offset);
            *text = str_is_null(*text) ? STR_NULL : kept(s, *text);
        }
}

static void
add_self(struct stage *s)
{
    struct str self = handset_opens(s->w, &s->phones[1]).token, token = s->tokens[1], nonce;
    struct str first = arena_printf(&s->w->kept, "%lld", (long long)s->phones[0].device.id);
    assert_ok(deed_nonce(s->w->cx, &s->phones[1].device, &nonce));
    nonce = kept(s, nonce);
    struct act *a = add(s, "self, rename");
    *IN(a, self_rename) = (struct self_rename_in){
        .sDeviceToken = token, .sSelfToken = self, .sDeviceId = first, .sName = STR("the old one")};
    sign(s, a, nonce);
    a = add(s, "self, remove");
    *IN(a, self_remove) =
        (struct self_remove_in){.sDeviceToken = token, .sSelfToken = self, .sDeviceId = first};
    sign(s, a, nonce);
    a = add(s, "self, password");
    *IN(a, self_password) = (struct self_password_in){.sDeviceToken = token,
                                                      .sSelfToken = self,
                                                      .sOldPassword = STR(WORLD_PASSWORD),
                                                      .sNewPassword = STR(WORLD_NEW_PASSWORD)};
    sign(s, a, nonce);
    a = add(s, "self, recovery codes");
    *IN(a, self_recovery) = (struct self_recovery_in){.sDeviceToken = token, .sSelfToken = self};
    sign(s, a, nonce);
    a = add(s, "self, codes removed");
    *IN(a, self_codes_remove) = (struct self_codes_remove_in){.sDeviceToken = token, .sSelfToken = self};
    sign(s, a, nonce);
    a = add(s, "self, end");
    *IN(a, self_end) = (struct self_end_in){.sDeviceToken = token, .sSelfToken = self};
    sign(s, a, nonce);
}

static void
add_phones(struct stage *s)
{
    struct str link, wrong = str_eq(s->number, STR_LIT("123456")) ? STR_LIT("123457") : STR_LIT("123456");
    add_answer(s, "approve", 0, "approve", s->number);
    add_answer(s, "approve, another phone", 1, "approve", s->number);
    add_answer(s, "wrong number", 1, "approve", wrong);
    add_answer(s, "reject", 1, "reject", STR_NULL);
    add_answer(s, "report", 1, "not-me", STR_NULL);
    assert_ok(enrolment_new(s->w->cx, s->w->technician, CLOCK_HOUR, &link));
    struct str ticket = kept(s, phone_ticket(link));
    phone_init(&s->third.key);
    add_enrolment(s, "enrol", ticket, &s->third.key);
    add_enrolment(s, "enrol, another phone", ticket, &s->phones[0].key);
    add_self(s);
}

/* What operators do. */

static enum errcode
lock(struct cx *cx, const struct stage *s)
{
    return technician_lock(cx, s->w->technician);
}

static enum errcode
unlock(struct cx *cx, const struct stage *s)
{
    return technician_unlock(cx, s->w->technician);
}

static enum errcode
disable(struct cx *cx, const struct stage *s)
{
    return technician_set_flags(cx, s->w->technician, true, false);
}

static enum errcode
erase(struct cx *cx, const struct stage *s)
{
    return technician_delete(cx, s->w->technician);
}

static enum errcode
reset(struct cx *cx, const struct stage *s)
{
    return technician_reset_password(cx, s->w->technician, STR_LIT("six heavy wardrobes, 3 stairs"), true);
}

static enum errcode
ban(struct cx *cx, const struct stage *s)
{
    return company_set_state(cx, s->w->company, COMPANY_BANNED);
}

static enum errcode
plan(struct cx *cx, const struct stage *s)
{
    return company_set_plan(cx, s->w->company, true, false);
}

static enum errcode
require_passkeys(struct cx *cx, const struct stage *s)
{
    return policy_set(cx, s->w->company, STR_LIT("passkey"), STR_LIT("required"));
}

static enum errcode
lower_failures(struct cx *cx, const struct stage *s)
{
    return policy_set(cx, s->w->company, STR_LIT("lockout_failures"), STR_LIT("4"));
}

static enum errcode
one_seat(struct cx *cx, const struct stage *s)
{
    return policy_set(cx, s->w->company, STR_LIT("seats"), STR_LIT("1"));
}

static enum errcode
remove_phone(struct cx *cx, const struct stage *s)
{
    return device_set_state(cx, s->phones[0].device.id, DEVICE_REMOVED);
}

static enum errcode
disable_phone(struct cx *cx, const struct stage *s)
{
    return device_set_state(cx, s->phones[1].device.id, DEVICE_DISABLED);
}

static enum errcode
end_session(struct cx *cx, const struct stage *s)
{
    return session_end(cx, s->session, "operator");
}

static enum errcode
new_totp(struct cx *cx, const struct stage *s)
{
    struct str uri;
    return totp_enrol(cx, s->w->technician, &uri);
}

static enum errcode
new_recovery_codes(struct cx *cx, const struct stage *s)
{
    struct str codes[RECOVERY_CODES];
    return recovery_codes_new(cx, s->w->technician, codes);
}

static enum errcode
void_links(struct cx *cx, const struct stage *s)
{
    int64_t n;
    return enrolment_cancel(cx, s->w->technician, &n);
}

static enum errcode
undelivered(struct cx *cx, const struct stage *s)
{
    return challenge_fail(cx, s->challenge);
}

static void
add_operators(struct stage *s)
{
    add_work(s, "lock", lock);
    add_work(s, "unlock", unlock);
    add_work(s, "disable", disable);
    add_work(s, "delete", erase);
    add_work(s, "reset", reset);
    add_work(s, "ban", ban);
    add_work(s, "plan off", plan);
    add_work(s, "passkeys required", require_passkeys);
    add_work(s, "fewer failures", lower_failures);
    add_work(s, "one seat", one_seat);
    add_work(s, "phone removed", remove_phone);
    add_work(s, "phone disabled", disable_phone);
    add_work(s, "session ended", end_session);
    add_work(s, "new seed", new_totp);
    add_work(s, "new recovery codes", new_recovery_codes);
    add_work(s, "links void", void_links);
    add_work(s, "not delivered", undelivered);
}

static void
enrol(struct stage *s, size_t i)
{
    struct handset *p = &s->phones[i];
    phone_init(&p->key);
    assert_ok(
        device_get(s->w->cx, phone_enrol(s->w->f, &p->key, s->w->technician, &s->tokens[i]), &p->device));
    p->device.name = kept(s, p->device.name);
    p->device.public_key = kept(s, p->device.public_key);
    p->device.fingerprint = kept(s, p->device.fingerprint);
    s->tokens[i] = kept(s, s->tokens[i]);
}

static void
wait_for_the_phone(struct stage *s)
{
    struct world *w = s->w;
    for (size_t i = 0; i < ARRAY_LEN(s->logins); i++) {
        assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
        s->logins[i] = w->login;
    }
    w->login = s->logins[0];
    assert_int_equal(world_send(w), SIGNIN_OK);
    s->push = w->push;
    s->number = w->number;
    handset_sees(w, &s->phones[0], &s->shown);
    s->challenge = world_int(w, "SELECT id FROM challenge WHERE technician_id = $1 AND state = 'pending'",
                             w->technician);
}

void
stage_prepare(struct stage *s, struct world *w, enum stage_of of)
{
    struct str codes[RECOVERY_CODES], uri;
    *s = (struct stage){.w = w};
    world_policy(w, "seats", "2");
    world_policy(w, "lockout_failures", "6");
    enrol(s, 0);
    enrol(s, 1);
    assert_ok(recovery_codes_new(w->cx, w->technician, codes));
    s->recovery = kept(s, codes[3]);
    world_sign_in(w);
    struct str ticket = str_sub(w->answer.url, str_find_str(w->answer.url, STR_LIT("ticket=")) + 7, SIZE_MAX);
    ticket = kept(s, ticket);
    s->session = world_int(w, "SELECT id FROM session WHERE technician_id = $1", w->technician);
    world_later(w, CLOCK_MINUTE);
    assert_ok(totp_enrol(w->cx, w->technician, &uri));
    s->totp = str_from_cstr(world_totp(w, uri));
    wait_for_the_phone(s);
    /* One failure each is left until this address is refused, and until the account locks. */
    for (int i = 0; i < 4; i++)
        (void)world_login_as(w, WORLD_EMAIL, "eight lanterns over Lund");
    world_source(w, "198.51.100.9");
    (void)world_login_as(w, WORLD_EMAIL, "eight lanterns over Lund");
    world_source(w, FIXTURE_SOURCE);
    world_later(w, 0);
    add_consoles(s);
    add_sessions(s, w->session, ticket);
    add_phones(s);
    add_operators(s);
    if (of == STAGE_APPROVED)
        assert_int_equal(handset_replies(w, &s->phones[0], &s->shown, DECISION_APPROVE, s->number.p),
                         ANSWER_OK);
    world_later(w, 0);
}

void
stage_clear(struct stage *s)
{
    phone_clear(&s->phones[0].key);
    phone_clear(&s->phones[1].key);
    phone_clear(&s->third.key);
}

static enum errcode
run_once(struct cx *cx, const struct stage *s, const struct act *a, void *out)
{
    struct call call = {
        .source = STR(FIXTURE_SOURCE), .user_agent = STR("Console 7.2"), .session = a->session};
    struct call_reply reply = {.status = CALL_DONE};
    cx->source = STR_LIT(FIXTURE_SOURCE);
    cx->actor = STR_LIT("operator:test");
    cx->call = &call;
    cx->reply = &reply;
    enum errcode err = a->work != NULL ? a->work(cx, s) : ops_run(cx, a->op, a->in, out);
    db_rollback(cx);
    cx->call = NULL;
    cx->reply = NULL;
    return err;
}

void
stage_run(struct cx *cx, const struct stage *s, const struct act *a, char result_out[RESULT_MAX])
{
    enum { TRIES = 5, BESIDE = 3 }; /* as proc/domain.c does */
    _Alignas(max_align_t) unsigned char out[512] = {0};
    const uint64_t writes = db_writes(cx->db);
    cx_begin(cx);
    db_write_beside(cx->db, true);
    enum errcode err = run_once(cx, s, a, out);
    for (int i = 1; i < TRIES && cx->err == ERR_STORE_RACE && db_writes(cx->db) == writes; i++) {
        db_write_beside(cx->db, i < BESIDE);
        cx_again(cx);
        memset(out, 0, sizeof out);
        err = run_once(cx, s, a, out);
    }
    if (a->work != NULL || cx->err != ERR_NONE) {
        (void)snprintf(result_out, RESULT_MAX, "%s", err_name(cx->err != ERR_NONE ? cx->err : err));
    } else {
        const struct ct_enum *en = ct_ops[a->op].out.fields[0].en;
        int value = 0;
        memcpy(&value, out, sizeof value);
        (void)snprintf(result_out, RESULT_MAX, "%.*s", STR_ARG(en->values[value].bare));
    }
    err_forget(cx);
    cx_end(cx);
}
