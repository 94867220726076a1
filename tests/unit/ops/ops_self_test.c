/* SPDX-License-Identifier: Apache-2.0 */
/* ops_self: the self-service and the notices through the contract's structs, and each refusal as its value.
 */
#include "accounts/technician_change.h"
#include "tests/unit/ops/signed.h"
#include "tests/unit/signin/world.h"

#include "accounts/notice.h"
#include "base/codec.h"
#include "contract/call.h"
#include "ops/ops.h"

struct line {
    struct world *w;
    struct call call;
    struct call_reply reply;
    struct handset tablet;
    struct str device, self; /* its tokens */
};

static void
call(struct line *l, enum ct_op_id op, const void *in, void *out)
{
    l->reply = (struct call_reply){.status = CALL_DONE};
    l->w->cx->call = &l->call;
    l->w->cx->reply = &l->reply;
    assert_ok(ops_run(l->w->cx, op, in, out));
}

/* A change: the same call, signed by this phone with a nonce of now. */
static void
act(struct line *l, enum ct_op_id op, const void *in, void *out)
{
    struct device_nonce_out nonce;
    const struct device_nonce_in ask = {.sDeviceToken = l->device};
    call(l, CT_OP_device_nonce, &ask, &nonce);
    assert_int_equal(nonce.iSecondsRemaining, nonce.result == deviceRet_OK ? 120 : 0);
    call(l, op, signed_in(l->w->f, &l->tablet, op, in, nonce.sNonce), out);
}

static void
line_begin(struct line *l, struct world *w)
{
    *l = (struct line){.w = w, .call = {.source = STR(FIXTURE_SOURCE), .user_agent = STR("app")}};
    struct str token;
    phone_init(&l->tablet.key);
    assert_ok(device_get(w->cx, phone_enrol(w->f, &l->tablet.key, w->technician, &token), &l->tablet.device));
    l->tablet.device.public_key = arena_str(&w->kept, l->tablet.device.public_key);
    l->device = arena_str(&w->kept, token);
}

static enum DeviceRet
open_it(struct line *l, bool rightly)
{
    const struct self_begin_in ask = {.sDeviceToken = l->device};
    struct self_begin_out begun;
    call(l, CT_OP_self_begin, &ask, &begun);
    assert_int_equal(begun.result, deviceRet_OK);
    assert_int_equal(begun.iSecondsRemaining, 120);
    struct str statement = handset_self_statement(l->w, &l->tablet, begun.sNonce);
    struct str signature =
        phone_sign(l->w->f, &l->tablet.key, rightly ? statement : str_sub(statement, 1, statement.n));
    const struct self_open_in in = {.sDeviceToken = l->device,
                                    .sNonce = begun.sNonce,
                                    .sSignature =
                                        codec_base64url(&l->w->cx->arena, signature.p, signature.n)};
    struct self_open_out out;
    call(l, CT_OP_self_open, &in, &out);
    l->self = str_is_null(out.sSelfToken) ? STR_NULL : arena_str(&l->w->kept, out.sSelfToken);
    assert_int_equal(out.iSecondsRemaining, out.result == deviceRet_OK ? 600 : 0);
    return out.result;
}

static void
it_opens_and_ends(void **state)
{
    struct world *w = *state;
    struct line l;
    line_begin(&l, w);
    assert_int_equal(open_it(&l, false), deviceRet_BadSignature);
    assert_true(str_is_null(l.self));
    assert_int_equal(open_it(&l, true), deviceRet_OK);
    assert_true(str_starts(w->cx->actor, STR_LIT("device:")));
    const struct self_open_in bad = {.sDeviceToken = l.device, .sNonce = STR("x"), .sSignature = STR("!")};
    struct self_open_out opened;
    call(&l, CT_OP_self_open, &bad, &opened);
    assert_int_equal(opened.result, deviceRet_BadRequest);
    const struct self_end_in end = {.sDeviceToken = l.device, .sSelfToken = l.self};
    struct self_end_out ended;
    act(&l, CT_OP_self_end, &end, &ended);
    assert_int_equal(ended.result, deviceRet_OK);
    act(&l, CT_OP_self_end, &end, &ended);
    assert_int_equal(ended.result, deviceRet_ProofRequired);
    const struct self_begin_in stranger = {.sDeviceToken = STR("x")};
    struct self_begin_out begun;
    call(&l, CT_OP_self_begin, &stranger, &begun);
    assert_int_equal(begun.result, deviceRet_UnknownDevice);
    assert_true(str_is_null(begun.sNonce) && begun.iSecondsRemaining == 0);
    phone_clear(&l.tablet.key);
}

static void
the_overview_and_devices(void **state)
{
    struct world *w = *state;
    struct line l;
    line_begin(&l, w);
    assert_int_equal(open_it(&l, true), deviceRet_OK);
    const struct self_overview_in look = {.sDeviceToken = l.device, .sSelfToken = l.self};
    struct self_overview_out seen;
    call(&l, CT_OP_self_overview, &look, &seen);
    assert_int_equal(seen.result, deviceRet_OK);
    assert_int_equal(seen.aDevices.n, 2);
    assert_true(!seen.aSignIns.is_null && seen.aSignIns.n == 0 && !seen.bCodes && seen.iRecoveryCodes == 0);
    assert_true(seen.iPasswordExpiresIn == -1 && seen.iMinimumLength == 8);
    const struct SelfDevice *d = seen.aDevices.items;
    const struct SelfDevice *other = d[0].bThis ? &d[1] : &d[0];
    assert_true(d[0].bThis != d[1].bThis);
    assert_str(other->sState, "active");
    assert_str(other->sEnrolled, "2026-11-23T16:00:00Z");
    struct str id = arena_str(&w->kept, other->sDeviceId);
    struct self_rename_in rename = {
        .sDeviceToken = l.device, .sSelfToken = l.self, .sDeviceId = id, .sName = STR("old phone")};
    struct self_rename_out renamed;
    act(&l, CT_OP_self_rename, &rename, &renamed);
    assert_int_equal(renamed.result, deviceRet_OK);
    rename.sName = STR_NULL;
    act(&l, CT_OP_self_rename, &rename, &renamed);
    assert_int_equal(renamed.result, deviceRet_BadRequest);
    const struct self_remove_in remove = {.sDeviceToken = l.device, .sSelfToken = l.self, .sDeviceId = id};
    struct self_remove_out removed;
    act(&l, CT_OP_self_remove, &remove, &removed);
    assert_int_equal(removed.result, deviceRet_OK);
    act(&l, CT_OP_self_remove, &remove, &removed);
    assert_int_equal(removed.result, deviceRet_UnknownDevice);
    assert_ok(technician_lock(w->cx, w->technician));
    call(&l, CT_OP_self_overview, &look, &seen);
    assert_int_equal(seen.result, deviceRet_AccountLocked);
    assert_true(seen.aDevices.is_null && seen.aSignIns.is_null);
    phone_clear(&l.tablet.key);
}

static void
codes_and_recovery(void **state)
{
    struct world *w = *state;
    struct line l;
    line_begin(&l, w);
    assert_int_equal(open_it(&l, true), deviceRet_OK);
    const struct self_codes_begin_in begin = {.sDeviceToken = l.device, .sSelfToken = l.self};
    struct self_codes_begin_out begun;
    act(&l, CT_OP_self_codes_begin, &begin, &begun);
    assert_int_equal(begun.result, deviceRet_OK);
    assert_true(begun.sSecret.n == 32 && str_find_str(begun.sUri, begun.sSecret) < begun.sUri.n);
    assert_true(str_find(begun.sQrCode, ' ') >= 21);
    struct self_codes_confirm_in confirm = {
        .sDeviceToken = l.device, .sSelfToken = l.self, .sCode = STR("no code")};
    struct self_codes_confirm_out confirmed;
    act(&l, CT_OP_self_codes_confirm, &confirm, &confirmed);
    assert_int_equal(confirmed.result, deviceRet_WrongCode);
    confirm.sCode = STR_NULL;
    act(&l, CT_OP_self_codes_confirm, &confirm, &confirmed);
    assert_int_equal(confirmed.result, deviceRet_BadRequest);
    const struct self_codes_remove_in remove = {.sDeviceToken = l.device, .sSelfToken = l.self};
    struct self_codes_remove_out removed;
    act(&l, CT_OP_self_codes_remove, &remove, &removed);
    assert_int_equal(removed.result, deviceRet_OK);
    struct self_recovery_in make = {.sDeviceToken = l.device, .sSelfToken = l.self};
    struct self_recovery_out made;
    act(&l, CT_OP_self_recovery, &make, &made);
    assert_int_equal(made.result, deviceRet_OK);
    assert_int_equal(made.aRecoveryCodes.n, 10);
    const struct RecoveryCode *codes = made.aRecoveryCodes.items;
    assert_int_equal(codes[9].sCode.n, 19);
    make.sSelfToken = STR_NULL;
    act(&l, CT_OP_self_recovery, &make, &made);
    assert_int_equal(made.result, deviceRet_ProofRequired);
    assert_true(made.aRecoveryCodes.is_null);
    phone_clear(&l.tablet.key);
}

static void
the_password(void **state)
{
    struct world *w = *state;
    struct line l;
    line_begin(&l, w);
    assert_int_equal(open_it(&l, true), deviceRet_OK);
    struct self_password_in in = {.sDeviceToken = l.device,
                                  .sSelfToken = l.self,
                                  .sOldPassword = STR("wrong"),
                                  .sNewPassword = STR(WORLD_NEW_PASSWORD)};
    struct self_password_out out;
    for (int left = 9; left >= 5; left--) {
        act(&l, CT_OP_self_password, &in, &out);
        assert_int_equal(out.result, deviceRet_WrongPassword);
        assert_int_equal(out.iAttemptRemaining, left);
        assert_true(str_is_null(out.sRule));
    }
    in.sOldPassword = STR_LIT(WORLD_PASSWORD);
    act(&l, CT_OP_self_password, &in, &out);
    assert_int_equal(out.result, deviceRet_TooManyRequests);
    l.call.source = STR_LIT("192.0.2.200");
    in.sNewPassword = STR_LIT("short");
    act(&l, CT_OP_self_password, &in, &out);
    assert_int_equal(out.result, deviceRet_PasswordRefused);
    assert_str(out.sRule, "length");
    in.sNewPassword = STR_LIT(WORLD_NEW_PASSWORD);
    act(&l, CT_OP_self_password, &in, &out);
    assert_int_equal(out.result, deviceRet_OK);
    phone_clear(&l.tablet.key);
}

/* Every operation that a token gets into changes nothing unless it is signed: a new row of ops.def is found
 * here. */
static void
a_token_alone_changes_nothing(void **state)
{
    static const enum ct_op_id reads[] = {CT_OP_device_nonce, CT_OP_device_pending, CT_OP_device_fetch,
                                          CT_OP_self_begin, CT_OP_self_overview};
    /* These have statements of their own. */
    static const enum ct_op_id signs[] = {CT_OP_device_answer, CT_OP_self_open};
    struct world *w = *state;
    struct line l;
    size_t n_changes = 0;
    line_begin(&l, w);
    assert_int_equal(open_it(&l, true), deviceRet_OK);
    for (size_t op = 0; op < CT_OP_COUNT_; op++) {
        const struct ct_type *t = &ct_ops[op].in;
        bool has_token = false, is_other = false;
        for (size_t i = 0; i < t->n; i++)
            has_token = has_token || str_eq(t->fields[i].name, STR_LIT("sDeviceToken"));
        for (size_t i = 0; i < ARRAY_LEN(reads); i++)
            is_other = is_other || reads[i] == op;
        for (size_t i = 0; i < ARRAY_LEN(signs); i++)
            is_other = is_other || signs[i] == op;
        if (!has_token || is_other)
            continue;
        unsigned char in[512] = {0}, out[512];
        assert_true(t->size <= sizeof in && ct_ops[op].out.size <= sizeof out);
        for (size_t i = 0; i < t->n; i++)
            if (t->fields[i].kind == CT_STRING)
                *member_of((enum ct_op_id)op, in, t->fields[i].name.p) = STR_LIT("AAAA");
        *member_of((enum ct_op_id)op, in, "sDeviceToken") = l.device;
        if (str_starts(ct_ops[op].name, STR_LIT("self_")))
            *member_of((enum ct_op_id)op, in, "sSelfToken") = l.self;
        call(&l, (enum ct_op_id)op, in, out);
        assert_int_equal(*(enum DeviceRet *)(void *)out, deviceRet_StaleNonce);
        *member_of((enum ct_op_id)op, in, "sSignature") = STR_NULL;
        call(&l, (enum ct_op_id)op, in, out);
        assert_int_equal(*(enum DeviceRet *)(void *)out, deviceRet_BadRequest);
        n_changes++;
    }
    assert_int_equal(n_changes, 12);
    phone_clear(&l.tablet.key);
}

static void
notices_are_told_and_shown(void **state)
{
    struct world *w = *state;
    struct line l;
    struct str uri;
    line_begin(&l, w);
    w->cx->device = 0;
    assert_ok(totp_enrol(w->cx, w->technician, &uri));
    const struct device_pending_in ask = {.sDeviceToken = l.device};
    struct device_pending_out told;
    call(&l, CT_OP_device_pending, &ask, &told);
    assert_int_equal(told.result, deviceRet_OK);
    assert_int_equal(told.aNotices.n, 1);
    const struct DeviceNotice *notice = told.aNotices.items;
    assert_str(notice->sKind, "codes-added");
    assert_str(notice->sSubject, "");
    assert_str(notice->sWhen, "2026-11-23T16:00:00Z");
    assert_str(notice->sFirst, "2026-11-23T16:00:00Z");
    assert_int_equal(notice->iTimes, 1);
    struct device_noticed_in shown = {.sDeviceToken = STR("x"), .sNoticeId = notice->sNoticeId};
    struct device_noticed_out noted;
    act(&l, CT_OP_device_noticed, &shown, &noted);
    assert_int_equal(noted.result, deviceRet_UnknownDevice);
    shown.sDeviceToken = l.device;
    act(&l, CT_OP_device_noticed, &shown, &noted);
    assert_int_equal(noted.result, deviceRet_OK);
    call(&l, CT_OP_device_pending, &ask, &told);
    assert_true(!told.aNotices.is_null && told.aNotices.n == 0);
    phone_clear(&l.tablet.key);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_opens_and_ends), TEST(the_overview_and_devices),   TEST(codes_and_recovery),
        TEST(the_password),      TEST(notices_are_told_and_shown), TEST(a_token_alone_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
