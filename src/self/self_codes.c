/* SPDX-License-Identifier: Apache-2.0 */
/* self_codes: an authenticator and recovery codes, set up by the technician. */
#include "text/qr.h"
#include "db/db.h"
#include "self/self_service.h"
#include "signin/attempt.h"
#include "store/store_self.h"

static enum errcode
begin_within(struct cx *cx, const struct self *s, struct self_codes *codes_out)
{
    struct totp totp;
    enum errcode err = totp_new(cx, &s->account.t, s->id, &totp);
    if (err == ERR_NONE)
        err = store_self_seed(cx, s->id, totp.sealed);
    if (err != ERR_NONE)
        return err;
    *codes_out =
        (struct self_codes){.uri = totp.uri, .secret = totp.secret, .qr = qr_rows(&cx->arena, totp.uri)};
    return ERR_NONE;
}

enum errcode
self_codes_begin(struct cx *cx, const struct self_proof *proof, struct self_codes *codes_out,
                 enum self_result *result_out)
{
    struct self s;
    struct self_codes codes = {.uri = STR_NULL};
    *codes_out = codes;
    enum errcode err = self_begin_change(cx, proof, &s, result_out);
    if (err != ERR_NONE)
        return err;
    if (*result_out == SELF_OK)
        err = begin_within(cx, &s, &codes);
    err = db_end(cx, err);
    if (err == ERR_NONE)
        *codes_out = codes;
    return err;
}

static enum errcode
confirm_within(struct cx *cx, struct self *s, struct str code, enum self_result *result_out)
{
    const struct totp_waiting waiting = {.sealed = s->seed_sealed, .row = s->id};
    struct account *a = &s->account;
    bool right = false;
    if (str_is_null(s->seed_sealed) || str_is_empty(code)) {
        *result_out = SELF_BAD_REQUEST;
        return ERR_NONE;
    }
    if (a->l.source_refused) {
        *result_out = SELF_TOO_MANY;
        return account_fail(cx, a);
    }
    enum errcode err = totp_confirm_within(cx, &a->t, &waiting, code, &right);
    if (err != ERR_NONE || right)
        return err != ERR_NONE ? err : store_self_seed(cx, s->id, STR_NULL);
    *result_out = SELF_WRONG_CODE;
    if (code_kind(cx, code) != CODE_TOTP)
        return ERR_NONE;
    err = account_fail(cx, a);
    if (err == ERR_NONE)
        err = audit_append(cx, account_of(a), AUDIT_CODE_REFUSED, "purpose", PURPOSE_SELF, NULL);
    return err;
}

enum errcode
self_codes_confirm(struct cx *cx, const struct self_proof *proof, struct str code,
                   enum self_result *result_out)
{
    struct self s;
    enum errcode err = self_begin_change(cx, proof, &s, result_out);
    if (err != ERR_NONE)
        return err;
    if (*result_out == SELF_OK)
        err = confirm_within(cx, &s, code, result_out);
    return db_end(cx, err);
}

enum errcode
self_codes_remove(struct cx *cx, const struct self_proof *proof, enum self_result *result_out)
{
    struct self s;
    enum errcode err = self_begin_change(cx, proof, &s, result_out);
    if (err != ERR_NONE)
        return err;
    if (*result_out == SELF_OK && s.account.t.has_totp)
        err = totp_remove_within(cx, &s.account.t);
    return db_end(cx, err);
}

enum errcode
self_recovery(struct cx *cx, const struct self_proof *proof, struct str codes_out[RECOVERY_CODES],
              enum self_result *result_out)
{
    struct self s;
    struct str codes[RECOVERY_CODES] = {STR_NULL};
    enum errcode err = self_begin_change(cx, proof, &s, result_out);
    if (err != ERR_NONE)
        return err;
    if (*result_out == SELF_OK)
        err = recovery_codes_new_within(cx, &s.account.t, codes);
    err = db_end(cx, err);
    for (size_t i = 0; i < RECOVERY_CODES; i++)
        codes_out[i] = err == ERR_NONE ? codes[i] : STR_NULL;
    return err;
}
