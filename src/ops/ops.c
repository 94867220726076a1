/* ops: the table of handlers, and what is the same for all of them. */
#include "ops/ops.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "keys/env.h"

/* A sandbox's own operations are run by its worker (src/play); here nobody can ask for them. */
static enum errcode
refuse(struct cx *cx)
{
    return err_set(cx, ERR_DENIED, "this is no sandbox");
}

#define RUN_SOAP(op) op_##op(cx, in, out)
#define RUN_JSON(op) op_##op(cx, in, out)
#define RUN_SANDBOX(op) ((void)in, (void)out, refuse(cx))
#define OP_BEGIN(op, ret, face, lane, pace, doc)                           \
    static enum errcode run_##op(struct cx *cx, const void *in, void *out) \
    {                                                                      \
        return RUN_##face(op);                                             \
    }
#include "contract/ops.def"

#define OP_BEGIN(op, ret, face, lane, pace, doc) [CT_OP_##op] = run_##op,
static enum errcode (*const handlers[CT_OP_COUNT_])(struct cx *cx, const void *in, void *out) = {
#include "contract/ops.def"
};

/* UnknownError is what a struct of zeros says, in every enumeration of results. */
#define OP_BEGIN(op, ret, face, lane, pace, doc) \
    static_assert(offsetof(struct op##_out, result) == 0, "the result comes first");
#include "contract/ops.def"
static_assert(loginTwoFactorRet_UnknownError == 0 && login_v2_UnknownError == 0 &&
                  changePassword_UnknownError == 0 && changePassword_v2_UnknownError == 0 &&
                  consoleRet_UnknownError == 0 && deviceRet_UnknownError == 0 &&
                  redeemRet_UnknownError == 0 && sandboxRet_UnknownError == 0,
              "an answer of zeros is no way in");

enum errcode
ops_run(struct cx *cx, enum ct_op_id op, const void *in, void *out)
{
    ASSERT(op < CT_OP_COUNT_ && cx->call != NULL && cx->reply != NULL);
    cx->source = cx->call->source;
    cx->console = cx->call->user_agent;
    cx->actor = STR_LIT("anonymous");
    memset(out, 0, ct_ops[op].out.size);
    enum errcode err = handlers[op](cx, in, out);
    ASSERT(cx->reply->status != CALL_WAIT || ct_ops[op].pace == CT_PACE_WAITS);
    if (err == ERR_NONE)
        return ERR_NONE;
    memset(out, 0, ct_ops[op].out.size);
    *cx->reply = (struct call_reply){.status = CALL_DONE};
    return err;
}

struct topic
ops_topic(struct cx *cx, int64_t technician_id)
{
    struct topic topic;
    const struct digest digest = token_digest(token_derive(cx, "topic", technician_id, STR_LIT("")));
    memcpy(topic.bytes, digest.bytes, sizeof(topic.bytes));
    return topic;
}
