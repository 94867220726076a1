/* SPDX-License-Identifier: Apache-2.0 */
/* ops: a whole sign-in through the contract's structs; that an error is UnknownError and nothing else; that
 * results are mapped by name. */
#include "signin/challenge_answer.h"
#include "tests/unit/ops/signed.h"
#include "tests/unit/signin/world.h"

#include <stdio.h>

#include "accounts/enrolment.h"
#include "base/codec.h"
#include "contract/call.h"
#include "ops/ops.h"
#include "ops/ops_topic.h"
#include "ops/ops_result.h"

struct line {
    struct world *w;
    struct call call;
    struct call_reply reply;
};

static void
call(struct line *l, enum ct_op_id op, const void *in, void *out)
{
    l->reply = (struct call_reply){.status = CALL_DONE};
    l->w->cx->call = &l->call;
    l->w->cx->reply = &l->reply;
    assert_ok(ops_run(l->w->cx, op, in, out));
}

static struct line
line_of(struct world *w)
{
    return (struct line){.w = w, .call = {.source = STR(FIXTURE_SOURCE), .user_agent = STR("Console 7.2")}};
}

static struct loginTechnicianFromStandalone_v7_2_out
login(struct line *l)
{
    const struct loginTechnicianFromStandalone_v7_2_in in = {
        .sEmail = STR(WORLD_EMAIL), .sPassword = STR(WORLD_PASSWORD), .sLanguage = STR("en")};
    struct loginTechnicianFromStandalone_v7_2_out out;
    call(l, CT_OP_loginTechnicianFromStandalone_v7_2, &in, &out);
    return out;
}

static void
a_whole_sign_in(void **state)
{
    struct world *w = *state;
    struct line l = line_of(w);
    struct loginTechnicianFromStandalone_v7_2_out begun = login(&l);
    assert_int_equal(begun.result, login_v2_OkTwoFactorAuthenticationRequired);
    assert_int_equal(begun.oTwoFactorAuthenticationMethods.n, 1);
    const struct TwoFactorAuthenticationMethod *method = begun.oTwoFactorAuthenticationMethods.items;
    assert_str(method->AuthMethodName, "Push");
    const struct twoFactorSendPushAuth_in send = {.sLoginToken = begun.sLoginToken};
    struct twoFactorSendPushAuth_out sent;
    call(&l, CT_OP_twoFactorSendPushAuth, &send, &sent);
    assert_int_equal(sent.result, loginTwoFactorRet_OK);
    assert_int_equal(sent.iExpiresIn, 60);
    const struct twoFactorCheckPushAuthStatus_in check = {.sLoginToken = begun.sLoginToken,
                                                          .sPushToken = sent.sPushToken};
    struct twoFactorCheckPushAuthStatus_out checked;
    call(&l, CT_OP_twoFactorCheckPushAuthStatus, &check, &checked);
    assert_int_equal(checked.result, loginTwoFactorRet_Poll);
    assert_int_equal(l.reply.status, CALL_WAIT);
    assert_int_equal(l.reply.wait_for, CLOCK_MINUTE);
    struct topic topic = l.reply.topic;
    w->cx->n_woken = 0; /* by what came before */
    assert_int_equal(handset_answer(w, &w->phone, DECISION_APPROVE, sent.sMatchNumber.p), ANSWER_OK);
    assert_int_equal(w->cx->n_woken, 1);
    struct topic woken = ops_topic(w->cx, w->cx->woken[0]);
    assert_memory_equal(woken.bytes, topic.bytes, TOPIC_BYTES);
    call(&l, CT_OP_twoFactorCheckPushAuthStatus, &check, &checked);
    assert_int_equal(checked.result, loginTwoFactorRet_OK);
    assert_int_equal(l.reply.status, CALL_DONE);
    assert_false(str_is_null(l.reply.set_session));
    l.call.session = arena_str(&w->kept, l.reply.set_session);
    struct keepConsoleAlive_out kept;
    struct logoutTechnician_out ended;
    const struct keepConsoleAlive_in keep = {0};
    const struct logoutTechnician_in end = {0};
    call(&l, CT_OP_keepConsoleAlive, &keep, &kept);
    assert_int_equal(kept.result, consoleRet_OK);
    assert_true(str_is_null(l.reply.set_session));
    call(&l, CT_OP_logoutTechnician, &end, &ended);
    assert_int_equal(ended.result, consoleRet_OK);
    assert_str(l.reply.set_session, "");
    call(&l, CT_OP_keepConsoleAlive, &keep, &kept);
    assert_int_equal(kept.result, consoleRet_UserNotLoggedIn);
}

/* The store breaks: every operation says UnknownError, grants nothing and waits for nothing. */
static void
a_broken_store_is_unknown_error(void **state)
{
    struct world *w = *state;
    struct line l = line_of(w);
    l.call.session = l.call.operator_session = STR_LIT("x");
    static const char *const tables[] = {"technician", "login",   "session",          "device",
                                         "enrolment",  "lockout", "operator_session", "operator_link"};
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        char sql[64];
        (void)snprintf(sql, sizeof sql, "ALTER TABLE %s RENAME TO gone_%s", tables[i], tables[i]);
        assert_ok(db_exec(w->cx, NULL, arena_str(&w->kept, str_from_cstr(sql)).p, ""));
    }
    for (unsigned op = 0; op < CT_OP_COUNT_; op++) {
        if (op == CT_OP_device_enrol || op == CT_OP_push_key || op == CT_OP_admin_signin ||
            op == CT_OP_admin_signin_begin)
            continue; /* a made-up key or challenge is refused before the store is asked; the others do not
                         ask it */
        unsigned char in[512] = {0};
        int out[256];
        assert_true(ct_ops[op].in.size <= sizeof in && ct_ops[op].out.size <= sizeof out);
        for (size_t i = 0; i < ct_ops[op].in.n; i++) {
            const struct ct_field *f = &ct_ops[op].in.fields[i];
            const struct str text = STR_LIT("AAAA");
            if (f->kind == CT_STRING)
                memcpy(in + f->offset, &text, sizeof text);
        }
        memset(out, 0xff, sizeof out);
        l.reply = (struct call_reply){.status = CALL_DONE};
        w->cx->call = &l.call;
        w->cx->reply = &l.reply;
        enum errcode err = ops_run(w->cx, (enum ct_op_id)op, in, out);
        if (err == ERR_NONE)
            fail_msg("%s did not notice", ct_ops[op].name.p);
        err_forget(w->cx);
        assert_int_equal(out[0], 0);
        assert_str(ct_enum_name(ct_ops[op].out.fields[0].en, 0),
                   arena_printf(&w->kept, "%s_UnknownError", ct_ops[op].out.fields[0].en->prefix).p);
        assert_int_equal(l.reply.status, CALL_DONE);
        assert_true(str_is_null(l.reply.set_session));
    }
}

/* A change: the same call, signed with a nonce of now. */
static void
act(struct line *l, const struct handset *p, enum ct_op_id op, const void *in, void *out)
{
    struct device_nonce_out nonce;
    const struct device_nonce_in ask = {.sDeviceToken =
                                            ((const struct device_unsubscribe_in *)in)->sDeviceToken};
    call(l, CT_OP_device_nonce, &ask, &nonce);
    call(l, op, signed_in(l->w->f, p, op, in, nonce.sNonce), out);
}

static void
a_phone_subscribes_and_ends_it(void **state)
{
    struct world *w = *state;
    struct line l = line_of(w);
    struct handset phone;
    struct str token = STR_NULL;
    phone_init(&phone.key);
    phone.device = (struct device){.id = phone_enrol(w->f, &phone.key, w->technician, &token)};
    token = arena_str(&w->kept, token);
    const struct push_key_in ask = {0};
    struct push_key_out told;
    call(&l, CT_OP_push_key, &ask, &told);
    assert_int_equal(told.result, deviceRet_OK);
    assert_true(str_is_null(told.sPublicKey));
    struct device_subscribe_in in = {.sDeviceToken = token,
                                     .sEndpoint = STR_LIT("https://web.push.apple.com/x"),
                                     .sP256dh = codec_base64url(&w->kept, phone.key.public_key, 65),
                                     .sAuth = STR_LIT("AAECAwQFBgcICQoLDA0ODw")};
    struct device_subscribe_out out;
    act(&l, &phone, CT_OP_device_subscribe, &in, &out);
    assert_int_equal(out.result, deviceRet_UnknownPushService);
    w->f->env.has_web_push = true;
    call(&l, CT_OP_push_key, &ask, &told);
    assert_int_equal(told.sPublicKey.n, 87);
    act(&l, &phone, CT_OP_device_subscribe, &in, &out);
    assert_int_equal(out.result, deviceRet_OK);
    in.bAgain = true;
    act(&l, &phone, CT_OP_device_subscribe, &in, &out);
    assert_int_equal(out.result, deviceRet_OK);
    const struct device_unsubscribe_in gone = {.sDeviceToken = token};
    struct device_unsubscribe_out removed;
    act(&l, &phone, CT_OP_device_unsubscribe, &gone, &removed);
    act(&l, &phone, CT_OP_device_subscribe, &in, &out);
    assert_int_equal(out.result, deviceRet_SubscriptionGone);
    in.bAgain = false;
    in.sAuth = STR_LIT("AAECAwQFBgcICQoLDA0O");
    act(&l, &phone, CT_OP_device_subscribe, &in, &out);
    assert_int_equal(out.result, deviceRet_BadRequest);
    in.sDeviceToken = STR_LIT("unknown");
    act(&l, &phone, CT_OP_device_subscribe, &in, &out);
    assert_int_equal(out.result, deviceRet_UnknownDevice);
    const struct device_unsubscribe_in end = {.sDeviceToken = token};
    struct device_unsubscribe_out ended;
    act(&l, &phone, CT_OP_device_unsubscribe, &end, &ended);
    assert_int_equal(ended.result, deviceRet_OK);
    phone_clear(&phone.key);
}

static bool
is_result(struct str name)
{
    for (enum signin_result r = 0; r < SIGNIN_COUNT_; r++)
        if (str_eq(name, str_from_cstr(signin_result_name(r))))
            return true;
    return false;
}

static void
each_published_value_is_a_result_of_a_sign_in(void **state)
{
    static const struct ct_enum *const enums[] = {&ct_enum_LoginTwoFactorRet, &ct_enum_LoginV2,
                                                  &ct_enum_ChangePasswordRet, &ct_enum_ChangePasswordV2};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(enums); i++)
        for (size_t k = 0; k < enums[i]->n; k++) {
            if (!is_result(enums[i]->values[k].bare))
                fail_msg("%s is no result", enums[i]->values[k].name.p);
            assert_int_equal(ct_enum_find(enums[i], enums[i]->values[k].bare), k);
        }
    assert_int_equal(ct_enum_find(&ct_enum_LoginV2, STR_LIT("login_v2_OK")), -1);
}

static void
results_are_mapped_by_name(void **state)
{
    (void)state;
    for (unsigned r = 0; r < SIGNIN_COUNT_; r++) {
        const char *name = signin_result_name((enum signin_result)r);
        const struct ct_enum *two = ct_ops[CT_OP_twoFactorCheckPushAuthStatus].out.fields[0].en;
        struct str written = ct_enum_name(two, (int)ops_two_factor((enum signin_result)r));
        struct str bare = str_sub(written, strlen(two->prefix) + 1, written.n);
        if (!str_eq(bare, str_from_cstr(name)))
            assert_str(bare, "UnknownError");
    }
    assert_int_equal(ops_two_factor(SIGNIN_ConcurrentLimitExceeded),
                     loginTwoFactorRet_ConcurrentLimitExceeded);
    assert_int_equal(ops_two_factor(SIGNIN_OldNewPasswordsMatch), loginTwoFactorRet_OldNewPasswordsMatch);
    assert_int_equal(ops_login(SIGNIN_RequiredEnterprise), login_v2_RequiredEnterprise);
    assert_int_equal(ops_login(SIGNIN_Poll), login_v2_UnknownError);
    assert_int_equal(ops_change(SIGNIN_OldNewPasswordMatches), changePassword_OldNewPasswordMatches);
    assert_int_equal(ops_change2(SIGNIN_TwoFactorError), changePassword_v2_TwoFactorError);
}

static struct str
text64(struct world *w, struct str bytes)
{
    return arena_str(&w->kept, codec_base64url(&w->cx->arena, bytes.p, bytes.n));
}

static struct device_enrol_out
enrol(struct line *l, const struct phone *p, struct str link, struct str signature)
{
    struct str ticket = phone_ticket(link);
    if (str_is_null(signature))
        signature = phone_sign(l->w->f, p, phone_enrol_statement(l->w->f, ticket, "tablet"));
    const struct device_enrol_in in = {.sTicket = ticket,
                                       .sPublicKey = text64(l->w, phone_public(p)),
                                       .sName = STR("tablet"),
                                       .sSignature = text64(l->w, signature)};
    struct device_enrol_out out;
    call(l, CT_OP_device_enrol, &in, &out);
    return out;
}

/* The link was made while there was room, and others were faster. */
static void
an_eleventh_phone_is_told_so(void **state)
{
    struct world *w = *state;
    struct line l = line_of(w);
    struct phone p;
    struct str link;
    phone_init(&p);
    assert_ok(enrolment_new(w->cx, w->technician, CLOCK_HOUR, &link));
    link = arena_str(&w->kept, link);
    for (int i = 1; i < DEVICES_MAX; i++)
        (void)phone_enrol(w->f, &p, w->technician, NULL);
    assert_int_equal(enrol(&l, &p, link, STR_NULL).result, deviceRet_TooManyDevices);
    phone_clear(&p);
}

static void
a_phone_through_its_operations(void **state)
{
    struct world *w = *state;
    struct line l = line_of(w);
    struct phone p;
    struct str link;
    phone_init(&p);
    assert_ok(enrolment_new(w->cx, w->technician, CLOCK_HOUR, &link));
    link = arena_str(&w->kept, link);
    assert_int_equal(enrol(&l, &p, link, STR_LIT("bad")).result, deviceRet_BadSignature);
    struct device_enrol_out enrolled = enrol(&l, &p, link, STR_NULL);
    assert_int_equal(enrolled.result, deviceRet_OK);
    assert_str(enrolled.sAccount, WORLD_EMAIL);
    assert_str(enrolled.sCompany, "Acme Support Ltd");
    assert_int_equal(enrol(&l, &p, link, STR_NULL).result, deviceRet_UnknownTicket);
    struct str token = arena_str(&w->kept, enrolled.sDeviceToken);
    assert_int_equal(world_login(w), SIGNIN_OkTwoFactorAuthenticationRequired);
    assert_int_equal(world_send(w), SIGNIN_OK);
    const struct device_pending_in ask = {.sDeviceToken = token};
    struct device_pending_out pending;
    call(&l, CT_OP_device_pending, &ask, &pending);
    assert_int_equal(pending.result, deviceRet_OK);
    assert_int_equal(pending.aChallenges.n, 1);
    const struct DeviceChallenge *c = pending.aChallenges.items;
    assert_str(c->sPurpose, "sign-in");
    struct device_answer_in answer = {.sDeviceToken = token,
                                      .sChallengeId = c->sChallengeId,
                                      .sDecision = STR("maybe"),
                                      .sNumber = w->number,
                                      .sSignature = STR("AAAA")};
    struct device_answer_out answered;
    call(&l, CT_OP_device_answer, &answer, &answered);
    assert_int_equal(answered.result, deviceRet_BadRequest);
    answer.sDecision = STR_LIT("approve");
    call(&l, CT_OP_device_answer, &answer, &answered);
    assert_int_equal(answered.result, deviceRet_BadSignature);
    answer.sNumber = STR_NULL;
    call(&l, CT_OP_device_answer, &answer, &answered);
    assert_int_equal(answered.result, deviceRet_NumberRequired);
    answer.sChallengeId = STR_LIT("x");
    call(&l, CT_OP_device_answer, &answer, &answered);
    assert_int_equal(answered.result, deviceRet_UnknownChallenge);
    const struct device_nonce_in wants = {.sDeviceToken = token};
    struct device_nonce_out nonce;
    call(&l, CT_OP_device_nonce, &wants, &nonce);
    assert_int_equal(nonce.result, deviceRet_OK);
    struct device_remove_in bye = {.sDeviceToken = token, .sNonce = nonce.sNonce, .sSignature = STR("AAAA")};
    struct device_remove_out removed;
    call(&l, CT_OP_device_remove, &bye, &removed);
    assert_int_equal(removed.result, deviceRet_BadSignature);
    struct str statement = arena_printf(
        &w->cx->arena,
        "countersign-change-v1\naudience 23 https://sign-in.example\nnonce %zu %.*s\ndevice %zu %.*s\n"
        "operation 13 device/remove\n",
        nonce.sNonce.n, STR_ARG(nonce.sNonce), enrolled.sDeviceId.n, STR_ARG(enrolled.sDeviceId));
    struct str raw = phone_sign(w->f, &p, statement);
    bye.sSignature = codec_base64url(&w->cx->arena, raw.p, raw.n);
    call(&l, CT_OP_device_remove, &bye, &removed);
    assert_int_equal(removed.result, deviceRet_OK);
    call(&l, CT_OP_device_pending, &ask, &pending);
    assert_int_equal(pending.result, deviceRet_UnknownDevice);
    assert_true(pending.aChallenges.is_null);
    phone_clear(&p);
}

static void
a_ticket_is_redeemed(void **state)
{
    struct world *w = *state;
    struct line l = line_of(w);
    world_sign_in(w);
    struct str url = w->answer.url;
    const struct console_redeem_in in = {
        .sTicket = arena_str(&w->kept, str_sub(url, str_find_str(url, STR_LIT("ticket=")) + 7, url.n))};
    struct console_redeem_out out;
    call(&l, CT_OP_console_redeem, &in, &out);
    assert_int_equal(out.result, redeemRet_OK);
    assert_str(out.sAccount, WORLD_EMAIL);
    call(&l, CT_OP_console_redeem, &in, &out);
    assert_int_equal(out.result, redeemRet_InvalidTicket);
    assert_true(str_is_null(out.sAccount));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_whole_sign_in),
        TEST(a_broken_store_is_unknown_error),
        TEST(a_phone_through_its_operations),
        TEST(an_eleventh_phone_is_told_so),
        TEST(a_ticket_is_redeemed),
        TEST(a_phone_subscribes_and_ends_it),
        cmocka_unit_test(results_are_mapped_by_name),
        cmocka_unit_test(each_published_value_is_a_result_of_a_sign_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
