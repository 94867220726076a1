/* SPDX-License-Identifier: Apache-2.0 */
/* domain: the sign-in, the approval and the enrolment with each of their calls failing (sweep.h): a right
 * request is granted wholly or not at all, and a wrong one never. */
#include "tests/faults/unit/sweep.h"

#include "accounts/device_change.h"
#include "accounts/enrolment.h"
#include "accounts/policy_change.h"
#include "ops/ops.h"
#include "statement/statement.h"

static void
with_password(struct sweep_stage *s, const char *email, const char *password)
{
    *SWEEP_IN(s, loginTechnicianFromStandalone_v7_2) = (struct loginTechnicianFromStandalone_v7_2_in){
        .sEmail = str_from_cstr(email), .sPassword = str_from_cstr(password), .sLanguage = STR("en")};
}

static void
right_password(struct sweep_stage *s)
{
    with_password(s, WORLD_EMAIL, WORLD_PASSWORD);
}

static void
wrong_password(struct sweep_stage *s)
{
    with_password(s, WORLD_EMAIL, "eight lanterns over Lund");
}

static void
unknown_account(struct sweep_stage *s)
{
    with_password(s, "mallory@example.com", WORLD_PASSWORD);
}

static void
push(struct sweep_stage *s)
{
    assert_int_equal(world_login(s->w), SIGNIN_OkTwoFactorAuthenticationRequired);
    *SWEEP_IN(s, twoFactorSendPushAuth) = (struct twoFactorSendPushAuth_in){.sLoginToken = s->w->login};
}

static void
check(struct sweep_stage *s)
{
    *SWEEP_IN(s, twoFactorCheckPushAuthStatus) =
        (struct twoFactorCheckPushAuthStatus_in){.sLoginToken = s->w->login, .sPushToken = s->w->push};
}

static void
pushed(struct sweep_stage *s)
{
    assert_int_equal(world_login(s->w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(s->w), SIGNIN_OK);
}

static void
check_of_pending(struct sweep_stage *s)
{
    pushed(s);
    check(s);
}

static void
check_of_approved(struct sweep_stage *s)
{
    pushed(s);
    assert_int_equal(world_approve(s->w), ANSWER_OK);
    check(s);
}

static void
check_of_rejected(struct sweep_stage *s)
{
    pushed(s);
    assert_int_equal(handset_answer(s->w, &s->w->phone, DECISION_REJECT, NULL), ANSWER_OK);
    check(s);
}

static void
check_of_expired(struct sweep_stage *s)
{
    pushed(s);
    world_later(s->w, 2 * CLOCK_MINUTE);
    check(s);
}

/* A push that is pending, and a phone whose token is known. */
static struct str
rung(struct sweep_stage *s, struct challenge_view *shown)
{
    struct str token = sweep_phone(s);
    pushed(s);
    handset_sees(s->w, &s->w->phone, shown);
    return token;
}

/* The phone's decision with this number, signed over `decided`. */
static void
answer(struct sweep_stage *s, const char *decision, const char *number, const char *decided)
{
    struct challenge_view shown;
    struct buf b;
    struct str token = rung(s, &shown);
    struct str typed = number == NULL ? STR_NULL : str_from_cstr(number);
    if (number != NULL && strcmp(number, "right") == 0)
        typed = s->w->number;
    buf_init(&b, 8192);
    statement_write_answer(&b, &shown, arena_printf(&s->w->kept, "%lld", (long long)s->w->phone.device.id),
                           str_from_cstr(decided), typed);
    struct str signature = phone_sign(s->w->f, &s->w->phone.key, buf_view(&b));
    buf_clear(&b);
    *SWEEP_IN(s, device_answer) = (struct device_answer_in){.sDeviceToken = token,
                                                            .sChallengeId = shown.id,
                                                            .sDecision = str_from_cstr(decision),
                                                            .sNumber = typed,
                                                            .sSignature = sweep_text64(s, signature)};
}

static void
approval(struct sweep_stage *s)
{
    answer(s, "approve", "right", "approve");
}

static void
approval_with_a_mistyped_number(struct sweep_stage *s)
{
    answer(s, "approve", "x", "approve");
}

/* Of a million numbers this one is not the challenge's, for chance is the same in every run. */
static void
approval_with_a_wrong_number(struct sweep_stage *s)
{
    answer(s, "approve", "123456", "approve");
}

static void
approval_of_another_statement(struct sweep_stage *s)
{
    answer(s, "approve", "right", "reject");
}

static void
rejection(struct sweep_stage *s)
{
    answer(s, "reject", NULL, "reject");
}

static void
report(struct sweep_stage *s)
{
    answer(s, "not-me", NULL, "not-me");
}

static void
list(struct sweep_stage *s)
{
    struct str token = sweep_phone(s);
    pushed(s);
    *SWEEP_IN(s, device_pending) = (struct device_pending_in){.sDeviceToken = token};
}

static void
look(struct sweep_stage *s)
{
    struct challenge_view shown;
    struct str token = rung(s, &shown);
    *SWEEP_IN(s, device_fetch) = (struct device_fetch_in){.sDeviceToken = token, .sChallengeId = shown.id};
}

static void
cancellation(struct sweep_stage *s)
{
    pushed(s);
    *SWEEP_IN(s, twoFactorCancelPushAuth) =
        (struct twoFactorCancelPushAuth_in){.sLoginToken = s->w->login, .sPushToken = s->w->push};
}

/* What ends a push without its phone: housekeeping and the operator. */

static enum errcode
swept(struct sweep_stage *s)
{
    bool more = false;
    return challenge_sweep(s->w->cx, 10, &more);
}

static void
sweep_of_overdue(struct sweep_stage *s)
{
    pushed(s);
    world_later(s->w, 2 * CLOCK_MINUTE);
    s->work = swept;
}

static enum errcode
undelivered(struct sweep_stage *s)
{
    return challenge_fail(s->w->cx, s->id);
}

static void
failed_delivery(struct sweep_stage *s)
{
    pushed(s);
    s->id = world_int(s->w, "SELECT id FROM challenge WHERE technician_id = $1", s->w->technician);
    s->work = undelivered;
}

static enum errcode
removed(struct sweep_stage *s)
{
    return device_set_state(s->w->cx, s->id, DEVICE_DISABLED);
}

/* The last phone: its pending push fails. */
static void
last_phone_disabled(struct sweep_stage *s)
{
    pushed(s);
    s->id = s->w->phone.device.id;
    s->work = removed;
}

/* An approved push is withdrawn with the phone that approved it. */
static void
approver_disabled(struct sweep_stage *s)
{
    check_of_approved(s);
    s->id = s->w->phone.device.id;
    s->work = removed;
}

static enum errcode
passkeys_required(struct sweep_stage *s)
{
    return policy_set(s->w->cx, s->w->company, STR_LIT("passkey"), STR_LIT("required"));
}

static void
approval_without_the_policy_that_follows(struct sweep_stage *s)
{
    check_of_approved(s);
    s->work = passkeys_required;
}

/* Two consoles for one seat: the older session ends. */
static void
check_with_a_full_house(struct sweep_stage *s)
{
    world_policy(s->w, "seats", "1");
    world_policy(s->w, "seat_full", "end-oldest");
    world_sign_in(s->w);
    world_later(s->w, CLOCK_MINUTE);
    check_of_approved(s);
}

static void
enrolment(struct sweep_stage *s, const char *signed_name)
{
    struct str link;
    assert_ok(enrolment_new(s->w->cx, s->w->technician, CLOCK_HOUR, &link));
    struct str ticket = sweep_kept(s, phone_ticket(link));
    const struct phone *p = &s->w->phone.key;
    struct str signature = phone_sign(s->w->f, p, phone_enrol_statement(s->w->f, ticket, signed_name));
    *SWEEP_IN(s, device_enrol) = (struct device_enrol_in){.sTicket = ticket,
                                                          .sPublicKey = sweep_text64(s, phone_public(p)),
                                                          .sName = STR("tablet"),
                                                          .sSignature = sweep_text64(s, signature)};
}

static void
right_enrolment(struct sweep_stage *s)
{
    enrolment(s, "tablet");
}

static void
enrolment_of_another_name(struct sweep_stage *s)
{
    enrolment(s, "laptop");
}

static void
enrolment_again(struct sweep_stage *s)
{
    right_enrolment(s);
    struct device d;
    struct str token;
    const struct device_enrol_in *in = (const struct device_enrol_in *)(const void *)s->in;
    assert_ok(phone_enrol_by(s->w->f, &s->w->phone.key, in->sTicket, &d, &token));
}

static const struct sweep_scenario scenarios[] = {
    {"login", right_password, "OkTwoFactorAuthenticationRequired", true},
    {"login, wrong password", wrong_password, "InvalidPassword", false},
    {"login, unknown account", unknown_account, "InvalidPassword", false},
    {"push", push, "OK", true},
    {"check, pending", check_of_pending, "Poll", false},
    {"check, approved", check_of_approved, "OK", true},
    {"check, rejected", check_of_rejected, "TwoFactorRejected", false},
    {"check, expired", check_of_expired, "TimeOut", false},
    {"approval", approval, "OK", true},
    {"approval, mistyped number", approval_with_a_mistyped_number, "WrongNumber", false},
    {"approval, wrong number", approval_with_a_wrong_number, "WrongNumber", false},
    {"approval, another statement", approval_of_another_statement, "BadSignature", false},
    {"rejection", rejection, "OK", true},
    {"report", report, "OK", true},
    {"list", list, "OK", false},
    {"look", look, "OK", false},
    {"cancellation", cancellation, "OK", true},
    {"check, full house", check_with_a_full_house, "OK", true},
    {"overdue", sweep_of_overdue, NULL, true},
    {"not delivered", failed_delivery, NULL, true},
    {"last phone disabled", last_phone_disabled, NULL, true},
    {"approver disabled", approver_disabled, NULL, true},
    {"passkey required meanwhile", approval_without_the_policy_that_follows, NULL, true},
    {"enrolment", right_enrolment, "OK", true},
    {"enrolment, another statement", enrolment_of_another_name, "BadSignature", false},
    {"enrolment, used ticket", enrolment_again, "UnknownTicket", false},
};

int
main(void)
{
    return sweep_all(scenarios, ARRAY_LEN(scenarios));
}
