/* SPDX-License-Identifier: Apache-2.0 */
/* ops: the table of handlers, and what is the same for all of them: the caller before, the proof behind. */
#include "ops/ops.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "log/log.h"
#include "metrics/metrics.h"
#include "ops/ops_admin.h"

/* Only a sandbox's worker runs a sandbox's own operations (src/play); here they are refused. */
static enum errcode
refuse(struct cx *cx)
{
    return err_set(cx, ERR_DENIED, "this is not a sandbox");
}

#define RUN_SOAP(op, by) op_##op(cx, FROM_##by in, out)
#define RUN_JSON(op, by) op_##op(cx, FROM_##by in, out)
#define RUN_ADMIN(op, by) op_##op(cx, FROM_##by in, out)
#define RUN_SANDBOX(op, by) ((void)in, (void)out, refuse(cx))
#define OP_BEGIN(op, ret, face, lane, who, pace, doc)                                              \
    static enum errcode run_##op(struct cx *cx, const struct caller *c, const void *in, void *out) \
    {                                                                                              \
        (void)c;                                                                                   \
        return RUN_##face(op, who);                                                                \
    }
#include "contract/ops.def"

#define OP_BEGIN(op, ret, face, lane, who, pace, doc) [CT_OP_##op] = run_##op,
static enum errcode (*const handlers[CT_OP_COUNT_])(struct cx *cx, const struct caller *c, const void *in,
                                                    void *out) = {
#include "contract/ops.def"
};

/* UnknownError is what a struct of zeros says, in every enumeration of results. */
#define OP_BEGIN(op, ret, face, lane, who, pace, doc) \
    static_assert(offsetof(struct op##_out, result) == 0, "the result comes first");
#include "contract/ops.def"
static_assert(loginTwoFactorRet_UnknownError == 0 && login_v2_UnknownError == 0 &&
                  changePassword_UnknownError == 0 && changePassword_v2_UnknownError == 0 &&
                  consoleRet_UnknownError == 0 && deviceRet_UnknownError == 0 &&
                  redeemRet_UnknownError == 0 && sandboxRet_UnknownError == 0 && adminRet_UnknownError == 0,
              "an answer of zeros is no way in");

/* In the place of the handler. */
static void
say(const struct ct_op *op, struct str result, void *out)
{
    const int value = ct_enum_find(op->out.fields[0].en, result);
    ASSERT(value > 0);
    *(int *)out = value;
}

static bool
is_ok(const struct ct_op *op, const void *out)
{
    return ct_result(op, out) == ct_enum_find(op->out.fields[0].en, STR_LIT("OK"));
}

static enum errcode
run_op(struct cx *cx, const struct ct_op *op, struct caller *c, const void *in, void *out)
{
    struct str refusal;
    enum errcode err = caller_resolve(cx, op, in, c, &refusal);
    if (err != ERR_NONE)
        return err;
    if (!str_is_null(refusal)) {
        say(op, refusal, out);
        return ERR_NONE;
    }
    err = handlers[op->id](cx, c, in, out);
    ASSERT(err != ERR_NONE || !is_ok(op, out) || caller_is_proved(cx, op->caller));
    ASSERT(cx->reply->status != CALL_WAIT || op->pace == CT_PACE_WAITS);
    return err;
}

static enum errcode
run(struct cx *cx, const struct ct_op *op, const void *in, void *out)
{
    struct caller caller;
    enum errcode err = run_op(cx, op, &caller, in, out);
    if (op->face == CT_FACE_ADMIN)
        err = ops_admin_leave(cx, op, err, err == ERR_NONE && is_ok(op, out), out);
    if (err != ERR_NONE && op->face == CT_FACE_ADMIN)
        err = ops_admin_refuse(cx, op, err, out);
    cx->enters = NULL; /* the right is in `caller` */
    cx->right = NULL;
    return err;
}

enum errcode
ops_run(struct cx *cx, enum ct_op_id op, const void *in, void *out)
{
    ASSERT(op < CT_OP_COUNT_ && cx->call != NULL && cx->reply != NULL);
    cx->source = cx->call->source;
    cx->console = cx->call->user_agent;
    cx->actor = STR_LIT("anonymous");
    cx->proofs = CX_PROOF_NONE;
    ct_blank(&ct_ops[op], out);
    enum errcode err = run(cx, &ct_ops[op], in, out);
    if (err != ERR_NONE) {
        memset(out, 0, ct_ops[op].out.size);
        *cx->reply = (struct call_reply){.status = CALL_DONE};
    }
    return err;
}

/* Whether the answer decides: not "ask again", nor "prove more", nor that a token means nothing. */
static bool
decides(const struct ct_op *op, struct str result)
{
    static const struct str open[] = {STR("Poll"), STR("InvalidToken"), STR("OkTwoFactorSetupRequired"),
                                      STR("OkTwoFactorAuthenticationRequired")};
    if (op->id != CT_OP_twoFactorCheckPushAuthStatus && op->id != CT_OP_twoFactorValidateCode &&
        op->id != CT_OP_loginTechnicianFromStandalone_v7_2 &&
        op->id != CT_OP_loginTechnicianWithNewPassword_v7_2)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(open); i++)
        if (str_eq(result, open[i]))
            return false;
    return true;
}

void
ops_note(const struct cx *cx, const struct ct_op *op, const void *out)
{
    struct str result = op->out.fields[0].en->values[ct_result(op, out)].bare;
    if (!decides(op, result))
        return;
    struct str actor = str_is_null(cx->actor) ? STR_LIT("-") : cx->actor;
    metrics_count(METRIC_SIGNINS, metrics_result(result));
    log_event(is_ok(op, out) ? LOG_SIGNIN_GRANTED : LOG_SIGNIN_REFUSED,
              "result=%.*s op=%.*s account=%.*s source=%.*s", STR_ARG(result), STR_ARG(op->name),
              STR_ARG(actor), STR_ARG(cx->call->source));
}
