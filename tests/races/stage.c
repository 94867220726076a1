/* SPDX-License-Identifier: Apache-2.0 */
/* stage: see stage.h. */
#include "tests/races/stage.h"

#include <stdio.h>

#include "accounts/code.h"
#include "accounts/enrolment.h"
#include "accounts/notice.h"
#include "ops/ops.h"
#include "statement/statement.h"
#include "tests/unit/ops/signed.h"

#define kept(s, text) arena_str(&(s)->w->kept, text)

static struct str
text64(struct stage *s, struct str bytes)
{
    return codec_base64url(&s->w->kept, bytes.p, bytes.n);
}

struct act *
stage_add(struct stage *s, const char *name)
{
    struct act *a = &s->acts[s->n++];
    assert_true(s->n <= ACTS_MAX);
    *a = (struct act){.name = name};
    return a;
}

/* What a console asks. */

static void
add_login(struct stage *s, const char *name, const char *password)
{
    *STAGE_IN(stage_add(s, name), loginTechnicianFromStandalone_v7_2) =
        (struct loginTechnicianFromStandalone_v7_2_in){
            .sEmail = STR(WORLD_EMAIL), .sPassword = str_from_cstr(password), .sLanguage = STR("en")};
}

static void
add_code(struct stage *s, const char *name, size_t login, struct str code)
{
    *STAGE_IN(stage_add(s, name), twoFactorValidateCode) =
        (struct twoFactorValidateCode_in){.sLoginToken = s->logins[login], .sCode = code};
}

static void
add_consoles(struct stage *s)
{
    add_login(s, "login", WORLD_PASSWORD);
    add_login(s, "login, wrong password", "eight lanterns over Lund");
    *STAGE_IN(stage_add(s, "login, new password"), loginTechnicianWithNewPassword_v7_2) =
        (struct loginTechnicianWithNewPassword_v7_2_in){.email = STR(WORLD_EMAIL),
                                                        .oldPassword = STR(WORLD_PASSWORD),
                                                        .newPassword = STR(WORLD_NEW_PASSWORD)};
    *STAGE_IN(stage_add(s, "push"), twoFactorSendPushAuth) =
        (struct twoFactorSendPushAuth_in){.sLoginToken = s->logins[1]};
    *STAGE_IN(stage_add(s, "push, again"), twoFactorSendPushAuth) =
        (struct twoFactorSendPushAuth_in){.sLoginToken = s->logins[0]};
    *STAGE_IN(stage_add(s, "check"), twoFactorCheckPushAuthStatus) =
        (struct twoFactorCheckPushAuthStatus_in){.sLoginToken = s->logins[0], .sPushToken = s->push};
    *STAGE_IN(stage_add(s, "cancel"), twoFactorCancelPushAuth) =
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
    struct act *a = stage_add(s, "keep alive");
    *STAGE_IN(a, keepConsoleAlive) = (struct keepConsoleAlive_in){0};
    a->session = session;
    a = stage_add(s, "log out");
    *STAGE_IN(a, logoutTechnician) = (struct logoutTechnician_in){0};
    a->session = session;
    a = stage_add(s, "change of password");
    *STAGE_IN(a, changePassword_v7_2) = (struct changePassword_v7_2_in){
        .sOldPassword = STR(WORLD_PASSWORD), .sNewPassword = STR(WORLD_NEW_PASSWORD)};
    a->session = session;
    *STAGE_IN(stage_add(s, "console ticket"), console_redeem) = (struct console_redeem_in){.sTicket = ticket};
}

/* What a phone answers and does. */

static void
add_answer(struct stage *s, const char *name, size_t phone, const char *decision, struct str number)
{
    struct act *a = stage_add(s, name);
    struct str id = arena_printf(&s->w->kept, "%lld", (long long)s->phones[phone].device.id);
    struct buf b;
    buf_init(&b, 8192);
    statement_write_answer(&b, &s->shown, id, str_from_cstr(decision), number);
    struct str signature = phone_sign(s->w->f, &s->phones[phone].key, buf_view(&b));
    buf_clear(&b);
    *STAGE_IN(a, device_answer) = (struct device_answer_in){.sDeviceToken = s->tokens[phone],
                                                            .sChallengeId = s->shown.id,
                                                            .sDecision = str_from_cstr(decision),
                                                            .sNumber = number,
                                                            .sSignature = text64(s, signature)};
}

static void
add_enrolment(struct stage *s, const char *name, struct str ticket, const struct phone *p)
{
    struct str signature = phone_sign(s->w->f, p, phone_enrol_statement(s->w->f, ticket, "tablet"));
    *STAGE_IN(stage_add(s, name), device_enrol) =
        (struct device_enrol_in){.sTicket = ticket,
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

/* What a phone only reads is not here: that it has seen a push is a note of its own, which decides nothing.
 */
static void
add_deeds(struct stage *s, struct str nonce)
{
    struct str token = s->tokens[1];
    struct notice *notices;
    size_t n;
    assert_ok(notice_list(s->w->cx, &s->phones[1].device, &notices, &n));
    assert_true(n > 0);
    struct act *a = stage_add(s, "phone, remove");
    *STAGE_IN(a, device_remove) = (struct device_remove_in){.sDeviceToken = token};
    sign(s, a, nonce);
    a = stage_add(s, "phone, subscribe");
    *STAGE_IN(a, device_subscribe) =
        (struct device_subscribe_in){.sDeviceToken = token,
                                     .sEndpoint = STR("https://web.push.apple.com/x"),
                                     .sP256dh = text64(s, phone_public(&s->phones[1].key)),
                                     .sAuth = STR("AAECAwQFBgcICQoLDA0ODw")};
    sign(s, a, nonce);
    a = stage_add(s, "phone, unsubscribe");
    *STAGE_IN(a, device_unsubscribe) = (struct device_unsubscribe_in){.sDeviceToken = token};
    sign(s, a, nonce);
    a = stage_add(s, "phone, notice read");
    *STAGE_IN(a, device_noticed) =
        (struct device_noticed_in){.sDeviceToken = token, .sNoticeId = kept(s, notices[0].public_id)};
    sign(s, a, nonce);
}

/* The seed that waits for its first code: the base32 text. */
static struct str
begin_codes(struct stage *s, struct str self)
{
    struct str nonce;
    struct act a = {.name = "codes"};
    struct self_codes_begin_out out;
    *STAGE_IN(&a, self_codes_begin) =
        (struct self_codes_begin_in){.sDeviceToken = s->tokens[1], .sSelfToken = self};
    assert_ok(deed_nonce(s->w->cx, &s->phones[1].device, &nonce));
    sign(s, &a, kept(s, nonce));
    assert_ok(stage_run_once(s->w->cx, s, &a, &out));
    assert_int_equal(out.result, deviceRet_OK);
    return kept(s, out.sSecret);
}

static void
add_opening(struct stage *s)
{
    const struct handset *p = &s->phones[1];
    struct self_begun begun;
    enum self_result r;
    assert_ok(self_begin(s->w->cx, &p->device, &begun, &r));
    assert_int_equal(r, SELF_OK);
    struct str nonce = kept(s, begun.nonce);
    struct str signature = phone_sign(s->w->f, &p->key, handset_self_statement(s->w, p, nonce));
    *STAGE_IN(stage_add(s, "self, open"), self_open) = (struct self_open_in){
        .sDeviceToken = s->tokens[1], .sNonce = nonce, .sSignature = text64(s, signature)};
}

static void
add_self(struct stage *s)
{
    struct str self = handset_opens(s->w, &s->phones[1]).token, token = s->tokens[1], nonce;
    struct str first = arena_printf(&s->w->kept, "%lld", (long long)s->phones[0].device.id);
    const char *code = world_code_of(s->w, begin_codes(s, self));
    assert_ok(deed_nonce(s->w->cx, &s->phones[1].device, &nonce));
    nonce = kept(s, nonce);
    add_opening(s);
    add_deeds(s, nonce);
    struct act *a = stage_add(s, "self, codes begun");
    *STAGE_IN(a, self_codes_begin) = (struct self_codes_begin_in){.sDeviceToken = token, .sSelfToken = self};
    sign(s, a, nonce);
    a = stage_add(s, "self, codes confirmed");
    *STAGE_IN(a, self_codes_confirm) = (struct self_codes_confirm_in){
        .sDeviceToken = token, .sSelfToken = self, .sCode = str_from_cstr(code)};
    sign(s, a, nonce);
    a = stage_add(s, "self, rename");
    *STAGE_IN(a, self_rename) = (struct self_rename_in){
        .sDeviceToken = token, .sSelfToken = self, .sDeviceId = first, .sName = STR("the old one")};
    sign(s, a, nonce);
    a = stage_add(s, "self, remove");
    *STAGE_IN(a, self_remove) =
        (struct self_remove_in){.sDeviceToken = token, .sSelfToken = self, .sDeviceId = first};
    sign(s, a, nonce);
    a = stage_add(s, "self, password");
    *STAGE_IN(a, self_password) = (struct self_password_in){.sDeviceToken = token,
                                                            .sSelfToken = self,
                                                            .sOldPassword = STR(WORLD_PASSWORD),
                                                            .sNewPassword = STR(WORLD_NEW_PASSWORD)};
    sign(s, a, nonce);
    a = stage_add(s, "self, recovery codes");
    *STAGE_IN(a, self_recovery) = (struct self_recovery_in){.sDeviceToken = token, .sSelfToken = self};
    sign(s, a, nonce);
    a = stage_add(s, "self, codes removed");
    *STAGE_IN(a, self_codes_remove) =
        (struct self_codes_remove_in){.sDeviceToken = token, .sSelfToken = self};
    sign(s, a, nonce);
    a = stage_add(s, "self, end");
    *STAGE_IN(a, self_end) = (struct self_end_in){.sDeviceToken = token, .sSelfToken = self};
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
    assert_ok(db_exec(w->cx, NULL, "UPDATE challenge SET seen_at = 0 WHERE technician_id = $1", "i",
                      w->technician)); /* it is yet to be seen */
    s->challenge = world_int(w, "SELECT id FROM challenge WHERE technician_id = $1 AND state = 'pending'",
                             w->technician);
}

void
stage_prepare(struct stage *s, struct world *w, enum stage_of of)
{
    struct str codes[RECOVERY_CODES], uri;
    *s = (struct stage){.w = w};
    w->f->env.has_web_push = true;
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
    world_later(w, CLOCK_MINUTE - CLOCK_S); /* the ticket is still good */
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
    stage_add_operators(s);
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

enum errcode
stage_run_once(struct cx *cx, const struct stage *s, const struct act *a, void *out)
{
    struct call call = {.source = STR(FIXTURE_SOURCE),
                        .user_agent = STR("Console 7.2"),
                        .session = a->session,
                        .operator_session = a->is_operators ? s->operator_session : STR_NULL,
                        .idempotency_key = a->key};
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
    enum errcode err = stage_run_once(cx, s, a, out);
    for (int i = 1; i < TRIES && cx->err == ERR_STORE_RACE && db_writes(cx->db) == writes; i++) {
        db_write_beside(cx->db, i < BESIDE);
        cx_again(cx);
        memset(out, 0, sizeof out);
        err = stage_run_once(cx, s, a, out);
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
