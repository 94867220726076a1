/* SPDX-License-Identifier: Apache-2.0 */
/* ops_device: the phone's operations; docs/device-api.md. */
#include "accounts/challenge.h"
#include "accounts/company.h"
#include "accounts/device.h"
#include "accounts/device_change.h"
#include "accounts/notice.h"
#include "accounts/password.h"
#include "accounts/technician.h"
#include "base/clock.h"
#include "base/codec.h"
#include "keys/env.h"
#include "ops/ops.h"
#include "ops/ops_device.h"
#include "signin/challenge_answer.h"

/* The phone's result for an enrolment's error; deviceRet_UnknownError for an error of ours. */
static enum DeviceRet
enrol_result(enum errcode err)
{
    static const struct {
        enum errcode err;
        enum DeviceRet result;
    } map[] = {{ERR_NONE, deviceRet_OK},
               {ERR_NOT_FOUND, deviceRet_UnknownTicket},
               {ERR_CRYPTO, deviceRet_BadKey},
               {ERR_DENIED, deviceRet_BadSignature},
               {ERR_SYNTAX, deviceRet_BadRequest},
               {ERR_LIMIT, deviceRet_TooManyDevices},
               {ERR_POLICY, deviceRet_PasskeyRequired},
               {ERR_PROTOCOL, deviceRet_BadPasskey}};
    for (size_t i = 0; i < ARRAY_LEN(map); i++)
        if (map[i].err == err)
            return map[i].result;
    return deviceRet_UnknownError;
}

static bool
enrolment_read(struct cx *cx, struct str ticket, const struct device_enrol_in *in, struct enrolment *e)
{
    const struct str texts[] = {in->sAttestation, in->sClientData, in->sFormerSignature};
    *e = (struct enrolment){.ticket = ticket,
                            .public_key = ops_binary(cx, in->sPublicKey),
                            .name = in->sName,
                            .signature = ops_binary(cx, in->sSignature),
                            .former_token = in->sFormerToken};
    struct str *const bytes[] = {&e->passkey.attestation_object, &e->passkey.client_data};
    struct str *const former[] = {&e->former_signature};
    return ops_binaries(cx, texts, bytes, 2) && ops_binaries(cx, texts + 2, former, 1) &&
           !str_is_empty(e->name) && !str_is_null(e->public_key) && !str_is_null(e->signature);
}

enum errcode
op_device_ticket(struct cx *cx, const struct by_ticket *by, const struct device_ticket_in *in,
                 struct device_ticket_out *out)
{
    static const struct str policies[] = {[PASSKEY_POLICY_OFF] = STR("off"),
                                          [PASSKEY_POLICY_OFFERED] = STR("offered"),
                                          [PASSKEY_POLICY_REQUIRED] = STR("required")};
    struct enrolment_view view;
    (void)in;
    enum errcode err = enrolment_look(cx, by->ticket, &view);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        out->result = deviceRet_UnknownTicket;
        return ERR_NONE;
    }
    if (err != ERR_NONE)
        return err;
    out->result = deviceRet_OK;
    out->sCompany = view.company;
    out->sAccount = view.account;
    out->sPasskey = policies[view.passkey];
    out->sPasskeyUser = view.passkey_user;
    out->sRelyingParty = view.relying_party;
    out->bCompare = view.is_compared;
    return ERR_NONE;
}

enum errcode
op_device_enrol(struct cx *cx, const struct by_ticket *by, const struct device_enrol_in *in,
                struct device_enrol_out *out)
{
    struct device d;
    struct str token = STR_NULL;
    struct technician t;
    struct company c;
    struct enrolment e;
    int64_t former = 0;
    if (!enrolment_read(cx, by->ticket, in, &e)) {
        out->result = deviceRet_BadRequest;
        return ERR_NONE;
    }
    enum errcode err = device_enrol(cx, &e, &d, &token, &former);
    out->result = enrol_result(err);
    if (err != ERR_NONE && out->result != deviceRet_UnknownError)
        err_forget(cx);
    if (out->result != deviceRet_OK)
        return out->result == deviceRet_UnknownError ? err : ERR_NONE;
    if ((err = technician_get(cx, d.technician_id, &t)) != ERR_NONE ||
        (err = company_get(cx, t.company_id, &c)) != ERR_NONE)
        return err;
    out->sDeviceId = ops_id(cx, d.id);
    out->sDeviceToken = token;
    out->bReplaced = former != 0;
    out->sFingerprint = d.fingerprint;
    out->sCompany = c.title;
    out->sAccount = t.email;
    return ERR_NONE;
}

static struct ct_array
told_notices(struct cx *cx, const struct notice *notices, size_t n)
{
    struct DeviceNotice *items = arena_array(&cx->arena, n + 1, sizeof *items);
    for (size_t i = 0; i < n; i++)
        items[i] = (struct DeviceNotice){.sNoticeId = notices[i].public_id,
                                         .sKind = notices[i].kind,
                                         .sSubject = notices[i].subject,
                                         .sWhen = clock_text(&cx->arena, notices[i].created_at),
                                         .iTimes = (int32_t)notices[i].times,
                                         .sFirst = clock_text(&cx->arena, notices[i].since)};
    return (struct ct_array){.items = items, .n = n};
}

static struct ct_array
told(struct cx *cx, const struct challenge_view *views, size_t n)
{
    struct DeviceChallenge *items = arena_array(&cx->arena, n + 1, sizeof *items);
    for (size_t i = 0; i < n; i++)
        items[i] = (struct DeviceChallenge){.sChallengeId = views[i].id,
                                            .sNonce = views[i].nonce,
                                            .sAudience = views[i].audience,
                                            .sCompany = views[i].company,
                                            .sAccount = views[i].account,
                                            .sPurpose = views[i].purpose,
                                            .sConsole = views[i].console,
                                            .sSource = views[i].source,
                                            .sCreated = views[i].created,
                                            .sExpires = views[i].expires,
                                            .bNumberRequired = views[i].number_required,
                                            .iNumberDigits = views[i].number_digits,
                                            .iTriesRemaining = views[i].tries_left,
                                            .iSecondsRemaining = views[i].seconds_left,
                                            .sPlace = views[i].place,
                                            .sPlaceSeen = views[i].place_seen};
    return (struct ct_array){.items = items, .n = n};
}

enum errcode
op_device_pending(struct cx *cx, const struct device *by, const struct device_pending_in *in,
                  struct device_pending_out *out)
{
    struct challenge_view *views = NULL;
    struct notice *notices = NULL;
    size_t n = 0, n_notices = 0;
    (void)in;
    enum errcode err = challenge_pending(cx, by, &views, &n);
    if (err == ERR_NONE)
        err = notice_list(cx, by, &notices, &n_notices);
    if (err != ERR_NONE)
        return err;
    out->result = deviceRet_OK;
    out->aChallenges = told(cx, views, n);
    out->aNotices = told_notices(cx, notices, n_notices);
    return ERR_NONE;
}

static enum DeviceRet
answer_result(enum answer answer)
{
    static const enum DeviceRet results[] = {
        [ANSWER_OK] = deviceRet_OK,
        [ANSWER_UNKNOWN] = deviceRet_UnknownChallenge,
        [ANSWER_ALREADY] = deviceRet_AlreadyAnswered,
        [ANSWER_WITHDRAWN] = deviceRet_Withdrawn,
        [ANSWER_EXPIRED] = deviceRet_Expired,
        [ANSWER_BAD_SIGNATURE] = deviceRet_BadSignature,
        [ANSWER_WRONG_NUMBER] = deviceRet_WrongNumber,
        [ANSWER_NUMBER_REQUIRED] = deviceRet_NumberRequired,
        [ANSWER_BAD_REQUEST] = deviceRet_BadRequest,
        [ANSWER_PASSKEY_REQUIRED] = deviceRet_PasskeyRequired,
        [ANSWER_BAD_PASSKEY] = deviceRet_BadPasskey,
    };
    return results[answer];
}

enum errcode
op_device_fetch(struct cx *cx, const struct device *by, const struct device_fetch_in *in,
                struct device_fetch_out *out)
{
    struct challenge_view view;
    enum answer answer;
    enum errcode err = challenge_fetch(cx, by, in->sChallengeId, &answer, &view);
    if (err != ERR_NONE)
        return err;
    out->result = answer_result(answer);
    if (answer == ANSWER_OK)
        out->aChallenges = told(cx, &view, 1);
    return ERR_NONE;
}

static bool
decision_read(struct str text, enum decision *decision_out)
{
    static const enum decision all[] = {DECISION_APPROVE, DECISION_REJECT, DECISION_NOT_ME};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        *decision_out = all[i];
        if (str_eq(text, str_from_cstr(decision_name(all[i]))))
            return true;
    }
    return false;
}

enum errcode
op_device_answer(struct cx *cx, const struct by_signed *by, const struct device_answer_in *in,
                 struct device_answer_out *out)
{
    struct challenge_reply reply = {.public_id = in->sChallengeId,
                                    .number = in->sNumber,
                                    .signature = by->signature,
                                    .passkey = by->passkey};
    enum errcode err = ERR_NONE;
    enum answer answer;
    int32_t notice = -1;
    out->result = deviceRet_BadRequest;
    if (!decision_read(in->sDecision, &reply.decision))
        return ERR_NONE;
    if (reply.decision == DECISION_APPROVE) /* before the answer: once it is stored, nothing may fail */
        err = password_notice_of(cx, by->device->technician_id, &notice);
    if (err == ERR_NONE)
        err = challenge_answer(cx, by->device, &reply, &answer, &out->iTriesRemaining);
    if (err != ERR_NONE)
        return err;
    out->result = answer_result(answer);
    out->iPasswordNotice = answer == ANSWER_OK ? notice : -1;
    return ERR_NONE;
}

enum errcode
op_device_nonce(struct cx *cx, const struct device *by, const struct device_nonce_in *in,
                struct device_nonce_out *out)
{
    (void)in;
    enum errcode err = deed_nonce(cx, by, &out->sNonce);
    if (err != ERR_NONE)
        return err;
    out->result = deviceRet_OK;
    out->iSecondsRemaining = (int32_t)(DEED_NONCE_LIFE / CLOCK_S);
    return ERR_NONE;
}

enum errcode
op_device_remove(struct cx *cx, const struct deed *by, const struct device_remove_in *in,
                 struct device_remove_out *out)
{
    enum deed_result result = DEED_STALE;
    (void)in;
    enum errcode err = deed_remove(cx, by, &result);
    out->result = err == ERR_POLICY ? deviceRet_LastFactor : ops_deed_result(result);
    if (err != ERR_POLICY)
        return err;
    err_forget(cx);
    return ERR_NONE;
}

enum errcode
op_device_noticed(struct cx *cx, const struct deed *by, const struct device_noticed_in *in,
                  struct device_noticed_out *out)
{
    enum deed_result result = DEED_STALE;
    enum errcode err = deed_notice_shown(cx, by, in->sNoticeId, &result);
    out->result = ops_deed_result(result);
    return err;
}

enum errcode
op_push_key(struct cx *cx, const struct push_key_in *in, struct push_key_out *out)
{
    (void)in;
    out->result = deviceRet_OK;
    if (cx->env->has_web_push)
        out->sPublicKey = codec_base64url(&cx->arena, cx->env->vapid_point, sizeof cx->env->vapid_point);
    return ERR_NONE;
}

static enum DeviceRet
subscribe_result(enum errcode err)
{
    return err == ERR_SYNTAX   ? deviceRet_BadRequest
           : err == ERR_CRYPTO ? deviceRet_BadKey
           : err == ERR_POLICY ? deviceRet_UnknownPushService
           : err == ERR_CLOSED ? deviceRet_SubscriptionGone
                               : deviceRet_UnknownError;
}

enum errcode
op_device_subscribe(struct cx *cx, const struct deed *by, const struct device_subscribe_in *in,
                    struct device_subscribe_out *out)
{
    enum deed_result result = DEED_STALE;
    const struct subscription wanted = {
        .endpoint = in->sEndpoint, .p256dh = ops_binary(cx, in->sP256dh), .auth = ops_binary(cx, in->sAuth)};
    enum errcode err = deed_subscribe(cx, by, &wanted, in->bAgain, &result);
    out->result = err == ERR_NONE ? ops_deed_result(result) : subscribe_result(err);
    if (out->result == deviceRet_UnknownError)
        return err;
    err_forget(cx);
    return ERR_NONE;
}

enum errcode
op_device_unsubscribe(struct cx *cx, const struct deed *by, const struct device_unsubscribe_in *in,
                      struct device_unsubscribe_out *out)
{
    enum deed_result result = DEED_STALE;
    (void)in;
    enum errcode err = deed_unsubscribe(cx, by, &result);
    out->result = ops_deed_result(result);
    return err;
}
