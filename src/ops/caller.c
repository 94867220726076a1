/* SPDX-License-Identifier: Apache-2.0 */
/* caller: see caller.h. */
#include "ops/caller.h"

#include <assert.h>

#include "contract/call.h"
#include "ops/ops_admin.h"
#include "ops/ops_device.h"

/* A row of ops.def whose members cannot hold its caller's proof does not compile. */
#define HAS(op, member) \
    static_assert(sizeof(((struct op##_in *)NULL)->member) == sizeof(struct str), "the caller's proof");
#define NEEDS_NOBODY(op)
#define NEEDS_LOGIN(op) HAS(op, sLoginToken)
#define NEEDS_SESSION(op)
#define NEEDS_TICKET(op) HAS(op, sTicket)
#define NEEDS_CONSOLE(op) HAS(op, sTicket)
#define NEEDS_DEVICE(op) HAS(op, sDeviceToken)
#define NEEDS_SIGNED(op) \
    NEEDS_DEVICE(op)     \
    HAS(op, sSignature) HAS(op, sAuthenticatorData) HAS(op, sClientData) HAS(op, sPasskeySignature)
#define NEEDS_DEED(op) NEEDS_DEVICE(op) HAS(op, sNonce) HAS(op, sSignature)
#define NEEDS_SELF(op) NEEDS_DEVICE(op) HAS(op, sSelfToken)
#define NEEDS_LINK(op) HAS(op, sLink)
#define NEEDS_OPERATOR(op)
#define NEEDS_AUDITOR(op)
#define NEEDS_HELPDESK(op)
#define NEEDS_ADMIN(op)
#define NEEDS_OWNER(op)
#define NEEDS_SELF_DEED(op) NEEDS_DEED(op) HAS(op, sSelfToken)
#define OP_BEGIN(op, ret, face, lane, who, pace, doc) NEEDS_##who(op)
#include "contract/ops.def"

struct ask {
    const struct ct_op *op;
    const void *in;
    struct caller *c;
};

static struct str
member(const struct ask *ask, const char *name)
{
    return ops_member(ask->op->id, ask->in, str_from_cstr(name));
}

static bool
take(struct str text, struct str *text_out)
{
    *text_out = text;
    return !str_is_empty(text);
}

static enum errcode
take_device(struct cx *cx, struct str token, struct device *d_out, bool *has_out)
{
    if (str_is_empty(token))
        return ERR_NONE;
    enum errcode err = device_by_token(cx, token, d_out);
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        return ERR_NONE;
    }
    *has_out = err == ERR_NONE;
    if (*has_out)
        cx->actor = arena_printf(&cx->arena, "device:%lld", (long long)d_out->id);
    return err;
}

static bool
take_signature(struct cx *cx, const struct ask *ask, struct by_signed *s)
{
    const struct str texts[] = {member(ask, "sAuthenticatorData"), member(ask, "sClientData"),
                                member(ask, "sPasskeySignature")};
    struct str *const bytes[] = {&s->passkey.authenticator_data, &s->passkey.client_data,
                                 &s->passkey.signature};
    s->device = &ask->c->device;
    s->signature = ops_binary(cx, member(ask, "sSignature"));
    return !str_is_null(s->signature) && ops_binaries(cx, texts, bytes, ARRAY_LEN(bytes));
}

static bool
take_self(const struct ask *ask, const struct deed *deed)
{
    struct self_proof *proof = &ask->c->self;
    *proof = (struct self_proof){.device = &ask->c->device, .deed = deed};
    return take(member(ask, "sSelfToken"), &proof->token);
}

static enum errcode
take_right(struct cx *cx, const struct ask *ask, bool *has_out)
{
    struct operator_right *r = &ask->c->right;
    *r = (struct operator_right){.token = cx->call->operator_token};
    if (str_is_null(r->token))
        r->session = cx->call->operator_session;
    *has_out = !str_is_null(r->token) || !str_is_null(r->session);
    return *has_out ? ops_admin_enter(cx, ask->op, ask->in, r) : ERR_NONE;
}

/* One step: what this caller brings beyond the one before it. *has_out is false before. */
static enum errcode
step(struct cx *cx, const struct ask *ask, enum ct_caller_id as, bool *has_out)
{
    struct caller *c = ask->c;
    switch (as) {
    case CT_CALLER_NOBODY:
        *has_out = true;
        return ERR_NONE;
    case CT_CALLER_LOGIN:
        *has_out = take(member(ask, "sLoginToken"), &c->login.token);
        return ERR_NONE;
    case CT_CALLER_SESSION:
        *has_out = take(cx->call->session, &c->session.cookie);
        return ERR_NONE;
    case CT_CALLER_TICKET:
        *has_out = take(member(ask, "sTicket"), &c->ticket.ticket);
        return ERR_NONE;
    case CT_CALLER_CONSOLE:
        *has_out = take(member(ask, "sTicket"), &c->console.ticket);
        return ERR_NONE;
    case CT_CALLER_DEVICE:
        return take_device(cx, member(ask, "sDeviceToken"), &c->device, has_out);
    case CT_CALLER_SIGNED:
        *has_out = take_signature(cx, ask, &c->signs);
        return ERR_NONE;
    case CT_CALLER_DEED:
        *has_out = ops_deed(cx, ask->op->id, ask->in, &c->device, &c->deed);
        return ERR_NONE;
    case CT_CALLER_SELF:
        *has_out = take_self(ask, NULL);
        return ERR_NONE;
    case CT_CALLER_SELF_DEED:
        *has_out = take_self(ask, &c->deed);
        return ERR_NONE;
    case CT_CALLER_LINK:
        *has_out = take(member(ask, "sLink"), &c->link.link);
        return ERR_NONE;
    case CT_CALLER_OPERATOR:
    case CT_CALLER_AUDITOR:
    case CT_CALLER_HELPDESK:
    case CT_CALLER_ADMIN:
    case CT_CALLER_OWNER:
        return take_right(cx, ask, has_out);
    case CT_CALLER_COUNT_:
        break;
    }
    ASSERT(false);
    return ERR_NONE;
}

static enum errcode
resolve(struct cx *cx, const struct ask *ask, enum ct_caller_id as, struct str *refusal_out)
{
    const struct ct_caller *row = &ct_callers[as];
    bool has = false;
    enum errcode err =
        row->before != CT_CALLER_NOBODY ? resolve(cx, ask, row->before, refusal_out) : ERR_NONE;
    if (err != ERR_NONE || !str_is_null(*refusal_out))
        return err;
    err = step(cx, ask, as, &has);
    if (err == ERR_NONE && !has)
        *refusal_out = str_from_cstr(row->absent);
    return err;
}

enum errcode
caller_resolve(struct cx *cx, const struct ct_op *op, const void *in, struct caller *c,
               struct str *refusal_out)
{
    const struct ask ask = {op, in, c};
    *c = (struct caller){.login.token = STR_NULL};
    *refusal_out = STR_NULL;
    return resolve(cx, &ask, op->caller, refusal_out);
}

bool
caller_is_proved(const struct cx *cx, enum ct_caller_id as)
{
    for (; as != CT_CALLER_NOBODY; as = ct_callers[as].before)
        if ((cx->proofs & ct_callers[as].proof) == 0)
            return false;
    return true;
}
