/* SPDX-License-Identifier: Apache-2.0 */
/* factors: codes, passkeys, the change of a password, sessions and the self-service with each of their calls
 * failing (sweep.h). */
#include "tests/faults/unit/sweep.h"
#include "tests/unit/webauthn/authenticator.h"

#include "accounts/code.h"
#include "accounts/enrolment.h"
#include "base/codec.h"
#include "ops/ops.h"

/* Codes. */

static void
logged_in(struct sweep_stage *s)
{
    assert_int_equal(world_login(s->w), SIGNIN_OkTwoFactorAuthenticationRequired);
}

static void
code(struct sweep_stage *s, struct str typed)
{
    *SWEEP_IN(s, twoFactorValidateCode) =
        (struct twoFactorValidateCode_in){.sLoginToken = s->w->login, .sCode = sweep_kept(s, typed)};
}

static struct str
shown_by(struct sweep_stage *s, struct str secret)
{
    return str_from_cstr(world_code_of(s->w, secret));
}

static struct str
shown_code(struct sweep_stage *s)
{
    struct str uri;
    assert_ok(totp_enrol(s->w->cx, s->w->technician, &uri));
    return str_from_cstr(world_totp(s->w, uri));
}

static struct str
another(struct sweep_stage *s, struct str right)
{
    return sweep_kept(s, str_eq(right, STR_LIT("000000")) ? STR_LIT("000001") : STR_LIT("000000"));
}

static void
right_code(struct sweep_stage *s)
{
    struct str shown = shown_code(s);
    logged_in(s);
    code(s, shown);
}

static void
wrong_code(struct sweep_stage *s)
{
    struct str shown = shown_code(s);
    logged_in(s);
    code(s, another(s, shown));
}

static void
code_again(struct sweep_stage *s)
{
    struct str shown = shown_code(s);
    logged_in(s);
    assert_int_equal(world_code(s->w, shown.p), SIGNIN_OK);
    logged_in(s);
    code(s, shown);
}

static void
code_beside_a_push(struct sweep_stage *s)
{
    struct str shown = shown_code(s);
    logged_in(s);
    assert_int_equal(world_send(s->w), SIGNIN_OK);
    code(s, shown);
}

static struct str
recovery(struct sweep_stage *s)
{
    struct str codes[RECOVERY_CODES];
    assert_ok(recovery_codes_new(s->w->cx, s->w->technician, codes));
    return sweep_kept(s, codes[3]);
}

static void
recovery_code(struct sweep_stage *s)
{
    struct str one = recovery(s);
    logged_in(s);
    code(s, one);
}

static void
recovery_code_again(struct sweep_stage *s)
{
    struct str one = recovery(s);
    logged_in(s);
    assert_int_equal(world_code(s->w, one.p), SIGNIN_OK);
    logged_in(s);
    code(s, one);
}

/* Passkeys. */

static struct str
new_ticket(struct sweep_stage *s)
{
    struct str link;
    assert_ok(enrolment_new(s->w->cx, s->w->technician, CLOCK_HOUR, &link));
    return sweep_kept(s, phone_ticket(link));
}

static void
enrolment(struct sweep_stage *s, const struct authenticator *a, const char *attested)
{
    struct str ticket = new_ticket(s);
    struct str statement = sweep_kept(s, phone_enrol_statement(s->w->f, ticket, "tablet"));
    const struct phone *p = &s->w->phone.key;
    struct passkey_registration r = {.client_data = STR_NULL};
    if (a != NULL)
        r = authenticator_register(s->w->f, a, attested != NULL ? str_from_cstr(attested) : statement);
    *SWEEP_IN(s, device_enrol) = (struct device_enrol_in){
        .sTicket = ticket,
        .sPublicKey = sweep_text64(s, phone_public(p)),
        .sName = STR("tablet"),
        .sSignature = sweep_text64(s, phone_sign(s->w->f, p, statement)),
        .sAttestation = a != NULL ? sweep_text64(s, r.attestation_object) : STR_NULL,
        .sClientData = a != NULL ? sweep_text64(s, r.client_data) : STR_NULL,
    };
}

static void
enrolment_with_a_passkey(struct sweep_stage *s)
{
    struct authenticator a;
    authenticator_init(&a);
    enrolment(s, &a, NULL);
    authenticator_clear(&a);
}

static void
enrolment_with_a_foreign_passkey(struct sweep_stage *s)
{
    struct authenticator a;
    authenticator_init(&a);
    enrolment(s, &a, "another statement");
    authenticator_clear(&a);
}

static void
enrolment_without_its_passkey(struct sweep_stage *s)
{
    world_policy(s->w, "passkey", "required");
    enrolment(s, NULL, NULL);
}

/* A phone with a passkey, a push for it, and its approval; the authenticator signs `attested` instead. */
static void
approval(struct sweep_stage *s, bool with_passkey, const char *attested)
{
    struct authenticator a;
    struct device_enrol_out enrolled;
    struct call_reply reply = {.status = CALL_DONE};
    struct challenge_view shown;
    struct buf b;
    authenticator_init(&a);
    enrolment(s, &a, NULL);
    s->w->cx->call = &s->call;
    s->w->cx->reply = &reply;
    assert_ok(ops_run(s->w->cx, CT_OP_device_enrol, s->in, &enrolled));
    assert_int_equal(enrolled.result, deviceRet_OK);
    struct str token = sweep_kept(s, enrolled.sDeviceToken), id = sweep_kept(s, enrolled.sDeviceId);
    logged_in(s);
    assert_int_equal(world_send(s->w), SIGNIN_OK);
    handset_sees(s->w, &s->w->phone, &shown);
    buf_init(&b, 8192);
    statement_write_answer(&b, &shown, id, STR_LIT("approve"), s->w->number);
    struct str signature = phone_sign(s->w->f, &s->w->phone.key, buf_view(&b));
    struct passkey_assertion p =
        authenticator_assert(s->w->f, &a, attested != NULL ? str_from_cstr(attested) : buf_view(&b));
    buf_clear(&b);
    *SWEEP_IN(s, device_answer) = (struct device_answer_in){
        .sDeviceToken = token,
        .sChallengeId = shown.id,
        .sDecision = STR("approve"),
        .sNumber = s->w->number,
        .sSignature = sweep_text64(s, signature),
        .sAuthenticatorData = with_passkey ? sweep_text64(s, p.authenticator_data) : STR_NULL,
        .sClientData = with_passkey ? sweep_text64(s, p.client_data) : STR_NULL,
        .sPasskeySignature = with_passkey ? sweep_text64(s, p.signature) : STR_NULL,
    };
    authenticator_clear(&a);
}

static void
approval_with_a_passkey(struct sweep_stage *s)
{
    approval(s, true, NULL);
}

static void
approval_with_a_foreign_passkey(struct sweep_stage *s)
{
    approval(s, true, "another statement");
}

static void
approval_without_its_passkey(struct sweep_stage *s)
{
    approval(s, false, NULL);
}

/* The session, and the change of a password. */

static void
signed_in_console(struct sweep_stage *s)
{
    world_sign_in(s->w);
    s->call.session = s->w->session;
}

static void
keep_alive(struct sweep_stage *s)
{
    signed_in_console(s);
    *SWEEP_IN(s, keepConsoleAlive) = (struct keepConsoleAlive_in){0};
}

static void
log_out(struct sweep_stage *s)
{
    signed_in_console(s);
    *SWEEP_IN(s, logoutTechnician) = (struct logoutTechnician_in){0};
}

static void
redeem(struct sweep_stage *s)
{
    world_sign_in(s->w);
    struct str url = s->w->answer.url;
    struct str ticket = str_sub(url, str_find_str(url, STR_LIT("ticket=")) + 7, url.n);
    *SWEEP_IN(s, console_redeem) = (struct console_redeem_in){.sTicket = sweep_kept(s, ticket)};
}

static void
password(struct sweep_stage *s, const char *old, const char *new)
{
    signed_in_console(s);
    *SWEEP_IN(s, changePassword_v7_2) = (struct changePassword_v7_2_in){.sOldPassword = str_from_cstr(old),
                                                                        .sNewPassword = str_from_cstr(new)};
}

static void
new_password(struct sweep_stage *s)
{
    password(s, WORLD_PASSWORD, WORLD_NEW_PASSWORD);
}

static void
new_password_over_a_wrong_one(struct sweep_stage *s)
{
    password(s, "eight lanterns over Lund", WORLD_NEW_PASSWORD);
}

static void
new_password_in_one_step(struct sweep_stage *s)
{
    world_policy(s->w, "second_factor", "off");
    assert_int_equal(world_login(s->w), SIGNIN_OK);
    s->call.session = s->w->session;
    *SWEEP_IN(s, changePassword) = (struct changePassword_in){.sOldPassword = STR(WORLD_PASSWORD),
                                                              .sNewPassword = STR(WORLD_NEW_PASSWORD)};
}

static void
login_with_a_new_password(struct sweep_stage *s)
{
    *SWEEP_IN(s, loginTechnicianWithNewPassword_v7_2) =
        (struct loginTechnicianWithNewPassword_v7_2_in){.email = STR(WORLD_EMAIL),
                                                        .oldPassword = STR(WORLD_PASSWORD),
                                                        .newPassword = STR(WORLD_NEW_PASSWORD)};
}

static void
check_of_a_new_password(struct sweep_stage *s)
{
    assert_int_equal(world_login_new(s->w, WORLD_PASSWORD, WORLD_NEW_PASSWORD),
                     SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(s->w), SIGNIN_OK);
    assert_int_equal(world_approve(s->w), ANSWER_OK);
    *SWEEP_IN(s, twoFactorCheckPushAuthStatus) =
        (struct twoFactorCheckPushAuthStatus_in){.sLoginToken = s->w->login, .sPushToken = s->w->push};
}

/* The self-service, opened by a second phone. */

static struct self_codes_begin_in
opened(struct sweep_stage *s)
{
    struct str token = sweep_phone(s);
    return (struct self_codes_begin_in){.sDeviceToken = token,
                                        .sSelfToken = handset_opens(s->w, &s->w->phone).token};
}

static void
self_nonce(struct sweep_stage *s)
{
    *SWEEP_IN(s, self_begin) = (struct self_begin_in){.sDeviceToken = sweep_phone(s)};
}

static void
opening(struct sweep_stage *s, size_t from)
{
    struct self_begun begun;
    enum self_result r;
    struct str token = sweep_phone(s);
    assert_ok(self_begin(s->w->cx, &s->w->phone.device, &begun, &r));
    assert_int_equal(r, SELF_OK);
    struct str statement = handset_self_statement(s->w, &s->w->phone, begun.nonce);
    struct str signature =
        phone_sign(s->w->f, &s->w->phone.key, str_sub(statement, from, statement.n - from));
    *SWEEP_IN(s, self_open) = (struct self_open_in){.sDeviceToken = token,
                                                    .sNonce = sweep_kept(s, begun.nonce),
                                                    .sSignature = sweep_text64(s, signature)};
}

static void
right_opening(struct sweep_stage *s)
{
    opening(s, 0);
}

static void
opening_over_another_statement(struct sweep_stage *s)
{
    opening(s, 1);
}

static void
overview(struct sweep_stage *s)
{
    struct self_codes_begin_in by = opened(s);
    *SWEEP_IN(s, self_overview) =
        (struct self_overview_in){.sDeviceToken = by.sDeviceToken, .sSelfToken = by.sSelfToken};
}

static struct str
first_phone(struct sweep_stage *s)
{
    int64_t id = world_int(s->w, "SELECT min(id) FROM device WHERE id <> $1", s->w->phone.device.id);
    return arena_printf(&s->w->kept, "%lld", (long long)id);
}

static void
renaming(struct sweep_stage *s)
{
    struct self_codes_begin_in by = opened(s);
    *SWEEP_IN(s, self_rename) = (struct self_rename_in){.sDeviceToken = by.sDeviceToken,
                                                        .sSelfToken = by.sSelfToken,
                                                        .sDeviceId = first_phone(s),
                                                        .sName = STR("the old one")};
    sweep_sign(s);
}

static void
removal(struct sweep_stage *s)
{
    struct self_codes_begin_in by = opened(s);
    *SWEEP_IN(s, self_remove) = (struct self_remove_in){
        .sDeviceToken = by.sDeviceToken, .sSelfToken = by.sSelfToken, .sDeviceId = first_phone(s)};
    sweep_sign(s);
}

/* What that phone approved is withdrawn with it. */
static void
removal_of_the_approver(struct sweep_stage *s)
{
    struct handset first = s->w->phone;
    logged_in(s);
    assert_int_equal(world_send(s->w), SIGNIN_OK);
    assert_int_equal(world_approve(s->w), ANSWER_OK);
    struct self_codes_begin_in by = opened(s);
    *SWEEP_IN(s, self_remove) =
        (struct self_remove_in){.sDeviceToken = by.sDeviceToken,
                                .sSelfToken = by.sSelfToken,
                                .sDeviceId = arena_printf(&s->w->kept, "%lld", (long long)first.device.id)};
    sweep_sign(s);
}

static void
removal_without_a_signature(struct sweep_stage *s)
{
    removal(s);
    ((struct self_remove_in *)(void *)s->in)->sSignature = STR_LIT("AAAA");
}

static void
self_password_over(struct sweep_stage *s, const char *old)
{
    struct self_codes_begin_in by = opened(s);
    *SWEEP_IN(s, self_password) = (struct self_password_in){.sDeviceToken = by.sDeviceToken,
                                                            .sSelfToken = by.sSelfToken,
                                                            .sOldPassword = str_from_cstr(old),
                                                            .sNewPassword = STR(WORLD_NEW_PASSWORD)};
    sweep_sign(s);
}

static void
new_self_password(struct sweep_stage *s)
{
    self_password_over(s, WORLD_PASSWORD);
}

static void
new_self_password_over_a_wrong_one(struct sweep_stage *s)
{
    self_password_over(s, "eight lanterns over Lund");
}

static void
codes_begun(struct sweep_stage *s)
{
    *SWEEP_IN(s, self_codes_begin) = opened(s);
    sweep_sign(s);
}

static void
codes_confirmed(struct sweep_stage *s, bool rightly)
{
    struct self_codes_begin_in by = opened(s);
    const struct self_proof proof = {&s->w->phone.device, by.sSelfToken, NULL};
    struct self_codes codes;
    enum self_result r;
    assert_ok(self_codes_begin(s->w->cx, handset_acts(s->w, &proof), &codes, &r));
    assert_int_equal(r, SELF_OK);
    struct str shown = shown_by(s, codes.secret);
    *SWEEP_IN(s, self_codes_confirm) =
        (struct self_codes_confirm_in){.sDeviceToken = by.sDeviceToken,
                                       .sSelfToken = by.sSelfToken,
                                       .sCode = rightly ? shown : another(s, shown)};
    sweep_sign(s);
}

static void
right_confirmation(struct sweep_stage *s)
{
    codes_confirmed(s, true);
}

static void
wrong_confirmation(struct sweep_stage *s)
{
    codes_confirmed(s, false);
}

static void
codes_removed(struct sweep_stage *s)
{
    (void)shown_code(s);
    struct self_codes_begin_in by = opened(s);
    *SWEEP_IN(s, self_codes_remove) =
        (struct self_codes_remove_in){.sDeviceToken = by.sDeviceToken, .sSelfToken = by.sSelfToken};
    sweep_sign(s);
}

static void
new_recovery_codes(struct sweep_stage *s)
{
    struct self_codes_begin_in by = opened(s);
    *SWEEP_IN(s, self_recovery) =
        (struct self_recovery_in){.sDeviceToken = by.sDeviceToken, .sSelfToken = by.sSelfToken};
    sweep_sign(s);
}

static void
closing(struct sweep_stage *s)
{
    struct self_codes_begin_in by = opened(s);
    *SWEEP_IN(s, self_end) =
        (struct self_end_in){.sDeviceToken = by.sDeviceToken, .sSelfToken = by.sSelfToken};
    sweep_sign(s);
}

static void
closing_without_a_token(struct sweep_stage *s)
{
    *SWEEP_IN(s, self_end) =
        (struct self_end_in){.sDeviceToken = opened(s).sDeviceToken, .sSelfToken = STR("x")};
    sweep_sign(s);
}

static const struct sweep_scenario scenarios[] = {
    {"code", right_code, "OK", true},
    {"code, wrong", wrong_code, "InvalidCode", false},
    {"code, used", code_again, "InvalidCode", false},
    {"code, beside a push", code_beside_a_push, "OK", true},
    {"recovery code", recovery_code, "OK", true},
    {"recovery code, used", recovery_code_again, "InvalidCode", false},
    {"enrolment, passkey", enrolment_with_a_passkey, "OK", true},
    {"enrolment, foreign passkey", enrolment_with_a_foreign_passkey, "BadPasskey", false},
    {"enrolment, no passkey", enrolment_without_its_passkey, "PasskeyRequired", false},
    {"approval, passkey", approval_with_a_passkey, "OK", true},
    {"approval, foreign passkey", approval_with_a_foreign_passkey, "BadPasskey", false},
    {"approval, no passkey", approval_without_its_passkey, "PasskeyRequired", false},
    {"session, kept alive", keep_alive, "OK", false},
    {"session, ended", log_out, "OK", false},
    {"session, redeemed", redeem, "OK", true},
    {"password", new_password, "OkTwoFactorAuthenticationRequired", true},
    {"password, wrong old one", new_password_over_a_wrong_one, "InvalidPassword", false},
    {"password, in one step", new_password_in_one_step, "OK", true},
    {"password, with the login", login_with_a_new_password, "OkTwoFactorAuthenticationRequired", true},
    {"password, approved", check_of_a_new_password, "OK", true},
    {"self, begin", self_nonce, "OK", false},
    {"self, open", right_opening, "OK", true},
    {"self, open, another statement", opening_over_another_statement, "BadSignature", false},
    {"self, overview", overview, "OK", false},
    {"self, rename", renaming, "OK", true},
    {"self, remove", removal, "OK", true},
    {"self, remove the approver", removal_of_the_approver, "OK", true},
    {"self, remove unsigned", removal_without_a_signature, "BadSignature", false},
    {"self, password", new_self_password, "OK", true},
    {"self, password, wrong old one", new_self_password_over_a_wrong_one, "WrongPassword", false},
    {"self, codes", codes_begun, "OK", true},
    {"self, codes confirmed", right_confirmation, "OK", true},
    {"self, codes, wrong", wrong_confirmation, "WrongCode", false},
    {"self, codes removed", codes_removed, "OK", true},
    {"self, recovery codes", new_recovery_codes, "OK", true},
    {"self, end", closing, "OK", true},
    {"self, no token", closing_without_a_token, "ProofRequired", false},
};

int
main(void)
{
    return sweep_all(scenarios, ARRAY_LEN(scenarios));
}
