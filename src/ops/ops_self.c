/* SPDX-License-Identifier: Apache-2.0 */
/* ops_self: the technician's self-service on the phone; docs/device-api.md, "Self-service". */
#include "base/clock.h"
#include "ops/ops.h"
#include "ops/ops_device.h"
#include "self/self_service.h"

static enum DeviceRet
result_of(enum self_result result)
{
    static const enum DeviceRet results[] = {
        [SELF_OK] = deviceRet_OK,
        [SELF_UNKNOWN_DEVICE] = deviceRet_UnknownDevice,
        [SELF_PROOF_REQUIRED] = deviceRet_ProofRequired,
        [SELF_LOCKED] = deviceRet_AccountLocked,
        [SELF_BAD_SIGNATURE] = deviceRet_BadSignature,
        [SELF_BAD_PASSKEY] = deviceRet_BadPasskey,
        [SELF_PASSKEY_REQUIRED] = deviceRet_PasskeyRequired,
        [SELF_BAD_REQUEST] = deviceRet_BadRequest,
        [SELF_TOO_MANY] = deviceRet_TooManyRequests,
        [SELF_WRONG_PASSWORD] = deviceRet_WrongPassword,
        [SELF_PASSWORD_REFUSED] = deviceRet_PasswordRefused,
        [SELF_WRONG_CODE] = deviceRet_WrongCode,
        [SELF_LAST_FACTOR] = deviceRet_LastFactor,
        [SELF_STALE_NONCE] = deviceRet_StaleNonce,
    };
    return results[result];
}

/* The result of an operation of the self-service, whose refusals for the account's sake are audited. */
static enum errcode
tell(struct cx *cx, const struct device *d, enum errcode err, enum self_result result,
     enum DeviceRet *result_out)
{
    if (err == ERR_NONE)
        err = self_audit_refusal(cx, d, result);
    if (err == ERR_NONE)
        *result_out = result_of(result);
    return err;
}

enum errcode
op_self_begin(struct cx *cx, const struct device *by, const struct self_begin_in *in,
              struct self_begin_out *out)
{
    struct self_begun begun = {.nonce = STR_NULL};
    enum self_result result = SELF_UNKNOWN_DEVICE;
    (void)in;
    enum errcode err = self_begin(cx, by, &begun, &result);
    out->sNonce = begun.nonce;
    out->iSecondsRemaining = result == SELF_OK ? (int32_t)(DEED_NONCE_LIFE / CLOCK_S) : 0;
    out->sCompany = begun.company;
    out->sAccount = begun.account;
    return tell(cx, by, err, result, &out->result);
}

enum errcode
op_self_open(struct cx *cx, const struct by_signed *by, const struct self_open_in *in,
             struct self_open_out *out)
{
    const struct self_signature s = {.nonce = in->sNonce, .signature = by->signature, .passkey = by->passkey};
    enum self_result result = SELF_BAD_REQUEST;
    enum errcode err = ERR_NONE;
    if (!str_is_empty(s.nonce))
        err = self_open(cx, by->device, &s, &out->sSelfToken, &result);
    if (result == SELF_OK)
        out->iSecondsRemaining = (int32_t)(SELF_LIFE / CLOCK_S);
    if (err == ERR_NONE)
        out->result = result_of(result);
    return err;
}

static struct ct_array
told_devices(struct cx *cx, const struct self_overview *o)
{
    struct SelfDevice *items = arena_array(&cx->arena, o->n_devices + 1, sizeof *items);
    for (size_t i = 0; i < o->n_devices; i++) {
        const struct device *d = &o->devices[i].device;
        items[i] = (struct SelfDevice){.sDeviceId = ops_id(cx, d->id),
                                       .sName = d->name,
                                       .sState = str_from_cstr(device_state_name(d->state)),
                                       .sFingerprint = d->fingerprint,
                                       .sEnrolled = clock_text(&cx->arena, d->created_at),
                                       .sSeen = clock_text(&cx->arena, d->seen_at),
                                       .bThis = o->devices[i].is_this,
                                       .bPasskey = d->has_passkey,
                                       .bNotifications = o->devices[i].is_subscribed};
    }
    return (struct ct_array){.items = items, .n = o->n_devices};
}

static struct ct_array
told_sign_ins(struct cx *cx, const struct self_overview *o)
{
    struct SelfSignIn *items = arena_array(&cx->arena, o->n_sign_ins + 1, sizeof *items);
    for (size_t i = 0; i < o->n_sign_ins; i++)
        items[i] = (struct SelfSignIn){.sWhen = clock_text(&cx->arena, o->sign_ins[i].at),
                                       .sResult = o->sign_ins[i].result,
                                       .sMethod = o->sign_ins[i].method,
                                       .sConsole = o->sign_ins[i].console,
                                       .sSource = o->sign_ins[i].source,
                                       .iTimes = o->sign_ins[i].times,
                                       .sFirst = clock_text(&cx->arena, o->sign_ins[i].since)};
    return (struct ct_array){.items = items, .n = o->n_sign_ins};
}

enum errcode
op_self_overview(struct cx *cx, const struct self_proof *by, const struct self_overview_in *in,
                 struct self_overview_out *out)
{
    struct self_overview o = {.password_days = -1, .password_notice = -1};
    enum self_result result = SELF_UNKNOWN_DEVICE;
    (void)in;
    enum errcode err = self_overview(cx, by, &o, &result);
    if (err == ERR_NONE && result == SELF_OK) {
        out->aDevices = told_devices(cx, &o);
        out->aSignIns = told_sign_ins(cx, &o);
        out->bCodes = o.has_codes;
        out->iRecoveryCodes = (int32_t)o.recovery_codes;
        out->minimumPasswordStrength = o.minimum_strength;
        out->iMinimumLength = (int32_t)o.minimum_length;
    }
    out->iPasswordExpiresIn = o.password_days;
    out->iPasswordNotice = o.password_notice;
    return tell(cx, by->device, err, result, &out->result);
}

enum errcode
op_self_rename(struct cx *cx, const struct self_proof *by, const struct self_rename_in *in,
               struct self_rename_out *out)
{
    enum self_result result = SELF_UNKNOWN_DEVICE;
    enum errcode err = self_rename(cx, by, in->sDeviceId, in->sName, &result);
    return tell(cx, by->device, err, result, &out->result);
}

enum errcode
op_self_remove(struct cx *cx, const struct self_proof *by, const struct self_remove_in *in,
               struct self_remove_out *out)
{
    enum self_result result = SELF_UNKNOWN_DEVICE;
    enum errcode err = self_remove(cx, by, in->sDeviceId, &result);
    return tell(cx, by->device, err, result, &out->result);
}

enum errcode
op_self_password(struct cx *cx, const struct self_proof *by, const struct self_password_in *in,
                 struct self_password_out *out)
{
    struct self_password password = {.rule = NULL};
    enum self_result result = SELF_UNKNOWN_DEVICE;
    enum errcode err = self_password(cx, by, in->sOldPassword, in->sNewPassword, &password, &result);
    out->iAttemptRemaining = password.attempts_left;
    out->sRule = str_from_cstr(password.rule);
    return tell(cx, by->device, err, result, &out->result);
}

enum errcode
op_self_codes_begin(struct cx *cx, const struct self_proof *by, const struct self_codes_begin_in *in,
                    struct self_codes_begin_out *out)
{
    struct self_codes codes = {.uri = STR_NULL};
    enum self_result result = SELF_UNKNOWN_DEVICE;
    (void)in;
    enum errcode err = self_codes_begin(cx, by, &codes, &result);
    out->sUri = codes.uri;
    out->sSecret = codes.secret;
    out->sQrCode = codes.qr;
    return tell(cx, by->device, err, result, &out->result);
}

enum errcode
op_self_codes_confirm(struct cx *cx, const struct self_proof *by, const struct self_codes_confirm_in *in,
                      struct self_codes_confirm_out *out)
{
    enum self_result result = SELF_UNKNOWN_DEVICE;
    enum errcode err = self_codes_confirm(cx, by, in->sCode, &result);
    return tell(cx, by->device, err, result, &out->result);
}

enum errcode
op_self_codes_remove(struct cx *cx, const struct self_proof *by, const struct self_codes_remove_in *in,
                     struct self_codes_remove_out *out)
{
    enum self_result result = SELF_UNKNOWN_DEVICE;
    (void)in;
    enum errcode err = self_codes_remove(cx, by, &result);
    return tell(cx, by->device, err, result, &out->result);
}

enum errcode
op_self_recovery(struct cx *cx, const struct self_proof *by, const struct self_recovery_in *in,
                 struct self_recovery_out *out)
{
    struct str codes[RECOVERY_CODES] = {STR_NULL};
    enum self_result result = SELF_UNKNOWN_DEVICE;
    (void)in;
    enum errcode err = self_recovery(cx, by, codes, &result);
    if (err == ERR_NONE && result == SELF_OK) {
        struct RecoveryCode *items = arena_array(&cx->arena, RECOVERY_CODES, sizeof *items);
        for (size_t i = 0; i < RECOVERY_CODES; i++)
            items[i].sCode = codes[i];
        out->aRecoveryCodes = (struct ct_array){.items = items, .n = RECOVERY_CODES};
    }
    return tell(cx, by->device, err, result, &out->result);
}

enum errcode
op_self_end(struct cx *cx, const struct self_proof *by, const struct self_end_in *in,
            struct self_end_out *out)
{
    enum self_result result = SELF_UNKNOWN_DEVICE;
    (void)in;
    enum errcode err = self_end(cx, by, &result);
    return tell(cx, by->device, err, result, &out->result);
}
