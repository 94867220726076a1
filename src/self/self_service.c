/* SPDX-License-Identifier: Apache-2.0 */
/* self_service: opening and closing, and devices. The rest is in self_overview.c, self_codes.c and
 * password_change.c. */
#include "self/self_service.h"

#include "accounts/decide.h"
#include "accounts/device_change.h"
#include "accounts/sweep.h"
#include "db/db.h"
#include "keys/env.h"
#include "statement/statement.h"
#include "store/store_self.h"

enum { STATEMENT_MAX = 4096 };

/* Whether a phone may use its account at all; a device that is no longer active is handled elsewhere. */
static enum errcode
look(struct cx *cx, const struct device *d, struct account *a_out, enum self_result *result_out)
{
    struct device now;
    *result_out = SELF_UNKNOWN_DEVICE;
    enum errcode err = device_get(cx, d->id, &now);
    if (err == ERR_NONE)
        err = account_read(cx, d->technician_id, a_out);
    if (err != ERR_NONE || now.state != DEVICE_ACTIVE || a_out->t.deleted_at != 0)
        return err;
    const struct facts facts = {.account = a_out};
    *result_out = decide(&facts, AT_SELF) == SIGNIN_OK ? SELF_OK : SELF_LOCKED;
    return ERR_NONE;
}

enum errcode
self_begin(struct cx *cx, const struct device *d, struct self_begun *begun_out, enum self_result *result_out)
{
    struct account a;
    struct str nonce = STR_NULL;
    *begun_out = (struct self_begun){.nonce = STR_NULL};
    enum errcode err = look(cx, d, &a, result_out);
    if (err != ERR_NONE || *result_out != SELF_OK)
        return err;
    err = deed_nonce(cx, d, &nonce);
    if (err == ERR_NONE)
        *begun_out = (struct self_begun){.nonce = nonce, .company = a.c.title, .account = a.t.email};
    return err;
}

static enum self_result
result_of_deed(enum deed_result result)
{
    static const enum self_result results[] = {[DEED_OK] = SELF_OK,
                                               [DEED_UNKNOWN_DEVICE] = SELF_UNKNOWN_DEVICE,
                                               [DEED_STALE] = SELF_STALE_NONCE,
                                               [DEED_BAD_SIGNATURE] = SELF_BAD_SIGNATURE};
    return results[result];
}

static struct str
id_text(struct cx *cx, int64_t id)
{
    return arena_printf(&cx->arena, "%lld", (long long)id);
}

/* One opening being processed. */
struct hearing {
    const struct device *d;
    const struct self_signature *s;
    struct str token;
    struct deed deed;
    enum self_result result;
};

/* The statement is built from the rows: the phone signs what it was shown of them. Null: too long. */
static struct str
statement_of(struct cx *cx, const struct hearing *h, const struct account *a)
{
    struct buf b;
    const struct statement_self statement = {.audience = cx->env->public_url,
                                             .nonce = h->s->nonce,
                                             .company = a->c.title,
                                             .account = a->t.email,
                                             .device = id_text(cx, h->d->id)};
    buf_init(&b, STATEMENT_MAX);
    statement_write_self(&b, &statement);
    struct str text = buf_is_over(&b) ? STR_NULL : arena_str(&cx->arena, buf_view(&b));
    buf_clear(&b);
    return text;
}

static const char *
reason_of(enum self_result result)
{
    static const struct {
        enum self_result result;
        const char *reason;
    } reasons[] = {{SELF_BAD_SIGNATURE, "signature"},
                   {SELF_BAD_PASSKEY, "passkey"},
                   {SELF_PASSKEY_REQUIRED, "passkey"},
                   {SELF_STALE_NONCE, "nonce"}};
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
        if (reasons[i].result == result)
            return reasons[i].reason;
    return "account";
}

/* Within the open transaction: verifies the nonce and the signature, then the passkey; a refusal spends
 * nothing. */
static enum errcode
prove(struct cx *cx, struct hearing *h)
{
    enum deed_result deed = DEED_STALE;
    enum passkey_verdict verdict = PASSKEY_BAD;
    enum errcode err = deed_check(cx, &h->deed, &deed);
    h->result = result_of_deed(deed);
    if (err != ERR_NONE || h->result != SELF_OK)
        return err;
    err = passkey_verify(cx, h->d, h->deed.statement, &h->s->passkey, &verdict);
    if (verdict == PASSKEY_BAD || verdict == PASSKEY_REQUIRED)
        h->result = verdict == PASSKEY_BAD ? SELF_BAD_PASSKEY : SELF_PASSKEY_REQUIRED;
    return err;
}

/* Within the open transaction. */
static enum errcode
open_row(struct cx *cx, struct hearing *h)
{
    const struct self_opening o = {.device_id = h->d->id,
                                   .nonce = token_digest(h->s->nonce),
                                   .token = token_digest(h->token),
                                   .expires_at = cx->now + SELF_LIFE};
    enum deed_result deed = DEED_STALE;
    enum errcode err = prove(cx, h);
    if (err != ERR_NONE || h->result != SELF_OK)
        return err;
    err = deed_spend(cx, &h->deed, &deed);
    h->result = result_of_deed(deed);
    return err != ERR_NONE || h->result != SELF_OK ? err : store_self_open(cx, &o);
}

static enum errcode
open_within(struct cx *cx, struct hearing *h)
{
    struct account a;
    enum errcode err = look(cx, h->d, &a, &h->result);
    if (err == ERR_NONE && h->result == SELF_OK) {
        h->deed = (struct deed){h->d, h->s->nonce, statement_of(cx, h, &a), h->s->signature};
        err = open_row(cx, h);
    }
    if (err != ERR_NONE)
        return err;
    const bool is_open = h->result == SELF_OK;
    struct str reason = is_open ? STR_NULL : str_from_cstr(reason_of(h->result));
    return audit_append(cx, account_of(&a), is_open ? AUDIT_SELF_OPENED : AUDIT_SELF_REFUSED, "device",
                        id_text(cx, h->d->id), "reason", reason, NULL);
}

enum errcode
self_open(struct cx *cx, const struct device *d, const struct self_signature *s, struct str *token_out,
          enum self_result *result_out)
{
    struct hearing h = {.d = d, .s = s, .token = token_random(cx)};
    *token_out = STR_NULL;
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = db_end(cx, open_within(cx, &h));
    if (err == ERR_NONE && h.result == SELF_OK)
        *token_out = h.token;
    *result_out = h.result;
    return err;
}

static enum errcode
audit_locked(struct cx *cx, const struct device *d)
{
    struct account a;
    enum errcode err = account_read(cx, d->technician_id, &a);
    if (err != ERR_NONE)
        return err;
    return audit_append(cx, account_of(&a), AUDIT_SELF_REFUSED, "device", id_text(cx, d->id), "reason",
                        str_from_cstr(reason_of(SELF_LOCKED)), NULL);
}

enum errcode
self_audit_refusal(struct cx *cx, const struct device *d, enum self_result result)
{
    if (result != SELF_LOCKED)
        return ERR_NONE;
    enum errcode err = db_begin(cx);
    return err != ERR_NONE ? err : db_end(cx, audit_locked(cx, d));
}

enum errcode
self_enter(struct cx *cx, const struct self_proof *proof, struct self *self_out, enum self_result *result_out)
{
    struct self_row row;
    enum errcode err = look(cx, proof->device, &self_out->account, result_out);
    if (err != ERR_NONE || *result_out != SELF_OK)
        return err;
    *result_out = SELF_PROOF_REQUIRED;
    if (str_is_empty(proof->token))
        return ERR_NONE;
    const struct digest digest = token_digest(proof->token);
    err = store_self_get(cx, proof->device->id, &digest, &row);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        return ERR_NONE;
    }
    if (err != ERR_NONE)
        return err;
    self_out->id = row.id;
    self_out->seed_sealed = row.seed_sealed;
    cx->proofs |= CX_PROOF_SELF;
    *result_out = SELF_OK;
    return ERR_NONE;
}

/* judge: deed_check or deed_spend. */
static enum errcode
enter_with_deed(struct cx *cx, const struct self_proof *proof, struct self *self_out,
                enum self_result *result_out,
                enum errcode (*judge)(struct cx *, const struct deed *, enum deed_result *))
{
    enum deed_result result = DEED_STALE;
    cx->device = proof->device->id;
    enum errcode err = self_enter(cx, proof, self_out, result_out);
    if (err != ERR_NONE || *result_out != SELF_OK)
        return err;
    if (proof->deed != NULL && proof->deed->device->id == proof->device->id)
        err = judge(cx, proof->deed, &result);
    *result_out = result_of_deed(result);
    return err;
}

enum errcode
self_may(struct cx *cx, const struct self_proof *proof, struct self *self_out, enum self_result *result_out)
{
    return enter_with_deed(cx, proof, self_out, result_out, deed_check);
}

enum errcode
self_grant(struct cx *cx, const struct self_proof *proof, struct self *self_out, enum self_result *result_out)
{
    return enter_with_deed(cx, proof, self_out, result_out, deed_spend);
}

enum errcode
self_begin_change(struct cx *cx, const struct self_proof *proof, struct self *self_out,
                  enum self_result *result_out)
{
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = self_grant(cx, proof, self_out, result_out);
    if (err != ERR_NONE)
        db_rollback(cx);
    return err;
}

enum errcode
self_end(struct cx *cx, const struct self_proof *proof, enum self_result *result_out)
{
    struct self s;
    enum errcode err = self_begin_change(cx, proof, &s, result_out);
    if (err != ERR_NONE)
        return err;
    if (*result_out == SELF_OK)
        err = store_self_end(cx, proof->device->id);
    return db_end(cx, err);
}

/* One that is not removed, and belongs to the same account. */
static enum errcode
own_device(struct cx *cx, const struct self *s, struct str text, struct device *d_out,
           enum self_result *result_out)
{
    int64_t id = 0;
    *result_out = str_is_empty(text) ? SELF_BAD_REQUEST : SELF_UNKNOWN_DEVICE;
    if (str_is_empty(text) || str_to_i64(text, 1, INT64_MAX, &id) != ERR_NONE)
        return ERR_NONE;
    enum errcode err = device_get(cx, id, d_out);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        return ERR_NONE;
    }
    if (err == ERR_NONE && d_out->technician_id == s->account.t.id && d_out->state != DEVICE_REMOVED)
        *result_out = SELF_OK;
    return err;
}

enum errcode
self_rename(struct cx *cx, const struct self_proof *proof, struct str device_id, struct str name,
            enum self_result *result_out)
{
    struct self s;
    struct device d;
    enum errcode err = self_begin_change(cx, proof, &s, result_out);
    if (err != ERR_NONE)
        return err;
    if (*result_out == SELF_OK)
        err = own_device(cx, &s, device_id, &d, result_out);
    if (err == ERR_NONE && *result_out == SELF_OK)
        err = device_rename_within(cx, d.id, name);
    if (err == ERR_SYNTAX) {
        err_forget(cx);
        *result_out = SELF_BAD_REQUEST;
        err = ERR_NONE;
    }
    return db_end(cx, err);
}

enum errcode
self_remove(struct cx *cx, const struct self_proof *proof, struct str device_id, enum self_result *result_out)
{
    struct self s;
    struct device d;
    enum errcode err = self_begin_change(cx, proof, &s, result_out);
    if (err != ERR_NONE)
        return err;
    if (*result_out == SELF_OK)
        err = own_device(cx, &s, device_id, &d, result_out);
    if (err == ERR_NONE && *result_out == SELF_OK)
        err = device_set_state_within(cx, &d, DEVICE_REMOVED);
    if (err == ERR_POLICY) {
        err_forget(cx);
        *result_out = SELF_LAST_FACTOR;
        err = ERR_NONE;
    }
    return db_end(cx, err);
}

enum errcode
self_sweep(struct cx *cx, int64_t limit, bool *more_out)
{
    return sweep_old(cx, store_self_remove, 0, limit, more_out);
}
