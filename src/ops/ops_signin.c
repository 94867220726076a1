/* SPDX-License-Identifier: Apache-2.0 */
/* ops_signin: the logins and the operations of the second factor. */
#include "signin/signin.h"

#include "base/clock.h"
#include "ops/ops.h"
#include "ops/ops_topic.h"
#include "ops/ops_result.h"

static void
set_cookie(struct cx *cx, const struct signin_outcome *outcome)
{
    if (!str_is_null(outcome->session))
        cx->reply->set_session = outcome->session;
}

enum errcode
op_loginTechnicianFromStandalone_v7_2(struct cx *cx, const struct loginTechnicianFromStandalone_v7_2_in *in,
                                      struct loginTechnicianFromStandalone_v7_2_out *out)
{
    struct signin_outcome a;
    enum errcode err = signin_begin(cx, in->sEmail, in->sPassword, in->sLanguage, &a);
    if (err != ERR_NONE)
        return err;
    OPS_TELL_LOGIN(cx, out, &a);
    set_cookie(cx, &a);
    return ERR_NONE;
}

enum errcode
op_loginTechnicianWithNewPassword_v7_2(struct cx *cx, const struct loginTechnicianWithNewPassword_v7_2_in *in,
                                       struct loginTechnicianWithNewPassword_v7_2_out *out)
{
    struct signin_outcome a;
    enum errcode err = signin_begin_new_password(cx, in->email, in->oldPassword, in->newPassword, &a);
    if (err != ERR_NONE)
        return err;
    OPS_TELL_LOGIN(cx, out, &a);
    set_cookie(cx, &a);
    return ERR_NONE;
}

enum errcode
op_twoFactorSendPushAuth(struct cx *cx, const struct by_login *by, const struct twoFactorSendPushAuth_in *in,
                         struct twoFactorSendPushAuth_out *out)
{
    struct challenge_sent sent;
    (void)in;
    enum errcode err = signin_send_challenge(cx, by->token, &sent);
    if (err != ERR_NONE)
        return err;
    out->result = ops_two_factor(sent.result);
    out->sPushToken = sent.token;
    out->sMatchNumber = sent.number;
    out->iExpiresIn = sent.expires_in;
    out->iPollInterval = sent.poll_interval;
    return ERR_NONE;
}

enum errcode
op_twoFactorCheckPushAuthStatus(struct cx *cx, const struct by_login *by,
                                const struct twoFactorCheckPushAuthStatus_in *in,
                                struct twoFactorCheckPushAuthStatus_out *out)
{
    struct signin_outcome a;
    struct check_wait wait;
    enum errcode err = signin_check_challenge(cx, by->token, in->sPushToken, &a, &wait);
    if (err != ERR_NONE)
        return err;
    out->result = ops_two_factor(a.result);
    OPS_TELL(out, &a);
    set_cookie(cx, &a);
    if (a.result == SIGNIN_Poll) {
        cx->reply->status = CALL_WAIT;
        cx->reply->topic = ops_topic(cx, wait.technician_id);
        cx->reply->wait_for = wait.until - cx->now;
        cx->reply->hold = (uint32_t)(wait.hold / CLOCK_S);
    }
    return ERR_NONE;
}

enum errcode
op_twoFactorValidateCode(struct cx *cx, const struct by_login *by, const struct twoFactorValidateCode_in *in,
                         struct twoFactorValidateCode_out *out)
{
    struct signin_outcome a;
    enum errcode err = signin_validate_code(cx, by->token, in->sCode, &a);
    if (err != ERR_NONE)
        return err;
    out->result = ops_two_factor(a.result);
    OPS_TELL(out, &a);
    set_cookie(cx, &a);
    return ERR_NONE;
}

enum errcode
op_twoFactorCancelPushAuth(struct cx *cx, const struct by_login *by,
                           const struct twoFactorCancelPushAuth_in *in,
                           struct twoFactorCancelPushAuth_out *out)
{
    enum signin_result result;
    enum errcode err = signin_cancel_challenge(cx, by->token, in->sPushToken, &result);
    if (err == ERR_NONE)
        out->result = ops_two_factor(result);
    return err;
}
