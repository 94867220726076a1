/* SPDX-License-Identifier: Apache-2.0 */
/* domain: the sign-in, the approval and the enrolment with each of their calls failing (sweep.h): what is
 * right is granted wholly or not at all, and what is wrong never. */
#include "tests/faults/unit/sweep.h"

#include "accounts/enrolment.h"
#include "base/codec.h"
#include "ops/ops.h"
#include "statement/statement.h"

#define IN_OF(s, type) ((struct type##_in *)(void *)((s)->op = CT_OP_##type, (s)->in))

static struct str
kept(struct sweep_stage *s, struct str text)
{
    return arena_str(&s->w->kept, text);
}

static struct str
text64(struct sweep_stage *s, struct str bytes)
{
    return codec_base64url(&s->w->kept, bytes.p, bytes.n);
}

static void
with_password(struct sweep_stage *s, const char *email, const char *password)
{
    *IN_OF(s, loginTechnicianFromStandalone_v7_2) = (struct loginTechnicianFromStandalone_v7_2_in){
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
    *IN_OF(s, twoFactorSendPushAuth) = (struct twoFactorSendPushAuth_in){.sLoginToken = s->w->login};
}

static void
check(struct sweep_stage *s)
{
    *IN_OF(s, twoFactorCheckPushAuthStatus) =
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

/* A second phone, whose token is known here. */
static struct str
second_phone(struct sweep_stage *s)
{
    struct str token;
    struct handset *p = &s->w->phone;
    assert_ok(device_get(s->w->cx, phone_enrol(s->w->f, &p->key, s->w->technician, &token), &p->device));
    p->device.name = kept(s, p->device.name);
    p->device.public_key = kept(s, p->device.public_key);
    p->device.fingerprint = kept(s, p->device.fingerprint);
    return kept(s, token);
}

static void
answer(struct sweep_stage *s, const char *number, bool signs)
{
    struct str token = second_phone(s);
    struct challenge_view shown;
    struct buf b;
    pushed(s);
    handset_sees(s->w, &s->w->phone, &shown);
    const char *typed = number != NULL ? number : s->w->number.p;
    buf_init(&b, 8192);
    statement_write_answer(&b, &shown, arena_printf(&s->w->kept, "%lld", (long long)s->w->phone.device.id),
                           signs ? STR_LIT("approve") : STR_LIT("reject"), str_from_cstr(typed));
    struct str signature = phone_sign(s->w->f, &s->w->phone.key, buf_view(&b));
    buf_clear(&b);
    *IN_OF(s, device_answer) = (struct device_answer_in){.sDeviceToken = token,
                                                         .sChallengeId = shown.id,
                                                         .sDecision = STR("approve"),
                                                         .sNumber = str_from_cstr(typed),
                                                         .sSignature = text64(s, signature)};
}

static void
approval(struct sweep_stage *s)
{
    answer(s, NULL, true);
}

static void
approval_with_a_wrong_number(struct sweep_stage *s)
{
    answer(s, "x", true);
}

static void
approval_of_another_statement(struct sweep_stage *s)
{
    answer(s, NULL, false);
}

static void
enrolment(struct sweep_stage *s, const char *signed_name)
{
    struct str link;
    assert_ok(enrolment_new(s->w->cx, s->w->technician, CLOCK_HOUR, &link));
    struct str ticket = kept(s, phone_ticket(link));
    const struct phone *p = &s->w->phone.key;
    struct str signature = phone_sign(s->w->f, p, phone_enrol_statement(s->w->f, ticket, signed_name));
    *IN_OF(s, device_enrol) = (struct device_enrol_in){.sTicket = ticket,
                                                       .sPublicKey = text64(s, phone_public(p)),
                                                       .sName = STR("tablet"),
                                                       .sSignature = text64(s, signature)};
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
    {"approval, wrong number", approval_with_a_wrong_number, "WrongNumber", false},
    {"approval, another statement", approval_of_another_statement, "BadSignature", false},
    {"enrolment", right_enrolment, "OK", true},
    {"enrolment, another statement", enrolment_of_another_name, "BadSignature", false},
    {"enrolment, used ticket", enrolment_again, "UnknownTicket", false},
};

static void
each_call_fails_once(void **state)
{
    sweep(*state);
}

int
main(void)
{
    struct CMUnitTest tests[sizeof scenarios / sizeof scenarios[0]];
    const char *only = getenv("FAULTS_ONLY");
    size_t n = 0;
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++)
        if (only == NULL || strcmp(only, scenarios[i].name) == 0)
            tests[n++] = (struct CMUnitTest){.name = scenarios[i].name,
                                             .test_func = each_call_fails_once,
                                             .initial_state = (void *)(uintptr_t)&scenarios[i]};
    return _cmocka_run_group_tests("faults", tests, n, NULL, NULL);
}
