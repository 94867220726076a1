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

/* Who asks: a device by its token; what it brings as proof is looked at by the domain. */
struct caller {
    struct device device;
    struct deed deed; /* of a change */
    struct self_proof proof;
    enum self_result result;
};

/* *known_out false: no active device has this token, and UnknownDevice is what tell() says. */
static enum errcode
who(struct cx *cx, struct str device_token, struct str self_token, struct caller *c, bool *known_out)
{
    *c = (struct caller){.proof = {.token = self_token}, .result = SELF_UNKNOWN_DEVICE};
    enum errcode err = ops_device(cx, device_token, &c->device, known_out);
    c->proof.device = &c->device;
    return err;
}

/* The same of one who asks for a change. *may_out false as well where the change is not signed: BadRequest.
 */
static enum errcode
who_changes(struct cx *cx, enum ct_op_id op, const void *in, struct caller *c, bool *may_out)
{
    const struct str self_token = ops_member(op, in, STR_LIT("sSelfToken"));
    enum errcode err = who(cx, ops_member(op, in, STR_LIT("sDeviceToken")), self_token, c, may_out);
    if (err != ERR_NONE || !*may_out)
        return err;
    *may_out = ops_deed(cx, op, in, &c->device, &c->deed);
    if (*may_out)
        c->proof.deed = &c->deed;
    else
        c->result = SELF_BAD_REQUEST;
    return ERR_NONE;
}

static enum errcode
tell(enum errcode err, const struct caller *c, enum DeviceRet *result_out)
{
    if (err == ERR_NONE)
        *result_out = result_of(c->result);
    return err;
}

enum errcode
op_self_begin(struct cx *cx, const struct self_begin_in *in, struct self_begin_out *out)
{
    struct caller c;
    struct self_begun begun = {.nonce = STR_NULL};
    bool known = false;
    enum errcode err = who(cx, in->sDeviceToken, STR_NULL, &c, &known);
    if (err == ERR_NONE && known)
        err = self_begin(cx, &c.device, &begun, &c.result);
    out->sNonce = begun.nonce;
    out->iSecondsRemaining = c.result == SELF_OK ? (int32_t)(DEED_NONCE_LIFE / CLOCK_S) : 0;
    out->sCompany = begun.company;
    out->sAccount = begun.account;
    return tell(err, &c, &out->result);
}

enum errcode
op_self_open(struct cx *cx, const struct self_open_in *in, struct self_open_out *out)
{
    struct caller c;
    bool known = false;
    struct self_signature s = {.nonce = in->sNonce, .signature = ops_binary(cx, in->sSignature)};
    const struct str texts[] = {in->sAuthenticatorData, in->sClientData, in->sPasskeySignature};
    struct str *const bytes[] = {&s.passkey.authenticator_data, &s.passkey.client_data, &s.passkey.signature};
    enum errcode err = who(cx, in->sDeviceToken, STR_NULL, &c, &known);
    const bool is_whole =
        ops_binaries(cx, texts, bytes, 3) && !str_is_empty(s.nonce) && !str_is_null(s.signature);
    if (err == ERR_NONE && known && !is_whole)
        c.result = SELF_BAD_REQUEST;
    else if (err == ERR_NONE && known)
        err = self_open(cx, &c.device, &s, &out->sSelfToken, &c.result);
    if (c.result == SELF_OK)
        out->iSecondsRemaining = (int32_t)(SELF_LIFE / CLOCK_S);
    return tell(err, &c, &out->result);
}

static struct ct_array
told_devices(struct cx *cx, const struct self_overview *o)
{
    struct SelfDevice *items = arena_array(&cx->arena, o->n_devices + 1, sizeof(*items));
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
    struct SelfSignIn *items = arena_array(&cx->arena, o->n_sign_ins + 1, sizeof(*items));
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
op_self_overview(struct cx *cx, const struct self_overview_in *in, struct self_overview_out *out)
{
    struct caller c;
    struct self_overview o = {.password_days = -1, .password_notice = -1};
    bool known = false;
    enum errcode err = who(cx, in->sDeviceToken, in->sSelfToken, &c, &known);
    out->aDevices.is_null = out->aSignIns.is_null = true;
    if (err == ERR_NONE && known)
        err = self_overview(cx, &c.proof, &o, &c.result);
    if (err == ERR_NONE && c.result == SELF_OK) {
        out->aDevices = told_devices(cx, &o);
        out->aSignIns = told_sign_ins(cx, &o);
        out->bCodes = o.has_codes;
        out->iRecoveryCodes = (int32_t)o.recovery_codes;
        out->minimumPasswordStrength = o.minimum_strength;
        out->iMinimumLength = (int32_t)o.minimum_length;
    }
    out->iPasswordExpiresIn = o.password_days;
    out->iPasswordNotice = o.password_notice;
    return tell(err, &c, &out->result);
}

enum errcode
op_self_rename(struct cx *cx, const struct self_rename_in *in, struct self_rename_out *out)
{
    struct caller c;
    bool known = false;
    enum errcode err = who_changes(cx, CT_OP_self_rename, in, &c, &known);
    if (err == ERR_NONE && known)
        err = self_rename(cx, &c.proof, in->sDeviceId, in->sName, &c.result);
    return tell(err, &c, &out->result);
}

enum errcode
op_self_remove(struct cx *cx, const struct self_remove_in *in, struct self_remove_out *out)
{
    struct caller c;
    bool known = false;
    enum errcode err = who_changes(cx, CT_OP_self_remove, in, &c, &known);
    if (err == ERR_NONE && known)
        err = self_remove(cx, &c.proof, in->sDeviceId, &c.result);
    return tell(err, &c, &out->result);
}

enum errcode
op_self_password(struct cx *cx, const struct self_password_in *in, struct self_password_out *out)
{
    struct caller c;
    struct self_password password = {.rule = NULL};
    bool known = false;
    enum errcode err = who_changes(cx, CT_OP_self_password, in, &c, &known);
    if (err == ERR_NONE && known)
        err = self_password(cx, &c.proof, in->sOldPassword, in->sNewPassword, &password, &c.result);
    out->iAttemptRemaining = password.attempts_left;
    out->sRule = str_from_cstr(password.rule);
    return tell(err, &c, &out->result);
}

enum errcode
op_self_codes_begin(struct cx *cx, const struct self_codes_begin_in *in, struct self_codes_begin_out *out)
{
    struct caller c;
    struct self_codes codes = {.uri = STR_NULL};
    bool known = false;
    enum errcode err = who_changes(cx, CT_OP_self_codes_begin, in, &c, &known);
    if (err == ERR_NONE && known)
        err = self_codes_begin(cx, &c.proof, &codes, &c.result);
    out->sUri = codes.uri;
    out->sSecret = codes.secret;
    out->sQrCode = codes.qr;
    return tell(err, &c, &out->result);
}

enum errcode
op_self_codes_confirm(struct cx *cx, const struct self_codes_confirm_in *in,
                      struct self_codes_confirm_out *out)
{
    struct caller c;
    bool known = false;
    enum errcode err = who_changes(cx, CT_OP_self_codes_confirm, in, &c, &known);
    if (err == ERR_NONE && known)
        err = self_codes_confirm(cx, &c.proof, in->sCode, &c.result);
    return tell(err, &c, &out->result);
}

enum errcode
op_self_codes_remove(struct cx *cx, const struct self_codes_remove_in *in, struct self_codes_remove_out *out)
{
    struct caller c;
    bool known = false;
    enum errcode err = who_changes(cx, CT_OP_self_codes_remove, in, &c, &known);
    if (err == ERR_NONE && known)
        err = self_codes_remove(cx, &c.proof, &c.result);
    return tell(err, &c, &out->result);
}

enum errcode
op_self_recovery(struct cx *cx, const struct self_recovery_in *in, struct self_recovery_out *out)
{
    struct caller c;
    struct str codes[RECOVERY_CODES] = {STR_NULL};
    bool known = false;
    enum errcode err = who_changes(cx, CT_OP_self_recovery, in, &c, &known);
    out->aRecoveryCodes.is_null = true;
    if (err == ERR_NONE && known)
        err = self_recovery(cx, &c.proof, codes, &c.result);
    if (err == ERR_NONE && c.result == SELF_OK) {
        struct RecoveryCode *items = arena_array(&cx->arena, RECOVERY_CODES, sizeof(*items));
        for (size_t i = 0; i < RECOVERY_CODES; i++)
            items[i].sCode = codes[i];
        out->aRecoveryCodes = (struct ct_array){.items = items, .n = RECOVERY_CODES};
    }
    return tell(err, &c, &out->result);
}

enum errcode
op_self_end(struct cx *cx, const struct self_end_in *in, struct self_end_out *out)
{
    struct caller c;
    bool known = false;
    enum errcode err = who_changes(cx, CT_OP_self_end, in, &c, &known);
    if (err == ERR_NONE && known)
        err = self_end(cx, &c.proof, &c.result);
    return tell(err, &c, &out->result);
}
