/* SPDX-License-Identifier: Apache-2.0 */
/* ops_admin_way: how operators get in and out, and who asks. */
#include "accounts/company.h"
#include "accounts/operator_session.h"
#include "base/codec.h"
#include "db/db.h"
#include "ops/ops.h"
#include "ops/ops_admin.h"
#include "ops/ops_admin_show.h"
#include "ops/ops_device.h"

static enum errcode
link_error(struct cx *cx, enum errcode err, enum AdminRet *result)
{
    if (err == ERR_NONE)
        *result = adminRet_OK;
    if (err != ERR_NOT_FOUND)
        return err;
    err_forget(cx);
    *result = adminRet_UnknownLink;
    return ERR_NONE;
}

enum errcode
op_admin_link_look(struct cx *cx, const struct by_link *by, const struct admin_link_look_in *in,
                   struct admin_link_look_out *out)
{
    struct operator_welcome welcome = {.email = STR_NULL};
    (void)in;
    enum errcode err = operator_link_look(cx, by->link, &welcome);
    out->sOperator = welcome.email;
    out->sName = welcome.name;
    out->sChallenge = welcome.challenge;
    out->sUser = welcome.user;
    out->sRelyingParty = welcome.relying_party;
    return link_error(cx, err, &out->result);
}

enum errcode
op_admin_link_use(struct cx *cx, const struct by_link *by, const struct admin_link_use_in *in,
                  struct admin_link_use_out *out)
{
    const struct passkey_registration r = {.attestation_object = ops_binary(cx, in->sAttestation),
                                           .client_data = ops_binary(cx, in->sClientData)};
    if (str_is_null(r.attestation_object) || str_is_null(r.client_data))
        return err_set(cx, ERR_SYNTAX, "sAttestation and sClientData are base64url");
    return link_error(cx, operator_enrol(cx, by->link, in->sName, &r), &out->result);
}

enum errcode
op_admin_signin_begin(struct cx *cx, const struct admin_signin_begin_in *in,
                      struct admin_signin_begin_out *out)
{
    struct webauthn_site site;
    (void)in;
    out->sChallenge = operator_challenge(cx, &site);
    out->sRelyingParty = site.id;
    out->result = adminRet_OK;
    return ERR_NONE;
}

enum errcode
op_admin_signin(struct cx *cx, const struct admin_signin_in *in, struct admin_signin_out *out)
{
    struct operator_sign_in with = {.challenge = in->sChallenge,
                                    .credential_id = ops_binary(cx, in->sCredentialId)};
    const struct str texts[] = {in->sAuthenticatorData, in->sClientData, in->sPasskeySignature};
    struct str *const bytes[] = {&with.assertion.authenticator_data, &with.assertion.client_data,
                                 &with.assertion.signature};
    struct str token;
    if (!ops_binaries(cx, texts, bytes, ARRAY_LEN(bytes)) || str_is_null(with.assertion.signature) ||
        str_is_null(with.credential_id))
        return err_set(cx, ERR_SYNTAX, "the passkey's answer is missing, or is not base64url");
    enum errcode err = operator_sign_in(cx, &with, &token);
    if (err == ERR_NONE) {
        cx->reply->set_session = token;
        out->result = adminRet_OK;
    }
    if (err != ERR_DENIED)
        return err;
    err_forget(cx);
    out->result = adminRet_SignInRefused;
    return ERR_NONE;
}

enum errcode
op_admin_signout(struct cx *cx, const struct operator_right *by, const struct admin_signout_in *in,
                 struct admin_signout_out *out)
{
    (void)in;
    if (by->session_id == 0)
        return err_set(cx, ERR_POLICY, "a token has no session: revoke it");
    enum errcode err = operator_sign_out(cx);
    if (err != ERR_NONE)
        return err;
    cx->reply->set_session = STR_LIT("");
    out->result = adminRet_OK;
    return ERR_NONE;
}

static enum errcode
read_me(struct cx *cx, const struct operator_right *by, struct admin_me_out *out)
{
    struct operator o = {.email = STR_NULL};
    struct company *companies = NULL;
    size_t n = 0;
    bool more = false;
    enum errcode err = by->operator_id != 0 ? operator_get(cx, by->operator_id, &o) : ERR_NONE;
    if (err == ERR_NONE && !by->everything)
        err = operator_right_companies(cx, STR_NULL, OPS_PAGE_MAX, &companies, &n, &more);
    out->aCompanies = ops_companies(cx, companies, n);
    out->sOperator = o.email;
    out->sName = o.name;
    out->sToken = by->token_id != 0 ? str_sub(cx->door, sizeof "token", cx->door.n) : STR_NULL;
    out->sRole = str_from_cstr(operator_role_names[by->role]);
    out->bEverything = by->everything;
    return err;
}

enum errcode
op_admin_me(struct cx *cx, const struct operator_right *by, const struct admin_me_in *in,
            struct admin_me_out *out)
{
    (void)in;
    enum errcode err = db_begin_read(cx);
    if (err == ERR_NONE)
        err = db_end(cx, read_me(cx, by, out));
    return ops_done(err, &out->result);
}

static enum errcode
read_companies(struct cx *cx, struct str after, int64_t limit, struct admin_company_list_out *out)
{
    struct company *companies = NULL;
    size_t n = 0;
    bool more = false;
    enum errcode err = operator_right_companies(cx, after, limit, &companies, &n, &more);
    out->aCompanies = ops_companies(cx, companies, n);
    out->sNext = more ? companies[n - 1].name : STR_NULL;
    return ops_done(err, &out->result);
}

enum errcode
op_admin_company_list(struct cx *cx, const struct operator_right *by, const struct admin_company_list_in *in,
                      struct admin_company_list_out *out)
{
    (void)by;
    int64_t limit = 0;
    enum errcode err = ops_limit(cx, in->iLimit, &limit);
    if (err == ERR_NONE)
        err = db_begin_read(cx);
    return err != ERR_NONE ? err : db_end(cx, read_companies(cx, ops_given(in->sAfter), limit, out));
}
