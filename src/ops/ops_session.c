/* SPDX-License-Identifier: Apache-2.0 */
/* ops_session: what works on the session cookie, and the redemption of a console's ticket. */
#include "accounts/session.h"

#include "ops/ops.h"
#include "ops/ops_result.h"
#include "self/password_change.h"
#include "signin/signin.h"

enum errcode
op_changePassword(struct cx *cx, const struct by_session *by, const struct changePassword_in *in,
                  struct changePassword_out *out)
{
    enum signin_result result;
    enum errcode err = password_change(cx, by->cookie, in->sOldPassword, in->sNewPassword, &result);
    if (err == ERR_NONE)
        out->result = ops_change(result);
    return err;
}

enum errcode
op_changePassword_v7_2(struct cx *cx, const struct by_session *by, const struct changePassword_v7_2_in *in,
                       struct changePassword_v7_2_out *out)
{
    struct signin_outcome a;
    enum errcode err = password_change2(cx, by->cookie, in->sOldPassword, in->sNewPassword, &a);
    if (err != ERR_NONE)
        return err;
    out->result = ops_change2(a.result);
    out->sTwoFactorSetupUrl = a.setup_url;
    out->oTwoFactorAuthenticationMethods = ops_methods(cx, &a);
    out->sLoginToken = a.login_token;
    return ERR_NONE;
}

enum errcode
op_keepConsoleAlive(struct cx *cx, const struct by_session *by, const struct keepConsoleAlive_in *in,
                    struct keepConsoleAlive_out *out)
{
    bool is_alive = false;
    (void)in;
    enum errcode err = session_keep_alive(cx, by->cookie, &is_alive);
    if (err == ERR_NONE)
        out->result = ops_console(is_alive);
    return err;
}

enum errcode
op_logoutTechnician(struct cx *cx, const struct by_session *by, const struct logoutTechnician_in *in,
                    struct logoutTechnician_out *out)
{
    bool was_alive = false;
    (void)in;
    enum errcode err = session_log_out(cx, by->cookie, &was_alive);
    if (err != ERR_NONE)
        return err;
    out->result = ops_console(was_alive);
    cx->reply->set_session = STR_LIT("");
    return ERR_NONE;
}

enum errcode
op_console_redeem(struct cx *cx, const struct by_console *by, const struct console_redeem_in *in,
                  struct console_redeem_out *out)
{
    struct redeemed redeemed;
    (void)in;
    enum errcode err = session_redeem(cx, by->ticket, &redeemed);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        out->result = redeemRet_InvalidTicket;
        return ERR_NONE;
    }
    if (err != ERR_NONE)
        return err;
    out->result = redeemRet_OK;
    out->sAccount = redeemed.account;
    out->sCompany = redeemed.company;
    out->sSessionId = redeemed.session_id;
    out->iPasswordNotice = redeemed.password_notice;
    return ERR_NONE;
}
